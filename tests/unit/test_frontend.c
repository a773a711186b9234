/* test_frontend.c - settings and their JSON, frames whatever the blocks, and a window's last steps.
 */
#include "test.h"

#include "base/error.h"
#include "base/rng.h"
#include "dsp/descriptors.h"
#include "stream/frontend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hear_frontend_config small(void)
{
    hear_frontend_config c = hear_frontend_default();
    c.n_fft = c.win_length = 256;
    c.hop = 100;
    c.n_mels = 20;
    return c;
}

static hear_frontend *make(const hear_frontend_config *config, uint32_t rate_hz)
{
    hear_frontend *f = NULL;
    hear_error err;
    if (hear_frontend_create(&f, config, rate_hz, &err) != HEAR_OK)
        print_error("%s\n", hear_error_text(&err));
    assert_non_null(f);
    return f;
}

/* All frames of a recording, and of n_zeros zeros behind it, in blocks that rng chooses (one block
 * where it is NULL). The caller frees. */
static float *run(const hear_frontend_config *config, uint32_t rate_hz, const float *x, size_t n,
                  uint64_t n_zeros, hear_rng *rng, size_t *n_frames)
{
    const size_t max = 4096;
    float *frames = malloc(max * hear_frontend_width(config) * sizeof *frames);
    hear_frontend *f = make(config, rate_hz);
    *n_frames = 0;
    test_forbid_heap();
    for (size_t done = 0; done < n;) {
        size_t block = n - done, room = max - *n_frames, taken;
        if (rng) {
            const size_t at_most = (size_t)1 << hear_rng_below(rng, 13);
            block = hear_rng_below(rng, at_most + 1);
            block = block < n - done ? block : n - done;
            room = 1 + hear_rng_below(rng, 3);
        }
        *n_frames += hear_frontend_process(f, x + done, block, &taken,
                                           frames + *n_frames * hear_frontend_width(config), room);
        assert_true(taken <= block);
        done += taken;
    }
    size_t got, room;
    do {
        room = rng ? 1 + hear_rng_below(rng, 3) : max - *n_frames;
        got =
            hear_frontend_flush(f, n_zeros, frames + *n_frames * hear_frontend_width(config), room);
        *n_frames += got;
    } while (got == room);
    test_allow_heap();
    assert_int_equal(hear_frontend_position(f), llround((double)n * config->rate_hz / rate_hz));
    hear_frontend_destroy(f);
    return frames;
}

static float *noise(size_t n)
{
    hear_rng rng;
    hear_rng_seed(&rng, 7);
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(hear_rng_uniform(&rng) - 0.5);
    return x;
}

static void test_frames_do_not_depend_on_the_blocks(void **state)
{
    (void)state;
    static const uint32_t rates[] = { 16000, 48000, 44100, 11025, 8000, 12345 };
    hear_frontend_config skipping = small(); /* hop > frame_length */
    skipping.placement = HEAR_PLACE_START;
    skipping.win_length = 90;
    skipping.hop = 200;
    hear_frontend_config wave = hear_frontend_of(HEAR_FEATURES_WAVE);
    wave.hop = 77;
    hear_frontend_config spectrum = hear_frontend_of(HEAR_FEATURES_SPECTRUM);
    spectrum.n_fft = spectrum.win_length = 256;
    spectrum.hop = 128;
    hear_frontend_config descriptors = hear_frontend_of(HEAR_FEATURES_DESCRIPTORS);
    descriptors.n_fft = descriptors.win_length = 128;
    descriptors.hop = 50;
    const hear_frontend_config configs[] = { small(), skipping, wave, spectrum, descriptors };
    const size_t n = 30000;
    float *x = noise(n);
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    for (size_t c = 0; c < sizeof configs / sizeof configs[0]; c++)
        for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
            size_t n_whole, n_pieces;
            float *whole = run(&configs[c], rates[r], x, n, 77, NULL, &n_whole);
            const size_t total = (size_t)llround((double)n * 16000 / rates[r]) + 77;
            const size_t length = hear_frontend_frame_length(&configs[c]);
            assert_int_equal(n_whole, (total - length) / configs[c].hop + 1);
            for (int i = 0; i < 3; i++) {
                float *pieces = run(&configs[c], rates[r], x, n, 77, &rng, &n_pieces);
                assert_int_equal(n_pieces, n_whole);
                assert_memory_equal(pieces, whole,
                                    n_whole * hear_frontend_width(&configs[c]) * sizeof *whole);
                free(pieces);
            }
            free(whole);
        }
    free(x);
}

