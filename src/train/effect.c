/* effect.c - see effect.h. */
#include "config.h"

#include "train/effect.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "dsp/convolve.h"
#include "dsp/filter.h"
#include "dsp/room.h"
#include "dsp/vocoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* samples is malloc's. */
static hear_status take(hear_recording *r, hear_status s, float *samples, size_t n)
{
    if (s != HEAR_OK)
        return s;
    free(r->samples);
    r->samples = samples;
    r->n = n;
    return HEAR_OK;
}

static hear_status stretch(hear_recording *r, double factor, hear_rng *rng, const float *noise,
                           size_t n_noise)
{
    (void)rng, (void)noise, (void)n_noise;
    float *out;
    const hear_status s = hear_stretch(&out, r->samples, r->n, r->rate_hz, factor);
    return take(r, s, out, hear_stretch_length(r->n, factor));
}

static hear_status pitch(hear_recording *r, double semitones, hear_rng *rng, const float *noise,
                         size_t n_noise)
{
    (void)rng, (void)noise, (void)n_noise;
    float *out;
    const hear_status s = hear_shift_pitch(&out, r->samples, r->n, r->rate_hz, semitones);
    return take(r, s, out, r->n);
}

/* What leaves at one end comes in at the other. */
static hear_status shift(hear_recording *r, double seconds, hear_rng *rng, const float *noise,
                         size_t n_noise)
{
    (void)rng, (void)noise, (void)n_noise;
    const double turns = rint(seconds * r->rate_hz) / (double)r->n;
    const size_t by = (size_t)rint((turns - floor(turns)) * (double)r->n) % r->n;
    float *out = malloc(r->n * sizeof *out);
    if (!out)
        return HEAR_ERR_MEM;
    memcpy(out + by, r->samples, (r->n - by) * sizeof *out);
    memcpy(out, r->samples + r->n - by, by * sizeof *out);
    return take(r, HEAR_OK, out, r->n);
}

static hear_status room(hear_recording *r, double decay_s, hear_rng *rng, const float *noise,
                        size_t n_noise)
{
    (void)noise, (void)n_noise;
    const size_t n = hear_room_length(r->rate_hz, decay_s);
    float *response = hear_alloc(n, sizeof *response);
    if (!response)
        return HEAR_ERR_MEM;
    const double direct_db = 15.0 * hear_rng_uniform(rng) - 5.0; /* far away .. near */
    hear_room_response(rng, r->rate_hz, decay_s, direct_db, response);
    const hear_status s = hear_convolve(r->samples, r->samples, r->n, response, n);
    hear_free(response);
    return s;
}

static double power(const float *x, size_t n, size_t n_x, size_t from)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double v = (double)x[(from + i) % n_x];
        sum += v * v;
    }
    return sum / (double)n;
}

void hear_mix_at_snr(float *x, size_t n, const float *noise, size_t n_noise, size_t from,
                     double snr_db)
{
    const double sound = power(x, n, n, 0), other = power(noise, n, n_noise, from);
    if (!(sound > 0.0 && other > 0.0))
        return;
    const float gain = (float)sqrt(sound / other * pow(10.0, -snr_db / 10.0));
    for (size_t i = 0; i < n; i++)
        x[i] += gain * noise[(from + i) % n_noise];
}

static hear_status add_noise(hear_recording *r, double snr_db, hear_rng *rng, const float *noise,
                             size_t n_noise)
{
    const size_t room = n_noise > r->n ? n_noise - r->n + 1 : n_noise;
    hear_mix_at_snr(r->samples, r->n, noise, n_noise, (size_t)hear_rng_below(rng, room), snr_db);
    return HEAR_OK;
}

static hear_status add_white(hear_recording *r, double snr_db, hear_rng *rng, const float *noise,
                             size_t n_noise)
{
    (void)noise, (void)n_noise;
    float *made = hear_alloc(r->n, sizeof *made);
    if (!made)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < r->n; i++)
        made[i] = (float)hear_rng_normal(rng);
    hear_mix_at_snr(r->samples, r->n, made, r->n, 0, snr_db);
    hear_free(made);
    return HEAR_OK;
}

static hear_status high_pass(hear_recording *r, double hz, hear_rng *rng, const float *noise,
                             size_t n_noise)
{
    (void)rng, (void)noise, (void)n_noise;
    if (hz < 0.49 * r->rate_hz) /* otherwise nothing would be left */
        hear_filter_high_pass(r->samples, r->n, r->rate_hz, hz);
    return HEAR_OK;
}

static hear_status low_pass(hear_recording *r, double hz, hear_rng *rng, const float *noise,
                            size_t n_noise)
{
    (void)rng, (void)noise, (void)n_noise;
    if (hz < 0.49 * r->rate_hz) /* otherwise all passes */
        hear_filter_low_pass(r->samples, r->n, r->rate_hz, hz);
    return HEAR_OK;
}

