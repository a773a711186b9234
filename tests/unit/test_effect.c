/* test_effect.c - effects on samples, each by the number that it promises. */
#include "test.h"

#include "train/effect.h"

#include <stdlib.h>
#include <string.h>

enum { RATE = 16000 };

static hear_recording tone(size_t n, double hz)
{
    hear_recording r = { .samples = malloc(n * sizeof(float)), .n = n, .rate_hz = RATE };
    for (size_t i = 0; i < n; i++)
        r.samples[i] = (float)(0.25 * sin(2.0 * M_PI * hz * (double)i / RATE));
    return r;
}

static hear_recording copy(const hear_recording *r)
{
    hear_recording c = *r;
    c.samples = malloc(r->n * sizeof(float));
    memcpy(c.samples, r->samples, r->n * sizeof(float));
    return c;
}

static double power(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum / (double)n;
}

/* One effect at one value. */
static void apply(hear_recording *r, hear_effect_id id, double value, uint64_t seed,
                  const hear_recording *noise)
{
    hear_effect_range range[HEAR_N_EFFECTS] = { 0 };
    hear_rng rng;
    hear_rng_seed(&rng, seed);
    range[id] = (hear_effect_range){ true, value, value };
    assert_int_equal(hear_effects_apply(range, 1.0, &rng, r, noise), HEAR_OK);
}

static void test_noise_comes_at_its_snr(void **state)
{
    (void)state;
    const hear_recording clean = tone(RATE, 440.0);
    hear_recording noise = tone(5000, 997.0); /* shorter: it goes round */
    for (double snr_db = -10.0; snr_db <= 40.0; snr_db += 10.0)
        for (int white = 0; white < 2; white++) {
            hear_recording r = copy(&clean);
            apply(&r, white ? HEAR_EFFECT_WHITE : HEAR_EFFECT_NOISE, snr_db, 1, &noise);
            for (size_t i = 0; i < r.n; i++)
                r.samples[i] -= clean.samples[i];
            const double ratio = power(clean.samples, clean.n) / power(r.samples, r.n);
            assert_close(10.0 * log10(ratio), snr_db, 0.01);
            hear_recording_clear(&r);
        }
    memset(noise.samples, 0, noise.n * sizeof(float)); /* silence cannot be made louder */
    hear_recording r = copy(&clean);
    apply(&r, HEAR_EFFECT_NOISE, 0.0, 1, &noise);
    assert_memory_equal(r.samples, clean.samples, r.n * sizeof(float));
    hear_recording_clear(&r);
    hear_recording_clear(&noise);
    noise = clean;
    hear_recording_clear(&noise);
}

static void test_a_shift_goes_round(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        size_t at; /* where sample 0 comes to */
    } cases[] = { { 0.25, 4000 }, { -0.25, 12000 }, { 1.0, 0 }, { 3.5, 8000 }, { 0.0, 0 } };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        hear_recording r = tone(RATE, 440.0);
        r.samples[0] = 0.9f;
        r.samples[RATE - 1] = 0.8f;
        apply(&r, HEAR_EFFECT_SHIFT, cases[c].seconds, 1, NULL);
        assert_int_equal(r.n, RATE);
        assert_close(r.samples[cases[c].at], 0.9, 1e-7);
        assert_close(r.samples[(cases[c].at + RATE - 1) % RATE], 0.8, 1e-7);
        hear_recording_clear(&r);
    }
}

static void test_gain_is_in_db(void **state)
{
    (void)state;
    hear_recording r = tone(RATE, 440.0);
    const double before = power(r.samples, r.n);
    apply(&r, HEAR_EFFECT_GAIN, -20.0, 1, NULL);
    assert_close(power(r.samples, r.n) / before, 0.01, 1e-6);
    hear_recording_clear(&r);
}

