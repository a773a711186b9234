/* test_descriptors.c - loudness, noise, brightness and cepstrum, by hand and against librosa's. */
#include "sound.h"
#include "test.h"

#include "dsp/descriptors.h"
#include "dsp/mfcc.h"
#include "dsp/stft.h"
#include "stream/frontend.h"

#include <stdlib.h>
#include <string.h>

#include "data/descriptor_reference.inc"

static void test_descriptors_by_hand(void **state)
{
    (void)state;
    const float samples[8] = { 1.0f, -1.0f, -1.0f, 0.0f, 1e-11f, -1e-11f, -1.0f, 2.0f };
    const float bins[5] = { 0.0f, 1.0f, 0.0f, 3.0f, 0.0f }; /* 100 and 300 Hz */
    const hear_descriptor_frame f = { samples, 8, bins, 5, 100.0 };
    test_forbid_heap();
    assert_close(hear_descriptor_of(HEAR_DESCRIPTOR_RMS, &f), 1.0, 1e-7); /* 8 / 8 */
    /* + - - + + + - +: what is nearly 0 is not negative */
    assert_close(hear_descriptor_of(HEAR_DESCRIPTOR_ZCR, &f), 4.0 / 8.0, 1e-7);
    assert_close(hear_descriptor_of(HEAR_DESCRIPTOR_CENTROID, &f), 250.0, 1e-4);
    /* (150^2 · 1 + 50^2 · 3) / 4 = 7500 */
    assert_close(hear_descriptor_of(HEAR_DESCRIPTOR_BANDWIDTH, &f), sqrt(7500.0), 1e-4);
    assert_close(hear_descriptor_of(HEAR_DESCRIPTOR_ROLLOFF, &f), 300.0, 0.0); /* 1 < 3.4 <= 4 */
    /* powers 1e-10 1 1e-10 9 1e-10: (9e-30)^(1/5) / 2 */
    assert_close(hear_descriptor_of(HEAR_DESCRIPTOR_FLATNESS, &f), pow(9e-30, 0.2) / 2.0, 1e-12);
    test_allow_heap();
}

static void test_silence_has_a_value_too(void **state)
{
    (void)state;
    const float zeros[16] = { 0 };
    const hear_descriptor_frame f = { zeros, 16, zeros, 9, 31.25 };
    for (int d = 0; d < HEAR_N_DESCRIPTORS; d++)
        assert_close(hear_descriptor_of((hear_descriptor)d, &f),
                     d == HEAR_DESCRIPTOR_FLATNESS ? 1.0 : 0.0, 1e-6);
    assert_string_equal(hear_descriptor_name(HEAR_DESCRIPTOR_ZCR), "zcr");
}

static void relative(const char *what, double got, double want)
{
    if (!(fabs(got - want) <= 1e-4 * fabs(want))) {
        print_error("%s: %.9g, librosa has %.9g\n", what, got, want);
        fail();
    }
}

static void test_descriptors_equal_librosas(void **state)
{
    (void)state;
    enum { N_FRAMES = (16000 - 1024) / 512 + 1 };
    float *x = test_sound(16000), values[N_FRAMES][HEAR_N_DESCRIPTORS], bins[513];
    hear_stft *s;
    assert_int_equal(hear_stft_create(&s, 1024, 1024, HEAR_PLACE_CENTER), HEAR_OK);
    for (size_t k = 0; k < N_FRAMES; k++) {
        hear_stft_process(s, x + 512 * k, 1, bins);
        const hear_descriptor_frame f = { x + 512 * k, 1024, bins, 513, 15.625 };
        for (int d = 0; d < HEAR_N_DESCRIPTORS; d++)
            values[k][d] = hear_descriptor_of((hear_descriptor)d, &f);
    }
    for (int d = 0; d < HEAR_N_DESCRIPTORS; d++) {
        const char *name = hear_descriptor_name((hear_descriptor)d);
        for (size_t k = 0; k < N_FRAMES; k += 3)
            relative(name, values[k][d], descriptor_reference[k / 3][d]);
        float mean, deviation;
        hear_descriptor_spread(&values[0][d], N_FRAMES, HEAR_N_DESCRIPTORS, &mean, &deviation);
        relative(name, mean, spread_reference[0][d]);
        relative(name, deviation, spread_reference[1][d]);
    }
    hear_stft_destroy(s);
    free(x);
}

static void test_the_transform_is_orthonormal(void **state)
{
    (void)state;
    hear_mfcc *m;
    assert_int_equal(hear_mfcc_create(&m, 4, 4), HEAR_OK);
    const float bands[4] = { 1.0f, 2.0f, 3.0f, 4.0f };
    float c[4];
    test_forbid_heap();
    hear_mfcc_apply(m, bands, c);
    test_allow_heap();
    assert_close(c[0], 5.0, 1e-6); /* 10 / sqrt 4 */
    /* sqrt(1/2) (cos 22.5 + 2 cos 67.5 - 3 cos 67.5 - 4 cos 22.5 degrees) */
    assert_close(c[1], sqrt(0.5) * (-3.0 * cos(M_PI / 8) - cos(3 * M_PI / 8)), 1e-6);
    assert_close(c[2], 0.0, 1e-6);
    assert_close(c[0] * c[0] + c[1] * c[1] + c[3] * c[3], 30.0, 1e-5); /* 1 + 4 + 9 + 16 */
    hear_mfcc_destroy(m);
    static const size_t bad[][2] = { { 4, 0 }, { 4, 5 }, { 0, 0 }, { 4097, 1 } };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(hear_mfcc_create(&m, bad[i][0], bad[i][1]), HEAR_ERR_ARG);
        assert_null(m);
    }
    hear_mfcc_destroy(NULL);
}

static void test_mfcc_equal_librosas(void **state)
{
    (void)state;
    hear_frontend_config config = hear_frontend_default();
    config.top_db = 80.0; /* librosa's power_to_db over the whole recording */
    float *x = test_sound(16000), frames[40 * 128], c[20];
    hear_frontend *f;
    hear_mfcc *m;
    assert_int_equal(hear_frontend_create(&f, &config, 16000, NULL), HEAR_OK);
    assert_int_equal(hear_mfcc_create(&m, 128, 20), HEAR_OK);
    size_t taken;
    const size_t n = hear_frontend_process(f, x, 16000, &taken, frames, 40);
    hear_frontend_finish_window(&config, frames, frames, n);
    for (size_t i = 0; i < 3; i++) {
        hear_mfcc_apply(m, frames + 7 * i * 128, c);
        for (size_t k = 0; k < 20; k++)
            relative("mfcc", c[k], mfcc_reference[i][k]);
    }
    hear_mfcc_destroy(m);
    hear_frontend_destroy(f);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors_by_hand),
        cmocka_unit_test(test_silence_has_a_value_too),
        cmocka_unit_test(test_descriptors_equal_librosas),
        cmocka_unit_test(test_the_transform_is_orthonormal),
        cmocka_unit_test(test_mfcc_equal_librosas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
