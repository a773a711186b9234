/* augment.c - see augment.h. Levels in dB of power. */
#include "config.h"

#include "train/augment.h"

#include "base/error.h"
#include "dsp/mel.h"
#include "train/augment_wave.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static double between(hear_rng *r, double low, double high)
{
    return low + (high - low) * hear_rng_uniform(r);
}

static bool chance(hear_rng *r, double p)
{
    return hear_rng_uniform(r) < p;
}

static float from_db(double db)
{
    return (float)pow(10.0, db / 10.0);
}

static float mean(const hear_augment_shape *shape, const float *power)
{
    const size_t n = shape->n_frames * shape->n_bands;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += power[i];
    return (float)(sum / (double)n);
}

static void scale_band(const hear_augment_shape *shape, float *power, size_t band, float factor)
{
    for (size_t t = 0; t < shape->n_frames; t++)
        power[t * shape->n_bands + band] *= factor;
}

/* The mean around each band, bands so many Hz away weighing nothing: what the voice's pitch draws
 * is gone, what the throat and mouth shape it to stays. */
static void blur(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const float width_hz = (float)between(r, 80.0, 400.0);
    const float *const hz = shape->centre_hz;
    const size_t n = shape->n_bands;
    if (!chance(r, 0.4))
        return;
    for (size_t t = 0; t < shape->n_frames; t++) {
        float *p = power + t * n;
        memcpy(shape->spare, p, n * sizeof *p);
        for (size_t m = 0, first = 0; m < n; m++) {
            float sum = 0.0f, weights = 0.0f;
            while (hz[first] <= hz[m] - width_hz)
                first++;
            for (size_t k = first; k < n && hz[k] < hz[m] + width_hz; k++) {
                const float weight = width_hz - fabsf(hz[k] - hz[m]);
                sum += weight * shape->spare[k];
                weights += weight;
            }
            p[m] = sum / weights;
        }
    }
}

/* Microphones and loudspeakers: a tilt and slow waves over the bands. */
static void equalise(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const double tilt = between(r, -8.0, 8.0);
    double level[3], phase[3];
    for (int k = 0; k < 3; k++) {
        level[k] = between(r, -4.0, 4.0) / sqrt(k + 1.0);
        phase[k] = between(r, 0.0, 2.0 * PI);
    }
    for (size_t m = 0; m < shape->n_bands; m++) {
        const double f = shape->n_bands > 1 ? (double)m / (double)(shape->n_bands - 1) : 0.5;
        double db = tilt * (f - 0.5);
        for (int k = 0; k < 3; k++)
            db += level[k] * cos(PI * (k + 1.0) * f + phase[k]);
        scale_band(shape, power, m, from_db(db));
    }
}

/* Telephones, codecs and small loudspeakers: low-pass 2.8 to 7.5 kHz, high-pass 100 to 450 Hz. */
static void limit_band(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const bool low = chance(r, 0.35), high = chance(r, 0.25);
    const double low_hz = 2800.0 * pow(7500.0 / 2800.0, hear_rng_uniform(r));
    const double high_hz = 100.0 * pow(4.5, hear_rng_uniform(r));
    const double low_slope = between(r, 60.0, 300.0), high_slope = between(r, 12.0, 48.0);
    for (size_t m = 0; m < shape->n_bands; m++) {
        const double hz = shape->centre_hz[m];
        double db = 0.0; /* slopes are dB an octave, and nothing falls below 60 dB */
        if (low && hz > low_hz)
            db -= fmin(60.0, low_slope * log2(hz / low_hz));
        if (high && hz < high_hz)
            db -= fmin(60.0, high_slope * log2(high_hz / fmax(hz, 1.0)));
        if (db < 0.0)
            scale_band(shape, power, m, from_db(db));
    }
}

