/* denoiser_pairs.c - see denoiser_pairs.h. */
#include "config.h"

#include "train/denoiser_pairs.h"

#include <math.h>
#include <string.h>

enum { T = HEAR_DENOISE_WINDOW, BINS = HEAR_DENOISE_BINS, N = HEAR_PAIR_SAMPLES };

static double between(hear_rng *r, double low, double high)
{
    return low + (high - low) * hear_rng_uniform(r);
}

/* Any second of all of them alike. */
static const hear_pair_sound *draw(hear_rng *r, const hear_pair_sound *sounds, size_t n)
{
    const size_t at = (size_t)hear_rng_below(r, sounds[n - 1].upto);
    size_t low = 0, high = n - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (at < sounds[middle].upto)
            high = middle;
        else
            low = middle + 1;
    }
    return &sounds[low];
}

/* Any N samples; of a short sound, itself between silence, or over and over. */
static void cut(hear_rng *r, const hear_pair_sound *s, bool repeat, float *out)
{
    if (s->n >= N) {
        memcpy(out, s->samples + hear_rng_below(r, s->n - N + 1), N * sizeof *out);
        return;
    }
    const size_t from = (size_t)hear_rng_below(r, repeat ? s->n : N - s->n + 1);
    for (size_t i = 0; i < N; i++)
        out[i] = repeat                         ? s->samples[(from + i) % s->n]
                 : i >= from && i - from < s->n ? s->samples[i - from]
                                                : 0.0f;
}

/* The spectra times a gain for each bin; returns their mean power. */
static double transform(hear_pair_scratch *s, const double *gain, double (*out)[2])
{
    double sum = 0.0;
    for (size_t t = 0; t < T; t++) {
        const double *z = hear_stft_spectrum(s->stft, s->samples + t * HEAR_DENOISE_HOP);
        for (size_t k = 0; k < BINS; k++) {
            double *to = out[t * BINS + k];
            to[0] = gain[k] * z[2 * k];
            to[1] = gain[k] * z[2 * k + 1];
            sum += to[0] * to[0] + to[1] * to[1];
        }
    }
    return sum / HEAR_PAIR_CELLS;
}

/* Microphones and places: a tilt and slow waves over the bins. */
static void equalise(hear_rng *r, double *gain)
{
    const double tilt = between(r, -8.0, 8.0);
    double level[3], phase[3];
    for (int i = 0; i < 3; i++) {
        level[i] = between(r, -4.0, 4.0) / sqrt(i + 1.0);
        phase[i] = between(r, 0.0, 2.0 * M_PI);
    }
    for (size_t k = 0; k < BINS; k++) {
        const double f = (double)k / BINS;
        double db = tilt * (f - 0.5);
        for (int i = 0; i < 3; i++)
            db += level[i] * cos(M_PI * (i + 1.0) * f + phase[i]);
        gain[k] = pow(10.0, db / 20.0);
    }
}

/* Noise of any colour: -12 to 3 dB an octave. */
static void colour(hear_rng *r, float *samples, double *gain)
{
    const double slope = between(r, -12.0, 3.0) / 6.02;
    for (size_t i = 0; i < N; i++)
        samples[i] = (float)hear_rng_normal(r);
    for (size_t k = 0; k < BINS; k++)
        gain[k] = pow(fmax((double)k, 3.0) / 64.0, slope);
}

/* The mean power of the spectra, and what it would be if all of the recording were cut out. */
typedef struct {
    double here, whole;
} level;

static double power_of(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum / (double)n;
}

static level level_of(const hear_pair_scratch *s, const hear_pair_sound *sound, double here)
{
    const double cut = power_of(s->samples, N);
    return (level){ here, cut > 0.0 ? here * sound->power / cut : 0.0 };
}

static level make_speech(const hear_pair_sounds *sounds, hear_rng *r, hear_pair_scratch *s)
{
    double gain[BINS];
    level l = { 0 };
    for (size_t k = 0; k < BINS; k++)
        gain[k] = 1.0;
    if (hear_rng_uniform(r) < 0.5)
        equalise(r, gain);
    for (int tries = 0; tries < 20 && !(l.here > 1e-4); tries++) {
        const hear_pair_sound *sound = draw(r, sounds->speech, sounds->n_speech);
        cut(r, sound, false, s->samples);
        l = level_of(s, sound, transform(s, gain, s->speech));
    }
    return l;
}

/* Noise comes in bursts too, which are most of its power: the louder of two places. */
static level make_noise(const hear_pair_sounds *sounds, hear_rng *r, hear_pair_scratch *s)
{
    double gain[BINS];
    level l = { 0 };
    if (hear_rng_uniform(r) < 0.15) {
        colour(r, s->samples, gain);
        l.here = l.whole = transform(s, gain, s->noise);
        return l;
    }
    equalise(r, gain);
    for (int tries = 0; tries < 20 && !(l.here > 1e-4); tries++) {
        const hear_pair_sound *sound = draw(r, sounds->noise, sounds->n_noise);
        cut(r, sound, true, s->samples);
        cut(r, sound, true, s->other);
        if (power_of(s->other, N) > power_of(s->samples, N))
            memcpy(s->samples, s->other, sizeof s->samples);
        l = level_of(s, sound, transform(s, gain, s->noise));
    }
    return l;
}

void hear_pair_make(const hear_pair_sounds *sounds, uint64_t seed, uint64_t number,
                    hear_pair_scratch *s, float *noisy, float *target)
{
    hear_rng r;
    hear_rng_seed_stream(&r, seed, number);
    const level es = make_speech(sounds, &r, s), en = make_noise(sounds, &r, s);
    const double snr_db = between(&r, -5.0, 15.0);
    const double gain =
        en.whole > 0.0 ? sqrt(es.whole / en.whole * pow(10.0, -snr_db / 10.0)) : 0.0;
    /* the loss is then that of the residual over the mean of speech and noise, in dB */
    const double scale = 1.0 / sqrt(gain * sqrt(es.here * en.here) + 1e-12);
    /* sounds begin and end: silence before or behind */
    size_t from = 0, to = T;
    if (hear_rng_uniform(&r) < 0.15)
        from = (size_t)hear_rng_below(&r, T / 2);
    else if (hear_rng_uniform(&r) < 0.15)
        to = T - (size_t)hear_rng_below(&r, T / 2);
    for (size_t i = 0; i < HEAR_PAIR_CELLS; i++) {
        if (i / BINS < from || i / BINS >= to) {
            noisy[i] = target[i] = 0.0f;
            continue;
        }
        const double re = s->speech[i][0] + gain * s->noise[i][0];
        const double im = s->speech[i][1] + gain * s->noise[i][1];
        const double size = sqrt(re * re + im * im);
        const double along = s->speech[i][0] * re + s->speech[i][1] * im;
        noisy[i] = (float)(scale * size);
        target[i] = along > 0.0 ? (float)(scale * along / size) : 0.0f;
    }
}
