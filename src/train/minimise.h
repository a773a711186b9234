/* minimise.h - the lowest point of a convex function of many variables, plus l1 times the sum of
 * the magnitudes of some of them.
 *
 * Limited-memory BFGS (D. C. Liu and J. Nocedal 1989), for l1 > 0 held within one orthant a step
 * (OWL-QN, G. Andrew and J. Gao 2007). */
#ifndef TRAIN_MINIMISE_H
#define TRAIN_MINIMISE_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n;            /* variables */
    double l1;           /* >= 0 */
    const bool *is_free; /* [n] of those that l1 does not hold down; may be NULL with l1 0 */
    size_t max_steps;
    /* The function without its l1 part, > 0, and its gradient [n] at x [n]. */
    double (*value)(void *user, const double *x, double *gradient);
    bool (*stop)(void *user); /* asked each step; may be NULL */
    void *user;
} hear_minimise_config;

typedef struct {
    double value; /* l1 part included */
    size_t n_steps;
    bool converged; /* no step makes it 1e-10 of itself less any more */
} hear_minimum;

/* x [n]: where to begin; afterwards the lowest point found. Errors: HEAR_ERR_MEM,
 * HEAR_ERR_INTERRUPTED (x is the lowest so far). */
HEAR_MUST_CHECK hear_status hear_minimise(const hear_minimise_config *config, double *x,
                                          hear_minimum *out);
#endif
