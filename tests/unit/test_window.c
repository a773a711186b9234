/* test_window.c - frames cut into windows: their places, the end of a recording, what was lost. */
#include "test.h"

#include "base/rng.h"
#include "stream/window.h"

#include <stdlib.h>
#include <string.h>

enum { MELS = 4, WINDOW = 10, HOP = 5, MAX_WINDOWS = 200 };

/* Frames of 64 samples side by side, so a window is 640 samples, 40 ms, and a hop 320, 20 ms. */
static hear_model_info small_model(void)
{
    hear_model_info info = { .frontend = hear_frontend_default(), .window = WINDOW, .hop = HOP };
    info.frontend.n_fft = info.frontend.win_length = info.frontend.hop = 64;
    info.frontend.n_mels = MELS;
    return info;
}

typedef struct {
    size_t n, n_frames;
    hear_window windows[MAX_WINDOWS];
    float frames[MAX_WINDOWS][WINDOW * MELS];
    float passed[MAX_WINDOWS * WINDOW * MELS];
} windows_got;

static void take_window(void *user, const hear_window *w)
{
    windows_got *g = user;
    assert_true(g->n < MAX_WINDOWS);
    g->windows[g->n] = *w;
    memcpy(g->frames[g->n], w->frames, sizeof g->frames[0]);
    g->n++;
}

static void take_patches(void *user, const hear_window *w)
{
    windows_got *g = user;
    assert_true(g->n < MAX_WINDOWS);
    g->windows[g->n++] = *w;
}

static void take_frames(void *user, const float *frames, size_t n)
{
    windows_got *g = user;
    assert_true((g->n_frames + n) * MELS <= sizeof g->passed / sizeof g->passed[0]);
    memcpy(g->passed + g->n_frames * MELS, frames, n * MELS * sizeof *frames);
    g->n_frames += n;
}

static windows_got a, b;
static float sound[100000];

static void make_sound(void)
{
    hear_rng r;
    hear_rng_seed(&r, 3);
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
        sound[i] = 0.1f * (float)hear_rng_normal(&r);
}

static hear_windows *make(double rate_hz, double hop_s)
{
    const hear_model_info info = small_model();
    hear_windows *w = NULL;
    assert_int_equal(hear_windows_create(&w, &info, rate_hz, hop_s, NULL), HEAR_OK);
    return w;
}

/* Blocks of a random size up to max_block; negative samples in `lost` are none. */
static void hear(windows_got *g, double rate_hz, size_t n, size_t max_block)
{
    make_sound();
    memset(g, 0, sizeof *g);
    hear_windows *w = make(rate_hz, 0.0);
    const hear_windows_to to = { take_window, take_frames, g };
    hear_rng r;
    hear_rng_seed(&r, max_block);
    test_forbid_heap();
    for (size_t at = 0; at < n;) {
        const size_t block = 1 + (size_t)hear_rng_below(&r, max_block);
        const size_t part = block < n - at ? block : n - at;
        hear_windows_write(w, sound + at, part, &to);
        at += part;
    }
    hear_windows_finish(w, &to);
    test_allow_heap();
    hear_windows_destroy(w);
}

static void assert_same(void)
{
    assert_int_equal(a.n, b.n);
    assert_int_equal(a.n_frames, b.n_frames);
    assert_memory_equal(a.passed, b.passed, a.n_frames * MELS * sizeof(float));
    for (size_t i = 0; i < a.n; i++) {
        assert_memory_equal(a.frames[i], b.frames[i], sizeof a.frames[0]);
        assert_true(a.windows[i].index == b.windows[i].index);
        assert_true(a.windows[i].start_s == b.windows[i].start_s);
        assert_true(a.windows[i].end_s == b.windows[i].end_s);
    }
}

static void test_windows_are_the_same_bits_for_any_blocks(void **state)
{
    (void)state;
    static const double rates[] = { 16000, 44100, 8000, 96000 };
    for (size_t i = 0; i < 4; i++) {
        hear(&a, rates[i], 30011, 30011);
        assert_true(a.n > 10);
        static const size_t blocks[] = { 1, 7, 64, 333, 5000 };
        for (size_t k = 0; k < 5; k++) {
            hear(&b, rates[i], 30011, blocks[k]);
            assert_same();
        }
    }
}

