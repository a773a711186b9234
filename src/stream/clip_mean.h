/* clip_mean.h - a recording's probabilities: the mean over its windows.
 *
 * Of a model that knows silence (a label "silence"), a window counts by how little silent it is, so
 * that a bark with nothing around it is a bark; a recording all of whose windows are silent is
 * silence. Without such a label, and for one window, it is the plain mean.
 * Threads: one owner at a time. Real-time: add and take neither allocate, lock, log nor fail. */
#ifndef STREAM_CLIP_MEAN_H
#define STREAM_CLIP_MEAN_H

#include "hearsay/model.h"

#include <stdbool.h>

#define HEAR_SILENCE "silence" /* the label */

typedef struct hear_clip_mean hear_clip_mean;

/* The model need not outlive the call. Errors: HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_clip_mean_create(hear_clip_mean **out, const hear_model *model);
void hear_clip_mean_destroy(hear_clip_mean *m); /* NULL is allowed */

void hear_clip_mean_add(hear_clip_mean *m, const float *probs); /* [n_labels] of one window */
/* probs: [n_labels]; starts anew. False, and nothing written, where there was no window. */
bool hear_clip_mean_take(hear_clip_mean *m, float *probs);
#endif
