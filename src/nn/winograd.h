/* winograd.h - convolution of 3x3 with fewer multiplications, the channels last.
 *
 * S. Winograd's F(2x2, 3x3), after A. Lavin and S. Gray, "Fast algorithms for convolutional neural
 * networks" (2016): two by two results from four by four numbers take 16 multiplications a pair of
 * channels instead of 36. Rounding differs from the plain sums by a few units in the last place.
 * Threads: any; what is packed may be shared. Real-time: run. */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/window.h"

/* 3x3 in two dimensions or one depth, stride and dilation 1, 16 channels or more on either side. */
bool hear_winograd_fits(const hear_window *w, size_t in, size_t out);

/* Bytes; SIZE_MAX where that does not fit. */
size_t hear_winograd_pack_bytes(size_t in, size_t out);
size_t hear_winograd_scratch(size_t in, size_t out);

/* weights [out][in][3][3], bias [out] or NULL; packed: aligned to 64. */
void hear_winograd_pack(void *packed, size_t in, size_t out, const float *weights,
                        const float *bias);

typedef struct {
    const hear_window *w;
    size_t in, out;
    const void *packed;
    const float *x; /* [height][width][in] */
    float *y;       /* [height][width][out], held within low .. high (NaN stays NaN) */
    float low, high;
    void *scratch;
} hear_winograd_args;
void hear_winograd_run(const hear_winograd_args *a);
#endif