/* Rooms: a part of the power decays by 60 dB in 0.1 to 1 s. */
static void reverberate(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const double rt60_s = between(r, 0.1, 1.0);
    const float share = (float)between(r, 0.1, 0.7);
    if (!chance(r, 0.3))
        return;
    const float keep = from_db(-60.0 * shape->frame_s / rt60_s);
    for (size_t m = 0; m < shape->n_bands; m++) {
        float tail = power[m];
        for (size_t t = 0; t < shape->n_frames; t++) {
            float *p = &power[t * shape->n_bands + m];
            tail = keep * tail + (1.0f - keep) * *p;
            *p = (1.0f - share) * *p + share * tail;
        }
    }
}

/* Noise of any colour, 0 to 40 dB under the sound. A band of the power spectrum of noise is a mean
 * of exponentials; of two here. */
static void add_noise(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const double snr_db = between(r, 0.0, 40.0), tilt = between(r, -30.0, 15.0);
    if (!chance(r, 0.5))
        return;
    double sum = 0.0;
    for (size_t m = 0; m < shape->n_bands; m++)
        sum += from_db(tilt * (double)m / (double)shape->n_bands);
    const float level = mean(shape, power) * from_db(-snr_db);
    for (size_t m = 0; m < shape->n_bands; m++) {
        const float band = level * from_db(tilt * (double)m / (double)shape->n_bands) *
                           (float)((double)shape->n_bands / sum);
        for (size_t t = 0; t < shape->n_frames; t++) {
            const float u = (float)(1.0 - hear_rng_uniform(r)),
                        v = (float)(1.0 - hear_rng_uniform(r));
            power[t * shape->n_bands + m] -= 0.5f * band * logf(u * v);
        }
    }
}

/* Any level of the recording, however loud it was: 8 to 58 dB below full scale, but no more than 40
 * dB up. */
static void change_gain(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const float gain = from_db(fmin(between(r, -58.0, -8.0) - shape->level_db, 40.0));
    for (size_t i = 0; i < shape->n_frames * shape->n_bands; i++)
        power[i] *= gain;
}

/* In half of the cases a window that is louder comes to 50 to 66 dB below full scale: barks from
 * across the street, near what a microphone gives of nothing. */
static void quieten(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const bool wanted = chance(r, 0.5);
    const double to = between(r, -66.0, -50.0), now = (double)mean(shape, power);
    if (!wanted || !(now > 0.0))
        return;
    const double level_db = shape->level_db + 10.0 * log10(now / shape->power);
    const float gain = from_db(fmin(to - level_db, 0.0));
    for (size_t i = 0; i < shape->n_frames * shape->n_bands; i++)
        power[i] *= gain;
}

/* SpecAugment (D. Park et al. 2019): up to an eighth of the bands, and up to 0.3 s. */
static void mask(hear_rng *r, const hear_augment_shape *shape, float *power)
{
    const size_t wide = (size_t)hear_rng_below(r, shape->n_bands / 8 + 1);
    const size_t band = (size_t)hear_rng_below(r, shape->n_bands - wide + 1);
    size_t most = (size_t)(0.3 / shape->frame_s);
    most = most < shape->n_frames / 2 ? most : shape->n_frames / 2;
    const size_t deep = (size_t)hear_rng_below(r, most + 1);
    const size_t frame = (size_t)hear_rng_below(r, shape->n_frames - deep + 1);
    const bool bands = chance(r, 0.5), frames = chance(r, 0.5);
    const float fill = 1e-3f * mean(shape, power);
    for (size_t t = 0; t < shape->n_frames; t++)
        for (size_t m = 0; m < shape->n_bands; m++)
            if ((bands && m >= band && m < band + wide) ||
                (frames && t >= frame && t < frame + deep))
                power[t * shape->n_bands + m] = fill;
}

enum { /* sets of hear_features */
       BANDS = 1 << HEAR_FEATURES_MEL | 1 << HEAR_FEATURES_SPECTRUM,
       SOUND = BANDS | 1 << HEAR_FEATURES_WAVE,
       ANY = SOUND | 1 << HEAR_FEATURES_DESCRIPTORS
};

