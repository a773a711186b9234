/* test_augment.c - what each augmentation may do, and what it must leave alone. */
#include "test.h"

#include "train/augment.h"

#include <string.h>

enum { FRAMES = 60, MELS = 32, CELLS = FRAMES * MELS };

static float centre_hz[MELS], spare[MELS];
static const hear_augment_shape shape = { HEAR_FEATURES_MEL, FRAMES, MELS, 0.01, 16000.0, 0.0, 4.0,
                                          centre_hz,         spare };

static int set_up(void **state)
{
    (void)state;
    hear_frontend_config c = hear_frontend_default();
    c.n_mels = MELS;
    hear_augment_centres(&c, centre_hz);
    return 0;
}

static unsigned only(const char *name)
{
    unsigned set = 0;
    assert_int_equal(hear_augment_parse(&set, name, HEAR_FEATURES_MEL, NULL), HEAR_OK);
    return set;
}

static void fill(float *p)
{
    for (int i = 0; i < CELLS; i++)
        p[i] = 1.0f + (float)(i % 7);
}

static void test_sets_are_named(void **state)
{
    (void)state;
    unsigned set = 7;
    hear_error err = { 0 };
    assert_int_equal(only("none"), 0);
    assert_int_equal(only("all,blur,quiet"), (1u << hear_augment_count()) - 1);
    assert_int_equal(only("all") | only("blur,quiet"), only("all,blur,quiet"));
    assert_int_equal(only("all") & only("blur,quiet"), 0);
    assert_int_equal(hear_augment_parse(&set, "none,eq", HEAR_FEATURES_MEL, NULL), HEAR_ERR_ARG);
    assert_int_equal(only("mix,shift"), 1u << HEAR_AUGMENT_MIX | 1u << HEAR_AUGMENT_SHIFT);
    assert_int_equal(hear_augment_parse(&set, "eq,loud", HEAR_FEATURES_MEL, &err), HEAR_ERR_ARG);
    assert_string_equal(err.text, "there is no augmentation \"loud\"");
    assert_int_equal(hear_augment_parse(&set, "e", HEAR_FEATURES_MEL, &err),
                     HEAR_ERR_ARG); /* no part of a name */
    assert_int_equal(hear_augment_parse(&set, ",", HEAR_FEATURES_MEL, &err), HEAR_ERR_ARG);
    assert_int_equal(set, 7);
}

static void test_same_generator_same_bits_and_never_below_zero(void **state)
{
    (void)state;
    static float a[CELLS], b[CELLS];
    for (size_t i = 0; i < hear_augment_count(); i++)
        for (uint64_t seed = 0; seed < 50; seed++) {
            hear_rng r, s;
            hear_rng_seed(&r, seed);
            hear_rng_seed(&s, seed);
            fill(a);
            fill(b);
            test_forbid_heap();
            hear_augment_apply(1u << i, &r, &shape, a);
            test_allow_heap();
            hear_augment_apply(1u << i, &s, &shape, b);
            assert_memory_equal(a, b, sizeof a);
            for (int k = 0; k < CELLS; k++)
                assert_true(isfinite(a[k]) && a[k] >= 0.0f);
        }
}

static void test_silence_stays_silent(void **state)
{
    (void)state;
    static float p[CELLS];
    for (uint64_t seed = 0; seed < 50; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        memset(p, 0, sizeof p);
        hear_augment_apply(only("all,blur"), &r, &shape, p);
        for (int k = 0; k < CELLS; k++)
            assert_true(p[k] == 0.0f);
    }
}

/* dB that band m was changed by; every frame alike. */
static double band_db(const float *p, int m)
{
    static float clean[CELLS];
    fill(clean);
    const double db = 10.0 * log10((double)p[m] / clean[m]);
    for (int t = 0; t < FRAMES; t++)
        assert_close(10.0 * log10((double)p[t * MELS + m] / clean[t * MELS + m]), db, 1e-4);
    return db;
}

static void test_gain_moves_all_alike_within_its_range(void **state)
{
    (void)state;
    static float p[CELLS];
    double lowest = 1e9, highest = -1e9;
    for (uint64_t seed = 0; seed < 200; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        fill(p);
        hear_augment_apply(only("gain"), &r, &shape, p);
        const double db = band_db(p, 0);
        for (int m = 1; m < MELS; m++)
            assert_close(band_db(p, m), db, 1e-4);
        lowest = fmin(lowest, db);
        highest = fmax(highest, db);
    }
    assert_true(lowest >= -58.0 && lowest < -55.0 && highest <= -8.0 && highest > -11.0);
}

