/* strassen_kernels.h - the sums of strassen.c, one set for each kind of CPU.
 * n is a multiple of 16. Real-time. */
#ifndef NN_STRASSEN_KERNELS_H
#define NN_STRASSEN_KERNELS_H

#include <stddef.h>

typedef struct {
    /* Of a row [2 n] of the upper half of x and one of the lower: the four sums [n] each, a plane
     * apart. */
    void (*sums)(float *s, size_t plane, const float *upper, const float *lower, size_t n);
    /* y[i] = b[i] + more[i], held within low .. high (NaN stays NaN); then a[i] += more[i]. */
    void (*ends)(float *y, float *a, const float *b, const float *more, size_t n, float low,
                 float high);
} hear_strassen_kernels;

const hear_strassen_kernels *hear_strassen_kernels_best(void);
#endif
