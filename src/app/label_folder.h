/* label_folder.h - a folder with a file of labels for each recording, which is there whole or not
 * at all.
 *
 * The labels of a/x.wav are in FOLDER/a/x.wav.tsv: the path stays, with the format's suffix behind
 * it. A leading '/' and components "." are left out; ".." becomes "%..", and a component that
 * begins with '%' gets another one, so that nothing leaves the folder and relative paths that
 * differ stay different. Threads: any. */
#ifndef APP_LABEL_FOLDER_H
#define APP_LABEL_FOLDER_H

#include "base/file.h"
#include "hearsay/status.h"

#include <stddef.h>

/* format as of hear_sink_config. Freed with free(); NULL where memory ran out. */
char *hear_label_place(const char *folder, const char *path, const char *format);

/* Two of the paths would have their labels in one place: *first and *second are these, NULL where
 * there are none. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_label_places_check(const char *folder, char *const *paths,
                                                    size_t n, const char *format,
                                                    const char **first, const char **second);

/* Opens place for writing, and makes the folders that it is in. Errors: those of
 * hear_outfile_open. */
HEAR_MUST_CHECK hear_status hear_label_place_open(hear_outfile **out, const char *place,
                                                  hear_error *err);
#endif
