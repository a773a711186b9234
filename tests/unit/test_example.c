/* test_example.c - drawing recordings and making examples of them. */
#include "test.h"

#include "dsp/descriptors.h"
#include "train/example.h"

#include <stdlib.h>
#include <string.h>

enum { MELS = 8, WINDOW = 20 };

/* Sounds built by hand: clip i has n_frames[i] frames, each band of frame t holding 1 + t + 100 i.
 */
typedef struct {
    hear_dataset *d;
    hear_sounds sounds;
} fixture;

typedef struct {
    const char *label, *source, *group;
    size_t n_frames; /* 0: cannot be read */
} clip;

static fixture build(const clip *clips, size_t n)
{
    fixture f = { 0 };
    assert_int_equal(hear_dataset_create(&f.d), HEAR_OK);
    f.sounds.n = n;
    f.sounds.config = hear_frontend_default();
    f.sounds.config.n_mels = MELS;
    f.sounds.config.log = HEAR_LOG_NONE;
    f.sounds.sound = calloc(n, sizeof *f.sounds.sound);
    for (size_t i = 0; i < n; i++) {
        hear_sound *s = &f.sounds.sound[i];
        assert_int_equal(hear_dataset_add(f.d, &(hear_clip_entry){ .path = "x",
                                                                   .label = clips[i].label,
                                                                   .group = clips[i].group,
                                                                   .source = clips[i].source }),
                         HEAR_OK);
        s->n_frames = clips[i].n_frames;
        s->n_samples = clips[i].n_frames * f.sounds.config.hop;
        s->frames = s->n_frames ? calloc(s->n_frames * MELS, sizeof *s->frames) : NULL;
        for (size_t k = 0; k < s->n_frames * MELS; k++)
            s->frames[k] = (float)(1 + k / MELS + 100 * i);
    }
    assert_int_equal(hear_dataset_finish(f.d, NULL), HEAR_OK);
    return f;
}

static void tear_down(fixture *f)
{
    for (size_t i = 0; i < f->sounds.n; i++)
        free(f->sounds.sound[i].frames);
    free(f->sounds.sound);
    hear_dataset_destroy(f->d);
}

static void test_balanced_draws_follow_the_tree(void **state)
{
    (void)state;
    /* a: source s1 has 9 clips (group g1: 4, g2: 5 in five... ) against one clip of s2: 3 to 1 */
    clip clips[12];
    for (size_t i = 0; i < 9; i++)
        clips[i] = (clip){ "a", "s1", i < 1 ? "g1" : "g2", 1 };
    clips[9] = (clip){ "a", "s2", "g3", 1 };
    clips[10] = (clip){ "b", "s1", "g4", 1 };
    clips[11] = (clip){ "b", "s1", "g5", 0 }; /* could not be read */
    fixture f = build(clips, 12);
    hear_sampler *s;
    assert_int_equal(
        hear_sampler_create(&s, f.d, &f.sounds, HEAR_SPLIT_TRAIN, HEAR_SAMPLE_BALANCED, NULL),
        HEAR_OK);
    assert_int_equal(hear_sampler_count(s), 11);
    enum { DRAWS = 80000 };
    size_t drawn[12] = { 0 };
    hear_rng r;
    hear_rng_seed(&r, 3);
    test_forbid_heap();
    for (int i = 0; i < DRAWS; i++)
        drawn[hear_sampler_draw(s, &r)]++;
    test_allow_heap();
    const double g1 = 0.5 * 0.75 / (1.0 + sqrt(8.0)); /* √1 against √8 */
    assert_close(drawn[0] / (double)DRAWS, g1, 0.006);
    for (size_t i = 1; i < 9; i++)
        assert_close(drawn[i] / (double)DRAWS, (0.375 - g1) / 8.0, 0.004);
    assert_close(drawn[9] / (double)DRAWS, 0.125, 0.006);
    assert_close(drawn[10] / (double)DRAWS, 0.5, 0.006);
    assert_int_equal(drawn[11], 0);
    hear_sampler_destroy(s);

    assert_int_equal(
        hear_sampler_create(&s, f.d, &f.sounds, HEAR_SPLIT_TRAIN, HEAR_SAMPLE_PLAIN, NULL),
        HEAR_OK);
    memset(drawn, 0, sizeof drawn);
    for (int i = 0; i < DRAWS; i++)
        drawn[hear_sampler_draw(s, &r)]++;
    for (size_t i = 0; i < 11; i++)
        assert_close(drawn[i] / (double)DRAWS, 1.0 / 11.0, 0.006);
    hear_sampler_destroy(s);
    hear_error err = { 0 };
    assert_int_equal(
        hear_sampler_create(&s, f.d, &f.sounds, HEAR_SPLIT_VALID, HEAR_SAMPLE_PLAIN, &err),
        HEAR_ERR_DATA);
    assert_string_equal(err.text, "no recording of valid can be read");
    hear_sampler_destroy(NULL);
    tear_down(&f);
}