static const hear_augmentation table[] = {
    [HEAR_AUGMENT_SHIFT] = { "shift", ANY, false, NULL, NULL },
    [HEAR_AUGMENT_SPEED] = { "speed", SOUND, false, NULL, NULL },
    [HEAR_AUGMENT_PITCH] = { "pitch", BANDS, false, NULL, NULL },
    [HEAR_AUGMENT_MIX] = { "mix", SOUND, false, NULL, NULL },
    [HEAR_AUGMENT_BACKGROUND] = { "background", SOUND, false, NULL, NULL },
    { "blur", BANDS, true, blur, NULL },
    { "eq", SOUND, false, equalise, hear_wave_equalise },
    { "room", SOUND, false, reverberate, hear_wave_reverberate },
    { "noise", SOUND, false, add_noise, hear_wave_add_noise },
    { "band", SOUND, false, limit_band, hear_wave_limit_band },
    { "gain", SOUND, false, change_gain, hear_wave_change_gain },
    { "mask", SOUND, false, mask, hear_wave_mask },
    { "quiet", SOUND, true, quieten, hear_wave_quieten },
};

size_t hear_augment_count(void)
{
    return sizeof table / sizeof table[0];
}

unsigned hear_augment_possible(hear_features features)
{
    unsigned set = 0;
    for (size_t i = 0; i < hear_augment_count(); i++)
        set |= (table[i].features >> features & 1u) << i;
    return set;
}

static unsigned by_name(void)
{
    unsigned set = 0;
    for (size_t i = 0; i < hear_augment_count(); i++)
        set |= (unsigned)table[i].by_name << i;
    return set;
}

static size_t find(const char *word, size_t n)
{
    size_t i = 0;
    while (i < hear_augment_count() &&
           !(strncmp(table[i].name, word, n) == 0 && table[i].name[n] == '\0'))
        i++;
    return i;
}

hear_status hear_augment_parse(unsigned *set, const char *text, hear_features features,
                               hear_error *err)
{
    const unsigned possible = hear_augment_possible(features);
    unsigned found = 0;
    for (const char *word = strcmp(text, "none") == 0 ? "" : text; *word;) {
        const size_t n = strcspn(word, ","), i = find(word, n);
        if (n == 3 && strncmp(word, "all", n) == 0)
            found |= possible & ~by_name();
        else if (n == 4 && strncmp(word, "none", n) == 0)
            return hear_fail(err, HEAR_ERR_ARG,
                             "augmentation \"none\" stands alone, not with others");
        else if (i == hear_augment_count())
            return hear_fail(err, HEAR_ERR_ARG, "there is no augmentation \"%.*s\"",
                             n < 64 ? (int)n : 64, word);
        else if (!(possible >> i & 1u))
            return hear_fail(err, HEAR_ERR_ARG, "\"%s\" cannot be done to %s", table[i].name,
                             hear_frontend_unit(&(hear_frontend_config){ .features = features }));
        else
            found |= 1u << i;
        word += n + (word[n] == ',');
    }
    *set = found;
    return HEAR_OK;
}

void hear_augment_apply(unsigned set, hear_rng *r, const hear_augment_shape *shape, float *x)
{
    const bool wave = shape->features == HEAR_FEATURES_WAVE;
    set &= hear_augment_possible(shape->features);
    for (size_t i = 0; i < hear_augment_count(); i++) {
        if (!(set >> i & 1u))
            continue;
        if (wave && table[i].wave)
            table[i].wave(r, shape->rate_hz, x, shape->n_frames * shape->n_bands);
        else if (!wave && table[i].bands)
            table[i].bands(r, shape, x);
    }
}

void hear_augment_centres(const hear_frontend_config *config, float *centre_hz)
{
    if (config->features != HEAR_FEATURES_MEL) {
        for (size_t k = 0; k < hear_frontend_width(config); k++)
            centre_hz[k] = (float)((double)k * config->rate_hz / config->n_fft);
        return;
    }
    const double low = hear_mel_from_hz(config->mel_scale, config->fmin_hz);
    const double high = hear_mel_from_hz(config->mel_scale, config->fmax_hz);
    for (size_t m = 0; m < config->n_mels; m++)
        centre_hz[m] = (float)hear_mel_to_hz(
            config->mel_scale, low + (high - low) * (double)(m + 1) / (double)(config->n_mels + 1));
}
