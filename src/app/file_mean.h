/* file_mean.h - one result for a whole recording (stream/clip_mean.h), for classify --by file.
 *
 * Threads: one owner at a time. */
#ifndef APP_FILE_MEAN_H
#define APP_FILE_MEAN_H

#include "hearsay/event.h"
#include "hearsay/model.h"

#include <stdbool.h>

typedef struct hear_file_mean hear_file_mean;

/* Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_file_mean_create(hear_file_mean **out, const hear_model *model,
                                                  hear_error *err);
void hear_file_mean_destroy(hear_file_mean *m); /* NULL is allowed */
void hear_file_mean_add(hear_file_mean *m, const hear_window_result *r);
/* From the first window's start to the last one's end; a recording loses nothing. Starts anew.
 * False where there was no window. The probs are m's until the next call. */
bool hear_file_mean_take(hear_file_mean *m, hear_window_result *mean);
#endif
