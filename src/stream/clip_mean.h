/* clip_mean.h - a recording's probabilities: the mean over its windows, each counted by what no
 * earlier one held (patch_mean.h). Threads: one owner at a time. Real-time: add and take neither
 * allocate, lock, log nor fail. */
#ifndef STREAM_CLIP_MEAN_H
#define STREAM_CLIP_MEAN_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hear_clip_mean hear_clip_mean;

/* Errors: HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_clip_mean_create(hear_clip_mean **out, size_t n_labels);
void hear_clip_mean_destroy(hear_clip_mean *m); /* NULL is allowed */

void hear_clip_mean_reset(hear_clip_mean *m); /* starts anew */
/* own: [n_labels] of one window, weight >= 0: of hear_patch_mean_own. */
void hear_clip_mean_add(hear_clip_mean *m, const float *own, double weight);
/* probs: [n_labels]; starts anew. False, and nothing written, where nothing counts. */
bool hear_clip_mean_take(hear_clip_mean *m, float *probs);
#endif
