/* test_kaldi.c - the preset "kaldi" against Kaldi's own code. */
#include "test.h"

#include "stream/frontend.h"
#include "stream/preset.h"

#include "data/kaldi_reference.inc"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_MELS = 80, MAX_FRAMES = 110 };

static const size_t wanted[] = { 0, 7, 40 };

/* sound() in tools/kaldi-reference, as full scale ±1 */
static float *make_sound(size_t rate_hz)
{
    float *samples = calloc(rate_hz, sizeof *samples);
    uint32_t state = 1;
    assert_non_null(samples);
    for (size_t i = 0; i < rate_hz / 2; i++) {
        state = state * 1664525u + 1013904223u;
        const int noise = (int)(state >> 20) - 2048;
        const int quarter = noise >= 0 ? noise / 4 : -((3 - noise) / 4); /* towards the lower one */
        const int tones = ((int)(i * 37 % 200) - 100) * 40 + (int)(i * 7 % 61) * 25;
        samples[i] = (float)(tones + quarter + 300) / 32768.0f;
    }
    return samples;
}

static void compare(const char *spec, uint32_t rate_hz, size_t n_frames,
                    const float reference[4][N_MELS])
{
    static float frames[MAX_FRAMES][N_MELS];
    hear_preset preset;
    hear_frontend *f;
    size_t taken;
    assert_int_equal(hear_preset_parse(&preset, spec, NULL), HEAR_OK);
    assert_int_equal(hear_frontend_create(&f, &preset.frontend, rate_hz, NULL), HEAR_OK);
    float *const samples = make_sound(rate_hz);
    const size_t n = hear_frontend_process(f, samples, rate_hz, &taken, &frames[0][0], MAX_FRAMES);
    assert_int_equal(n, n_frames);
    float worst = 0.0f;
    for (size_t i = 0; i < 3; i++)
        for (size_t b = 0; b < N_MELS; b++)
            worst = fmaxf(worst, fabsf(frames[wanted[i]][b] - reference[i][b]));
    for (size_t b = 0; b < N_MELS; b++) /* silence: the floor */
        worst = fmaxf(worst, fabsf(frames[n - 1][b] - reference[3][b]));
    printf("%s: worst %.2e\n", spec, (double)worst);
    assert_true(worst < 1e-3f);
    hear_frontend_destroy(f);
    free(samples);
}

static void test_frames_are_kaldis(void **state)
{
    (void)state;
    compare("kaldi", 16000, N_FRAMES_16000, kaldi_16000);
    compare("kaldi,rate_hz=8000,n_fft=256,win_length=200,hop=80", 8000, N_FRAMES_8000, kaldi_8000);
}

static void test_the_settings_are_kept_in_a_model(void **state)
{
    (void)state;
    hear_preset preset;
    hear_frontend_config back;
    assert_int_equal(hear_preset_parse(&preset, "kaldi", NULL), HEAR_OK);
    char *text = hear_frontend_write(&preset.frontend);
    assert_non_null(strstr(text,
                           "\"window\": \"povey\", \"preemphasis\": 0.97, \"remove_dc\": true, "
                           "\"int16_scale\": true"));
    assert_int_equal(hear_frontend_parse(&back, text, NULL), HEAR_OK);
    assert_int_equal(back.window, HEAR_WINDOW_POVEY);
    assert_true(back.remove_dc && back.int16_scale && back.preemphasis == 0.97);
    free(text);

    /* what acts as before is written as before, and read from older models */
    hear_frontend_config usual = hear_frontend_default();
    text = hear_frontend_write(&usual);
    assert_null(strstr(text, "window"));
    assert_null(strstr(text, "int16"));
    assert_int_equal(hear_frontend_parse(&back, text, NULL), HEAR_OK);
    assert_int_equal(back.window, HEAR_WINDOW_HANN);
    free(text);
}

static void test_wrong_settings_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "kaldi,window=hamming", "kaldi,preemphasis=1.5",
                                       "kaldi,preemphasis=-0.1", "kaldi,remove_dc=1",
                                       "wave,int16_scale=true" };
    hear_preset preset;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(hear_preset_parse(&preset, bad[i], NULL), HEAR_ERR_ARG);
    hear_frontend_config c = hear_frontend_of(HEAR_FEATURES_WAVE);
    c.preemphasis = 0.5;
    assert_int_equal(hear_frontend_check(&c, NULL), HEAR_ERR_ARG);
    c = hear_frontend_of(HEAR_FEATURES_SPECTRUM);
    c.window = HEAR_WINDOW_POVEY;
    assert_int_equal(hear_frontend_check(&c, NULL), HEAR_OK);
}

/* A constant has no sound once its mean is gone, and a window of one sample is that sample. */
static void test_a_constant_is_silence(void **state)
{
    (void)state;
    hear_preset preset;
    hear_frontend *f;
    size_t taken;
    float samples[400], frame[N_MELS];
    for (size_t i = 0; i < 400; i++)
        samples[i] = 0.25f;
    assert_int_equal(hear_preset_parse(&preset, "kaldi", NULL), HEAR_OK);
    assert_int_equal(hear_frontend_create(&f, &preset.frontend, 16000, NULL), HEAR_OK);
    test_forbid_heap();
    assert_int_equal(hear_frontend_process(f, samples, 400, &taken, frame, 1), 1);
    test_allow_heap();
    for (size_t b = 0; b < N_MELS; b++)
        assert_float_equal(frame[b], logf(1.1920929e-7f), 1e-5f);
    hear_frontend_destroy(f);
    assert_int_equal(hear_preset_parse(&preset, "kaldi,win_length=1", NULL), HEAR_OK);
    assert_int_equal(hear_frontend_create(&f, &preset.frontend, 16000, NULL), HEAR_OK);
    assert_int_equal(hear_frontend_process(f, samples, 1, &taken, frame, 1), 1);
    assert_float_equal(frame[0], logf(1.1920929e-7f), 1e-5f);
    hear_frontend_destroy(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_are_kaldis),
        cmocka_unit_test(test_the_settings_are_kept_in_a_model),
        cmocka_unit_test(test_wrong_settings_are_refused),
        cmocka_unit_test(test_a_constant_is_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