static void test_what_is_not_finite_counts_as_zero(void **state)
{
    (void)state;
    const hear_frontend_config c = small();
    const size_t n = 5000;
    float *x = noise(n), *y = noise(n);
    const float bad[] = { NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < n; i += 97) {
        x[i] = bad[i % 3];
        y[i] = 0.0f;
    }
    x[200] = 3e38f;
    y[200] = 1e6f;
    size_t n_x, n_y;
    float *a = run(&c, 44100, x, n, 0, NULL, &n_x), *b = run(&c, 44100, y, n, 0, NULL, &n_y);
    assert_int_equal(n_x, n_y);
    assert_memory_equal(a, b, n_x * c.n_mels * sizeof *a);
    for (size_t i = 0; i < n_x * c.n_mels; i++)
        assert_true(isfinite(a[i]));
    free(a);
    free(b);
    free(x);
    free(y);
}

static void test_reset_and_null_for_zeros(void **state)
{
    (void)state;
    const hear_frontend_config c = small();
    float *x = noise(1000);
    hear_frontend *f = make(&c, 22050);
    float first[40 * 20], again[40 * 20], zeros[1000] = { 0 };
    size_t taken;
    const size_t n = hear_frontend_process(f, x, 1000, &taken, first, 20);
    const size_t n_zero = hear_frontend_process(f, zeros, 1000, &taken, first + n * 20, 20);
    hear_frontend_reset(f);
    assert_int_equal(hear_frontend_position(f), 0);
    assert_int_equal(hear_frontend_process(f, x, 1000, &taken, again, 20), n);
    assert_int_equal(hear_frontend_process(f, NULL, 1000, &taken, again + n * 20, 20), n_zero);
    assert_memory_equal(first, again, (n + n_zero) * 20 * sizeof first[0]);
    hear_frontend_destroy(f);
    free(x);
}

/* 8 to 16 kHz: output k is of input k / 2 and wants 32 more behind it. */
static void test_what_was_taken_comes_out_at_once(void **state)
{
    (void)state;
    hear_frontend_config c = small();
    c.hop = 99; /* odd, so that a frame may end between the two samples of an input */
    float *x = noise(1000), frames[20 * 20];
    for (size_t n = 33; n <= 1000; n++) {
        hear_frontend *f = make(&c, 8000);
        size_t taken;
        const size_t n_frames = hear_frontend_process(f, x, n, &taken, frames, 20);
        const size_t n_out = 2 * (n - 32);
        assert_int_equal(taken, n);
        assert_int_equal(hear_frontend_position(f), n_out);
        assert_int_equal(n_frames, n_out < 256 ? 0 : (n_out - 256) / 99 + 1);
        hear_frontend_destroy(f);
    }
    free(x);
}

