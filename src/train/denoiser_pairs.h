/* denoiser_pairs.h - noisy and clean magnitudes, for denoiser.c alone. */
#ifndef TRAIN_DENOISER_PAIRS_H
#define TRAIN_DENOISER_PAIRS_H

#include "base/rng.h"
#include "dsp/stft.h"
#include "stream/denoise.h"

enum {
    HEAR_PAIR_SAMPLES = HEAR_DENOISE_FFT + HEAR_DENOISE_HOP * (HEAR_DENOISE_WINDOW - 1),
    HEAR_PAIR_CELLS = HEAR_DENOISE_WINDOW * HEAR_DENOISE_BINS
};

typedef struct {
    float *samples; /* at HEAR_DENOISE_HZ */
    size_t n;       /* >= 1 */
    size_t upto;    /* the sum of n of this one and all before it */
    double power;   /* the mean of its squares */
} hear_pair_sound;

typedef struct {
    size_t n_speech, n_noise;
    const hear_pair_sound *speech, *noise;
} hear_pair_sounds;

typedef struct {
    hear_stft *stft;
    float samples[HEAR_PAIR_SAMPLES], other[HEAR_PAIR_SAMPLES];
    double speech[HEAR_PAIR_CELLS][2], noise[HEAR_PAIR_CELLS][2];
} hear_pair_scratch;

/* Pair `number` of a seed: noisy and target [HEAR_PAIR_CELLS]. Sounds are drawn by their length.
 * Nothing allocates. */
void hear_pair_make(const hear_pair_sounds *sounds, uint64_t seed, uint64_t number,
                    hear_pair_scratch *scratch, float *noisy, float *target);
#endif
