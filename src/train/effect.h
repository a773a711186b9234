/* effect.h - what may happen to a recording's samples, for augmented copies in files.
 *
 * augment.h does the like to mel bands while a network learns; this is the slower, audible way.
 * Each effect is a function in a table; a value is drawn uniformly from a range for each copy.
 * Threads: any; a recording has one owner at a time. */
#ifndef TRAIN_EFFECT_H
#define TRAIN_EFFECT_H

#include "base/rng.h"
#include "io/recording.h"

typedef enum { /* in the order in which they are done */
               HEAR_EFFECT_STRETCH,
               HEAR_EFFECT_PITCH,
               HEAR_EFFECT_SHIFT,
               HEAR_EFFECT_ROOM,
               HEAR_EFFECT_NOISE,
               HEAR_EFFECT_WHITE,
               HEAR_EFFECT_HIGHPASS,
               HEAR_EFFECT_LOWPASS,
               HEAR_EFFECT_CODEC,
               HEAR_EFFECT_GAIN,
               HEAR_N_EFFECTS
} hear_effect_id;

typedef struct {
    const char *name;   /* "stretch" */
    double least, most; /* what a value may be */
    /* noise: samples [n_noise] at r's rate; only HEAR_EFFECT_NOISE looks at them. */
    hear_status (*apply)(hear_recording *r, double value, hear_rng *rng, const float *noise,
                         size_t n_noise);
} hear_effect;

const hear_effect *hear_effect_at(hear_effect_id id);

typedef struct {
    bool wanted;
    double low, high; /* low <= high, both within the effect's limits */
} hear_effect_range;

/* "X", or "LOW:HIGH". Errors: HEAR_ERR_ARG, err says what would be right. */
HEAR_MUST_CHECK hear_status hear_effect_parse(hear_effect_range *range, hear_effect_id id,
                                              const char *text, hear_error *err);

/* Every effect that is wanted, in order, each with probability `chance`. The same generator, the
 * same bits. r keeps its rate and has one sample at least. noise: for HEAR_EFFECT_NOISE, may be
 * NULL where that is not wanted. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_effects_apply(const hear_effect_range range[HEAR_N_EFFECTS],
                                               double chance, hear_rng *rng, hear_recording *r,
                                               const hear_recording *noise);

/* Adds noise at an SNR in dB of mean powers over the whole of x [n]; where either is silent, x
 * stays as it is. noise [n_noise], n_noise >= 1: from sample `from` on, over and over. */
void hear_mix_at_snr(float *x, size_t n, const float *noise, size_t n_noise, size_t from,
                     double snr_db);
#endif
