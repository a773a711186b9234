/* classifier.h - samples in, a result for each window out, on the caller's thread.
 *
 *   hear_classifier_create(&c, model, &(hear_classifier_config){ .rate_hz = 48000 }, &err);
 *   while (…) hear_classifier_write(c, samples, n, on_window, user);
 *   hear_classifier_finish(c, on_window, user);
 *   hear_classifier_destroy(c);
 *
 * The results do not depend on how the samples were cut into blocks: they are the same bits.
 * Threads: one owner at a time. Real-time: write and finish neither allocate, lock nor log. */
#ifndef HEARSAY_CLASSIFIER_H
#define HEARSAY_CLASSIFIER_H

#include "hearsay/event.h"
#include "hearsay/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hear_classifier hear_classifier;

typedef struct {
    double rate_hz; /* of the samples written: a whole number, 1000 .. 768000; other than the
                       model's is resampled */
    double hop_s;   /* between two windows, 0.05 .. the window; rounded to whole frames; 0 takes the
                       model's */
} hear_classifier_config;

/* Errors: HEAR_ERR_ARG (a field out of its range), HEAR_ERR_MODEL (the graph does not take its own
 * front end's windows), HEAR_ERR_MEM. On failure *out is NULL. The model must outlive the
 * classifier. */
HEAR_API HEAR_MUST_CHECK hear_status hear_classifier_create(hear_classifier **out,
                                                            const hear_model *model,
                                                            const hear_classifier_config *config,
                                                            hear_error *err);
HEAR_API void hear_classifier_destroy(hear_classifier *c);       /* NULL is allowed */
HEAR_API void hear_classifier_reset(hear_classifier *c);         /* forgets the past, as if new */
HEAR_API double hear_classifier_hop_s(const hear_classifier *c); /* the true hop */

/* samples: [n], mono, full scale ±1; other than finite ones count as 0. */
HEAR_API void hear_classifier_write(hear_classifier *c, const float *samples, size_t n,
                                    hear_window_fn *on_window, void *user);
/* n samples that were lost: heard as zeros, marked in every window that they touch. */
HEAR_API void hear_classifier_write_lost(hear_classifier *c, uint64_t n, hear_window_fn *on_window,
                                         void *user);
/* The end: a recording shorter than a window, or more than half a hop not yet heard, gives one more
 * window, padded with zeros. Afterwards only reset and destroy may be called. */
HEAR_API void hear_classifier_finish(hear_classifier *c, hear_window_fn *on_window, void *user);

#ifdef __cplusplus
}
#endif
#endif
