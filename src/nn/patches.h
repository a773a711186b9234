/* patches.h - what the outputs of a convolution see of its input, gathered for a matrix product. */
#ifndef NN_PATCHES_H
#define NN_PATCHES_H

#include "nn/window.h"

typedef struct {
    const hear_window *w;
    const float *x; /* [channels][input] */
} hear_patches;

/* A hear_gemm_columns of the matrix [channels * taps][outputs], zeros where an output sees padding;
 * user: a hear_patches. Real-time. */
void hear_patches_pack(const void *user, float *out, size_t width, size_t j, size_t n, size_t l,
                       size_t k);
#endif
