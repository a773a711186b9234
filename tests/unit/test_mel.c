/* test_mel.c - mel bands by hand, and frames of a generated sound against librosa's. */
#include "sound.h"
#include "test.h"

#include "dsp/mel.h"
#include "stream/frontend.h"

#include <stdlib.h>
#include <string.h>

#include "data/mel_reference.inc"

static void test_scales_meet_their_published_points(void **state)
{
    (void)state;
    assert_close(hear_mel_from_hz(HEAR_MEL_SLANEY, 1000.0), 15.0, 1e-12);
    assert_close(hear_mel_from_hz(HEAR_MEL_SLANEY, 200.0), 3.0, 1e-12);
    assert_close(hear_mel_from_hz(HEAR_MEL_SLANEY, 6400.0), 42.0, 1e-12); /* 27 steps to 6.4 kHz */
    assert_close(hear_mel_from_hz(HEAR_MEL_HTK, 700.0), 781.1728, 1e-4);  /* 2595 log10 2 */
    for (double hz = 0.0; hz < 20000.0; hz += 77.0)
        for (int scale = HEAR_MEL_SLANEY; scale <= HEAR_MEL_HTK; scale++)
            assert_close(
                hear_mel_to_hz((hear_mel_scale)scale, hear_mel_from_hz((hear_mel_scale)scale, hz)),
                hz, 1e-9 * (1.0 + hz));
}

static hear_mel *make(const hear_mel_config *config)
{
    hear_mel *m = NULL;
    assert_int_equal(hear_mel_create(&m, config), HEAR_OK);
    return m;
}

static void test_triangles_over_hz_by_hand(void **state)
{
    (void)state;
    /* Slaney below 1 kHz is linear: edges 0 200 400 600 800 Hz, bins every 50 Hz */
    hear_mel_config c = { .rate_hz = 1600,
                          .n_fft = 32,
                          .n_mels = 3,
                          .fmin_hz = 0,
                          .fmax_hz = 800,
                          .norm = HEAR_MEL_NORM_NONE };
    hear_mel *m = make(&c);
    float row[17], want[17] = {
        [5] = 0.25f, [6] = 0.5f, [7] = 0.75f, [8] = 1.0f, [9] = 0.75f, [10] = 0.5f, [11] = 0.25f
    };
    hear_mel_weights(m, 1, row);
    for (int k = 0; k < 17; k++)
        assert_close(row[k], want[k], 1e-6);
    float spectrum[20] = { 0 }, bands[3];
    spectrum[6] = 2.0f; /* 300 Hz: half in band 0 (200 ± 200), half in band 1 (400 ± 200) */
    spectrum[8] = 3.0f; /* the middle of band 1 */
    test_forbid_heap();
    hear_mel_apply(m, spectrum, bands);
    test_allow_heap();
    assert_close(bands[0], 1.0, 1e-6);
    assert_close(bands[1], 4.0, 1e-6);
    assert_close(bands[2], 0.0, 1e-6);
    hear_mel_destroy(m);

    c.norm = HEAR_MEL_NORM_AREA;
    m = make(&c);
    hear_mel_weights(m, 1, row);
    assert_close(row[8], 2.0 / 400.0, 1e-9); /* a triangle of 400 Hz and area 1 */
    hear_mel_destroy(m);
}

/* As tf.signal.linear_to_mel_weight_matrix: each side straight over mel, so that between the first
 * and the last peak the weights of a bin sum to 1, and bin 0 never counts. */
static void test_triangles_over_mel(void **state)
{
    (void)state;
    const hear_mel_config c = { .rate_hz = 16000,
                                .n_fft = 512,
                                .n_mels = 64,
                                .fmin_hz = 125,
                                .fmax_hz = 7500,
                                .scale = HEAR_MEL_HTK,
                                .shape = HEAR_MEL_SHAPE_MEL,
                                .norm = HEAR_MEL_NORM_NONE };
    hear_mel *m = make(&c);
    const double low = hear_mel_from_hz(HEAR_MEL_HTK, 125),
                 high = hear_mel_from_hz(HEAR_MEL_HTK, 7500);
    const double step = (high - low) / 65;
    float sum[257] = { 0 }, row[257];
    for (size_t b = 0; b < 64; b++) {
        hear_mel_weights(m, b, row);
        for (int k = 0; k < 257; k++) {
            const double mel = hear_mel_from_hz(HEAR_MEL_HTK, k * 31.25);
            const double away = fabs(mel - (low + step * (double)(b + 1))) / step;
            assert_close(row[k], away < 1.0 ? 1.0 - away : 0.0, 1e-6);
            sum[k] += row[k];
        }
    }
    assert_true(sum[0] == 0.0f && sum[4] == 0.0f); /* 0 and 125 Hz */
    for (int k = 6; k < 230; k++)                  /* 187.5 … 7156 Hz */
        assert_close(sum[k], 1.0, 1e-6);
    hear_mel_destroy(m);

    hear_mel_config whole = c; /* from 0 Hz: still nothing from bin 0 */
    whole.fmin_hz = 0;
    m = make(&whole);
    hear_mel_weights(m, 0, row);
    assert_true(row[0] == 0.0f && row[1] > 0.0f);
    hear_mel_destroy(m);
}