/* What is left of a tone, in dB. */
static double left_db(double hz, hear_effect_id id, double value)
{
    hear_recording r = tone(RATE, hz);
    const double before = power(r.samples + RATE / 4, RATE / 2);
    apply(&r, id, value, 1, NULL);
    assert_int_equal(r.n, RATE);
    const double after = power(r.samples + RATE / 4, RATE / 2);
    hear_recording_clear(&r);
    return 10.0 * log10(after / before + 1e-12);
}

static void test_bands_and_telephones_pass_what_they_should(void **state)
{
    (void)state;
    assert_close(left_db(1000.0, HEAR_EFFECT_LOWPASS, 3000.0), 0.0, 0.1);
    assert_true(left_db(6000.0, HEAR_EFFECT_LOWPASS, 3000.0) < -45.0);
    assert_close(left_db(1000.0, HEAR_EFFECT_HIGHPASS, 200.0), 0.0, 0.1);
    assert_true(left_db(50.0, HEAR_EFFECT_HIGHPASS, 200.0) < -90.0);
    assert_close(left_db(1000.0, HEAR_EFFECT_CODEC, 0.0), 0.0, 0.5);
    assert_true(left_db(5000.0, HEAR_EFFECT_CODEC, 0.0) < -60.0);
    assert_true(left_db(60.0, HEAR_EFFECT_CODEC, 0.0) < -60.0);
    assert_close(left_db(1000.0, HEAR_EFFECT_LOWPASS, 50000.0), 0.0, 1e-6); /* beyond the rate */
}

/* 8 bits of mu-law: some 38 dB below a sine, whatever its level. */
static void test_mu_law_rounds_by_a_share_of_the_level(void **state)
{
    (void)state;
    for (int quiet = 0; quiet < 2; quiet++) {
        hear_recording r = tone(RATE, 1000.0), line;
        for (size_t i = 0; i < r.n && quiet; i++)
            r.samples[i] *= 0.1f;
        line = copy(&r);
        apply(&line, HEAR_EFFECT_CODEC, 0.0, 1, NULL);
        /* the best copy of the tone in what came out, and the rest */
        double c = 0.0, s = 0.0, rest = 0.0, sound = 0.0;
        for (size_t i = RATE / 4; i < 3 * RATE / 4; i++) {
            c += (double)line.samples[i] * cos(2.0 * M_PI * 1000.0 * (double)i / RATE);
            s += (double)line.samples[i] * sin(2.0 * M_PI * 1000.0 * (double)i / RATE);
        }
        for (size_t i = RATE / 4; i < 3 * RATE / 4; i++) {
            const double angle = 2.0 * M_PI * 1000.0 * (double)i / RATE;
            const double fit = (c * cos(angle) + s * sin(angle)) / (RATE / 4.0);
            sound += fit * fit;
            rest += ((double)line.samples[i] - fit) * ((double)line.samples[i] - fit);
        }
        const double snr_db = 10.0 * log10(sound / rest);
        assert_true(snr_db > 28.0 && snr_db < 50.0);
        hear_recording_clear(&r);
        hear_recording_clear(&line);
    }
}

static void test_a_room_adds_its_tail_and_keeps_the_direct_sound(void **state)
{
    (void)state;
    hear_recording r = tone(RATE, 440.0);
    memset(r.samples, 0, r.n * sizeof(float));
    r.samples[1000] = 0.5f;
    apply(&r, HEAR_EFFECT_ROOM, 0.3, 2, NULL);
    assert_int_equal(r.n, RATE);
    assert_close(r.samples[1000], 0.5, 1e-6);
    assert_true(power(r.samples, 999) < 1e-14);
    assert_true(power(r.samples + 1200, 1000) > 1e-7);
    const double early = power(r.samples + 1200, 800), late = power(r.samples + 3600, 800);
    assert_close(10.0 * log10(early / late), 60.0 * 2400 / RATE / 0.3, 4.0);
    hear_recording_clear(&r);
}