/* A recording may be flushed twice: first to learn its length, then to fill up a window. */
static void test_zeros_may_follow_in_several_flushes(void **state)
{
    (void)state;
    const hear_frontend_config c = small(); /* frames of 256, every 100 */
    float *x = noise(1000), once[20 * 20], twice[20 * 20];
    for (int run = 0; run < 2; run++) {
        const uint32_t rate_hz = run == 0 ? 16000 : 44100; /* 1000 or 363 samples at 16 kHz */
        const uint64_t length = run == 0 ? 1000 : 363;
        hear_frontend *f = make(&c, rate_hz);
        size_t taken, n = hear_frontend_process(f, x, 1000, &taken, once, 20);
        n += hear_frontend_flush(f, 500, once + n * 20, 20 - n);
        assert_int_equal(n, (length + 500 - 256) / 100 + 1);
        assert_int_equal(hear_frontend_position(f), length);
        hear_frontend_reset(f);
        size_t k = hear_frontend_process(f, x, 1000, &taken, twice, 20);
        k += hear_frontend_flush(f, 0, twice + k * 20, 20 - k);
        assert_int_equal(k, (length - 256) / 100 + 1);
        assert_int_equal(hear_frontend_position(f), length);
        k += hear_frontend_flush(f, 300, twice + k * 20, 20 - k);
        k += hear_frontend_flush(f, 200, twice + k * 20, 20 - k);
        assert_int_equal(k, n);
        assert_memory_equal(once, twice, n * 20 * sizeof once[0]);
        hear_frontend_destroy(f);
    }
    free(x);
}

static void test_a_wave_is_its_samples(void **state)
{
    (void)state;
    hear_frontend_config c = hear_frontend_of(HEAR_FEATURES_WAVE);
    c.hop = 100;
    assert_int_equal(hear_frontend_width(&c), 100);
    assert_string_equal(hear_frontend_unit(&c), "samples");
    assert_int_equal(hear_frontend_span(&c, 3), 300);
    float *x = noise(1030);
    size_t n;
    float *frames = run(&c, 16000, x, 1030, 70, NULL, &n);
    assert_int_equal(n, 11);
    assert_memory_equal(frames, x, 1030 * sizeof *x);
    for (size_t i = 1030; i < 1100; i++)
        assert_true(frames[i] == 0.0f);
    free(frames);
    free(x);
}

/* Of a cosine at bin 8 of 64, 0.5 high: a Hann window of sum 32 leaves 0.5 * 32 / 2 = 8 there and
 * half of it beside. */
static void test_a_spectrum_is_magnitudes(void **state)
{
    (void)state;
    hear_frontend_config c = hear_frontend_of(HEAR_FEATURES_SPECTRUM);
    c.n_fft = c.win_length = c.hop = 64;
    assert_int_equal(hear_frontend_width(&c), 33);
    float x[64];
    for (int i = 0; i < 64; i++)
        x[i] = (float)(0.5 * cos(2.0 * M_PI * 8.0 * i / 64.0));
    size_t n;
    float *frames = run(&c, 16000, x, 64, 0, NULL, &n);
    assert_int_equal(n, 1);
    for (int k = 0; k < 33; k++)
        assert_close(frames[k], k == 8 ? 8.0 : k == 7 || k == 9 ? 4.0 : 0.0, 1e-5);
    free(frames);
    c.power = 2;
    c.log = HEAR_LOG_DB;
    frames = run(&c, 16000, x, 64, 0, NULL, &n);
    assert_close(frames[8], 18.06180, 1e-4); /* 10 log10(64) */
    assert_close(frames[0], -100.0, 1e-3);   /* the floor */
    free(frames);
}

/* A square wave of ±0.5 that turns each 8 samples: rms 0.5, 7 crossings in 64 samples; of the
 * spectrum, bins 4, 12, 20, 28 and their neighbours. */
static void test_descriptors_are_six_numbers_a_frame(void **state)
{
    (void)state;
    hear_frontend_config c = hear_frontend_of(HEAR_FEATURES_DESCRIPTORS);
    c.n_fft = c.win_length = c.hop = 64;
    assert_int_equal(hear_frontend_width(&c), HEAR_N_DESCRIPTORS);
    float x[128];
    for (int i = 0; i < 128; i++)
        x[i] = i >= 64 ? 0.0f : i / 8 % 2 ? -0.5f : 0.5f;
    size_t n;
    float *d = run(&c, 16000, x, 128, 0, NULL, &n);
    assert_int_equal(n, 2);
    assert_close(d[HEAR_DESCRIPTOR_RMS], 0.5, 1e-6);
    assert_close(d[HEAR_DESCRIPTOR_ZCR], 7.0 / 64.0, 1e-6);
    assert_true(d[HEAR_DESCRIPTOR_CENTROID] > 1000.0f && d[HEAR_DESCRIPTOR_CENTROID] < 4000.0f);
    assert_true(d[HEAR_DESCRIPTOR_ROLLOFF] >= 5000.0f); /* 20 bins of 250 Hz */
    const float silent[] = { 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f };
    assert_memory_equal(d + HEAR_N_DESCRIPTORS, silent, sizeof silent);
    free(d);
}

