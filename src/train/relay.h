/* relay.h - the recordings of an evaluation one behind the other, as one stream.
 *
 * What a microphone would hear where they were played without a pause: windows lie over two of
 * them, and a label must be noticed after another. Each is brought to the model's rate; their order
 * is drawn with seed 0. Threads: one owner at a time. */
#ifndef TRAIN_RELAY_H
#define TRAIN_RELAY_H

#include "train/alarms.h"
#include "train/evaluate.h"

/* Adds the stream to a, of the model's labels. Errors: HEAR_ERR_INTERRUPTED (by progress), and
 * those of a recording that was read before and cannot be now. */
HEAR_MUST_CHECK hear_status hear_relay(hear_alarms *a, const hear_evaluation *e,
                                       const hear_model *model, const hear_dataset *d,
                                       double threshold, hear_evaluate_progress *progress,
                                       void *user, hear_error *err);
#endif
