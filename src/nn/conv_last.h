/* conv_last.h - convolution with the channels last, by weights that are packed once.
 *
 * x [space …][channels]: every output is a row of numbers times the matrix of the weights
 * (linear.h); in 3x3 with fewer multiplications (winograd.h); in depthwise convolution each channel
 * has its own taps (taps.h). Threads: any; what is packed may be shared. Real-time: run. */
#ifndef NN_CONV_LAST_H
#define NN_CONV_LAST_H

#include "nn/window.h"

typedef struct {
    hear_window w;
    size_t in, out; /* channels */
    size_t groups;  /* of channels, as many in each; 0: one */
    bool depthwise; /* in == out, each channel for itself */
} hear_conv_last;

/* Whether this is a way for it, and most likely the fastest: enough channels to fill vectors, and
 * no padding out of proportion. */
bool hear_conv_last_suits(const hear_conv_last *c);

/* Both SIZE_MAX where that does not fit. Scratch depends on whether x and y have their channels
 * last; else they are [channels][space …]. */
size_t hear_conv_last_pack_bytes(const hear_conv_last *c);
size_t hear_conv_last_scratch(const hear_conv_last *c, bool x_last, bool y_last); /* bytes */

/* weights as ONNX has them; bias [out] or NULL; packed: aligned to 64. */
void hear_conv_last_pack(void *packed, const hear_conv_last *c, const float *weights,
                         const float *bias);

typedef struct {
    const void *packed;
    size_t n; /* pictures, one behind the other */
    const float *x;
    float *y;
    bool x_last, y_last;
    float low, high; /* y is held within; NaN stays NaN */
    void *scratch;
} hear_conv_last_args;
void hear_conv_last_run(const hear_conv_last *c, const hear_conv_last_args *a);
#endif