static void test_window_k_is_of_the_frames_from_k_hops_on(void **state)
{
    (void)state;
    hear(&a, 16000, 1600, 100);
    assert_int_equal(a.n, 4); /* 25 frames: 0, 5, 10, 15 */
    assert_int_equal(a.n_frames, 25);
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(a.windows[k].index, k);
        assert_close(a.windows[k].start_s, 0.02 * (double)k, 1e-12);
        assert_close(a.windows[k].end_s, 0.02 * (double)k + 0.04, 1e-12);
        assert_close(a.windows[k].lost_s, 0.0, 0.0);
        assert_memory_equal(a.frames[k], a.passed + k * HOP * MELS, sizeof a.frames[0]);
    }
}

static void test_half_a_hop_unheard_gives_no_window_and_more_gives_one(void **state)
{
    (void)state;
    hear(&a, 16000, 1600 + 160, 100);
    assert_int_equal(a.n, 4);
    hear(&a, 16000, 1600 + 161, 100);
    assert_int_equal(a.n, 5);
    assert_close(a.windows[4].start_s, 0.08, 1e-12);
    assert_close(a.windows[4].end_s, 1761.0 / 16000.0, 1e-12);
    hear(&a, 16000, 1600 + 319, 100);
    assert_int_equal(a.n, 5);
    hear(&a, 16000, 1600 + 320, 100);
    assert_int_equal(a.n, 5);
    assert_close(a.windows[4].end_s, 0.12, 1e-12);
}

static void test_a_short_recording_is_padded_with_zeros(void **state)
{
    (void)state;
    hear(&a, 16000, 0, 1);
    assert_int_equal(a.n, 0);
    hear(&a, 16000, 1, 1);
    assert_int_equal(a.n, 1);
    assert_close(a.windows[0].end_s, 1.0 / 16000.0, 1e-12);
    hear(&a, 48000, 1, 1); /* a third of a sample at the model's rate */
    assert_int_equal(a.n, 1);
    assert_close(a.windows[0].end_s, 1.0 / 48000.0, 1e-12);
    hear(&a, 16000, 500, 100);
    assert_int_equal(a.n, 1);
    assert_close(a.windows[0].start_s, 0.0, 0.0);
    assert_close(a.windows[0].end_s, 500.0 / 16000.0, 1e-12);

    memset(&b, 0, sizeof b);
    hear_windows *w = make(16000, 0.0);
    const hear_windows_to to = { take_window, NULL, &b };
    hear_windows_write(w, sound, 500, &to);
    hear_windows_write(w, NULL, 140, &to); /* the zeros by hand */
    assert_int_equal(b.n, 1);
    assert_memory_equal(a.frames[0], b.frames[0], sizeof a.frames[0]);
    hear_windows_destroy(w);
}

static void test_the_end_is_the_recordings_at_any_rate(void **state)
{
    (void)state;
    hear(&a, 44100, 44101, 1000);
    const hear_window *const last = &a.windows[a.n - 1];
    assert_true(last->end_s <= 44101.0 / 44100.0);
    assert_close(last->end_s, 44101.0 / 44100.0, 0.011); /* half a hop may stay unheard */
    for (size_t i = 0; i + 1 < a.n; i++)
        assert_close(a.windows[i].end_s, 0.02 * (double)i + 0.04, 1e-12);
}

static void test_what_was_lost_marks_the_windows_that_it_touches(void **state)
{
    (void)state;
    make_sound();
    memset(&a, 0, sizeof a);
    hear_windows *w = make(32000, 0.0);
    const hear_windows_to to = { take_window, NULL, &a };
    hear_windows_write(w, sound, 1600, &to); /* 50 ms */
    hear_windows_write_lost(w, 160, &to);    /* 50 .. 55 ms */
    hear_windows_write(w, sound, 1440, &to); /* .. 100 ms */
    hear_windows_write_lost(w, 200, &to);
    hear_windows_write_lost(w, 120, &to); /* .. 110 ms */
    hear_windows_write(w, sound, 2880, &to);
    hear_windows_finish(w, &to);
    hear_windows_destroy(w);
    /* windows are 0-40, 20-60, 40-80, 60-100, 80-120, 100-140, 120-160, … ms */
    static const double lost_ms[] = { 0, 5, 5, 0, 10, 10, 0, 0, 0 };
    assert_int_equal(a.n, 9);
    for (size_t i = 0; i < a.n; i++)
        assert_close(a.windows[i].lost_s, lost_ms[i] * 1e-3, 1e-9);

    memset(&b, 0, sizeof b); /* heard as zeros */
    w = make(32000, 0.0);
    const hear_windows_to to_b = { take_window, NULL, &b };
    memset(sound + 1600, 0, 160 * sizeof sound[0]);
    memcpy(sound + 1760, sound, 1440 * sizeof sound[0]);
    memset(sound + 3200, 0, 320 * sizeof sound[0]);
    memcpy(sound + 3520, sound, 1600 * sizeof sound[0]);
    hear_windows_write(w, sound, 3520, &to_b);
    hear_windows_destroy(w);
    for (size_t i = 0; i < 4; i++)
        assert_memory_equal(a.frames[i], b.frames[i], sizeof a.frames[0]);
    assert_int_equal(b.n, 4);
}