static void test_quiet_turns_half_down_and_none_up(void **state)
{
    (void)state;
    static float p[CELLS];
    hear_augment_shape s = shape;
    size_t n_same = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        fill(p);
        double before = 0.0, after = 0.0;
        for (int i = 0; i < CELLS; i++)
            before += p[i];
        s.level_db = seed < 200 ? -20.0 : -70.0;
        hear_augment_apply(only("quiet"), &r, &s, p);
        for (int i = 0; i < CELLS; i++)
            after += p[i];
        const double level_db = s.level_db + 10.0 * log10(after / CELLS / s.power);
        if (after == before)
            n_same += seed < 200;
        else
            assert_true(seed < 200 && level_db > -66.1 && level_db < -49.9);
    }
    assert_in_range(n_same, 75, 125);
}

static void test_band_limits_leave_the_middle_alone(void **state)
{
    (void)state;
    static float p[CELLS];
    size_t low = 0, high = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        fill(p);
        hear_augment_apply(only("band"), &r, &shape, p);
        for (int m = 0; m < MELS; m++) {
            const double db = band_db(p, m);
            assert_true(db > -60.1 && db < 1e-4);
            if (centre_hz[m] > 450.0f && centre_hz[m] < 2800.0f)
                assert_close(db, 0.0, 1e-4);
        }
        high += band_db(p, 0) < -1.0;
        low += band_db(p, MELS - 1) < -1.0;
    }
    assert_in_range(low, 100, 180); /* 35 % of 400 */
    assert_in_range(high, 60, 140); /* 25 %, some of them hardly heard at 75 Hz */
}

static void test_blur_takes_the_mean_of_bands_around(void **state)
{
    (void)state;
    static float p[CELLS];
    size_t blurred = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        for (int i = 0; i < CELLS; i++)
            p[i] = i < MELS ? 3.0f : 1.0f + (float)(i % MELS == 5);
        hear_augment_apply(only("blur"), &r, &shape, p);
        blurred += p[MELS + 5] != 2.0f;
        double sum = 0.0;
        for (int m = 0; m < MELS; m++) {
            assert_close(p[m], 3.0, 1e-5); /* what is level stays so */
            sum += (double)p[MELS + m] - 1.0;
            if (fabsf(centre_hz[m] - centre_hz[5]) >= 400.0f)
                assert_true(p[MELS + m] == 1.0f);
        }
        assert_true(sum > 0.5 && sum < 1.5);
        assert_true(p[MELS + 4] <= p[MELS + 5] && p[MELS + 6] <= p[MELS + 5]);
    }
    assert_in_range(blurred, 120, 200); /* 40 % of 400 */
}

static void test_equaliser_keeps_within_a_few_decibels(void **state)
{
    (void)state;
    static float p[CELLS];
    for (uint64_t seed = 0; seed < 100; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        fill(p);
        hear_augment_apply(only("eq"), &r, &shape, p);
        for (int m = 0; m < MELS; m++)
            assert_true(fabs(band_db(p, m)) < 4.0 + 4.0 * (1.0 + 0.708 + 0.578));
    }
}

static void test_noise_adds_what_its_ratio_says(void **state)
{
    (void)state;
    static float p[CELLS], clean[CELLS];
    size_t n = 0;
    fill(clean);
    for (uint64_t seed = 0; seed < 200; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        fill(p);
        hear_augment_apply(only("noise"), &r, &shape, p);
        double added = 0.0, there = 0.0, early = 0.0;
        for (int k = 0; k < CELLS; k++) {
            assert_true(p[k] >= clean[k]);
            added += p[k] - clean[k];
            early += k < CELLS / 2 ? p[k] - clean[k] : 0.0;
            there += clean[k];
        }
        if (added > 0.0) {
            assert_true(early > 0.35 * added && early < 0.65 * added);
            const double snr_db = 10.0 * log10(there / added);
            assert_true(snr_db > -1.0 && snr_db < 41.0);
            n++;
        }
    }
    assert_in_range(n, 75, 125); /* half of 200 */
}

