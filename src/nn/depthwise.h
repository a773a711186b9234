/* depthwise.h - convolution of one channel with its own kernels, straight from the input. */
#ifndef NN_DEPTHWISE_H
#define NN_DEPTHWISE_H

#include "nn/window.h"

/* Floats of scratch that hear_depthwise wants; SIZE_MAX where that does not fit. */
size_t hear_depthwise_scratch(const hear_window *w);
/* x [groups][input], weights [groups][n_out][taps], bias [groups][n_out] or NULL, y
 * [groups][n_out][output], held within low .. high (NaN stays NaN). Real-time. */
typedef struct {
    size_t groups, n_out;
    const float *weights, *bias;
    float low, high;
    float *scratch;
} hear_depthwise_args;
void hear_depthwise(const hear_window *w, const hear_depthwise_args *a, const float *x, float *y);
/* Adds to gx [input] and gw [n_out][taps] what g [n_out][output] says; either may be NULL. */
void hear_depthwise_back(const hear_window *w, size_t n_out, const float *x, const float *weights,
                         const float *g, float *gx, float *gw);
#endif
