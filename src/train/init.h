/* init.h - the first values of a graph's weights.
 *
 * A weight of rank 2 and more is drawn, [n_out][n_in]…; one of rank 1 (biases, scales) stays as the
 * architecture made it; fixed ones (net.h) and other constants too. In the graph's order, so that
 * the same seed gives the same network. */
#ifndef TRAIN_INIT_H
#define TRAIN_INIT_H

#include "nn/graph.h"

#include <stdint.h>

typedef enum {
    HEAR_INIT_HE,     /* N(0, 2 / n_in): K. He et al. 2015, for ReLU and its like */
    HEAR_INIT_XAVIER, /* U(±√(6 / (n_in + n_out))): X. Glorot and Y. Bengio 2010, for tanh and
                         sigmoid */
    HEAR_INIT_NUMPY,  /* 0.01 N(0, 1) from numpy.random.seed(seed); randn(n_out, n_in) */
} hear_init;

/* Errors: HEAR_ERR_ARG (NUMPY takes seeds of 32 bits). */
HEAR_MUST_CHECK hear_status hear_init_weights(hear_graph *g, hear_init init, uint64_t seed);
/* Whether training may change this value: a float32 weight that is not fixed. */
bool hear_is_trainable(const hear_value *v);
#endif
