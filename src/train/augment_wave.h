/* augment_wave.h - the augmentations of augment.h on the samples of a wave.
 *
 * r: all chance comes from it. rate_hz: 4000 .. 192000. x: [n], changed in place; silence stays
 * silent. Threads: any. Nothing allocates. */
#ifndef TRAIN_AUGMENT_WAVE_H
#define TRAIN_AUGMENT_WAVE_H

#include "base/rng.h"

#include <stddef.h>

/* A tilt of up to 8 dB, and three peaks or dips of up to 4 dB. */
void hear_wave_equalise(hear_rng *r, double rate_hz, float *x, size_t n);
/* In 3 of 10 cases: sparse echoes that decay by 60 dB in 0.1 to 1 s. */
void hear_wave_reverberate(hear_rng *r, double rate_hz, float *x, size_t n);
/* In 4 of 10 cases: noise from dark to bright, 3 to 40 dB below. */
void hear_wave_add_noise(hear_rng *r, double rate_hz, float *x, size_t n);
/* Low-pass of 2.8 to 7.5 kHz, high-pass of 100 to 450 Hz, each in some cases. */
void hear_wave_limit_band(hear_rng *r, double rate_hz, float *x, size_t n);
/* To any level of 8 to 58 dB below full scale, but no more than 40 dB up. */
void hear_wave_change_gain(hear_rng *r, double rate_hz, float *x, size_t n);
/* In half of the cases what is louder to 50 to 66 dB below full scale. */
void hear_wave_quieten(hear_rng *r, double rate_hz, float *x, size_t n);
/* In half of the cases: up to 0.3 s, 30 dB down. */
void hear_wave_mask(hear_rng *r, double rate_hz, float *x, size_t n);
#endif
