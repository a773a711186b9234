/* gemm.c - see gemm.h.
 *
 * a and b are copied block by block into panels in the order in which the tiles read them, after
 * K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): a block
 * of b stays in the second-level cache, one panel of it in the first, while those of a pass by. */
#include "config.h"

#include "nn/gemm.h"

#include "base/mem.h"
#include "nn/gemm_kernels.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum {
    K_BLOCK = 320,       /* most of k at a time */
    M_BLOCK = 192,       /* rows of a packed at a time */
    N_BLOCK = 512,       /* columns of b packed at a time */
    FEW_ROWS = 16,       /* b is read where it lies when no more rows than these share it */
    FIRST_CACHE = 10000, /* numbers that stay in it */
    SMALL_M = HEAR_TILE_ROWS,
    SMALL_N = HEAR_TILE_COLS,
    N_ROOMS = 32
};

/* Room for packed blocks; whoever finds none free, where more than N_ROOMS threads multiply at
 * once, works in a small one on its stack. */
typedef struct {
    float *a, *b;
    size_t m, n; /* rows of a, columns of b */
} room;

static struct {
    _Alignas(64) float b[N_BLOCK * K_BLOCK + HEAR_TILE_SLACK];
    _Alignas(64) float a[M_BLOCK * K_BLOCK + HEAR_TILE_SLACK];
} rooms[N_ROOMS]; /* takes memory where it was used */
static atomic_flag taken[N_ROOMS];