static void test_many_gaps_lose_no_count(void **state)
{
    (void)state;
    make_sound();
    memset(&a, 0, sizeof a);
    hear_windows *w = make(16000, 0.0);
    const hear_windows_to to = { take_window, NULL, &a };
    for (int i = 0; i < 160; i++) { /* every second pair of samples */
        hear_windows_write(w, sound, 2, &to);
        hear_windows_write_lost(w, 2, &to);
    }
    assert_int_equal(a.n, 1);
    assert_close(a.windows[0].lost_s, 320.0 / 16000.0, 1e-9);
    hear_windows_destroy(w);
}

static void test_a_hop_is_rounded_to_frames_within_its_range(void **state)
{
    (void)state;
    hear_model_info info = small_model();
    info.window = 100; /* 0.4 s */
    info.hop = 50;
    static const struct {
        double asked, hop_s;
    } cases[] = { { 0.0, 0.2 }, { 0.05, 0.052 }, { 0.0501, 0.052 }, { 0.1, 0.1 }, { 0.4, 0.4 } };
    hear_windows *w;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(hear_windows_create(&w, &info, 16000, cases[i].asked, NULL), HEAR_OK);
        assert_close(hear_windows_hop_s(w), cases[i].hop_s, 1e-12);
        hear_windows_destroy(w);
    }
    hear_error err;
    const double bad[] = { 0.049, 0.401, -1.0, NAN, INFINITY };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(hear_windows_create(&w, &info, 16000, bad[i], &err), HEAR_ERR_ARG);
    assert_int_equal(hear_windows_create(&w, &info, 16000, 5.0, &err), HEAR_ERR_ARG);
    assert_string_equal(err.text, "a hop of 5 s; 0.05 to the window's 0.400 s are taken");
    const double bad_rates[] = { 999, 768001, 44100.5, NAN, -16000 };
    for (size_t i = 0; i < sizeof bad_rates / sizeof bad_rates[0]; i++) {
        assert_int_equal(hear_windows_create(&w, &info, bad_rates[i], 0.0, NULL), HEAR_ERR_ARG);
        assert_null(w);
    }
}

static void test_patches_that_hold_sound_count(void **state)
{
    (void)state;
    hear_model_info info = { .frontend = hear_frontend_default(), .window = 298, .hop = 48 };
    assert_int_equal(hear_window_patches(&info, 0), 1);
    info.frontend.n_fft = 512;
    info.frontend.win_length = 400;
    info.frontend.hop = 160;
    info.frontend.placement = HEAR_PLACE_START;
    info.patch = 96;
    info.patch_hop = 48;
    /* a patch is of 95 * 160 + 400 = 15600 samples, a patch hop 7680: five are in 47920 samples;
     * the second counts from 15600 + 3840 on */
    assert_int_equal(hear_model_info_n_patches(&info), 5);
    assert_int_equal(hear_window_patches(&info, 0), 1);
    assert_int_equal(hear_window_patches(&info, 15600), 1);
    assert_int_equal(hear_window_patches(&info, 19440), 1);
    assert_int_equal(hear_window_patches(&info, 19441), 2);
    assert_int_equal(hear_window_patches(&info, 42480), 4);
    assert_int_equal(hear_window_patches(&info, 42481), 5);
    assert_int_equal(hear_window_patches(&info, 1000000), 5);
}

static void test_with_patches_a_hop_is_of_whole_patch_hops(void **state)
{
    (void)state;
    hear_model_info info = { .frontend = hear_frontend_default(), .window = 298, .hop = 48 };
    info.frontend.hop = 160; /* of 16000 Hz: a patch hop is 0.48 s */
    info.patch = 96;
    info.patch_hop = 48;
    static const double asked[] = { 0.0, 0.05, 0.71, 0.73, 1.0, 2.9 };
    static const double got[] = { 0.48, 0.48, 0.48, 0.96, 0.96, 2.88 };
    for (size_t i = 0; i < 6; i++) {
        hear_windows *w;
        assert_int_equal(hear_windows_create(&w, &info, 16000, asked[i], NULL), HEAR_OK);
        assert_close(hear_windows_hop_s(w), got[i], 1e-12);
        hear_windows_destroy(w);
    }
}

