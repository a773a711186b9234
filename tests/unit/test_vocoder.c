/* test_vocoder.c - pitch and length within 1 %, on tones, on something like a voice, and on real
 * speech where Debian's prompts for Asterisk are installed. */
#include "test.h"

#include "base/rng.h"
#include "dsp/vocoder.h"
#include "io/recording.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The frequency of a tone, by the phase that it gains over `gap` samples of its middle half,
 * demodulated at `near_hz` with a Hann window. */
static double tone_hz(const float *x, size_t n, double rate_hz, double near_hz)
{
    const size_t length = n / 4, gap = n / 4;
    double re[2] = { 0.0 }, im[2] = { 0.0 };
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < length; i++) {
            const size_t at = n / 4 + (size_t)part * gap + i;
            const double w = 0.5 - 0.5 * cos(2.0 * M_PI * ((double)i + 0.5) / (double)length);
            const double angle = 2.0 * M_PI * near_hz * (double)at / rate_hz;
            re[part] += w * (double)x[at] * cos(angle);
            im[part] -= w * (double)x[at] * sin(angle);
        }
    const double turn = atan2(im[1] * re[0] - re[1] * im[0], re[1] * re[0] + im[1] * im[0]);
    return near_hz + turn / (2.0 * M_PI) * rate_hz / (double)gap;
}

static double rms(const float *x, size_t from, size_t to)
{
    double sum = 0.0;
    for (size_t i = from; i < to; i++)
        sum += (double)x[i] * (double)x[i];
    return sqrt(sum / (double)(to - from));
}

static float *tone(size_t n, double rate_hz, double hz)
{
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(0.5 * sin(2.0 * M_PI * hz * (double)i / rate_hz));
    return x;
}

static const double factors[] = { 0.8, 0.9, 1.0, 1.1, 1.2, 0.5, 2.0 };
static const uint32_t rates[] = { 8000, 16000, 44100, 48000 };

static void test_a_stretched_tone_keeps_pitch_and_level(void **state)
{
    (void)state;
    for (size_t r = 0; r < 4; r++)
        for (size_t f = 0; f < sizeof factors / sizeof factors[0]; f++)
            for (double hz = 110.0; hz < 0.4 * rates[r]; hz *= 4.0) {
                const size_t n = rates[r];
                float *x = tone(n, rates[r], hz), *y;
                assert_int_equal(hear_stretch(&y, x, n, rates[r], factors[f]), HEAR_OK);
                const size_t m = hear_stretch_length(n, factors[f]);
                assert_close((double)m, factors[f] * (double)n, 0.51);
                assert_close(tone_hz(y, m, rates[r], hz) / hz, 1.0, 0.001);
                assert_close(rms(y, m / 4, 3 * m / 4) / rms(x, n / 4, 3 * n / 4), 1.0, 0.05);
                free(x);
                free(y);
            }
}

static void test_a_shifted_tone_keeps_length_and_moves_by_semitones(void **state)
{
    (void)state;
    for (size_t r = 0; r < 4; r++)
        for (double semitones = -3.0; semitones <= 3.0; semitones += 1.5)
            for (double hz = 110.0; hz < 0.3 * rates[r]; hz *= 4.0) {
                const size_t n = rates[r];
                const double want = hz * pow(2.0, semitones / 12.0);
                float *x = tone(n, rates[r], hz), *y;
                assert_int_equal(hear_shift_pitch(&y, x, n, rates[r], semitones), HEAR_OK);
                assert_close(tone_hz(y, n, rates[r], want) / want, 1.0, 0.001);
                assert_close(rms(y, n / 4, 3 * n / 4) / rms(x, n / 4, 3 * n / 4), 1.0, 0.05);
                free(x);
                free(y);
            }
}

/* The period of a voice in samples, 60 .. 400 Hz: the lag of the highest normalised correlation
 * over 60 ms, the shortest of those that come within 5 %, its top by a parabola. 0 where nothing
 * repeats or it is quiet. */
