/* gemm.h - matrix products in single precision, by kernels for the CPU that runs them.
 *
 * All matrices are row-major. Each element of c is one sum over k in the order of k, in blocks that
 * depend on k alone: on one CPU the same row of a and column of b give the same bits, whatever the
 * other rows and columns are and however many. Threads: any, each product on its caller's.
 * Real-time: neither allocates, locks, logs nor fails. */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of b made as they are wanted: out[r][i] = b[l + r][j + i], for i < n <= width, r < k;
 * other i < width get any numbers. */
typedef void hear_gemm_columns(const void *user, float *out, size_t width, size_t j, size_t n,
                               size_t l, size_t k);

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
    /* what follows may be left out */
    const float *bias; /* [m]: c = alpha a b + bias + beta c */
    bool held;         /* within low .. high at the end; NaN stays NaN */
    float low, high;
    const void *packed;         /* from hear_gemm_pack: a is not read */
    hear_gemm_columns *columns; /* b is not read */
    const void *user;           /* of columns */
} hear_gemm_args;
void hear_gemm(const hear_gemm_args *g);

/* a [m][k], untransposed, in the order in which products read it, for g->packed; out: of that many
 * bytes, aligned to 64. Only for the kernels chosen at that time, which the product then uses. */
size_t hear_gemm_pack_bytes(size_t m, size_t k); /* SIZE_MAX where that does not fit */
void hear_gemm_pack(void *out, const float *a, size_t lda, size_t m, size_t k);

/* For tests: as hear_gemm does when more threads than it has room for are in it. Uses 56 KiB of
 * stack. */
void hear_gemm_in_small_room(const hear_gemm_args *g);
#endif
