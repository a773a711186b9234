/* test_fft.c - the spectrum against its definition, and one frame of it. */
#include "test.h"

#include "base/rng.h"
#include "dsp/fft.h"
#include "dsp/stft.h"

#include <string.h>

/* Of the largest value: double precision, or liquid's single one. */
#ifdef HAVE_FFTW
#define ROUNDING 1e-14
#else
#define ROUNDING 3e-7
#endif

static void test_the_spectrum_is_the_sum_that_defines_it(void **state)
{
    (void)state;
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    for (size_t n = 4; n <= 2048; n *= 2) {
        hear_fft *f;
        assert_int_equal(hear_fft_create(&f, n), HEAR_OK);
        double x[2048], *in = hear_fft_input(f), root = 0.0;
        for (size_t i = 0; i < n; i++) {
            assert_true(in[i] == 0.0);
            x[i] = in[i] = (float)hear_rng_normal(&rng);
            root += x[i] * x[i];
        }
        root = sqrt(root * (double)n);
        test_forbid_heap();
        const double *z = hear_fft_run(f);
        test_allow_heap();
        for (size_t k = 0; k <= n / 2; k += 1 + n / 64) {
            double re = 0.0, im = 0.0;
            for (size_t i = 0; i < n; i++) {
                const double angle = 2.0 * M_PI * (double)(i * k % n) / (double)n;
                re += x[i] * cos(angle);
                im -= x[i] * sin(angle);
            }
            assert_close(z[2 * k], re, ROUNDING * root);
            assert_close(z[2 * k + 1], im, ROUNDING * root);
        }
        hear_fft_destroy(f);
    }
}

static void test_sizes_that_are_no_power_of_two_are_refused(void **state)
{
    (void)state;
    static const size_t bad[] = { 0, 1, 2, 3, 12, 1000, 131072, SIZE_MAX };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_fft *f;
        assert_int_equal(hear_fft_create(&f, bad[i]), HEAR_ERR_ARG);
        assert_null(f);
        hear_stft *s;
        assert_int_equal(hear_stft_create(&s, bad[i], 1, HEAR_PLACE_CENTER), HEAR_ERR_ARG);
        assert_null(s);
    }
    hear_stft *s;
    assert_int_equal(hear_stft_create(&s, 64, 65, HEAR_PLACE_CENTER), HEAR_ERR_ARG);
    assert_int_equal(hear_stft_create(&s, 64, 0, HEAR_PLACE_START), HEAR_ERR_ARG);
    hear_fft_destroy(NULL);
    hear_stft_destroy(NULL);
}

static void test_a_constant_shows_the_window(void **state)
{
    (void)state;
    hear_stft *s;
    assert_int_equal(hear_stft_create(&s, 64, 64, HEAR_PLACE_CENTER), HEAR_OK);
    float ones[64], bins[33];
    for (int i = 0; i < 64; i++)
        ones[i] = 1.0f;
    test_forbid_heap();
    hear_stft_process(s, ones, 1, bins);
    test_allow_heap();
    assert_close(bins[0], 32.0, 1e-5); /* n / 2: the mean of a periodic Hann is 1/2 */
    assert_close(bins[1], 16.0, 1e-5); /* n / 4 */
    for (int k = 2; k <= 32; k++)
        assert_close(bins[k], 0.0, 1e-5);
    hear_stft_process(s, ones, 2, bins);
    assert_close(bins[0], 1024.0, 1e-3);
    assert_close(bins[1], 256.0, 1e-3);
    hear_stft_destroy(s);
}

/* A pulse at sample i has |X[k]| = window[i] in every bin. */
static void pulse(hear_placement placement, size_t at, double want)
{
    hear_stft *s;
    assert_int_equal(hear_stft_create(&s, 512, 400, placement), HEAR_OK);
    float x[512] = { 0 }, bins[257];
    x[at] = 1.0f;
    hear_stft_process(s, x, 1, bins);
    for (int k = 0; k <= 256; k++)
        assert_close(bins[k], want, 1e-6);
    hear_stft_destroy(s);
}

static void test_the_window_stands_where_it_is_placed(void **state)
{
    (void)state;
    assert_int_equal(hear_stft_frame_length(512, 400, HEAR_PLACE_CENTER), 512);
    assert_int_equal(hear_stft_frame_length(512, 400, HEAR_PLACE_START), 400);
    pulse(HEAR_PLACE_CENTER, 56, 0.0); /* (512 - 400) / 2: the first of the window */
    pulse(HEAR_PLACE_CENTER, 56 + 100, 0.5);
    pulse(HEAR_PLACE_CENTER, 56 + 200, 1.0);
    pulse(HEAR_PLACE_CENTER, 55, 0.0);
    pulse(HEAR_PLACE_CENTER, 56 + 400, 0.0); /* behind it */
    pulse(HEAR_PLACE_START, 0, 0.0);
    pulse(HEAR_PLACE_START, 100, 0.5);
    pulse(HEAR_PLACE_START, 200, 1.0);
    pulse(HEAR_PLACE_START, 350, 0.5 - 0.5 * cos(2.0 * M_PI * 350 / 400));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_spectrum_is_the_sum_that_defines_it),
        cmocka_unit_test(test_sizes_that_are_no_power_of_two_are_refused),
        cmocka_unit_test(test_a_constant_shows_the_window),
        cmocka_unit_test(test_the_window_stands_where_it_is_placed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
