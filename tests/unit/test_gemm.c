/* test_gemm.c - the matrix product, in all its forms. */
#include "test.h"

#include "nn/gemm.h"

#include <string.h>

static float at(const float *a, size_t ld, bool trans, size_t i, size_t j)
{
    return trans ? a[j * ld + i] : a[i * ld + j];
}

static void check(size_t m, size_t n, size_t k, bool ta, bool tb, float beta)
{
    static float a[64 * 64], b[64 * 64], c[64 * 64], was[64 * 64];
    for (size_t i = 0; i < 64 * 64; i++) { /* small whole numbers: every sum is exact */
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
                                 .lda = 64,
                                 .ldb = 64,
                                 .ldc = 64 });
    for (size_t i = 0; i < 64; i++)
        for (size_t j = 0; j < 64; j++) {
            float want = was[i * 64 + j];
            if (i < m && j < n) {
                float sum = 0.0f;
                for (size_t l = 0; l < k; l++)
                    sum += at(a, 64, ta, i, l) * at(b, 64, tb, l, j);
                want = 2.0f * sum + beta * want;
            }
            assert_true(c[i * 64 + j] == want);
        }
}

static void test_product_in_every_orientation(void **state)
{
    (void)state;
    for (int form = 0; form < 8; form++) {
        const bool ta = form & 1, tb = form & 2;
        const float beta = form & 4 ? 3.0f : 0.0f;
        check(5, 7, 9, ta, tb, beta);
        check(1, 7, 9, ta, tb, beta); /* a row */
        check(5, 1, 9, ta, tb, beta); /* a column */
        check(33, 64, 17, ta, tb, beta);
    }
}

static void test_empty_sums_are_zero(void **state)
{
    (void)state;
    check(5, 7, 0, false, false, 0.0f);
    check(5, 7, 0, false, false, 3.0f);
    check(0, 7, 3, false, false, 0.0f);
    check(5, 0, 3, false, false, 0.0f);
}

static void test_beta_zero_does_not_read(void **state)
{
    (void)state;
    const float a[2] = { 1.0f, 2.0f }, b[2] = { 3.0f, 4.0f };
    float c[4] = { NAN, NAN, NAN, NAN };
    hear_gemm(&(hear_gemm_args){ .m = 2,
                                 .n = 2,
                                 .k = 1,
                                 .alpha = 1.0f,
                                 .a = a,
                                 .b = b,
                                 .c = c,
                                 .lda = 1,
                                 .ldb = 2,
                                 .ldc = 2 });
    const float want[4] = { 3.0f, 4.0f, 6.0f, 8.0f };
    assert_memory_equal(c, want, sizeof want);
}

static void test_no_heap_after_the_first(void **state)
{
    (void)state;
    static float a[300 * 300], b[300 * 300], c[300 * 300];
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
    hear_gemm_init();
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
        cmocka_unit_test(test_no_heap_after_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