static const clip two[] = { { "a", "", "g1", 60 }, { "b", "", "g2", 12 } };

static void make(fixture *f, unsigned augment, uint64_t number, float *frames, float *target)
{
    hear_sampler *s;
    assert_int_equal(
        hear_sampler_create(&s, f->d, &f->sounds, HEAR_SPLIT_TRAIN, HEAR_SAMPLE_BALANCED, NULL),
        HEAR_OK);
    const hear_examples e = { .data = f->d,
                              .sounds = &f->sounds,
                              .sampler = s,
                              .window = WINDOW,
                              .hop = 10,
                              .augment = augment,
                              .seed = 9 };
    float *scratch = calloc(hear_example_scratch(&e), sizeof *scratch);
    test_forbid_heap();
    hear_example_make(&e, number, scratch, frames, target);
    test_allow_heap();
    free(scratch);
    hear_sampler_destroy(s);
}

static void test_without_augmentation_windows_are_those_of_classify(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    float frames[WINDOW * MELS], target[2];
    bool seen[100] = { false };
    for (uint64_t k = 0; k < 200; k++) {
        make(&f, 0, k, frames, target);
        if (target[1] > 0.5f) { /* b: 12 frames, then zeros */
            assert_true(target[1] == 1.0f && target[0] == 0.0f);
            for (int t = 0; t < WINDOW; t++)
                assert_close(frames[t * MELS], t < 12 ? 101.0 + t : 0.0, 1e-5);
        } else {
            const int first = (int)frames[0] - 1;
            assert_true(first % 10 == 0);
            seen[first] = true;
            for (int t = 0; t < WINDOW; t++)
                assert_close(frames[t * MELS + 3], first + t < 60 ? 1.0 + first + t : 0.0, 1e-5);
        }
    }
    /* 60 frames of 512 samples are 30720; a window spans 10752: five whole ones fit */
    for (int i = 0; i < 40; i += 10)
        assert_true(seen[i]);
    tear_down(&f);
}

static void test_shift_reaches_every_place(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    float frames[WINDOW * MELS], target[2];
    bool at[100] = { false }, repeated = false, lead[WINDOW] = { false };
    for (uint64_t k = 0; k < 2000; k++) {
        make(&f, 1u << HEAR_AUGMENT_SHIFT, k, frames, target);
        if (target[0] > 0.5f)
            at[(int)frames[0]] = true;
        int zeros = 0, n = 0;
        for (int t = 0; t < WINDOW; t++) {
            n += frames[t * MELS] > 0.0f;
            zeros += n == 0;
        }
        if (target[1] > 0.5f && n == WINDOW)
            repeated = true;
        else if (target[1] > 0.5f) {
            assert_int_equal(n, 12);
            lead[zeros] = true;
        }
    }
    assert_true(repeated);
    for (int i = 1; i <= 40; i++)
        assert_true(at[i]);
    for (int i = 0; i < 8; i++)
        assert_true(lead[i]);
    tear_down(&f);
}

