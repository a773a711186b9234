/* linear.c - see linear.h.
 *
 * W is packed into panels of two vectors of columns. As many tiles of rows as the second-level
 * cache holds the numbers of go through one panel after the other. */
#include "config.h"

#include "nn/linear.h"

#include "base/mem.h"
#include "nn/linear_kernels.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    K_BLOCK = 2048,   /* most of k in one sum, where a row is one segment */
    AHEAD = 96,       /* rows of W that are fetched before they are read */
    CACHED = 64 << 10 /* numbers of x that stay in the second-level cache */
};

typedef struct {
    _Alignas(64) const hear_linear_kernels *kernels;
    _Alignas(64) float numbers[]; /* bias [columns of all panels], then panels [k][cols] */
} packed;

static size_t ceil_div(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

/* Into parts of equal size, the last may be shorter: of at most `most`. */
static size_t even(size_t n, size_t most)
{
    return ceil_div(n, ceil_div(n, most));
}

size_t hear_linear_pack_bytes(size_t n, size_t k)
{
    size_t whole, bytes;
    if (!hear_add(n, HEAR_LINEAR_COLS - 1, &whole))
        return SIZE_MAX;
    whole -= whole % HEAR_LINEAR_COLS;
    if (!hear_add(k, 1, &bytes) || !hear_mul(bytes, whole, &bytes) ||
        !hear_mul(bytes, sizeof(float), &bytes) || !hear_add(bytes, sizeof(packed), &bytes))
        return SIZE_MAX;
    return bytes;
}

void hear_linear_begin(void *out, size_t n, size_t k, const float *bias)
{
    packed *const p = out;
    p->kernels = hear_linear_kernels_best();
    const size_t whole = ceil_div(n, p->kernels->cols) * p->kernels->cols;
    memset(p->numbers, 0, whole * (k + 1) * sizeof *p->numbers);
    if (bias)
        memcpy(p->numbers, bias, n * sizeof *bias);
}

float *hear_linear_weight(void *out, size_t n, size_t k, size_t l, size_t j)
{
    packed *const p = out;
    const size_t cols = p->kernels->cols, whole = ceil_div(n, cols) * cols;
    return p->numbers + whole + j / cols * cols * k + l * cols + j % cols;
}

/* A few of k and of the columns at a time, so that both sides stay in the cache. */
void hear_linear_pack(void *out, const hear_linear_order *order, const float *w, const float *bias)
{
    enum { FEW = 16 };
    const size_t k = order->outer * order->inner;
    hear_linear_begin(out, order->n, k, bias);
    const size_t cols = ((packed *)out)->kernels->cols;
    for (size_t j = 0; j < order->n; j += cols) {
        const size_t here = order->n - j < cols ? order->n - j : cols;
        for (size_t l = 0; l < k; l += FEW) {
            const size_t few = k - l < FEW ? k - l : FEW;
            float *const to = hear_linear_weight(out, order->n, k, l, j);
            for (size_t i = 0; i < few; i++) {
                const float *from = w + j * order->by_n + (l + i) / order->inner * order->by_outer +
                                    (l + i) % order->inner * order->by_inner;
                for (size_t c = 0; c < here; c++)
                    to[i * cols + c] = from[c * order->by_n];
            }
        }
    }
}

/* Tiles first .. last - 1 of all, counted row by row. */
typedef struct {
    const hear_linear_args *a;
    const hear_linear_kernels *kernels;
    size_t width, per_row; /* results in a tile, tiles in a row */
    size_t first, last;
} tiles;

/* Those tiles times the panels of t, which begin at column j; first: of the blocks of k. */
static void run_tiles(const tiles *s, hear_linear_tile_args *t, const float *x, size_t j,
                      bool first)
{
    const hear_linear_args *const a = s->a;
    const hear_linear_kernels *const kernels = s->kernels;
    hear_linear_tile_fn *const *const table = t->n > kernels->cols       ? kernels->wide
                                              : t->n > kernels->cols / 2 ? kernels->panel
                                                                         : kernels->narrow;
    size_t row = s->first / s->per_row, col = s->first % s->per_row * s->width;
    for (size_t i = s->first; i < s->last; i++) {
        const size_t left = a->cols - col;
        t->x = x + row * a->x_row + col * a->x_col;
        t->y = a->y + row * a->y_row + col * a->y_col + j;
        t->add = !first ? t->y : a->add ? a->add + row * a->add_row + col * a->add_col + j : NULL;
        table[(left < s->width ? left : s->width) - 1](t);
        col += s->width;
        if (col >= a->cols) {
            col = 0;
            row++;
        }
    }
}

/* Numbers l .. l + length - 1 of the segments: all of them where there are several. */
static void run_panels(const tiles *s, size_t l, size_t length)
{
    static const size_t start[1] = { 0 };
    const hear_linear_args *const a = s->a;
    const packed *const p = a->packed;
    const size_t cols = s->kernels->cols, k = a->segments * a->length;
    const size_t whole = ceil_div(a->n, cols) * cols;
    const bool first = l == 0, last = l + length == a->length;
    const size_t most = s->width <= s->kernels->rows / 2 ? 2 * cols : cols;
    hear_linear_tile_args t = { .ldx = a->x_col,
                                .at = a->at ? a->at : start,
                                .segments = a->segments,
                                .length = length,
                                .ahead = k < AHEAD || a->cols == 1 ? 0 : AHEAD * cols,
                                .ldy = a->y_col,
                                .ld_add = first ? a->add_col : a->y_col,
                                .low = last ? a->low : -INFINITY,
                                .high = last ? a->high : INFINITY };
    for (size_t j = 0; j < a->n; j += t.n) {
        t.n = a->n - j < most ? a->n - j : most;
        t.w[0] = p->numbers + whole + j * k + l * cols;
        t.w[1] = t.n > cols ? t.w[0] + k * cols : NULL;
        t.bias = first ? p->numbers + j : NULL;
        run_tiles(s, &t, a->x + l, j, first);
    }
}

void hear_linear(const hear_linear_args *a)
{
    const packed *const p = a->packed;
    const hear_linear_kernels *const kernels = p->kernels;
    const size_t k = a->segments * a->length;
    if (a->rows == 0 || a->cols == 0 || a->n == 0)
        return;
    tiles s = { .a = a, .kernels = kernels, .width = even(a->cols, kernels->rows) };
    s.per_row = ceil_div(a->cols, s.width);
    const size_t n_tiles = a->rows * s.per_row;
    const size_t block = 1 + CACHED / k / s.width;
    const size_t step = a->segments == 1 ? even(k, K_BLOCK) : a->length;
    for (s.first = 0; s.first < n_tiles; s.first = s.last) {
        s.last = n_tiles - s.first < block ? n_tiles : s.first + block;
        for (size_t l = 0; l < a->length; l += step)
            run_panels(&s, l, a->length - l < step ? a->length - l : step);
    }
}
