/* logreg.h - logistic regression solved to convergence, with scikit-learn's objective:
 *
 *   penalty(w) + C sum over rows of weight · (-log p of the row's label)
 *
 * with the penalty |w - towards|^2 / 2 (L2) or the sum of |w| (L1), intercepts left free. Two
 * labels have one vector of weights, more have one each. */
#ifndef TRAIN_LOGREG_H
#define TRAIN_LOGREG_H

#include "train/matrix.h"

typedef struct {
    double c; /* > 0 */
    bool l1;
    const double *towards; /* of L2: [n_units][n_features + 1], where it begins too; NULL: 0 */
    size_t max_steps;
    bool (*stop)(void *user); /* may be NULL */
    void *user;
} hear_logreg_config;

typedef struct {
    size_t n_units, n_features; /* units: 1 for two labels */
    double *weights;            /* [n_units][n_features + 1], the intercept last */
    double objective;
    size_t n_steps;
    bool converged;
} hear_logreg;

/* Errors: HEAR_ERR_ARG (c), HEAR_ERR_MEM, HEAR_ERR_INTERRUPTED. On failure *out is empty. */
HEAR_MUST_CHECK hear_status hear_logreg_solve(hear_logreg *out, const hear_logreg_config *config,
                                              const hear_matrix *m, hear_pool *pool);
void hear_logreg_clear(hear_logreg *l); /* one of zeros is allowed */
#endif