static void test_features_have_their_own_keys(void **state)
{
    (void)state;
    static const struct {
        hear_features features;
        const char *json;
    } written[] = {
        { HEAR_FEATURES_WAVE, "{\"features\": \"wave\", \"rate_hz\": 16000, \"hop\": 512, "
                              "\"normalise\": \"none\"}" },
        { HEAR_FEATURES_SPECTRUM,
          "{\"features\": \"spectrum\", \"rate_hz\": 16000, \"n_fft\": 1024, \"win_length\": 1024, "
          "\"hop\": 512, \"placement\": \"center\", \"power\": 1, \"log\": \"none\", "
          "\"floor\": 1e-10, \"ref_max\": false, \"top_db\": 0.0, \"normalise\": \"none\"}" },
        { HEAR_FEATURES_DESCRIPTORS,
          "{\"features\": \"descriptors\", \"rate_hz\": 16000, \"n_fft\": 1024, "
          "\"win_length\": 1024, \"hop\": 512, \"placement\": \"center\"}" },
    };
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        const hear_frontend_config c = hear_frontend_of(written[i].features);
        hear_frontend_config back;
        char *text = hear_frontend_write(&c);
        assert_string_equal(text, written[i].json);
        assert_int_equal(hear_frontend_parse(&back, text, NULL), HEAR_OK);
        assert_int_equal(back.features, written[i].features);
        assert_true(back.log == c.log && back.power == c.power);
        free(text);
    }
    /* what was written before there was a choice */
    hear_frontend_config c = hear_frontend_default(), back;
    char *text = hear_frontend_write(&c), old[1024];
    snprintf(old, sizeof old, "{%s", text + strlen("{\"features\": \"mel\", "));
    assert_int_equal(hear_frontend_parse(&back, old, NULL), HEAR_OK);
    assert_int_equal(back.features, HEAR_FEATURES_MEL);
    char *again = hear_frontend_write(&back);
    assert_string_equal(again, text);
    free(again);
    free(text);

    static const struct {
        const char *json, *says;
    } wrong[] = {
        { "{\"features\": \"wave\", \"rate_hz\": 16000, \"hop\": 512, \"normalise\": \"none\", "
          "\"n_fft\": 512}",
          "front end: features \"wave\" have no \"n_fft\"" },
        { "{\"features\": \"wave\", \"rate_hz\": 16000, \"hop\": 512}",
          "front end: no key \"normalise\"" },
        { "{\"features\": \"mfcc\"}", "front end: bad value of \"features\"" },
        { "{\"features\": \"wave\", \"rate_hz\": 16000, \"hop\": 0, \"normalise\": \"none\"}",
          "front end: hop 0 is not in 1 .. 16384" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        hear_error err;
        assert_int_equal(hear_frontend_parse(&back, wrong[i].json, &err), HEAR_ERR_MODEL);
        assert_string_equal(err.text, wrong[i].says);
    }
    hear_error err;
    c = hear_frontend_of(HEAR_FEATURES_WAVE);
    c.log = HEAR_LOG_DB;
    assert_int_equal(hear_frontend_check(&c, &err), HEAR_ERR_ARG);
    assert_string_equal(err.text, "log is not for features \"wave\"");
    c = hear_frontend_of(HEAR_FEATURES_DESCRIPTORS);
    c.normalise = HEAR_NORM_MINMAX;
    assert_int_equal(hear_frontend_check(&c, &err), HEAR_ERR_ARG);
}