static void test_the_same_seed_gives_the_same_bits(void **state)
{
    (void)state;
    hear_effect_range range[HEAR_N_EFFECTS] = { 0 };
    hear_error err;
    assert_int_equal(
        hear_effect_parse(&range[HEAR_EFFECT_STRETCH], HEAR_EFFECT_STRETCH, "0.8:1.2", &err),
        HEAR_OK);
    assert_int_equal(hear_effect_parse(&range[HEAR_EFFECT_WHITE], HEAR_EFFECT_WHITE, "10", &err),
                     HEAR_OK);
    hear_recording made[3];
    for (size_t i = 0; i < 3; i++) {
        hear_rng rng;
        hear_rng_seed(&rng, i == 2 ? 8 : 7);
        made[i] = tone(4000, 300.0);
        assert_int_equal(hear_effects_apply(range, 1.0, &rng, &made[i], NULL), HEAR_OK);
        assert_true(made[i].n >= 3200 && made[i].n <= 4800);
    }
    assert_int_equal(made[0].n, made[1].n);
    assert_memory_equal(made[0].samples, made[1].samples, made[0].n * sizeof(float));
    assert_true(made[2].n != made[0].n);
    hear_recording untouched = tone(4000, 300.0), kept = copy(&untouched);
    hear_rng rng;
    hear_rng_seed(&rng, 7);
    assert_int_equal(hear_effects_apply(range, 0.0, &rng, &kept, NULL), HEAR_OK);
    assert_memory_equal(kept.samples, untouched.samples, kept.n * sizeof(float));
    for (size_t i = 0; i < 3; i++)
        hear_recording_clear(&made[i]);
    hear_recording_clear(&untouched);
    hear_recording_clear(&kept);
}

static void test_values_outside_an_effect_are_refused(void **state)
{
    (void)state;
    static const struct {
        hear_effect_id id;
        const char *text;
    } bad[] = { { HEAR_EFFECT_STRETCH, "" },        { HEAR_EFFECT_STRETCH, "0.2" },
                { HEAR_EFFECT_STRETCH, "1.2:0.8" }, { HEAR_EFFECT_STRETCH, "1:" },
                { HEAR_EFFECT_STRETCH, ":1" },      { HEAR_EFFECT_PITCH, "-3:3:4" },
                { HEAR_EFFECT_PITCH, "nan" },       { HEAR_EFFECT_GAIN, "x" },
                { HEAR_EFFECT_ROOM, "0" },          { HEAR_EFFECT_LOWPASS, "-5" } };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_effect_range range = { .wanted = false };
        hear_error err;
        assert_int_equal(hear_effect_parse(&range, bad[i].id, bad[i].text, &err), HEAR_ERR_ARG);
        assert_false(range.wanted);
    }
}

/* Noise of no samples would be drawn from without end. */
static void test_one_sample_stays_one_at_any_rate(void **state)
{
    (void)state;
    hear_recording noise = tone(1, 1000.0);
    noise.rate_hz = 48000;
    noise.samples[0] = 0.5f;
    assert_int_equal(hear_recording_resample(&noise, RATE), HEAR_OK);
    assert_int_equal(noise.n, 1);
    assert_int_equal(noise.rate_hz, RATE);
    assert_true(noise.samples[0] == 0.5f);
    hear_recording r = tone(RATE, 440.0);
    apply(&r, HEAR_EFFECT_NOISE, 10.0, 1, &noise);
    hear_recording_clear(&noise);
    hear_recording_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_comes_at_its_snr),
        cmocka_unit_test(test_a_shift_goes_round),
        cmocka_unit_test(test_gain_is_in_db),
        cmocka_unit_test(test_bands_and_telephones_pass_what_they_should),
        cmocka_unit_test(test_mu_law_rounds_by_a_share_of_the_level),
        cmocka_unit_test(test_a_room_adds_its_tail_and_keeps_the_direct_sound),
        cmocka_unit_test(test_the_same_seed_gives_the_same_bits),
        cmocka_unit_test(test_values_outside_an_effect_are_refused),
        cmocka_unit_test(test_one_sample_stays_one_at_any_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