static void test_a_background_is_8_to_30_db_below_and_keeps_the_label(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    float plain[WINDOW * MELS], with[WINDOW * MELS], truth[2], target[2];
    size_t n = 0;
    for (uint64_t k = 0; k < 400; k++) {
        double sound = 0.0, added = 0.0;
        make(&f, 0, k, plain, truth);
        make(&f, 1u << HEAR_AUGMENT_BACKGROUND, k, with, target);
        assert_memory_equal(target, truth, sizeof truth);
        for (int i = 0; i < WINDOW * MELS; i++) {
            sound += (double)plain[i];
            added += (double)with[i] - (double)plain[i];
        }
        if (added == 0.0)
            continue;
        n++;
        assert_in_range(added / sound * 1e6, 999, 158490); /* 10^-3 .. 10^-0.8 */
    }
    assert_in_range(n, 80, 160); /* three of ten */
    tear_down(&f);
}

/* Of the places of a window most hold nothing of the 15 frames with power. */
static void test_a_pause_is_drawn_anew(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    hear_sound *s = &f.sounds.sound[0];
    for (size_t i = 0; i < s->n_frames * MELS; i++)
        s->frames[i] = i < 15 * MELS ? 1.0f : 0.0f;
    float frames[WINDOW * MELS], target[2];
    size_t n[2] = { 0 }, silent[2] = { 0 };
    for (int told = 0; told < 2; told++) {
        s->power = told ? 0.25 : 0.0;
        for (uint64_t k = 0; k < 2000; k++) {
            double sum = 0.0;
            make(&f, 1u << HEAR_AUGMENT_SHIFT, k, frames, target);
            for (int i = 0; i < WINDOW * MELS; i++)
                sum += (double)frames[i];
            n[told] += target[0] == 1.0f;
            silent[told] += target[0] == 1.0f && sum == 0.0;
        }
    }
    const double once = (double)silent[0] / (double)n[0], thrice = (double)silent[1] / (double)n[1];
    assert_true(once > 0.5 && once < 0.75); /* starts 15 .. 40 of 0 .. 40 */
    assert_close(thrice, once * once * once, 0.06);
    tear_down(&f);
}

static void test_an_example_is_the_same_bits_whoever_makes_it(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    float a[WINDOW * MELS], b[WINDOW * MELS], ta[2], tb[2];
    size_t mixed = 0, differ = 0;
    unsigned all;
    assert_int_equal(hear_augment_parse(&all, "all", HEAR_FEATURES_MEL, NULL), HEAR_OK);
    for (uint64_t k = 0; k < 300; k++) {
        make(&f, all, 299 - k, b, tb); /* others in between */
        make(&f, all, k, a, ta);
        differ += memcmp(a, b, sizeof a) != 0;
        make(&f, all, k, b, tb);
        assert_memory_equal(a, b, sizeof a);
        assert_memory_equal(ta, tb, sizeof ta);
        assert_close(ta[0] + ta[1], 1.0, 1e-5);
        mixed += ta[0] > 0.01f && ta[0] < 0.99f;
        for (int i = 0; i < WINDOW * MELS; i++)
            assert_true(isfinite(a[i]) && a[i] >= 0.0f);
    }
    assert_true(differ > 290);
    assert_in_range(mixed, 30, 120); /* half of them, half of these with one of their own label */
    tear_down(&f);
}

/* As waves: hop MELS samples, sample i of clip c is sin of a slow phase. */
static void turn_into_waves(fixture *f)
{
    f->sounds.config = hear_frontend_of(HEAR_FEATURES_WAVE);
    f->sounds.config.hop = MELS;
    for (size_t c = 0; c < f->sounds.n; c++) {
        hear_sound *s = &f->sounds.sound[c];
        s->n_samples = s->n_frames * MELS;
        for (size_t i = 0; i < s->n_samples; i++)
            s->frames[i] = (float)(10.0 + sin(0.1 * (double)i));
    }
}

static double phase(float x) /* of a rising or falling one alike */
{
    return asin((double)x - 10.0);
}

