/* event.h - what the classifier says of one window of sound. */
#ifndef HEARSAY_EVENT_H
#define HEARSAY_EVENT_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdint.h>

#define HEAR_MAX_CLASSES 4096 /* labels a model may have */

typedef struct {
    uint64_t index;  /* 0, 1, …; a window that was skipped under overload keeps its number */
    double start_s;  /* of the window's first sample, in seconds from the stream's first sample */
    double end_s;    /* just behind its last sample; never behind the recording's end */
    double lost_s;   /* how much of it was lost and stands in as zeros */
    size_t n_labels; /* 1 .. HEAR_MAX_CLASSES */
    const float *probs; /* [n_labels], 0..1, in the model's order; the window's own, unsmoothed */
    const float *own;   /* [n_labels]: the same of what no earlier window held */
    double own_weight;  /* how much that counts: a recording's probabilities are the mean of own by
                           it; 0 where a window holds nothing new */
} hear_window_result;

/* Called for each window, in order. The result is the callee's only until it returns. */
typedef void hear_window_fn(void *user, const hear_window_result *result);

#endif
