/* test_resample.c - what a sine becomes at another rate: its level, its phase, and all else. */
#include "test.h"

#include "base/rng.h"
#include "dsp/resample.h"

#include <stdlib.h>
#include <string.h>

static hear_resample *make(uint32_t rate_in, uint32_t rate_out)
{
    hear_resample *r = NULL;
    assert_int_equal(hear_resample_create(&r, rate_in, rate_out), HEAR_OK);
    return r;
}

/* All of in at once; the caller frees. */
static float *convert(hear_resample *r, const float *in, size_t n, size_t max_out, size_t *n_out)
{
    float *out = malloc(max_out * sizeof *out);
    size_t taken;
    *n_out = hear_resample_process(r, in, n, &taken, out, max_out);
    assert_int_equal(taken, n);
    *n_out += hear_resample_flush(r, out + *n_out, max_out - *n_out);
    return out;
}

typedef struct {
    double level; /* of the sine of the same frequency, 1 for what went in */
    double phase; /* against the one that went in, radians */
    double rest;  /* RMS of all else, over a sine's of level 1 */
    double all;   /* RMS of everything, over a sine's of level 1 */
} heard;

/* Fits a cos + b sin at hz to the middle of y, by least squares. */
static heard fit(const float *y, size_t n, double rate_hz, double hz, size_t margin)
{
    double cc = 0, ss = 0, cs = 0, yc = 0, ys = 0, yy = 0;
    for (size_t i = margin; i < n - margin; i++) {
        const double angle = 2.0 * M_PI * hz * (double)i / rate_hz, c = cos(angle), s = sin(angle);
        cc += c * c;
        ss += s * s;
        cs += c * s;
        yc += y[i] * c;
        ys += y[i] * s;
        yy += (double)y[i] * y[i];
    }
    const double det = cc * ss - cs * cs;
    const double a = (yc * ss - ys * cs) / det, b = (ys * cc - yc * cs) / det;
    double rest = 0;
    for (size_t i = margin; i < n - margin; i++) {
        const double angle = 2.0 * M_PI * hz * (double)i / rate_hz;
        const double d = y[i] - a * cos(angle) - b * sin(angle);
        rest += d * d;
    }
    const double count = (double)(n - 2 * margin);
    return (heard){ .level = hypot(a, b),
                    .phase = atan2(a, b),
                    .rest = sqrt(2.0 * rest / count),
                    .all = sqrt(2.0 * yy / count) };
}

static heard sine(hear_resample *r, uint32_t rate_in, uint32_t rate_out, double hz)
{
    const uint32_t lower = rate_in < rate_out ? rate_in : rate_out;
    const size_t n = (size_t)((uint64_t)rate_in * 2000 / lower);
    const size_t max_out = (size_t)((uint64_t)rate_out * 2000 / lower) + 2;
    float *in = malloc(n * sizeof *in);
    for (size_t i = 0; i < n; i++)
        in[i] = (float)sin(2.0 * M_PI * hz * (double)i / rate_in);
    hear_resample_reset(r);
    size_t n_out;
    float *out = convert(r, in, n, max_out, &n_out);
    const size_t margin = (size_t)((uint64_t)rate_out * 40 / lower);
    const heard h = fit(out, n_out, rate_out, hz, margin);
    free(in);
    free(out);
    return h;
}

static double db(double x)
{
    return 20.0 * log10(x + 1e-12);
}

static void test_quality_at_every_usual_rate(void **state)
{
    (void)state;
    static const uint32_t rates[] = { 8000,  11025, 22050,  32000, 44100, 48000,
                                      88200, 96000, 192000, 12345, 48001 };
    static const uint32_t targets[] = { 16000, 22050 };
    static const double inside[] = { 0.01, 0.1, 0.25, 0.4, 0.5, 0.7, 0.8, 0.9 };
    static const double outside[] = { 1.05, 1.06, 1.1, 1.2, 1.37, 1.6, 1.97, 2.4, 3.1, 5.2 };
    print_message("to\tfrom\tlevel to 0.9 N, dB\tphase, rad\telse, dB\tfrom 1.05 N, dB\n");
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
            if (rates[i] == targets[t])
                continue;
            hear_resample *r = make(rates[i], targets[t]);
            const double nyquist = 0.5 * (rates[i] < targets[t] ? rates[i] : targets[t]);
            double low = 0, high = -99, phase = 0, rest = 0, beyond = 0;
            for (size_t k = 0; k < sizeof inside / sizeof inside[0]; k++) {
                const heard h = sine(r, rates[i], targets[t], inside[k] * nyquist);
                low = fmin(low, db(h.level));
                high = fmax(high, db(h.level));
                phase = fmax(phase, fabs(h.phase));
                rest = fmax(rest, h.rest);
            }
            for (size_t k = 0; k < sizeof outside / sizeof outside[0]; k++)
                if (outside[k] * nyquist < 0.5 * rates[i])
                    beyond = fmax(beyond, sine(r, rates[i], targets[t], outside[k] * nyquist).all);
            print_message("%u\t%u\t%+.4f … %+.4f\t%.1e\t\t%.1f\t\t", targets[t], rates[i], low,
                          high, phase, db(rest));
            if (rates[i] > targets[t])
                print_message("%.1f\n", db(beyond));
            else
                print_message("-\n");
            assert_true(low >= -0.5 && high <= 0.5);
            assert_true(phase < 1e-5); /* output n is of time n / rate_out */
            assert_true(db(rest) <= -80.0);
            assert_true(db(beyond) <= -80.0);
            hear_resample_destroy(r);
        }
}

