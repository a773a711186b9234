/* patch_mean.h - a window's probabilities: the mean over its patches, each counted by its weight;
 * and of these the part that no earlier window of the stream held, for a recording's (clip_mean.h).
 *
 * In a recording every patch so counts once, however many windows hold it. Of a model that knows
 * silence (a label "silence") it also counts there by how little silent it is, so that a bark with
 * nothing around it is a bark; a recording that is silent throughout is silence.
 * Where there are no patches, a window is its own. Threads: one owner at a time. Real-time: all but
 * create and destroy neither allocate, lock, log nor fail. */
#ifndef STREAM_PATCH_MEAN_H
#define STREAM_PATCH_MEAN_H

#include "stream/model_info.h"

#include <stdint.h>

typedef struct hear_patch_mean hear_patch_mean;

/* info need not outlive the call. Errors: HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_patch_mean_create(hear_patch_mean **out,
                                                   const hear_model_info *info);
void hear_patch_mean_destroy(hear_patch_mean *m); /* NULL is allowed */
void hear_patch_mean_reset(hear_patch_mean *m);   /* another stream begins */

/* A window's next patch, by its number in the stream. probs: [n_labels]; weight: 0 .. 1, and what
 * is no such number counts as the next one that is. */
void hear_patch_mean_add(hear_patch_mean *m, uint64_t patch, const float *probs, double weight);
/* The window is whole: its probabilities, [n_labels]. */
void hear_patch_mean_take(hear_patch_mean *m, float *probs);
/* Of the window taken last: the probabilities of what no earlier one held, [n_labels], and how much
 * that counts in a recording; 0, and zeros, where it is nothing. */
double hear_patch_mean_own(const hear_patch_mean *m, float *probs);
#endif
