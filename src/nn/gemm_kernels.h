/* gemm_kernels.h - the inner loops of gemm.c, one set for each kind of CPU.
 *
 * Each element of a product is one chain of (fused) multiply-adds over k, in the order of k,
 * wherever the element lies in a tile: with one set the same numbers give the same bits. Sets
 * differ from each other in rounding. Threads: any. Real-time. */
#ifndef NN_GEMM_KERNELS_H
#define NN_GEMM_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HEAR_TILE_ROWS = 12, /* most rows of a tile, of any set */
    HEAR_TILE_COLS = 32, /* most columns */
    HEAR_TILE_SLACK = 16 /* numbers that packing may write beyond its result */
};

/* c[i][j] = alpha · sum over l < k of a[l][i] b[l][j], + bias[i], + beta c[i][j], held within low
 * .. high (NaN stays NaN), for i < rows, j < n. */
typedef struct {
    size_t k;
    const float *a; /* [k][rows] */
    const float *b; /* [k][ldb], of which all columns of the tile can be read */
    size_t ldb;
    float *c;
    size_t ldc, n;     /* 1 .. columns of the tile */
    const float *bias; /* [rows]; NULL adds nothing */
    float alpha, beta; /* beta 0 does not read c */
    float low, high;
} hear_tile_args;

typedef void hear_tile_fn(const hear_tile_args *t);

typedef struct {
    const char *name;
    size_t rows, cols; /* of the largest tile; cols / 2 is one vector */
    /* by vectors - 1 and rows - 1: a tile of that many columns and rows */
    hear_tile_fn *tile[2][HEAR_TILE_ROWS];
    hear_tile_fn *row; /* one row, 4 cols columns */
    /* out[l][r] = from[r][l], for r < n <= width, l < k; other columns r < width get any numbers */
    void (*pack_rows)(float *out, size_t width, const float *from, size_t ld, size_t n, size_t k);
    /* out[l][r] = from[l][r], the same otherwise */
    void (*pack_cols)(float *out, size_t width, const float *from, size_t ld, size_t n, size_t k);
} hear_gemm_kernels;

/* The best set for this CPU, or the one chosen. */
const hear_gemm_kernels *hear_gemm_kernels_best(void);
#endif