static double period(const float *x, size_t n, size_t at, double rate_hz, double loud)
{
    const size_t length = (size_t)(0.06 * rate_hz), low = (size_t)(rate_hz / 400.0);
    const size_t high = (size_t)(rate_hz / 60.0);
    static double c[2000];
    if (at + length + high >= n || high >= 2000 || rms(x, at, at + length) < loud)
        return 0.0;
    double best = 0.0;
    for (size_t lag = low; lag <= high; lag++) {
        double xy = 0.0, xx = 0.0, yy = 0.0;
        for (size_t i = at; i < at + length; i++) {
            xy += (double)x[i] * (double)x[i + lag];
            xx += (double)x[i] * (double)x[i];
            yy += (double)x[i + lag] * (double)x[i + lag];
        }
        c[lag] = xy / sqrt(xx * yy + 1e-30);
        best = fmax(best, c[lag]);
    }
    for (size_t lag = low + 1; lag < high && best > 0.85; lag++)
        if (c[lag] > 0.95 * best && c[lag] >= c[lag - 1] && c[lag] >= c[lag + 1]) {
            const double bend = c[lag - 1] - 2.0 * c[lag] + c[lag + 1];
            return (double)lag + (bend < 0.0 ? 0.5 * (c[lag - 1] - c[lag + 1]) / bend : 0.0);
        }
    return 0.0;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of pitch y over pitch x at moments that belong together, where both have one.
 * stretch: y's time over x's. NaN where fewer than 5 have. */
static double pitch_ratio(const float *x, size_t n, const float *y, size_t n_y, double rate_hz,
                          double stretch)
{
    enum { MOST = 4000 };
    static double ratio[MOST];
    size_t found = 0;
    const double loud_x = 0.3 * rms(x, 0, n), loud_y = 0.3 * rms(y, 0, n_y);
    for (double t = 0.0; t * rate_hz < (double)n && found < MOST; t += 0.02) {
        /* the middles of the two spans of 60 ms coincide */
        const double other = (t + 0.03) * stretch - 0.03;
        if (other < 0.0)
            continue;
        const double a = period(x, n, (size_t)(t * rate_hz), rate_hz, loud_x);
        const double b = period(y, n_y, (size_t)(other * rate_hz), rate_hz, loud_y);
        if (a > 0.0 && b > 0.0)
            ratio[found++] = a / b;
    }
    qsort(ratio, found, sizeof ratio[0], rising);
    return found < 5 ? NAN : ratio[found / 2];
}

/* Pulses of a gliding pitch through three formants. */
static float *voice(size_t n, double rate_hz)
{
    static const double formants[3][2] = { { 700.0, 80.0 }, { 1200.0, 90.0 }, { 2600.0, 120.0 } };
    float *x = calloc(n, sizeof *x);
    double phase = 0.0;
    for (size_t i = 0; i < n; i++) {
        phase += (130.0 + 50.0 * sin(2.0 * M_PI * (double)i / (double)n)) / rate_hz;
        if (phase >= 1.0) {
            phase -= 1.0;
            x[i] = 1.0f;
        }
    }
    for (int f = 0; f < 3; f++) {
        const double r = exp(-M_PI * formants[f][1] / rate_hz);
        const double a = 2.0 * r * cos(2.0 * M_PI * formants[f][0] / rate_hz);
        double y1 = 0.0, y2 = 0.0;
        for (size_t i = 0; i < n; i++) {
            const double y = (double)x[i] + a * y1 - r * r * y2;
            y2 = y1;
            y1 = y;
            x[i] = (float)(0.2 * y);
        }
    }
    return x;
}

/* Adds |ratio - 1| of stretches and shifts to worst and sum; false where it has too little voice.
 */
static bool judge(const float *x, size_t n, uint32_t rate_hz, double *worst)
{
    bool heard = true;
    for (size_t f = 0; f < 5 && heard; f++) {
        float *y;
        assert_int_equal(hear_stretch(&y, x, n, rate_hz, factors[f]), HEAR_OK);
        const size_t m = hear_stretch_length(n, factors[f]);
        assert_close((double)m / ((double)n * factors[f]), 1.0, 0.01);
        const double ratio = pitch_ratio(x, n, y, m, rate_hz, factors[f]);
        heard = !isnan(ratio);
        *worst = fmax(*worst, heard ? fabs(ratio - 1.0) : 0.0);
        free(y);
    }
    for (double semitones = -3.0; semitones <= 3.0 && heard; semitones += 2.0) {
        float *y;
        assert_int_equal(hear_shift_pitch(&y, x, n, rate_hz, semitones), HEAR_OK);
        const double ratio = pitch_ratio(x, n, y, n, rate_hz, 1.0) / pow(2.0, semitones / 12.0);
        heard = !isnan(ratio);
        *worst = fmax(*worst, heard ? fabs(ratio - 1.0) : 0.0);
        free(y);
    }
    return heard;
}

static void test_a_voice_keeps_its_pitch(void **state)
{
    (void)state;
    enum { RATE = 16000, N = 2 * RATE };
    float *x = voice(N, RATE);
    double worst = 0.0;
    assert_true(judge(x, N, RATE, &worst));
    assert_true(worst < 0.01);
    free(x);
}

static void test_real_speech_keeps_its_pitch(void **state)
{
    (void)state;
    static const char folder[] = "/usr/share/asterisk/sounds/en_US_f_Allison";
    DIR *dir = opendir(folder);
    if (!dir)
        skip();
    double worst = 0.0;
    size_t n_heard = 0;
    for (struct dirent *e; (e = readdir(dir)) && n_heard < 6;) {
        if (strncmp(e->d_name, "vm-", 3) != 0)
            continue;
        char path[512];
        hear_recording r;
        hear_error err;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (hear_recording_read(&r, path, 0, &err) != HEAR_OK)
            continue; /* a codec that libsndfile does not read */
        double here = 0.0;
        if (r.n > r.rate_hz && judge(r.samples, r.n, r.rate_hz, &here)) {
            n_heard++;
            worst = fmax(worst, here);
        }
        hear_recording_clear(&r);
    }
    closedir(dir);
    if (n_heard == 0)
        skip();
    print_message("%zu recordings, pitch at most %.2f %% off\n", n_heard, 100.0 * worst);
    assert_true(worst < 0.01);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    const float x[4] = { 0.1f, 0.2f, 0.1f, 0.0f };
    float *y = (float *)&x;
    assert_int_equal(hear_stretch(&y, x, 4, 16000, 0.2), HEAR_ERR_ARG);
    assert_null(y);
    assert_int_equal(hear_stretch(&y, x, 4, 16000, 4.1), HEAR_ERR_ARG);
    assert_int_equal(hear_stretch(&y, x, 4, 16000, NAN), HEAR_ERR_ARG);
    assert_int_equal(hear_stretch(&y, x, 0, 16000, 1.0), HEAR_ERR_ARG);
    assert_int_equal(hear_stretch(&y, x, 4, 0, 1.0), HEAR_ERR_ARG);
    assert_int_equal(hear_shift_pitch(&y, x, 4, 16000, 25.0), HEAR_ERR_ARG);
    assert_int_equal(hear_shift_pitch(&y, x, 4, 16000, NAN), HEAR_ERR_ARG);
    assert_int_equal(hear_shift_pitch(&y, x, 0, 16000, 1.0), HEAR_ERR_ARG);
    assert_null(y);
    for (size_t n = 1; n <= 4; n++) { /* short is no reason */
        assert_int_equal(hear_shift_pitch(&y, x, n, 16000, 1.0), HEAR_OK);
        free(y);
        assert_int_equal(hear_stretch(&y, x, n, 16000, 0.8), HEAR_OK);
        free(y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stretched_tone_keeps_pitch_and_level),
        cmocka_unit_test(test_a_shifted_tone_keeps_length_and_moves_by_semitones),
        cmocka_unit_test(test_a_voice_keeps_its_pitch),
        cmocka_unit_test(test_real_speech_keeps_its_pitch),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
