/* strassen.c - see strassen.h.
 *
 * x = (x11 x12; x21 x22), upper rows first, w = (w11 w12; w21 w22). Of the weights, once:
 *   t1 = w12 - w11, t2 = w22 - t1, t3 = w22 - w12, t4 = w21 - t2
 * Of each pair of rows: s1 = x21 + x22, s2 = s1 - x11, s3 = x11 - x21, s4 = x12 - s2. Then, with
 *   u = x11 w11 + s2 t2, v = u + s1 t1, p = s3 t3:
 *   y11 = x11 w11 + x12 w21, y12 = v + s4 w22, y21 = u + p + x22 t4, y22 = v + p */
#include "config.h"

#include "nn/strassen.h"

#include "base/mem.h"
#include "nn/linear.h"
#include "nn/linear_kernels.h"
#include "nn/strassen_kernels.h"

#include <math.h>
#include <stdint.h>

enum {
    PRODUCTS = 7,
    FEW = 16,
    CACHED = 64 << 10, /* numbers between the products, in the second-level cache */
    FEWEST = 12,       /* pairs of rows: what fills the registers */
    LEAST = 256,       /* in and out: fewer do not pay for the sums */
    MOST = 4096
};

/* In the order of the calls. */
enum { X11_W11, X12_W21, S2_T2, S1_T1, S3_T3, S4_W22, X22_T4 };

typedef struct {
    _Alignas(64) const hear_strassen_kernels *kernels;
    size_t each;                 /* bytes of the weights of one product */
    _Alignas(64) char weights[]; /* [PRODUCTS][each] */
} packed;

bool hear_strassen_fits(size_t size, size_t in, size_t out)
{
    return size % 2 == 0 && size / 2 >= FEWEST && in % (2 * FEW) == 0 &&
           out % (2 * HEAR_LINEAR_COLS) == 0 && in >= LEAST && out >= LEAST && in <= MOST &&
           out <= MOST;
}

static size_t each_bytes(size_t in, size_t out)
{
    return (hear_linear_pack_bytes(out / 2, in / 2) + 63) / 64 * 64; /* of numbers <= MOST */
}

size_t hear_strassen_pack_bytes(size_t in, size_t out)
{
    return sizeof(packed) + PRODUCTS * each_bytes(in, out);
}

/* Pairs of rows at a time. */
static size_t pairs_of(size_t in, size_t out)
{
    const size_t n = CACHED / (2 * in + 3 * (out / 2)) / FEWEST * FEWEST;
    return n > FEWEST ? n : FEWEST;
}

size_t hear_strassen_scratch(size_t in, size_t out)
{
    return pairs_of(in, out) * (2 * in + 3 * (out / 2)) * sizeof(float);
}

/* A panel's columns, a few of k at a time, so that both sides stay in the cache. */
void hear_strassen_pack(void *packed_bytes, size_t in, size_t out, const float *weights,
                        const float *bias)
{
    packed *const p = packed_bytes;
    const size_t k = in / 2, n = out / 2;
    p->kernels = hear_strassen_kernels_best();
    p->each = each_bytes(in, out);
    const float *const right = bias ? bias + n : NULL; /* v brings it to both on the right */
    const float *const added[PRODUCTS] = { [X12_W21] = bias, [S1_T1] = right, [X22_T4] = bias };
    for (size_t i = 0; i < PRODUCTS; i++)
        hear_linear_begin(p->weights + i * p->each, n, k, added[i]);
    const size_t cols = hear_linear_kernels_best()->cols;
    for (size_t at = 0; at < n * k; at += cols * FEW) {
        const size_t j = at / (cols * k) * cols, l = at % (cols * k) / cols;
        float *to[PRODUCTS];
        for (size_t i = 0; i < PRODUCTS; i++)
            to[i] = hear_linear_weight(p->weights + i * p->each, n, k, l, j);
        const float *const from = weights + j * in + l;
        for (size_t c = 0; c < cols * FEW; c++) {
            const float *const left = from + c % cols * in + c / cols, *const other = left + n * in;
            const double w11 = (double)left[0], w21 = (double)left[k];
            const double w12 = (double)other[0], w22 = (double)other[k];
            const double t1 = w12 - w11, t2 = w22 - t1;
            to[X11_W11][c] = (float)w11;
            to[X12_W21][c] = (float)w21;
            to[S2_T2][c] = (float)t2;
            to[S1_T1][c] = (float)t1;
            to[S3_T3][c] = (float)(w22 - w12);
            to[S4_W22][c] = (float)w22;
            to[X22_T4][c] = (float)(w21 - t2);
        }
    }
}

