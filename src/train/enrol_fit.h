/* enrol_fit.h - between enrol_fit.c, which learns, and enrol_graph.c, which writes. */
#ifndef TRAIN_ENROL_FIT_H
#define TRAIN_ENROL_FIT_H

#include "train/enrolment.h"

#define HEAR_ENROL_LEAST_LENGTH 1e-6 /* of a row, to divide by */

/* A label's log odds against all else, of a row x: weight · x + intercept + towards · x / |x|. */
typedef struct {
    size_t n_labels, n_dims;
    double *weight;  /* [n_labels][n_dims + 1], the intercept last */
    double *towards; /* [n_labels][n_dims] */
} hear_enrol_fit;

void hear_enrol_fit_clear(hear_enrol_fit *f); /* one of zeros is allowed */

double hear_enrol_length(const float *x, size_t n); /* HEAR_ENROL_LEAST_LENGTH at least */

/* The head of it, with what is remembered of the examples. info: as hear_enrolment_head's. Errors:
 * HEAR_ERR_MEM, HEAR_ERR_ARG. On failure *out is NULL or to be destroyed. */
HEAR_MUST_CHECK hear_status hear_enrol_graph(hear_graph **out, const hear_enrol_fit *f,
                                             const hear_enrolment *e, const hear_background *b,
                                             const hear_model_info *info);
#endif