static void test_a_band_between_two_bins_is_silent(void **state)
{
    (void)state;
    const hear_mel_config c = { .rate_hz = 16000, .n_fft = 64, .n_mels = 128, .fmax_hz = 8000 };
    hear_mel *m = make(&c);
    float spectrum[36] = { 0 }, bands[128];
    for (int k = 0; k < 33; k++)
        spectrum[k] = 1.0f;
    hear_mel_apply(m, spectrum, bands);
    size_t n_silent = 0;
    for (int b = 0; b < 128; b++)
        n_silent += bands[b] == 0.0f;
    assert_true(n_silent > 64 && n_silent < 128); /* 33 bins are in at most 66 triangles */
    hear_mel_destroy(m);
}

static void test_senseless_settings_are_refused(void **state)
{
    (void)state;
    const hear_mel_config good = { .rate_hz = 16000, .n_fft = 64, .n_mels = 8, .fmax_hz = 8000 };
    hear_mel_config bad[8];
    for (int i = 0; i < 8; i++)
        bad[i] = good;
    bad[0].rate_hz = NAN;
    bad[1].n_fft = 2;
    bad[2].n_fft = 63;
    bad[3].n_mels = 0;
    bad[4].fmin_hz = 8000;
    bad[5].fmin_hz = NAN;
    bad[6].fmax_hz = 8001;
    bad[7].fmin_hz = -1;
    for (int i = 0; i < 8; i++) {
        hear_mel *m;
        assert_int_equal(hear_mel_create(&m, &bad[i]), HEAR_ERR_ARG);
        assert_null(m);
    }
    hear_mel_destroy(NULL);
}

static void test_memory_that_runs_out_leaves_nothing_behind(void **state)
{
    (void)state;
    if (!test_heap_is_watched())
        skip();
    const hear_mel_config c = { .rate_hz = 16000, .n_fft = 64, .n_mels = 8, .fmax_hz = 8000 };
    const long before = test_heap_balance();
    for (unsigned long n = 1; n <= 4; n++) {
        hear_mel *m;
        test_fail_heap(n);
        const hear_status status = hear_mel_create(&m, &c);
        test_fail_heap(0);
        assert_int_equal(status, HEAR_ERR_MEM);
        assert_null(m);
        assert_int_equal(test_heap_balance(), before);
    }
}

/* reference: frames 0, 7 and 14. */
static void compare(const char *name, const hear_frontend_config *c, const float *reference)
{
    float *x = test_sound(c->rate_hz), *frames = malloc(100 * c->n_mels * sizeof *frames);
    hear_frontend *f;
    assert_int_equal(hear_frontend_create(&f, c, c->rate_hz, NULL), HEAR_OK);
    size_t taken;
    assert_true(hear_frontend_process(f, x, c->rate_hz, &taken, frames, 100) > 14);
    const size_t n = 3 * (size_t)c->n_mels;
    float highest = -INFINITY;
    for (size_t i = 0; i < n; i++)
        highest = fmaxf(highest, reference[i]);
    double worst = 0.0;
    size_t n_compared = 0;
    for (size_t i = 0; i < n; i++) {
        const float got = frames[i / c->n_mels * 7 * c->n_mels + i % c->n_mels];
        if (reference[i] < highest - 80.0f)
            continue;
        worst = fmax(worst, fabs(got - reference[i]));
        n_compared++;
    }
    print_message("%s: within %.1e dB of librosa in %zu of %zu\n", name, worst, n_compared, n);
    assert_true(n_compared > n * 9 / 10);
    assert_true(worst <= 1e-3);
    hear_frontend_destroy(f);
    free(frames);
    free(x);
}

static void test_frames_equal_librosas(void **state)
{
    (void)state;
    hear_frontend_config c = hear_frontend_default();
    compare("16 kHz, 1024, 512, 128", &c, &usual_reference[0][0]);
    c.rate_hz = 22050;
    c.fmax_hz = 11025;
    c.n_fft = c.win_length = 2048;
    compare("22.05 kHz, 2048, 512, 128", &c, &wide_reference[0][0]);
    c = hear_frontend_default();
    c.n_fft = 512;
    c.win_length = 400;
    c.hop = 160;
    c.n_mels = 64;
    c.mel_scale = HEAR_MEL_HTK;
    compare("16 kHz, 512/400, 160, 64 HTK", &c, &narrow_reference[0][0]);
    c.rate_hz = 8000;
    c.fmax_hz = 4000;
    c.n_fft = c.win_length = 256;
    c.hop = 100;
    c.n_mels = 40;
    c.mel_norm = HEAR_MEL_NORM_NONE;
    compare("8 kHz, 256, 100, 40 HTK, peaks of 1", &c, &peaks_reference[0][0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales_meet_their_published_points),
        cmocka_unit_test(test_triangles_over_hz_by_hand),
        cmocka_unit_test(test_triangles_over_mel),
        cmocka_unit_test(test_a_band_between_two_bins_is_silent),
        cmocka_unit_test(test_senseless_settings_are_refused),
        cmocka_unit_test(test_memory_that_runs_out_leaves_nothing_behind),
        cmocka_unit_test(test_frames_equal_librosas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