/* What hear_gemm_pack makes. */
typedef struct {
    _Alignas(64) const hear_gemm_kernels *kernels;
    _Alignas(64) float panels[]; /* block after block of k, of m rows each */
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

static void scale(const hear_gemm_args *g)
{
    for (size_t i = 0; i < g->m; i++) {
        float *row = g->c + i * g->ldc;
        if (g->beta == 0.0f)
            memset(row, 0, g->n * sizeof *row);
        else
            for (size_t j = 0; j < g->n; j++)
                row[j] *= g->beta;
    }
}

/* rows i .. i + n - 1 of a, its columns l .. l + k - 1, in panels of `width` rows */
static void pack_a(const hear_gemm_kernels *kernels, const hear_gemm_args *g, float *out,
                   size_t width, size_t i, size_t n, size_t l, size_t k)
{
    for (size_t r = 0; r < n; r += width, out += width * k) {
        const size_t rows = n - r < width ? n - r : width;
        if (g->trans_a)
            kernels->pack_cols(out, rows, g->a + l * g->lda + i + r, g->lda, rows, k);
        else
            kernels->pack_rows(out, rows, g->a + (i + r) * g->lda + l, g->lda, rows, k);
    }
}

/* columns j .. j + n - 1 of b, its rows l .. l + k - 1, in panels of the kernels' width */
static void pack_b(const hear_gemm_kernels *kernels, const hear_gemm_args *g, float *out, size_t j,
                   size_t n, size_t l, size_t k)
{
    const size_t width = kernels->cols;
    for (size_t c = 0; c < n; c += width, out += width * k) {
        const size_t cols = n - c < width ? n - c : width;
        if (g->columns)
            g->columns(g->user, out, width, j + c, cols, l, k);
        else if (g->trans_b)
            kernels->pack_rows(out, width, g->b + (j + c) * g->ldb + l, g->ldb, cols, k);
        else
            kernels->pack_cols(out, width, g->b + l * g->ldb + j + c, g->ldb, cols, k);
    }
}

/* A block of c: m rows from i on, n columns from j on, k of the sum from l on. */
typedef struct {
    size_t i, m, j, n, l, k;
    size_t width;  /* rows in a panel of a */
    bool in_place; /* whole panels of b are read where b lies; only the last is packed */
} block;

/* The tile at row i, column j of the block; says how many columns it had. */
static size_t one_tile(const hear_gemm_kernels *kernels, const hear_gemm_args *g, const block *p,
                       const room *r, size_t i, size_t j)
{
    const size_t cols = kernels->cols, left = p->n - j;
    const size_t rows = p->m - i < p->width ? p->m - i : p->width;
    const bool first = p->l == 0, last = p->l + p->k == g->k;
    const packed *a = g->packed;
    hear_tile_args t = { .k = p->k,
                         .a = a ? a->panels + p->l * g->m + (p->i + i) * p->k : r->a + i * p->k,
                         .c = g->c + (p->i + i) * g->ldc + p->j + j,
                         .ldc = g->ldc,
                         .alpha = g->alpha,
                         .beta = first ? g->beta : 1.0f,
                         .bias = first && g->bias ? g->bias + p->i + i : NULL,
                         .low = g->held && last ? g->low : -INFINITY,
                         .high = g->held && last ? g->high : INFINITY };
    const bool long_row = p->in_place && p->m == 1 && left >= 4 * cols;
    if (p->in_place && left >= cols) {
        t.n = long_row ? 4 * cols : cols;
        t.b = g->b + p->l * g->ldb + p->j + j;
        t.ldb = g->ldb;
    } else {
        t.n = left < cols ? left : cols;
        t.b = p->in_place ? r->b : r->b + j * p->k;
        t.ldb = cols;
    }
    if (long_row)
        kernels->row(&t);
    else
        kernels->tile[t.n > cols / 2][rows - 1](&t);
    return t.n;
}

static void multiply(const hear_gemm_kernels *kernels, const hear_gemm_args *g, const block *p,
                     const room *r)
{
    if (p->k * p->n <= FIRST_CACHE) { /* all of b stays: go along the rows of c */
        for (size_t i = 0; i < p->m; i += p->width)
            for (size_t j = 0; j < p->n;)
                j += one_tile(kernels, g, p, r, i, j);
        return;
    }
    for (size_t j = 0, n = 0; j < p->n; j += n)
        for (size_t i = 0; i < p->m; i += p->width)
            n = one_tile(kernels, g, p, r, i, j);
}

static void product(const hear_gemm_args *g, const room *r)
{
    const packed *ready = g->packed;
    const hear_gemm_kernels *kernels = ready ? ready->kernels : hear_gemm_kernels_best();
    const size_t k_step = even(g->k, K_BLOCK);
    block p = { .width = even(g->m, kernels->rows),
                .in_place = !g->trans_b && !g->columns && g->m <= FEW_ROWS };
    const size_t m_step = r->m / p.width * p.width;
    const size_t n_step = p.in_place ? g->n : r->n;
    const bool one_a = k_step == g->k && m_step >= g->m; /* stays packed */
    for (p.j = 0; p.j < g->n; p.j += n_step) {
        p.n = g->n - p.j < n_step ? g->n - p.j : n_step;
        for (p.l = 0; p.l < g->k; p.l += k_step) {
            p.k = g->k - p.l < k_step ? g->k - p.l : k_step;
            const size_t loose = p.in_place ? p.n % kernels->cols : p.n;
            pack_b(kernels, g, r->b, p.j + p.n - loose, loose, p.l, p.k);
            for (p.i = 0; p.i < g->m; p.i += m_step) {
                p.m = g->m - p.i < m_step ? g->m - p.i : m_step;
                if (!ready && (!one_a || p.j == 0))
                    pack_a(kernels, g, r->a, p.width, p.i, p.m, p.l, p.k);
                multiply(kernels, g, &p, r);
            }
        }
    }
}

size_t hear_gemm_pack_bytes(size_t m, size_t k)
{
    size_t n, bytes;
    if (!hear_mul(m, k, &n) || !hear_add(n, HEAR_TILE_SLACK, &n) ||
        !hear_mul(n, sizeof(float), &bytes) || !hear_add(bytes, sizeof(packed), &bytes))
        return SIZE_MAX;
    return bytes;
}

void hear_gemm_pack(void *out, const float *a, size_t lda, size_t m, size_t k)
{
    packed *p = out;
    p->kernels = hear_gemm_kernels_best();
    const hear_gemm_args g = { .a = a, .lda = lda };
    if (m == 0 || k == 0)
        return;
    const size_t k_step = even(k, K_BLOCK), width = even(m, p->kernels->rows);
    for (size_t l = 0; l < k; l += k_step)
        pack_a(p->kernels, &g, p->panels + l * m, width, 0, m, l, k - l < k_step ? k - l : k_step);
}

/* What needs no kernel; true where that was all. */
static bool is_trivial(const hear_gemm_args *g)
{
    if (g->m > 0 && g->n > 0 && g->k == 0)
        scale(g);
    return g->m == 0 || g->n == 0 || g->k == 0;
}

/* A column is a row of the transposed product: the same sums, taken where b lies. */
static hear_gemm_args turned(const hear_gemm_args *g)
{
    if (g->n != 1 || g->ldc != 1 || g->bias || g->packed || g->columns)
        return *g;
    return (hear_gemm_args){ .m = 1,
                             .n = g->m,
                             .k = g->k,
                             .trans_a = !g->trans_b,
                             .trans_b = !g->trans_a,
                             .alpha = g->alpha,
                             .beta = g->beta,
                             .a = g->b,
                             .b = g->a,
                             .lda = g->ldb,
                             .ldb = g->lda,
                             .c = g->c,
                             .ldc = g->m,
                             .held = g->held,
                             .low = g->low,
                             .high = g->high };
}

__attribute__((noinline)) void hear_gemm_in_small_room(const hear_gemm_args *g)
{
    _Alignas(64) float a[SMALL_M * K_BLOCK + HEAR_TILE_SLACK];
    _Alignas(64) float b[SMALL_N * K_BLOCK + HEAR_TILE_SLACK];
    const hear_gemm_args as_rows = turned(g);
    if (!is_trivial(g))
        product(&as_rows, &(room){ .a = a, .b = b, .m = SMALL_M, .n = SMALL_N });
}

void hear_gemm(const hear_gemm_args *g)
{
    if (is_trivial(g))
        return;
    const hear_gemm_args as_rows = turned(g);
    for (size_t i = 0; i < N_ROOMS; i++) {
        if (atomic_flag_test_and_set_explicit(&taken[i], memory_order_acquire))
            continue;
        product(&as_rows, &(room){ .a = rooms[i].a, .b = rooms[i].b, .m = M_BLOCK, .n = N_BLOCK });
        atomic_flag_clear_explicit(&taken[i], memory_order_release);
        return;
    }
    hear_gemm_in_small_room(g);
}
