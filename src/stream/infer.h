/* infer.h - one window of raw frames in, its classes' probabilities out: the second half of a
 * classifier.
 *
 * Where the network looks at patches shorter than the window, a window's probabilities are the mean
 * of its patches' (patch_mean.h), and what was found in a patch is kept for the windows that share
 * it. A head runs behind its backbone: on each patch, or once on the mean of the window's
 * (hear_pooling). Always one window or patch at a time, so that its bits do not depend on its
 * neighbours. An output that is not a number counts as probability 0 (before a softmax: as minus
 * infinity; where none of all is a number, all are 0); infinite ones count as the bounds that they
 * tend to. Threads: one owner at a time; any number may share a model. Real-time: run neither
 * allocates, locks, logs nor fails. */
#ifndef STREAM_INFER_H
#define STREAM_INFER_H

#include "stream/window.h"

typedef struct hear_infer hear_infer;

/* On failure *out is NULL. Errors: HEAR_ERR_MODEL (the graph does not take its own front end's
 * windows, or does not give one number a label; err says so), HEAR_ERR_MEM. The model must outlive
 * it. */
HEAR_MUST_CHECK hear_status hear_infer_create(hear_infer **out, const hear_model *model,
                                              hear_error *err);
/* Whether it could be created. Errors: the same. */
HEAR_MUST_CHECK hear_status hear_infer_check(const hear_model *model, hear_error *err);
void hear_infer_destroy(hear_infer *x); /* NULL is allowed */
void hear_infer_reset(hear_infer *x);   /* another stream begins: forgets all patches */

/* A window of one stream, in whatever order; probs: [n_labels], 0..1. Each patch is computed once
 * as long as windows are in order. */
void hear_infer_window(hear_infer *x, const hear_window *w, float *probs);
/* Of the window of a stream that was run last: the probabilities [n_labels] of what no earlier one
 * held, and how much that counts in a recording's (clip_mean.h); 0 where it is nothing. */
double hear_infer_own(const hear_infer *x, float *probs);
/* frames: [window][width], raw, of no stream: all of its patches are computed. The first run on a
 * thread warms the libraries up: make one of zeros (frames NULL) before the stream starts. */
void hear_infer_run(hear_infer *x, const float *frames, float *probs);

/* Numbers in the embedding of a patch (or window); 0 where the model names none. */
size_t hear_infer_n_embedding(const hear_infer *x);
/* That of a patch of the stream, by its number; NULL where it is not kept. At least the patches of
 * the last window are, until the next call. */
const float *hear_infer_embedding(const hear_infer *x, uint64_t patch);

/* What the network's numbers mean, as probabilities; in == out is allowed. */
void hear_infer_probs(hear_output output, const float *in, float *out, size_t n);
#endif
