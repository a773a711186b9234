/* depthwise.h - convolution of one channel with its own kernels, straight from the input. */
#ifndef NN_DEPTHWISE_H
#define NN_DEPTHWISE_H

#include "nn/window.h"

/* Floats of scratch that hear_depthwise wants; SIZE_MAX where that does not fit. */
size_t hear_depthwise_scratch(const hear_window *w);
/* x [input], weights [n_out][taps], bias [n_out] or NULL, y [n_out][output], held within low ..
 * high (NaN stays NaN). The first call of several may find anything in scratch (fresh), the others
 * what the one before left there. Real-time. */
typedef struct {
    const float *weights, *bias;
    float low, high;
    float *scratch;
    bool fresh;
} hear_depthwise_args;
void hear_depthwise(const hear_window *w, size_t n_out, const hear_depthwise_args *a,
                    const float *x, float *y);
/* Adds to gx [input] and gw [n_out][taps] what g [n_out][output] says; either may be NULL. */
void hear_depthwise_back(const hear_window *w, size_t n_out, const float *x, const float *weights,
                         const float *g, float *gx, float *gw);
#endif
