/* file.h - files that appear whole or not at all: written beside the name, then renamed. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "hearsay/status.h"

#include <stdio.h>

typedef struct hear_outfile hear_outfile;

/* Opens a new file in path's folder. Errors: HEAR_ERR_IO (err says why), HEAR_ERR_MEM. A path that
 * names something other than a plain file (a pipe, /dev/stdout) is written in place. */
HEAR_MUST_CHECK hear_status hear_outfile_open(hear_outfile **out, const char *path,
                                              hear_error *err);
FILE *hear_outfile_stream(hear_outfile *f);
/* Flushes, syncs, closes and renames; f is gone in any case. Errors: HEAR_ERR_IO, the old file
 * intact. */
HEAR_MUST_CHECK hear_status hear_outfile_commit(hear_outfile *f, hear_error *err);
/* Whether path can be opened so; leaves nothing behind. Better to know than after an hour. */
HEAR_MUST_CHECK hear_status hear_outfile_check(const char *path, hear_error *err);
void hear_outfile_discard(hear_outfile *f); /* leaves nothing behind; NULL is allowed */

/* What follows the last dot of a file's name: "wav"; "" where nothing does. */
const char *hear_file_ending(const char *path);

/* The whole of path, with a NUL behind it; *data is freed with free(). Errors: HEAR_ERR_NO_INPUT,
 * HEAR_ERR_IO, HEAR_ERR_MEM, and HEAR_ERR_DATA for more than max_bytes or what is not a file. */
HEAR_MUST_CHECK hear_status hear_file_read(const char *path, size_t max_bytes, char **data,
                                           size_t *n_bytes, hear_error *err);
#endif