static void test_equal_rates_pass_every_bit(void **state)
{
    (void)state;
    hear_resample *r = make(44100, 44100);
    const float in[5] = { 0.1f, -0.0f, 1e-40f, 3e38f, -0.3f };
    size_t n;
    float *out = convert(r, in, 5, 9, &n);
    assert_int_equal(n, 5);
    assert_memory_equal(in, out, sizeof in);
    assert_int_equal(hear_resample_latency(r), 0);
    free(out);
    hear_resample_destroy(r);
}

static void test_a_constant_stays_one(void **state)
{
    (void)state;
    static const uint32_t rates[] = { 8000, 44100, 12345, 192000, 767999 };
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        hear_resample *r = make(rates[i], 16000);
        const size_t n = rates[i] / 10;
        float *in = malloc(n * sizeof *in);
        for (size_t k = 0; k < n; k++)
            in[k] = 1.0f;
        size_t n_out;
        float *out = convert(r, in, n, 2000, &n_out);
        for (size_t k = 100; k < n_out - 100; k++)
            assert_close(out[k], 1.0, 1e-5);
        free(in);
        free(out);
        hear_resample_destroy(r);
    }
}

static void test_the_length_is_the_exact_ratio_rounded(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = { { 44100, 16000 },  { 8000, 22050 },   { 12345, 16000 },
                                         { 192000, 16000 }, { 767999, 16000 }, { 1000, 192000 } };
    static float zeros[3000], out[3000];
    hear_rng rng;
    hear_rng_seed(&rng, 5);
    for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        hear_resample *r = make(pairs[p][0], pairs[p][1]);
        for (int i = 0; i < 20; i++) {
            size_t left = i < 5 ? (size_t)i : (size_t)hear_rng_below(&rng, 3000);
            const uint64_t n = left;
            uint64_t n_out = 0;
            for (size_t taken; left > 0; left -= taken)
                n_out += hear_resample_process(r, zeros, left, &taken, out, 3000);
            for (size_t k; (k = hear_resample_flush(r, out, 7)) > 0;)
                n_out += k;
            assert_int_equal(n_out, (2 * n * pairs[p][1] + pairs[p][0]) / (2 * pairs[p][0]));
            hear_resample_reset(r);
        }
        hear_resample_destroy(r);
    }
}

static void test_blocks_of_any_size_give_the_same_bits(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = { { 44100, 16000 }, { 16000, 22050 }, { 48001, 22050 } };
    enum { N = 20000 };
    static float in[N];
    hear_rng rng;
    hear_rng_seed(&rng, 6);
    for (size_t i = 0; i < N; i++)
        in[i] = (float)hear_rng_normal(&rng);
    for (size_t p = 0; p < 3; p++) {
        hear_resample *r = make(pairs[p][0], pairs[p][1]);
        size_t n_whole;
        float *whole = convert(r, in, N, 2 * N, &n_whole);
        static float pieces[2 * N];
        for (int run = 0; run < 4; run++) {
            hear_resample_reset(r);
            size_t at = 0, n = 0, k;
            test_forbid_heap();
            while (at < N) {
                size_t taken, block = (size_t)hear_rng_below(&rng, (uint64_t)1 << (3 * run + 2));
                block = block < N - at ? block : N - at;
                n += hear_resample_process(r, in + at, block, &taken, pieces + n,
                                           (size_t)hear_rng_below(&rng, 400));
                at += taken;
            }
            while ((k = hear_resample_flush(r, pieces + n, 5)) > 0)
                n += k;
            test_allow_heap();
            assert_int_equal(n, n_whole);
            assert_memory_equal(pieces, whole, n * sizeof *whole);
        }
        free(whole);
        hear_resample_destroy(r);
    }
}

static void test_rates_out_of_range_are_refused(void **state)
{
    (void)state;
    static const uint32_t bad[][2] = {
        { 999, 16000 }, { 16000, 999 }, { 768001, 16000 }, { 16000, 768001 }, { 0, 0 }
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_resample *r;
        assert_int_equal(hear_resample_create(&r, bad[i][0], bad[i][1]), HEAR_ERR_ARG);
        assert_null(r);
    }
    static const uint32_t good[][2] = { { 1000, 768000 }, { 768000, 1000 } };
    for (size_t i = 0; i < 2; i++)
        hear_resample_destroy(make(good[i][0], good[i][1]));
    hear_resample_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quality_at_every_usual_rate),
        cmocka_unit_test(test_equal_rates_pass_every_bit),
        cmocka_unit_test(test_a_constant_stays_one),
        cmocka_unit_test(test_the_length_is_the_exact_ratio_rounded),
        cmocka_unit_test(test_blocks_of_any_size_give_the_same_bits),
        cmocka_unit_test(test_rates_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