static void test_settings_come_back_from_json(void **state)
{
    (void)state;
    hear_frontend_config c = small(), back;
    c.floor = 1e-5;
    c.fmin_hz = 1.0 / 3.0; /* needs 17 digits */
    c.mel_scale = HEAR_MEL_HTK;
    c.mel_shape = HEAR_MEL_SHAPE_MEL;
    c.log = HEAR_LOG_LN;
    c.normalise = HEAR_NORM_MEANVAR;
    c.ref_max = true;
    char *text = hear_frontend_write(&c);
    assert_non_null(text);
    assert_int_equal(hear_frontend_parse(&back, text, NULL), HEAR_OK);
    assert_true(back.fmin_hz == c.fmin_hz && back.floor == c.floor && back.ref_max);
    char *second = hear_frontend_write(&back);
    assert_string_equal(text, second);
    free(text);
    free(second);

    c = hear_frontend_default();
    text = hear_frontend_write(&c);
    assert_string_equal(
        text, "{\"features\": \"mel\", \"rate_hz\": 16000, \"n_fft\": 1024, \"win_length\": 1024, "
              "\"hop\": 512, "
              "\"placement\": \"center\", \"n_mels\": 128, \"fmin_hz\": 0.0, \"fmax_hz\": 8000.0, "
              "\"mel_scale\": \"slaney\", \"mel_shape\": \"hz\", \"mel_norm\": \"area\", "
              "\"power\": 2, \"log\": \"db\", \"floor\": 1e-10, \"ref_max\": false, "
              "\"top_db\": 0.0, \"normalise\": \"none\"}");
    free(text);
}

static void test_bad_settings_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        { "\"hop\": 512", "\"hop\": 0", "front end: hop 0 is not in 1 .. 16384" },
        { "\"hop\": 512", "\"hop\": 2048", "front end: hop 2048 is greater than n_fft 1024" },
        { "\"hop\": 512", "\"hop\": 512.5", "front end: bad value of \"hop\"" },
        { "\"hop\": 512", "\"hop\": -1", "front end: bad value of \"hop\"" },
        { "\"hop\": 512", "\"hops\": 512", "front end: unknown key \"hops\"" },
        { "\"hop\": 512, ", "", "front end: no key \"hop\"" },
        { "1024, \"win", "1000, \"win", "front end: n_fft 1000 is not a power of two" },
        { "8000.0", "8001", "front end: fmax_hz 8001 is above half of rate_hz 16000" },
        { "\"fmin_hz\": 0.0", "\"fmin_hz\": 8e3",
          "front end: fmin_hz 8000 is not below fmax_hz 8000" },
        { "slaney", "mel", "front end: bad value of \"mel_scale\"" },
        { "false", "0", "front end: bad value of \"ref_max\"" },
        { "1e-10", "0", "front end: floor 0 is not in 1e-30 .. 1e+06" },
    };
    const hear_frontend_config c = hear_frontend_default();
    char *text = hear_frontend_write(&c);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[1024];
        const char *at = strstr(text, cases[i].from);
        assert_non_null(at);
        snprintf(json, sizeof json, "%.*s%s%s", (int)(at - text), text, cases[i].to,
                 at + strlen(cases[i].from));
        hear_frontend_config out = { .rate_hz = 1 };
        hear_error err;
        assert_int_equal(hear_frontend_parse(&out, json, &err), HEAR_ERR_MODEL);
        assert_string_equal(err.text, cases[i].says);
        assert_int_equal(out.rate_hz, 1);
    }
    free(text);
    hear_frontend_config out;
    const char *const not_objects[] = { "", "[]", "3", "{", "{\"hop\": 1, \"hop\": 2}" };
    for (size_t i = 0; i < sizeof not_objects / sizeof not_objects[0]; i++)
        assert_int_equal(hear_frontend_parse(&out, not_objects[i], NULL), HEAR_ERR_MODEL);
    hear_frontend *f;
    assert_int_equal(hear_frontend_create(&f, &c, 999, NULL), HEAR_ERR_ARG);
    assert_null(f);
}

