/* curve.h - how well one score tells yes from no, over all thresholds.
 *
 * Definitions as in scikit-learn 1.x: roc_curve and roc_auc_score (ties count half),
 * average_precision_score (a step function, not interpolated),
 * calibration_curve(strategy="uniform"). Expected calibration error as in C. Guo et al., "On
 * calibration of modern neural networks" (2017), equation 3: mean |accuracy - confidence| over the
 * bins, weighted by their size. */
#ifndef TRAIN_CURVE_H
#define TRAIN_CURVE_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    float threshold; /* yes is a score of at least this */
    size_t tp, fp;   /* of those with yes: rightly, wrongly */
} hear_curve_point;

typedef struct {
    size_t n_positive, n_negative;
    size_t n_points;          /* one for each score that occurs, falling; tp and fp rise */
    hear_curve_point *points; /* [n_points] */
} hear_curve;

/* score, positive: [n], n >= 0; scores are finite. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_curve_create(hear_curve **out, const float *score,
                                              const bool *positive, size_t n);
void hear_curve_destroy(hear_curve *c); /* NULL is allowed */

double hear_curve_auc(const hear_curve *c); /* NaN where one of the two never occurs */
double hear_curve_average_precision(const hear_curve *c); /* NaN where there is no positive */

#define HEAR_MAX_BINS 100
typedef struct {
    size_t n;
    double mean_score; /* NaN where n is 0 */
    double share;      /* of positives; NaN where n is 0 */
} hear_bin;

/* bins [n_bins]: of equal width over 0..1, the upper edge belonging to the bin below it as in
 * numpy.digitize(right=True); n_bins 1 .. HEAR_MAX_BINS. */
void hear_calibration_bins(const float *score, const bool *positive, size_t n, hear_bin *bins,
                           size_t n_bins);
double hear_calibration_error(const hear_bin *bins, size_t n_bins); /* 0..1; 0 of nothing */
#endif
