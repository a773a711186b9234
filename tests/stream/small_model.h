/* small_model.h - a model made of random weights, and sound for it. */
#ifndef TESTS_SMALL_MODEL_H
#define TESTS_SMALL_MODEL_H

#include "stream/model_info.h"

/* 16 kHz, 20 ms frames of 8 bands, 25 frames a window (0.5 s), 5 a hop (0.1 s), three labels.
 * n_layers > 0: as many layers of 1024 units before the last one, for slow ones. */
hear_model *small_model(size_t n_layers, hear_layout layout);
/* The same windows of samples, 320 a frame, and one layer. */
hear_model *small_wave_model(void);

/* The same front end and windows, of patches of 10 frames every 5: 4 patches a window, whose mean
 * is the result. Its embedding has 6 numbers. */
hear_model *small_patch_model(hear_layout layout);

/* Tones that come and go in noise, within ±0.5 and exact in 16 bits. */
void small_sound(float *samples, size_t n);
#endif