/* From picture to picture, and from row to row. */
typedef struct {
    size_t picture, row;
} pitch;

/* So many pairs of rows of each of so many pictures. */
typedef struct {
    const hear_strassen_args *a;
    size_t pictures, pairs;
    pitch x, y, s, t; /* of sums of x, and of what is added up to y */
} block;

static void multiply(const block *b, size_t product, const float *x, const pitch *of_x,
                     const float *add, float *y, const pitch *of_y)
{
    const packed *const p = b->a->packed;
    const bool ends = of_y == &b->y;
    hear_linear(&(hear_linear_args){ .packed = p->weights + product * p->each,
                                     .n = b->a->out / 2,
                                     .rows = b->pictures,
                                     .cols = b->pairs,
                                     .x = x,
                                     .x_row = of_x->picture,
                                     .x_col = of_x->row,
                                     .segments = 1,
                                     .length = b->a->in / 2,
                                     .y = y,
                                     .y_row = of_y->picture,
                                     .y_col = of_y->row,
                                     .add = add,
                                     .add_row = b->t.picture,
                                     .add_col = b->t.row,
                                     .low = ends ? b->a->low : -INFINITY,
                                     .high = ends ? b->a->high : INFINITY });
}

static void run_block(const block *b, const float *upper, float *y)
{
    const hear_strassen_args *const a = b->a;
    const hear_strassen_kernels *const kernels = ((const packed *)a->packed)->kernels;
    const size_t k = a->in / 2, n = a->out / 2, all = b->pictures * b->pairs;
    const float *const lower = upper + a->size / 2 * a->in;
    float *const y_lower = y + a->size / 2 * a->out;
    float *const s1 = a->scratch, *const s2 = s1 + all * k, *const s3 = s2 + all * k;
    float *const s4 = s3 + all * k, *const u = s4 + all * k, *const v = u + all * n;
    float *const p = v + all * n;
    for (size_t i = 0; i < all; i++) {
        const size_t at = i / b->pairs * b->x.picture + i % b->pairs * b->x.row;
        kernels->sums(s1 + i * k, all * k, upper + at, lower + at, k);
    }
    multiply(b, X11_W11, upper, &b->x, NULL, u, &b->t);
    multiply(b, X12_W21, upper + k, &b->x, u, y, &b->y);
    multiply(b, S2_T2, s2, &b->s, u, u, &b->t);
    multiply(b, S1_T1, s1, &b->s, u, v, &b->t);
    multiply(b, S3_T3, s3, &b->s, NULL, p, &b->t);
    multiply(b, S4_W22, s4, &b->s, v, y + n, &b->y);
    for (size_t i = 0; i < all; i++) /* y22, and u + p in u's place */
        kernels->ends(y_lower + i / b->pairs * b->y.picture + i % b->pairs * b->y.row + n,
                      u + i * n, v + i * n, p + i * n, n, a->low, a->high);
    multiply(b, X22_T4, lower + k, &b->x, u, y_lower, &b->y);
}

void hear_strassen_run(const hear_strassen_args *a)
{
    const size_t half = a->size / 2, most = pairs_of(a->in, a->out);
    const size_t together = most > half ? most / half : 1, step = most < half ? most : half;
    block b = { .a = a,
                .x = { a->size * a->in, a->in },
                .y = { a->size * a->out, a->out },
                .s = { .row = a->in / 2 },
                .t = { .row = a->out / 2 } };
    for (size_t i = 0; i < a->n; i += together)
        for (size_t r = 0; r < half; r += step) {
            b.pictures = a->n - i < together ? a->n - i : together;
            b.pairs = half - r < step ? half - r : step;
            b.s.picture = b.pairs * b.s.row;
            b.t.picture = b.pairs * b.t.row;
            run_block(&b, a->x + i * b.x.picture + r * a->in, a->y + i * b.y.picture + r * a->out);
        }
}
