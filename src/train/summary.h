/* summary.h - an evaluation as figures: everything that tables, pages and JSON show of it. */
#ifndef TRAIN_SUMMARY_H
#define TRAIN_SUMMARY_H

#include "train/alarms.h"
#include "train/curve.h"
#include "train/evaluate.h"
#include "train/metrics.h"

#define HEAR_SUMMARY_BINS 10

typedef struct {
    double auc, average_precision; /* one against the rest; NaN where it never occurs, auc also
                                      where always */
} hear_label_summary;

typedef struct {
    hear_metrics *clips;        /* of recordings: the mean over a recording's windows */
    hear_metrics *windows;      /* of windows, each with its recording's label */
    hear_curve **curves;        /* [n_labels] of recordings */
    hear_label_summary *labels; /* [n_labels] of recordings */
    double macro_auc;           /* over the labels that have one; NaN where none has */
    double calibration_error;   /* of the said label's probability, recordings, ten bins */
    hear_bin bins[HEAR_SUMMARY_BINS];
    double threshold;    /* of the windows that alarms are made of */
    hear_alarms *alarms; /* each recording by itself */
    size_t n_labels;
} hear_summary;

/* threshold: 0..1, see alarms.h. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_summary_create(hear_summary **out, const hear_evaluation *e,
                                                double threshold);
void hear_summary_destroy(hear_summary *s); /* NULL is allowed */

/* The first of the largest. */
size_t hear_best(const float *probs, size_t n_labels);

/* Clips that were got wrong, the surest first: worst [max] of indices into e->clips; returns how
 * many. */
size_t hear_worst_mistakes(const hear_evaluation *e, size_t *worst, size_t max);
#endif