/* A patch is of 4 frames of 64 samples, a patch hop 2 frames or 128 samples; a window of 8 frames
 * has three patches, 512 samples; a window's hop is 4 frames, two patch hops. */
static void test_each_window_tells_its_patches_and_how_many_were_heard(void **state)
{
    (void)state;
    hear_model_info info = small_model();
    info.window = 8;
    info.hop = 4;
    info.patch = 4;
    info.patch_hop = 2;
    static const struct {
        size_t n_samples, n_windows, n_last; /* patches of the last window */
    } cases[] = {
        { 100, 1, 1 },      { 256 + 64, 1, 1 },  { 256 + 65, 1, 2 },
        { 384 + 65, 1, 3 }, { 512 + 256, 2, 3 }, { 768 + 129, 3, 2 } /* the third is of 512 .. */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_windows *w;
        assert_int_equal(hear_windows_create(&w, &info, 16000, 0.0, NULL), HEAR_OK);
        memset(&a, 0, sizeof a);
        const hear_windows_to to = { take_patches, NULL, &a };
        hear_windows_write(w, sound, cases[i].n_samples, &to);
        hear_windows_finish(w, &to);
        hear_windows_destroy(w);
        assert_int_equal(a.n, cases[i].n_windows);
        for (size_t k = 0; k < a.n; k++) {
            assert_int_equal(a.windows[k].patch, 2 * k);
            assert_int_equal(a.windows[k].n_patches, k + 1 < a.n ? 3 : cases[i].n_last);
        }
    }
}

static void test_one_lost_sample_is_marked(void **state)
{
    (void)state;
    hear_windows *w = make(16000, 0.0);
    memset(&a, 0, sizeof a);
    const hear_windows_to to = { take_window, NULL, &a };
    hear_windows_write(w, sound, 639, &to);
    hear_windows_write_lost(w, 1, &to);
    hear_windows_write_lost(w, 0, &to);
    hear_windows_write(w, sound, 640, &to);
    hear_windows_destroy(w);
    static const double lost[] = { 1, 1, 0 }; /* of 0 .., 320 .., 640 .. */
    assert_int_equal(a.n, 3);
    for (size_t k = 0; k < a.n; k++)
        assert_close(a.windows[k].lost_s, lost[k] / 16000.0, 1e-12);
}

static void test_reset_forgets_all(void **state)
{
    (void)state;
    hear(&a, 44100, 9000, 9000);
    hear_windows *w = make(44100, 0.0);
    memset(&b, 0, sizeof b);
    hear_windows_to to = { take_window, take_frames, &b };
    hear_windows_write(w, sound + 500, 7777, &to);
    hear_windows_write_lost(w, 100, &to);
    hear_windows_finish(w, &to);
    hear_windows_reset(w);
    memset(&b, 0, sizeof b);
    hear_windows_write(w, sound, 9000, &to);
    hear_windows_finish(w, &to);
    assert_same();
    assert_close(b.windows[0].lost_s, 0.0, 0.0);
    hear_windows_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_are_the_same_bits_for_any_blocks),
        cmocka_unit_test(test_window_k_is_of_the_frames_from_k_hops_on),
        cmocka_unit_test(test_half_a_hop_unheard_gives_no_window_and_more_gives_one),
        cmocka_unit_test(test_a_short_recording_is_padded_with_zeros),
        cmocka_unit_test(test_the_end_is_the_recordings_at_any_rate),
        cmocka_unit_test(test_what_was_lost_marks_the_windows_that_it_touches),
        cmocka_unit_test(test_many_gaps_lose_no_count),
        cmocka_unit_test(test_a_hop_is_rounded_to_frames_within_its_range),
        cmocka_unit_test(test_patches_that_hold_sound_count),
        cmocka_unit_test(test_with_patches_a_hop_is_of_whole_patch_hops),
        cmocka_unit_test(test_each_window_tells_its_patches_and_how_many_were_heard),
        cmocka_unit_test(test_one_lost_sample_is_marked),
        cmocka_unit_test(test_reset_forgets_all),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