static void test_a_wave_is_cut_between_samples_and_resampled(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    turn_into_waves(&f);
    float x[WINDOW * MELS], target[2];
    bool odd = false;
    for (uint64_t k = 0; k < 200; k++) {
        make(&f, 1u << HEAR_AUGMENT_SHIFT, k, x, target);
        if (target[0] < 0.5f)
            continue;
        int at = 0; /* the place in the recording, whole samples, not only whole frames */
        while (at < 480 && fabs(10.0 + sin(0.1 * at) - (double)x[0]) +
                                   fabs(10.0 + sin(0.1 * (at + 1)) - (double)x[1]) >
                               2e-6)
            at++;
        assert_true(at <= 480 - WINDOW * MELS);
        for (int i = 0; i < WINDOW * MELS; i++)
            assert_close(x[i], 10.0 + sin(0.1 * (at + i)), 2e-6);
        odd |= at % MELS != 0;
    }
    assert_true(odd);
    double slowest = 1.0, fastest = 1.0;
    for (uint64_t k = 0; k < 200; k++) {
        make(&f, 1u << HEAR_AUGMENT_SPEED | 1u << HEAR_AUGMENT_SHIFT, k, x, target);
        if (target[0] < 0.5f)
            continue;
        for (int i = 60; i < WINDOW * MELS - 1; i++) /* every interior sample is on a sine */
            if (fabsf(x[i] - 10.0f) < 0.5f && fabsf(x[i + 1] - 10.0f) < 0.5f && x[i + 1] > 9.0f &&
                x[i] > 9.0f) {
                const double step = fabs(phase(x[i + 1]) - phase(x[i])) / 0.1;
                slowest = fmin(slowest, step);
                fastest = fmax(fastest, step);
            }
    }
    assert_true(slowest > 0.9 && slowest < 0.93 && fastest < 1.11 && fastest > 1.07);
    tear_down(&f);
}

static void test_mixed_waves_are_added_with_like_power(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    turn_into_waves(&f);
    for (size_t c = 0; c < 2; c++) /* constant +0.1 and -0.3: powers 0.01 and 0.09 */
        for (size_t i = 0; i < f.sounds.sound[c].n_samples; i++)
            f.sounds.sound[c].frames[i] = c ? -0.3f : 0.1f;
    float x[WINDOW * MELS], target[2];
    size_t mixed = 0;
    for (uint64_t k = 0; k < 200; k++) {
        make(&f, 1u << HEAR_AUGMENT_MIX, k, x, target);
        if (!(target[0] > 0.01f && target[0] < 0.99f))
            continue;
        mixed++; /* the first is the long one, or the short one with zeros behind sample 96 */
        const double long_first =
            sqrt((double)target[0]) * 0.1 - sqrt((double)target[1] * 0.01 / (0.09 * 0.6)) * 0.3;
        const double short_first =
            -sqrt((double)target[1]) * 0.3 + sqrt((double)target[0] * (0.09 * 0.6) / 0.01) * 0.1;
        assert_true(fabs((double)x[0] - long_first) < 1e-5 ||
                    fabs((double)x[0] - short_first) < 1e-5);
    }
    assert_true(mixed > 20);
    tear_down(&f);
}

static void test_descriptors_are_only_shifted(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    f.sounds.config = hear_frontend_of(HEAR_FEATURES_DESCRIPTORS);
    float x[WINDOW * MELS], target[2];
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < f.sounds.sound[c].n_frames * HEAR_N_DESCRIPTORS; i++)
            f.sounds.sound[c].frames[i] = (float)(i / HEAR_N_DESCRIPTORS) - 20.0f;
    for (uint64_t k = 0; k < 100; k++) {
        make(&f, ~0u, k, x, target);
        assert_true(target[0] == 1.0f || target[1] == 1.0f);
        for (int i = 1; i < WINDOW && target[0] == 1.0f; i++)
            for (int d = 0; d < HEAR_N_DESCRIPTORS; d++)
                assert_true(x[i * HEAR_N_DESCRIPTORS + d] == x[0] + (float)i);
    }
    tear_down(&f);
}

