/* test_gemm.c - the matrix product, in all its forms, by the kernels of every kind of CPU. */
#include "test.h"

#include "base/rng.h"
#include "nn/gemm.h"
#include "nn/simd.h"

#include <math.h>
#include <string.h>

enum { SIDE = 700, ROOM = SIDE * SIDE };

static const char *const kinds[] = { "plain", "avx2", "avx512" };
static float a[ROOM], b[ROOM], c[ROOM], was[ROOM];

static float at(const float *x, size_t ld, bool trans, size_t i, size_t j)
{
    return trans ? x[j * ld + i] : x[i * ld + j];
}

static void each_kind(void (*test)(void))
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (hear_simd_choose(kinds[i])) { /* the last that can run stays: it is the best */
            test();
            n++;
        }
    assert_true(n > 0);
    assert_false(hear_simd_choose("abacus"));
}

static void check(size_t m, size_t n, size_t k, bool ta, bool tb, float beta)
{
    enum { LD = 64 };
    for (size_t i = 0; i < LD * LD; i++) { /* small whole numbers: every sum is exact */
        a[i] = (float)((i * 7) % 11) - 5.0f;
        b[i] = (float)((i * 5) % 13) - 6.0f;
        was[i] = c[i] = (float)(i % 5);
    }
    hear_gemm(&(hear_gemm_args){ .m = m,
                                 .n = n,
                                 .k = k,
                                 .trans_a = ta,
                                 .trans_b = tb,
                                 .alpha = 2.0f,
                                 .beta = beta,
                                 .a = a,
                                 .b = b,
                                 .c = c,
                                 .lda = LD,
                                 .ldb = LD,
                                 .ldc = LD });
    for (size_t i = 0; i < LD; i++)
        for (size_t j = 0; j < LD; j++) {
            float want = was[i * LD + j];
            if (i < m && j < n) {
                float sum = 0.0f;
                for (size_t l = 0; l < k; l++)
                    sum += at(a, LD, ta, i, l) * at(b, LD, tb, l, j);
                want = 2.0f * sum + beta * want;
            }
            assert_true(c[i * LD + j] == want);
        }
}

static void every_orientation(void)
{
    for (int form = 0; form < 8; form++) {
        const bool ta = form & 1, tb = form & 2;
        const float beta = form & 4 ? 3.0f : 0.0f;
        check(5, 7, 9, ta, tb, beta);
        check(1, 7, 9, ta, tb, beta); /* a row */
        check(5, 1, 9, ta, tb, beta); /* a column */
        check(33, 64, 17, ta, tb, beta);
        for (size_t size = 1; size <= 34; size++) { /* every tile, and every part of one */
            check(size, 35, 5, ta, tb, beta);
            check(13, size, 5, ta, tb, beta);
            check(3, size, 4, ta, tb, beta);
        }
    }
}

static void test_product_in_every_orientation(void **state)
{
    (void)state;
    each_kind(every_orientation);
}

static void test_empty_sums_are_zero(void **state)
{
    (void)state;
    check(5, 7, 0, false, false, 0.0f);
    check(5, 7, 0, false, false, 3.0f);
    check(0, 7, 3, false, false, 0.0f);
    check(5, 0, 3, false, false, 0.0f);
}

static void beta_zero(void)
{
    const float x[2] = { 1.0f, 2.0f }, y[2] = { 3.0f, 4.0f };
    float z[4] = { NAN, NAN, NAN, NAN };
    hear_gemm(&(hear_gemm_args){ .m = 2,
                                 .n = 2,
                                 .k = 1,
                                 .alpha = 1.0f,
                                 .a = x,
                                 .b = y,
                                 .c = z,
                                 .lda = 1,
                                 .ldb = 2,
                                 .ldc = 2 });
    const float want[4] = { 3.0f, 4.0f, 6.0f, 8.0f };
    assert_memory_equal(z, want, sizeof want);
}

static void test_beta_zero_does_not_read(void **state)
{
    (void)state;
    each_kind(beta_zero);
}

/* ---- random shapes: small ones for the edges, larger ones for the blocks */

static size_t draw(hear_rng *rng, size_t most)
{
    return 1 + (size_t)(hear_rng_uniform(rng) * (double)most);
}