static void test_spans_and_window_lengths(void **state)
{
    (void)state;
    hear_frontend_config c = hear_frontend_default();
    assert_int_equal(hear_frontend_span(&c, 1), 1024);
    assert_int_equal(hear_frontend_span(&c, 93), 92 * 512 + 1024); /* 48128 */
    assert_int_equal(hear_frontend_frames_for(&c, 3.0), 93); /* (48000 - 1024) / 512 = 91.75 */
    assert_int_equal(hear_frontend_frames_for(&c, 0.0), 1);
    c.n_fft = 512;
    c.win_length = 400;
    assert_int_equal(hear_frontend_frame_length(&c), 512);
    c.placement = HEAR_PLACE_START;
    assert_int_equal(hear_frontend_frame_length(&c), 400);
}

static void test_a_window_is_finished_as_librosa_does(void **state)
{
    (void)state;
    hear_frontend_config c = small();
    c.n_mels = 2;
    c.ref_max = true;
    c.top_db = 80.0;
    const float in[4] = { -30.0f, -100.0f, 10.0f, -50.0f };
    float out[4];
    hear_frontend_finish_window(&c, in, out, 2);
    assert_memory_equal(out, ((float[]){ -40.0f, -80.0f, 0.0f, -60.0f }), sizeof out);
    c.ref_max = false;
    hear_frontend_finish_window(&c, in, out, 2);
    assert_memory_equal(out, ((float[]){ -30.0f, -70.0f, 10.0f, -50.0f }), sizeof out);
    c.normalise = HEAR_NORM_MINMAX;
    hear_frontend_finish_window(&c, in, out, 2);
    assert_memory_equal(out, ((float[]){ 0.5f, 0.0f, 1.0f, 0.25f }), sizeof out);
    c.normalise = HEAR_NORM_MEANVAR; /* of -30 -70 10 -50: mean -35, deviations 5 -35 45 -15 */
    hear_frontend_finish_window(&c, in, out, 2);
    const double deviation = sqrt((25.0 + 1225.0 + 2025.0 + 225.0) / 4.0);
    assert_close(out[0], 5.0 / deviation, 1e-6);
    assert_close(out[2], 45.0 / deviation, 1e-6);

    /* next to silence, without a logarithm: 1 / 1e-39 is no float */
    const float faint[4] = { 0.0f, 0.25e-39f, 1e-39f, 0.5e-39f };
    c.log = HEAR_LOG_NONE;
    c.ref_max = false;
    c.top_db = 0.0;
    c.normalise = HEAR_NORM_MINMAX;
    hear_frontend_finish_window(&c, faint, out, 2);
    for (size_t i = 0; i < 4; i++)
        assert_close(out[i], (double)faint[i] / 1e-39, 1e-5);

    float same[4] = { 3.0f, 3.0f, 3.0f, 3.0f };
    for (int norm = HEAR_NORM_MINMAX; norm <= HEAR_NORM_MEANVAR; norm++) {
        c.normalise = (hear_norm)norm;
        float flat[4];
        memcpy(flat, same, sizeof flat);
        hear_frontend_finish_window(&c, flat, flat, 2);
        assert_memory_equal(flat, ((float[4]){ 0 }), sizeof flat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_do_not_depend_on_the_blocks),
        cmocka_unit_test(test_what_is_not_finite_counts_as_zero),
        cmocka_unit_test(test_a_wave_is_its_samples),
        cmocka_unit_test(test_a_spectrum_is_magnitudes),
        cmocka_unit_test(test_descriptors_are_six_numbers_a_frame),
        cmocka_unit_test(test_features_have_their_own_keys),
        cmocka_unit_test(test_reset_and_null_for_zeros),
        cmocka_unit_test(test_what_was_taken_comes_out_at_once),
        cmocka_unit_test(test_zeros_may_follow_in_several_flushes),
        cmocka_unit_test(test_settings_come_back_from_json),
        cmocka_unit_test(test_bad_settings_are_refused_by_name),
        cmocka_unit_test(test_spans_and_window_lengths),
        cmocka_unit_test(test_a_window_is_finished_as_librosa_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
