/* test_vec.c - the loops against their plain meaning, and every version against the first. */
#include "test.h"

#include "base/rng.h"
#include "dsp/vec.h"

#include <float.h>
#include <string.h>

enum { N = 101 }; /* so that elements are left over */

static const char *const versions[] = { "plain", "avx2", "avx512" };
enum { N_VERSIONS = sizeof versions / sizeof versions[0] };

static void test_ln_is_right_to_two_units_in_the_last_place(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int power = -126; power < 128; power++) {
        float x[N], y[N];
        for (int i = 0; i < N; i++)
            y[i] = x[i] = ldexpf(1.0f + (float)i / N, power);
        hear_vec_ln(y, N, 0.0f, FLT_MIN, 1.0f);
        for (int i = 0; i < N; i++) {
            const double ln = log(x[i]);
            const double unit = nextafterf((float)fabs(ln), INFINITY) - (float)fabs(ln);
            worst = fmax(worst, fabs(y[i] - ln) / fmax(unit, 1e-10));
        }
    }
    print_message("worst: %.2f units\n", worst);
    assert_true(worst <= 2.0);
    float one[1] = { 1.0f }, zero[1] = { 0.0f }, big[2] = { 99.0f, 0.5f };
    hear_vec_ln(one, 1, 0.0f, 1e-10f, 1.0f);
    assert_true(one[0] == 0.0f);
    hear_vec_ln(zero, 1, 0.0f, 1e-10f, (float)(10.0 / M_LN10));
    assert_close(zero[0], -100.0, 1e-5);
    hear_vec_ln(big, 2, 1.0f, 1e-10f, (float)(20.0 / M_LN10));
    assert_close(big[0], 40.0, 4e-6);
    assert_close(big[1], 20.0 * log10(1.5), 1e-6);
}

static void test_clean_holds_what_is_not_a_sample(void **state)
{
    (void)state;
    const float in[9] = { NAN, INFINITY, -INFINITY, 7.0f, -7.0f, 1.5f, -0.0f, FLT_MAX, -NAN };
    const float want[9] = { 0.0f, 0.0f, 0.0f, 2.0f, -2.0f, 1.5f, -0.0f, 2.0f, 0.0f };
    float out[9];
    hear_vec_clean(out, in, 9, 2.0f);
    assert_memory_equal(out, want, sizeof out);
}

static void test_products_powers_and_bands(void **state)
{
    (void)state;
    const float x[3] = { 1.0f, -2.0f, 0.5f };
    const double w[3] = { 0.1, 0.2, 0.3 };
    double product[3];
    hear_vec_multiply(product, x, w, 3);
    assert_true(product[0] == 0.1 && product[1] == -0.4 && product[2] == 0.15);
    const double z[6] = { 3.0, 4.0, 0.0, -1.0, 5.0, 12.0 };
    float power[3];
    hear_vec_power(power, z, 3);
    assert_memory_equal(power, ((float[]){ 25.0f, 1.0f, 169.0f }), sizeof power);
    hear_vec_sqrt(power, 3);
    assert_memory_equal(power, ((float[]){ 5.0f, 1.0f, 13.0f }), sizeof power);
    const size_t first[3] = { 1, 5, 0 }, n[3] = { 4, 0, 8 };
    const float weights[12] = { 1, 2, 3, 0, 1, 1, 1, 1, 1, 1, 1, 1 };
    const float bins[8] = { 1, 10, 100, 1000, 0, 0, 0, 2 };
    float bands[3];
    hear_vec_bands(bands, 3, first, n, weights, bins);
    assert_memory_equal(bands, ((float[]){ 3210.0f, 0.0f, 1113.0f }), sizeof bands);

    float a[40], b[40];
    for (size_t i = 0; i < 40; i++) {
        a[i] = (float)i;
        b[i] = i % 8 == 7 ? 2.0f : 1.0f;
    }
    for (size_t k = 1; k <= 5; k++) { /* of 8 k numbers: their sum, and each eighth again */
        const size_t m = 8 * k;
        assert_true(hear_vec_dot(a, b, m) == (float)(m * (m - 1) / 2 + 4 * k * k + 3 * k));
    }
    assert_true(hear_vec_dot(a, b, 0) == 0.0f);
}

typedef struct {
    double product[N];
    float power[N], root[N], clean[N], ln[N], bands[N], dot[N];
} results;

static void all(results *r)
{
    hear_rng rng;
    hear_rng_seed(&rng, 3);
    float x[2 * N], weights[8 * N];
    double z[2 * N];
    size_t first[N], n[N];
    for (size_t i = 0; i < 2 * N; i++) {
        x[i] = (float)hear_rng_normal(&rng);
        z[i] = hear_rng_normal(&rng);
    }
    for (size_t i = 0; i < 8 * N; i++)
        weights[i] = (float)hear_rng_uniform(&rng);
    for (size_t i = 0; i < N; i++) {
        first[i] = (size_t)hear_rng_below(&rng, N);
        n[i] = 4 * (size_t)hear_rng_below(&rng, 3);
    }
    hear_vec_multiply(r->product, x, z, N);
    hear_vec_power(r->power, z, N);
    memcpy(r->root, r->power, sizeof r->root);
    hear_vec_sqrt(r->root, N);
    hear_vec_clean(r->clean, x, N, 1.0f);
    memcpy(r->ln, r->power, sizeof r->ln);
    hear_vec_ln(r->ln, N, 0.001f, 1e-10f, 1.0f);
    hear_vec_bands(r->bands, N, first, n, weights, x);
    for (size_t i = 0; i < N; i++)
        r->dot[i] = hear_vec_dot(weights + i, weights + 2 * i, 8 * (i % 12));
}

static void test_every_version_gives_the_same_bits(void **state)
{
    (void)state;
    static results want, got; /* static: no padding that differs */
    assert_true(hear_vec_choose("plain"));
    assert_false(hear_vec_choose("abacus"));
    all(&want);
    for (int v = 1; v < N_VERSIONS; v++) {
        if (!hear_vec_choose(versions[v])) {
            print_message("this CPU has no %s\n", versions[v]);
            continue;
        }
        test_forbid_heap();
        all(&got);
        test_allow_heap();
        assert_memory_equal(&got, &want, sizeof got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ln_is_right_to_two_units_in_the_last_place),
        cmocka_unit_test(test_clean_holds_what_is_not_a_sample),
        cmocka_unit_test(test_products_powers_and_bands),
        cmocka_unit_test(test_every_version_gives_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