/* ITU-T G.711's curve, mu = 255, rounded to 8 bits of sign and magnitude. */
static float through_mu_law(float x)
{
    const double size = fmin(fabs((double)x), 1.0);
    const double code = rint(127.0 * log1p(255.0 * size) / log(256.0));
    return (float)copysign(expm1(code / 127.0 * log(256.0)) / 255.0, (double)x);
}

/* A telephone line: 8 kHz, 300 to 3400 Hz, mu-law, and back to the rate. */
static hear_status codec(hear_recording *r, double value, hear_rng *rng, const float *noise,
                         size_t n_noise)
{
    enum { LINE_HZ = 8000 };
    (void)value, (void)rng, (void)noise, (void)n_noise;
    const uint32_t rate_hz = r->rate_hz;
    const size_t n = r->n;
    hear_recording line = { .samples = malloc(n * sizeof *line.samples),
                            .n = n,
                            .rate_hz = rate_hz };
    if (!line.samples)
        return HEAR_ERR_MEM;
    memcpy(line.samples, r->samples, n * sizeof *line.samples);
    hear_status s = hear_recording_resample(&line, LINE_HZ);
    if (s == HEAR_OK) {
        hear_filter_high_pass(line.samples, line.n, LINE_HZ, 300.0);
        hear_filter_low_pass(line.samples, line.n, LINE_HZ, 3400.0);
        for (size_t i = 0; i < line.n; i++)
            line.samples[i] = through_mu_law(line.samples[i]);
        s = hear_recording_resample(&line, rate_hz);
    }
    if (s == HEAR_OK) {
        const size_t there = line.n < n ? line.n : n; /* rounding: a sample more or less */
        memcpy(r->samples, line.samples, there * sizeof *r->samples);
        memset(r->samples + there, 0, (n - there) * sizeof *r->samples);
    }
    hear_recording_clear(&line);
    return s;
}

static hear_status gain(hear_recording *r, double db, hear_rng *rng, const float *noise,
                        size_t n_noise)
{
    (void)rng, (void)noise, (void)n_noise;
    const float factor = (float)pow(10.0, db / 20.0);
    for (size_t i = 0; i < r->n; i++)
        r->samples[i] *= factor;
    return HEAR_OK;
}

static const hear_effect table[HEAR_N_EFFECTS] = {
    [HEAR_EFFECT_STRETCH] = { "stretch", 0.25, 4.0, stretch },
    [HEAR_EFFECT_PITCH] = { "pitch", -24.0, 24.0, pitch },
    [HEAR_EFFECT_SHIFT] = { "shift", -3600.0, 3600.0, shift },
    [HEAR_EFFECT_ROOM] = { "room", 0.05, 5.0, room },
    [HEAR_EFFECT_NOISE] = { "noise", -40.0, 100.0, add_noise },
    [HEAR_EFFECT_WHITE] = { "white", -40.0, 100.0, add_white },
    [HEAR_EFFECT_HIGHPASS] = { "highpass", 10.0, 100000.0, high_pass },
    [HEAR_EFFECT_LOWPASS] = { "lowpass", 10.0, 100000.0, low_pass },
    [HEAR_EFFECT_CODEC] = { "codec", 0.0, 0.0, codec },
    [HEAR_EFFECT_GAIN] = { "gain", -100.0, 60.0, gain },
};

const hear_effect *hear_effect_at(hear_effect_id id)
{
    return &table[id];
}

hear_status hear_effect_parse(hear_effect_range *range, hear_effect_id id, const char *text,
                              hear_error *err)
{
    char low[32];
    const hear_effect *e = &table[id];
    const size_t n = strcspn(text, ":");
    snprintf(low, sizeof low, "%.*s", n < sizeof low ? (int)n : (int)sizeof low - 1, text);
    hear_effect_range found = { .wanted = true };
    if (!hear_parse_double(low, &found.low) ||
        !hear_parse_double(text[n] ? text + n + 1 : low, &found.high) ||
        !(found.low <= found.high && found.low >= e->least && found.high <= e->most))
        return hear_fail(err, HEAR_ERR_ARG,
                         "must be a number from %g to %g, or two as LOW:HIGH to draw from",
                         e->least, e->most);
    *range = found;
    return HEAR_OK;
}

hear_status hear_effects_apply(const hear_effect_range range[HEAR_N_EFFECTS], double chance,
                               hear_rng *rng, hear_recording *r, const hear_recording *noise)
{
    for (int id = 0; id < HEAR_N_EFFECTS; id++) {
        const hear_effect_range *want = &range[id];
        if (!want->wanted)
            continue;
        const bool happens = hear_rng_uniform(rng) < chance;
        const double value = want->low + (want->high - want->low) * hear_rng_uniform(rng);
        if (!happens)
            continue;
        const hear_status s =
            table[id].apply(r, value, rng, noise ? noise->samples : NULL, noise ? noise->n : 0);
        if (s != HEAR_OK)
            return s;
    }
    return HEAR_OK;
}
