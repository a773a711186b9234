/* linear.h - rows times a matrix that is packed once: y = x W + b, held within a range.
 *
 * The columns of W lie in the lanes of vectors, the rows of x are read where they lie. A row may be
 * put together from segments, and rows may overlap: a convolution over numbers with the channels
 * last is such a product. Each result is one sum in the order of k, in blocks that depend on k
 * alone: on one CPU the same row gives the same bits, whatever the other rows are and however many.
 * Threads: any; what is packed may be shared. Real-time: all but packing. */
#ifndef NN_LINEAR_H
#define NN_LINEAR_H

#include <stddef.h>

typedef struct {
    const void *packed; /* from hear_linear_pack: W [segments * length][n], and b */
    size_t n;           /* columns */
    size_t rows, cols;  /* rows · cols results of n numbers: of the i-th row, the j-th … */
    const float *x;     /* … starts at x + i x_row + j x_col */
    size_t x_row, x_col;
    const size_t *at;        /* [segments]: where each begins; NULL: one, at 0 */
    size_t segments, length; /* both >= 1 */
    float *y;                /* the same; results do not overlap each other or x */
    size_t y_row, y_col;
    const float *add; /* the same, added to each result as a whole; may be y; NULL: none */
    size_t add_row, add_col;
    float low, high; /* NaN stays NaN */
} hear_linear_args;
void hear_linear(const hear_linear_args *a);

/* SIZE_MAX where that does not fit. */
size_t hear_linear_pack_bytes(size_t n, size_t k);

/* W[o * inner + i][j] = w[j * by_n + o * by_outer + i * by_inner] for j < n, o < outer, i < inner;
 * bias [n] or NULL. out: of hear_linear_pack_bytes(n, outer * inner), aligned to 64. */
typedef struct {
    size_t n, outer, inner, by_n, by_outer, by_inner;
} hear_linear_order;
void hear_linear_pack(void *out, const hear_linear_order *order, const float *w, const float *bias);
/* The same, number by number: zeros, and where W[l][j] stands. */
void hear_linear_begin(void *out, size_t n, size_t k, const float *bias);
float *hear_linear_weight(void *packed, size_t n, size_t k, size_t l, size_t j);
#endif