static void test_a_room_rings_behind_a_sound_not_before(void **state)
{
    (void)state;
    static float p[CELLS];
    size_t rang = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        hear_rng r;
        hear_rng_seed(&r, seed);
        memset(p, 0, sizeof p);
        p[20 * MELS + 3] = 1.0f;
        hear_augment_apply(only("room"), &r, &shape, p);
        for (int t = 0; t < FRAMES; t++)
            for (int m = 0; m < MELS; m++)
                if (m != 3 || t < 20)
                    assert_true(p[t * MELS + m] == 0.0f);
        if (p[21 * MELS + 3] > 0.0f) {
            rang++;
            const double per_frame = p[22 * MELS + 3] / p[21 * MELS + 3];
            const double rt60_s = -6.0 * 0.01 / log10(per_frame); /* 10^(-6 frame / rt60) */
            assert_true(rt60_s > 0.099 && rt60_s < 1.01);
        }
    }
    assert_in_range(rang, 15, 48);
}

static void test_what_cannot_be_done_is_refused_by_name(void **state)
{
    (void)state;
    unsigned set = 7;
    hear_error err = { 0 };
    assert_int_equal(hear_augment_parse(&set, "all", HEAR_FEATURES_DESCRIPTORS, NULL), HEAR_OK);
    assert_int_equal(set, 1u << HEAR_AUGMENT_SHIFT);
    assert_int_equal(hear_augment_parse(&set, "shift,eq", HEAR_FEATURES_DESCRIPTORS, &err),
                     HEAR_ERR_ARG);
    assert_string_equal(err.text, "\"eq\" cannot be done to descriptors");
    assert_int_equal(hear_augment_parse(&set, "pitch", HEAR_FEATURES_WAVE, &err), HEAR_ERR_ARG);
    assert_string_equal(err.text, "\"pitch\" cannot be done to samples");
    assert_int_equal(hear_augment_parse(&set, "all", HEAR_FEATURES_WAVE, NULL), HEAR_OK);
    assert_int_equal(set, only("all") & ~(1u << HEAR_AUGMENT_PITCH));
    assert_int_equal(hear_augment_possible(HEAR_FEATURES_SPECTRUM), only("all,blur,quiet"));
}

/* ---- waves: a tone of 1 kHz, half a second at 16 kHz */

enum { N = 8000 };
static const hear_augment_shape wave = {
    HEAR_FEATURES_WAVE, N / 80, 80, 0.005, 16000.0, 0.0, 1.0, NULL, NULL
};

static void fill_wave(float *x, double hz)
{
    for (int i = 0; i < N; i++)
        x[i] = (float)(0.1 * sin(2.0 * 3.14159265358979 * hz * i / 16000.0));
}

static double power_db(const float *x, int from, int to)
{
    double sum = 0.0;
    for (int i = from; i < to; i++)
        sum += (double)x[i] * (double)x[i];
    return 10.0 * log10(sum / (to - from) / 0.005 + 1e-30); /* of the tone: 0.1^2 / 2 */
}

static void on_wave(const char *name, uint64_t seed, float *x)
{
    unsigned set;
    hear_rng r;
    hear_rng_seed(&r, seed);
    assert_int_equal(hear_augment_parse(&set, name, HEAR_FEATURES_WAVE, NULL), HEAR_OK);
    test_forbid_heap();
    hear_augment_apply(set, &r, &wave, x);
    test_allow_heap();
}

static void test_of_waves_the_same_bits_and_silence_stays_silent(void **state)
{
    (void)state;
    static float a[N], b[N];
    size_t changed = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        fill_wave(a, 1000.0);
        fill_wave(b, 1000.0);
        on_wave("all", seed, a);
        changed += memcmp(a, b, sizeof a) != 0;
        on_wave("all", seed, b);
        assert_memory_equal(a, b, sizeof a);
        for (int i = 0; i < N; i++)
            assert_true(isfinite(a[i]));
        memset(a, 0, sizeof a);
        on_wave("all", seed, a);
        for (int i = 0; i < N; i++)
            assert_true(a[i] == 0.0f);
    }
    assert_int_equal(changed, 60); /* gain alone changes each */
}