/* A line goes up or down by a semitone at most. */
static void test_bins_are_scaled_not_moved(void **state)
{
    (void)state;
    fixture f = build(two, 2);
    f.sounds.config = hear_frontend_of(HEAR_FEATURES_SPECTRUM);
    f.sounds.config.n_fft = f.sounds.config.win_length = f.sounds.config.hop = 64;
    enum { BINS = 33 };
    for (size_t c = 0; c < 2; c++) {
        hear_sound *s = &f.sounds.sound[c];
        free(s->frames);
        s->n_samples = s->n_frames * 64;
        s->frames = calloc(s->n_frames * BINS, sizeof *s->frames);
        for (size_t t = 0; t < s->n_frames; t++)
            s->frames[t * BINS + 20] = 1.0f;
    }
    float x[WINDOW * BINS], target[2];
    bool at[3] = { false };
    for (uint64_t k = 0; k < 100; k++) {
        make(&f, 1u << HEAR_AUGMENT_PITCH, k, x, target);
        int peak = 0;
        for (int m = 0; m < BINS; m++)
            peak = x[m] > x[peak] ? m : peak;
        assert_in_range(peak, 19, 21); /* 18.9, 20, 21.2 */
        at[peak - 19] = true;
    }
    for (int p = 0; p < 3; p++)
        assert_true(at[p]);
    tear_down(&f);
}

/* Rows that weigh 1 and 3 of 4 in the second recording, all alike in the first. */
static void test_rows_are_drawn_as_they_count(void **state)
{
    (void)state;
    enum { N = 4000 };
    static const clip clips[2] = { { "a", "s", "g", 1 }, { "b", "s", "h", 1 } };
    size_t first[3] = { 0, 2, 4 }, own[2] = { 2, 2 }, n[4] = { 0 };
    float x[4] = { 0, 1, 2, 3 }, weight[4] = { 0.5f, 0.5f, 0.2f, 0.6f };
    double sum[2] = { 1.0, 0.8 };
    fixture f = build(clips, 2);
    hear_sampler *s;
    assert_int_equal(
        hear_sampler_create(&s, f.d, &f.sounds, HEAR_SPLIT_TRAIN, HEAR_SAMPLE_BALANCED, NULL),
        HEAR_OK);
    const hear_rows rows = { .n_features = 1,
                             .n_clips = 2,
                             .first = first,
                             .n_own = own,
                             .x = x,
                             .weight = weight,
                             .sum = sum };
    const hear_examples e = {
        .data = f.d, .sounds = &f.sounds, .sampler = s, .seed = 1, .rows = &rows
    };
    for (uint64_t i = 0; i < N; i++) {
        float row, target[2];
        hear_example_make(&e, i, NULL, &row, target);
        assert_true(target[0] == (row < 2.0f ? 1.0f : 0.0f));
        n[(size_t)row]++;
    }
    static const double share[4] = { 0.25, 0.25, 0.125, 0.375 };
    for (size_t i = 0; i < 4; i++)
        assert_float_equal((float)n[i] / N, (float)share[i], 0.03f);
    assert_close(hear_example_row_share(&e, 1, 0), 0.5, 1e-6); /* of a mean of 1 */
    assert_close(hear_example_row_share(&e, 1, 1), 1.5, 1e-6);
    hear_sampler_destroy(s);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_drawn_as_they_count),
        cmocka_unit_test(test_balanced_draws_follow_the_tree),
        cmocka_unit_test(test_without_augmentation_windows_are_those_of_classify),
        cmocka_unit_test(test_shift_reaches_every_place),
        cmocka_unit_test(test_a_background_is_8_to_30_db_below_and_keeps_the_label),
        cmocka_unit_test(test_a_pause_is_drawn_anew),
        cmocka_unit_test(test_an_example_is_the_same_bits_whoever_makes_it),
        cmocka_unit_test(test_a_wave_is_cut_between_samples_and_resampled),
        cmocka_unit_test(test_mixed_waves_are_added_with_like_power),
        cmocka_unit_test(test_descriptors_are_only_shifted),
        cmocka_unit_test(test_bins_are_scaled_not_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
