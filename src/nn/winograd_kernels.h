/* winograd_kernels.h - the two transforms of winograd.c, one set for each kind of CPU. Real-time.
 */
#ifndef NN_WINOGRAD_KERNELS_H
#define NN_WINOGRAD_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    /* v[i * plane + c] of the 4x4 numbers x[row * pitch + col * n + c], c < n: B^T x B. n >= 16. */
    void (*input)(float *v, size_t plane, const float *x, size_t pitch, size_t n);
    /* y[row * pitch + col * n + c] of the 16 numbers m[i * plane + c]: A^T m A + bias, held within
     * low .. high; the second row or column only where it is asked for. */
    void (*output)(float *y, size_t pitch, const float *m, size_t plane, size_t n,
                   const float *bias, float low, float high, bool second_row, bool second_col);
} hear_winograd_kernels;

const hear_winograd_kernels *hear_winograd_kernels_best(void);
#endif
