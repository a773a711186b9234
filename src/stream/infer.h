/* infer.h - one window of raw frames in, its classes' probabilities out: the second half of a
 * classifier.
 *
 * Always one window at a time, so that a window's bits do not depend on its neighbours. An output
 * that is not a number counts as probability 0 (before a softmax: as minus infinity; where none of
 * all is a number, all are 0); infinite ones count as the bounds that they tend to.
 * Threads: one owner at a time; any number may share a model. Real-time: run neither allocates,
 * locks, logs nor fails. */
#ifndef STREAM_INFER_H
#define STREAM_INFER_H

#include "stream/model_info.h"

typedef struct hear_infer hear_infer;

/* On failure *out is NULL. Errors: HEAR_ERR_MODEL (the graph does not take its own front end's
 * windows, or does not give one number a label; err says so), HEAR_ERR_MEM. The model must outlive
 * it. */
HEAR_MUST_CHECK hear_status hear_infer_create(hear_infer **out, const hear_model *model,
                                              hear_error *err);
void hear_infer_destroy(hear_infer *x); /* NULL is allowed */

/* frames: [window][n_mels], raw; probs: [n_labels], 0..1. The first run on a thread warms the
 * libraries up: make one of zeros (frames NULL) before the stream starts. */
void hear_infer_run(hear_infer *x, const float *frames, float *probs);

/* What the network's numbers mean, as probabilities; in == out is allowed. */
void hear_infer_probs(hear_output output, const float *in, float *out, size_t n);
#endif
