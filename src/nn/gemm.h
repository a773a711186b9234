/* gemm.h - matrix products in single precision, on one thread unless asked otherwise.
 *
 * All matrices are row-major. On one thread neither call allocates or fails after the first.
 * OpenBLAS's rounding of a row depends on the number of rows: a result that must not depend on the
 * batch needs a fixed batch. */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#define HEAR_GEMM_MAX ((size_t)0x7fffffff) /* of every size and row length */

/* c = alpha a b + beta c, with a [m][k] (transposed: [k][m]), b [k][n] (transposed: [n][k]), c
 * [m][n]; lda, ldb, ldc: elements from one stored row to the next. beta 0 never reads c. Sizes may
 * be 0. */
typedef struct {
    size_t m, n, k;
    bool trans_a, trans_b;
    float alpha, beta;
    const float *a, *b;
    size_t lda, ldb;
    float *c;
    size_t ldc;
} hear_gemm_args;
void hear_gemm(const hear_gemm_args *g);

/* Threads inside a product, for the whole program: 1 from the first plan on, until a trainer asks
 * for more. More than one may allocate at each call. */
void hear_gemm_set_threads(size_t n);
/* Warms the library up, so that later products do not allocate. Called by hear_plan_create. */
void hear_gemm_init(void);
#endif
