/* linear_kernels.h - the inner loops of linear.c, one set for each kind of CPU.
 *
 * Each element of a result is one chain of (fused) multiply-adds in the order of k, wherever it
 * lies in a tile: with one set the same numbers give the same bits. Threads: any. Real-time. */
#ifndef NN_LINEAR_KERNELS_H
#define NN_LINEAR_KERNELS_H

#include <stddef.h>

enum {
    HEAR_LINEAR_ROWS = 12, /* most rows of a tile, of any set */
    HEAR_LINEAR_COLS = 32  /* most columns of a panel */
};

/* y[i][j] = bias[j] + sum over segments s and l < length of x[i ldx + at[s] + l] w[..][j], and then
 * + add[i][j], held within low .. high (NaN stays NaN), for i < rows, j < n. */
typedef struct {
    const float *x;
    size_t ldx;
    const size_t *at; /* [segments] */
    size_t segments, length;
    const float *w[2]; /* panels [segments * length][cols]; the second for wide tiles only */
    size_t ahead;      /* numbers before they are read, weights are fetched */
    const float *bias; /* [cols], of wide tiles [2 cols]; NULL: none */
    float *y;
    size_t ldy, n;    /* n: 1 .. columns of the tile */
    const float *add; /* may be y; NULL: none */
    size_t ld_add;
    float low, high;
} hear_linear_tile_args;

typedef void hear_linear_tile_fn(const hear_linear_tile_args *t);

typedef struct {
    size_t rows; /* of the largest tile of one panel; half of them for two panels */
    size_t cols; /* of a panel: two vectors */
    /* by rows - 1: tiles of one vector, of one panel, of two panels */
    hear_linear_tile_fn *narrow[HEAR_LINEAR_ROWS], *panel[HEAR_LINEAR_ROWS];
    hear_linear_tile_fn *wide[HEAR_LINEAR_ROWS / 2];
} hear_linear_kernels;

const hear_linear_kernels *hear_linear_kernels_best(void);
#endif
