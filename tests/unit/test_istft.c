/* test_istft.c - back from spectra to samples; convolution, filters and rooms, by what defines
 * them.
 */
#include "test.h"

#include "base/rng.h"
#include "dsp/convolve.h"
#include "dsp/filter.h"
#include "dsp/istft.h"
#include "dsp/room.h"
#include "dsp/stft.h"

#include <stdlib.h>
#include <string.h>

static void fill(float *x, size_t n, uint64_t seed)
{
    hear_rng r;
    hear_rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(0.3 * hear_rng_normal(&r));
}

static void test_untouched_spectra_give_the_samples_back(void **state)
{
    (void)state;
    static const struct {
        size_t n_fft, hop;
    } cases[] = { { 1024, 512 }, { 1024, 256 }, { 64, 32 }, { 64, 1 }, { 4, 2 } };
    enum { N = 3000 };
    static float x[N + 4096], out[N + 4096];
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const size_t n_fft = cases[c].n_fft, hop = cases[c].hop, ahead = n_fft - hop;
        memset(x, 0, sizeof x);
        fill(x + ahead, N, 1 + c);
        hear_stft *stft;
        hear_istft *istft;
        assert_int_equal(hear_stft_create(&stft, n_fft, n_fft, HEAR_PLACE_CENTER), HEAR_OK);
        assert_int_equal(hear_istft_create(&istft, n_fft, hop), HEAR_OK);
        for (int again = 0; again < 2; again++) {
            for (size_t at = 0; at < N + ahead; at += hop) {
                test_forbid_heap();
                hear_istft_process(istft, hear_stft_spectrum(stft, x + at), out + at);
                test_allow_heap();
            }
            for (size_t i = ahead; i < ahead + N; i++)
                assert_close(out[i], x[i], 1e-6);
            hear_istft_reset(istft);
        }
        hear_stft_destroy(stft);
        hear_istft_destroy(istft);
    }
}

static void test_hops_that_leave_gaps_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t n_fft, hop;
    } bad[] = { { 64, 0 }, { 64, 33 }, { 64, 24 }, { 100, 50 }, { 0, 0 }, { 2, 1 } };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_istft *s = (hear_istft *)&bad;
        assert_int_equal(hear_istft_create(&s, bad[i].n_fft, bad[i].hop), HEAR_ERR_ARG);
        assert_null(s);
    }
    hear_istft_destroy(NULL);
}

static void test_convolution_is_the_sum_that_defines_it(void **state)
{
    (void)state;
    static const struct {
        size_t n, n_h;
    } cases[] = { { 1, 1 }, { 100, 1 }, { 64, 64 }, { 500, 65 }, { 65, 500 }, { 40000, 20000 } };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const size_t n = cases[c].n, n_h = cases[c].n_h;
        float *x = malloc(n * sizeof *x), *h = malloc(n_h * sizeof *h), *y = malloc(n * sizeof *y);
        fill(x, n, 10 + c);
        fill(h, n_h, 20 + c);
        assert_int_equal(hear_convolve(y, x, n, h, n_h), HEAR_OK);
        for (size_t i = 0; i < n; i += 1 + n / 200) {
            double sum = 0.0;
            for (size_t k = 0; k < n_h && k <= i; k++)
                sum += (double)h[k] * (double)x[i - k];
            assert_close(y[i], sum, 1e-5 * (1.0 + fabs(sum)));
        }
        assert_int_equal(hear_convolve(x, x, n, h, n_h), HEAR_OK); /* in place */
        assert_memory_equal(x, y, n * sizeof *x);
        free(x);
        free(h);
        free(y);
    }
}

/* The power of a tone after the first half second, in dB of what it was. */
static double passed_db(void (*filter)(float *, size_t, double, double), double cut_hz, double hz)
{
    enum { N = 16000 };
    static float x[N];
    double before = 0.0, after = 0.0;
    for (size_t i = 0; i < N; i++) {
        x[i] = (float)sin(2.0 * M_PI * hz * (double)i / 16000.0);
        before += i >= N / 2 ? (double)x[i] * (double)x[i] : 0.0;
    }
    filter(x, N, 16000.0, cut_hz);
    for (size_t i = N / 2; i < N; i++)
        after += (double)x[i] * (double)x[i];
    return 10.0 * log10(after / before);
}

static void test_filters_are_3_db_down_at_the_cut_and_48_an_octave_beyond(void **state)
{
    (void)state;
    assert_close(passed_db(hear_filter_low_pass, 1000.0, 1000.0), -3.01, 0.02);
    assert_close(passed_db(hear_filter_high_pass, 1000.0, 1000.0), -3.01, 0.02);
    assert_close(passed_db(hear_filter_low_pass, 1000.0, 100.0), 0.0, 0.01);
    assert_close(passed_db(hear_filter_high_pass, 1000.0, 5000.0), 0.0, 0.01);
    assert_close(passed_db(hear_filter_high_pass, 1000.0, 500.0), -48.2, 1.0);
    /* the bilinear transform is steeper towards half the rate */
    assert_true(passed_db(hear_filter_low_pass, 1000.0, 2000.0) < -48.0);
}

static void test_a_room_decays_by_60_db_in_its_time(void **state)
{
    (void)state;
    enum { RATE = 16000 };
    hear_rng r;
    hear_rng_seed(&r, 3);
    const double decay_s = 0.5;
    const size_t n = hear_room_length(RATE, decay_s);
    assert_int_equal(n, 8001);
    float *h = malloc(n * sizeof *h);
    double *left = malloc(n * sizeof *left), energy = 0.0; /* M. Schroeder's integral */
    hear_room_response(&r, RATE, decay_s, 6.0, h);
    assert_true(h[0] == 1.0f);
    for (size_t i = n; i-- > 1;)
        left[i] = energy += (double)h[i] * (double)h[i];
    assert_close(10.0 * log10(1.0 / energy), 6.0, 1e-3);
    for (size_t i = 1; i < RATE / 500; i++)
        assert_true(h[i] == 0.0f); /* 2 ms of nothing */
    size_t from = 1, to = 1;       /* the slope from -5 to -25 dB */
    while (left[from] > energy * pow(10.0, -0.5))
        from++;
    while (left[to] > energy * pow(10.0, -2.5))
        to++;
    assert_close(3.0 * (double)(to - from) / RATE, decay_s, 0.05);
    free(h);
    free(left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_untouched_spectra_give_the_samples_back),
        cmocka_unit_test(test_hops_that_leave_gaps_are_refused),
        cmocka_unit_test(test_convolution_is_the_sum_that_defines_it),
        cmocka_unit_test(test_filters_are_3_db_down_at_the_cut_and_48_an_octave_beyond),
        cmocka_unit_test(test_a_room_decays_by_60_db_in_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