static void test_gain_and_filters_of_a_wave_keep_their_ranges(void **state)
{
    (void)state;
    static float x[N];
    double lowest = 0.0, highest = 0.0;
    size_t low = 0, high = 0, turned_down = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        fill_wave(x, 1000.0);
        on_wave("gain", seed, x);
        lowest = fmin(lowest, power_db(x, 0, N));
        highest = fmax(highest, power_db(x, 0, N));
        fill_wave(x, 1000.0);
        on_wave("quiet", seed, x); /* of a tone of -23 dB */
        turned_down += power_db(x, 0, N) < -1.0;
        assert_true(power_db(x, 0, N) <= 1e-3 && power_db(x, 0, N) > -43.2);
        fill_wave(x, 1000.0);
        on_wave("eq", seed, x);
        assert_true(fabs(power_db(x, N / 2, N)) < 4.0 + 3 * 4.0);
        fill_wave(x, 1000.0); /* the middle stays as it is */
        on_wave("band", seed, x);
        assert_close(power_db(x, N / 2, N), 0.0, 0.2);
        fill_wave(x, 7800.0);
        on_wave("band", seed, x);
        low += power_db(x, N / 2, N) < -3.0;
        fill_wave(x, 80.0);
        on_wave("band", seed, x);
        high += power_db(x, N / 2, N) < -3.0;
    }
    /* -58 .. -8 dB, of a tone of -23 dB */
    assert_true(lowest >= -35.1 && lowest < -33.0 && highest <= 15.1 && highest > 13.0);
    assert_in_range(turned_down, 75, 125);
    assert_in_range(low, 50, 90);  /* 35 % of 200 */
    assert_in_range(high, 30, 70); /* 25 % */
}

static void test_noise_in_a_wave_is_as_loud_as_its_ratio_says(void **state)
{
    (void)state;
    static float x[N], clean[N];
    double least = 1e9, most = -1e9;
    size_t n = 0;
    fill_wave(clean, 1000.0);
    for (uint64_t seed = 0; seed < 200; seed++) {
        fill_wave(x, 1000.0);
        on_wave("noise", seed, x);
        for (int i = 0; i < N; i++)
            x[i] -= clean[i];
        const double snr_db = -power_db(x, 0, N);
        if (snr_db > 100.0)
            continue;
        n++;
        least = fmin(least, snr_db);
        most = fmax(most, snr_db);
    }
    assert_in_range(n, 55, 105); /* 40 % of 200 */
    assert_true(least > 2.0 && least < 8.0 && most < 41.0 && most > 35.0);
}

static void test_a_wave_in_a_room_rings_behind_and_keeps_its_power(void **state)
{
    (void)state;
    static float x[N];
    size_t rang = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        memset(x, 0, sizeof x);
        x[300] = 1.0f;
        on_wave("room", seed, x);
        double energy = 0.0;
        for (int i = 0; i < N; i++)
            energy += (double)x[i] * (double)x[i];
        for (int i = 0; i < 300; i++)
            assert_true(x[i] == 0.0f);
        rang += x[300] < 1.0f;
        assert_close(energy, 1.0, 0.03); /* but for what lies behind the end */
    }
    assert_in_range(rang, 15, 48);
}

static void test_a_mask_takes_a_part_of_a_wave_out(void **state)
{
    (void)state;
    static float x[N];
    size_t masked = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        for (int i = 0; i < N; i++)
            x[i] = 1.0f;
        on_wave("mask", seed, x);
        int n = 0, edges = 0;
        for (int i = 0; i < N; i++) {
            assert_true(x[i] == 1.0f || x[i] == 0.0316f);
            n += x[i] != 1.0f;
            edges += i > 0 && x[i] != x[i - 1];
        }
        assert_true(n <= 4000 && edges <= 2); /* half of it at most */
        masked += n > 0;
    }
    assert_in_range(masked, 35, 65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_are_named),
        cmocka_unit_test(test_same_generator_same_bits_and_never_below_zero),
        cmocka_unit_test(test_silence_stays_silent),
        cmocka_unit_test(test_gain_moves_all_alike_within_its_range),
        cmocka_unit_test(test_quiet_turns_half_down_and_none_up),
        cmocka_unit_test(test_band_limits_leave_the_middle_alone),
        cmocka_unit_test(test_blur_takes_the_mean_of_bands_around),
        cmocka_unit_test(test_equaliser_keeps_within_a_few_decibels),
        cmocka_unit_test(test_noise_adds_what_its_ratio_says),
        cmocka_unit_test(test_a_room_rings_behind_a_sound_not_before),
        cmocka_unit_test(test_what_cannot_be_done_is_refused_by_name),
        cmocka_unit_test(test_of_waves_the_same_bits_and_silence_stays_silent),
        cmocka_unit_test(test_gain_and_filters_of_a_wave_keep_their_ranges),
        cmocka_unit_test(test_noise_in_a_wave_is_as_loud_as_its_ratio_says),
        cmocka_unit_test(test_a_wave_in_a_room_rings_behind_and_keeps_its_power),
        cmocka_unit_test(test_a_mask_takes_a_part_of_a_wave_out),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