static hear_gemm_args random_product(hear_rng *rng)
{
    static const size_t most[4][3] = {
        { 40, 40, 40 }, { 30, 600, 60 }, { 300, 40, 40 }, { 20, 60, 690 }
    };
    const size_t *size = most[draw(rng, 4) - 1];
    hear_gemm_args g = { .m = draw(rng, size[0]),
                         .n = draw(rng, size[1]),
                         .k = draw(rng, size[2]),
                         .trans_a = draw(rng, 2) == 1,
                         .trans_b = draw(rng, 2) == 1,
                         .alpha = draw(rng, 2) == 1 ? 1.0f : -0.5f,
                         .beta = draw(rng, 2) == 1 ? 0.0f : 0.75f,
                         .a = a,
                         .b = b,
                         .c = c };
    g.lda = (g.trans_a ? g.m : g.k) + draw(rng, 3) - 1;
    g.ldb = (g.trans_b ? g.k : g.n) + draw(rng, 3) - 1;
    g.ldc = g.n + draw(rng, 3) - 1;
    for (size_t i = 0; i < ROOM; i++)
        was[i] = c[i] = (float)i;
    return g;
}

static void fill(hear_rng *rng)
{
    for (size_t i = 0; i < ROOM; i++) {
        a[i] = (float)hear_rng_normal(rng);
        b[i] = (float)hear_rng_normal(rng);
    }
}

static void close_to_double(void)
{
    hear_rng rng;
    hear_rng_seed(&rng, 7);
    fill(&rng);
    for (int round = 0; round < 60; round++) {
        const hear_gemm_args g = random_product(&rng);
        hear_gemm(&g);
        for (size_t i = 0; i < g.m; i++)
            for (size_t j = 0; j < g.n; j++) {
                double sum = 0.0, size = 0.0;
                for (size_t l = 0; l < g.k; l++) {
                    const double p = (double)at(g.a, g.lda, g.trans_a, i, l) *
                                     (double)at(g.b, g.ldb, g.trans_b, l, j);
                    sum += p;
                    size += fabs(p);
                }
                const double old = (double)(g.beta * was[i * g.ldc + j]);
                const double bound = (double)(g.k + 4) * (size + fabs(old)) * 0x1p-24;
                assert_true(fabs((double)c[i * g.ldc + j] - ((double)g.alpha * sum + old)) <=
                            bound);
            }
        for (size_t i = 0; i < g.m; i++) /* nothing beside the result is touched */
            for (size_t j = g.n; j < g.ldc; j++)
                assert_true(c[i * g.ldc + j] == was[i * g.ldc + j]);
        for (size_t i = g.m * g.ldc; i < ROOM; i++)
            assert_true(c[i] == was[i]);
    }
}

static void test_close_to_sums_in_double_precision(void **state)
{
    (void)state;
    each_kind(close_to_double);
}

/* Any part of a product alone has the bits that it has in the whole. */
static void parts(void)
{
    static float whole[ROOM];
    hear_rng rng;
    hear_rng_seed(&rng, 8);
    fill(&rng);
    for (int round = 0; round < 100; round++) {
        const hear_gemm_args g = random_product(&rng);
        hear_gemm(&g);
        memcpy(whole, c, sizeof whole);
        memcpy(c, was, sizeof c);
        hear_gemm_args part = g;
        const size_t i = draw(&rng, g.m) - 1, j = draw(&rng, g.n) - 1;
        part.m = draw(&rng, g.m - i);
        part.n = draw(&rng, g.n - j);
        part.a = g.a + i * (g.trans_a ? 1 : g.lda);
        part.b = g.b + j * (g.trans_b ? g.ldb : 1);
        part.c = g.c + i * g.ldc + j;
        hear_gemm(&part);
        for (size_t r = 0; r < part.m; r++)
            assert_memory_equal(part.c + r * g.ldc, whole + (i + r) * g.ldc + j,
                                part.n * sizeof *c);
        memcpy(c, was, sizeof c);
        hear_gemm_in_small_room(&g);
        assert_memory_equal(c, whole, sizeof c);
    }
}

static void test_bits_depend_on_row_and_column_alone(void **state)
{
    (void)state;
    each_kind(parts);
}

static void test_neither_heap_nor_warming_up(void **state)
{
    (void)state;
    hear_gemm_args g = { .m = 300,
                         .n = 300,
                         .k = 300,
                         .alpha = 1.0f,
                         .a = a,
                         .b = b,
                         .c = c,
                         .lda = 300,
                         .ldb = 300,
                         .ldc = 300 };
    test_forbid_heap();
    hear_gemm(&g);
    g.m = 1;
    hear_gemm(&g);
    test_allow_heap();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product_in_every_orientation),
        cmocka_unit_test(test_empty_sums_are_zero),
        cmocka_unit_test(test_beta_zero_does_not_read),
        cmocka_unit_test(test_close_to_sums_in_double_precision),
        cmocka_unit_test(test_bits_depend_on_row_and_column_alone),
        cmocka_unit_test(test_neither_heap_nor_warming_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
