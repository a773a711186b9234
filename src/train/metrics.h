/* metrics.h - how good a classifier is, from its probabilities and the truth.
 *
 * Definitions as in scikit-learn 1.x: accuracy_score, balanced_accuracy_score (labels that do not
 * occur in the truth are left out), precision_recall_fscore_support (0 where undefined),
 * f1_score(average="macro"), log_loss. Nothing here allocates but create. */
#ifndef TRAIN_METRICS_H
#define TRAIN_METRICS_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct {
    size_t n_labels, n;
    size_t *confusion; /* [n_labels][n_labels]: truth, then what was said */
    double loss_sum;
} hear_metrics;

HEAR_MUST_CHECK hear_status hear_metrics_create(hear_metrics **out, size_t n_labels);
void hear_metrics_destroy(hear_metrics *m); /* NULL is allowed */
void hear_metrics_reset(hear_metrics *m);
/* probs [n_labels]: the first of the largest is what was said. */
void hear_metrics_add(hear_metrics *m, size_t truth, const float *probs);

double hear_metrics_accuracy(const hear_metrics *m); /* 0..1; 0 of nothing, as those below */
double hear_metrics_balanced(const hear_metrics *m); /* mean recall */
double hear_metrics_log_loss(const hear_metrics *m); /* probabilities clipped at 1e-15 */
double hear_metrics_macro_f1(const hear_metrics *m); /* of labels that occur or were said */
/* Of one label; NaN where it was never said, never occurs, or neither. */
double hear_metrics_precision(const hear_metrics *m, size_t label);
double hear_metrics_recall(const hear_metrics *m, size_t label);
double hear_metrics_f1(const hear_metrics *m, size_t label);
size_t hear_metrics_support(const hear_metrics *m, size_t label); /* how many there were */
size_t hear_metrics_right(const hear_metrics *m);

/* E. B. Wilson's score interval (1927) of k right in n, 95 %: low <= k / n <= high. n = 0 gives
 * 0..1. */
typedef struct {
    double low, high;
} hear_interval;
hear_interval hear_wilson(size_t k, size_t n);
#endif
