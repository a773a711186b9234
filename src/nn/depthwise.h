/* depthwise.h - convolution of one channel with its own kernels, straight from the input. */
#ifndef NN_DEPTHWISE_H
#define NN_DEPTHWISE_H

#include "nn/window.h"

/* x [input], weights [n_out][taps], bias [n_out] or NULL, y [n_out][output]. Real-time. */
void hear_depthwise(const hear_window *w, size_t n_out, const float *x, const float *weights,
                    const float *bias, float *y);
/* Adds to gx [input] and gw [n_out][taps] what g [n_out][output] says; either may be NULL. */
void hear_depthwise_back(const hear_window *w, size_t n_out, const float *x, const float *weights,
                         const float *g, float *gx, float *gw);
#endif
