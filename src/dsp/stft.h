/* stft.h - one frame of samples in, its short-time spectrum out.
 *
 * The window is a periodic Hann of win_length samples. CENTER: it stands in the middle of n_fft
 * samples, as in librosa; START: it stands at their start with zeros behind, as in tf.signal.stft,
 * and is rounded as there, to single precision.
 * Threads: one owner at a time. Real-time: process neither allocates, locks, logs nor fails. */
#ifndef DSP_STFT_H
#define DSP_STFT_H

#include "hearsay/status.h"

#include <stddef.h>

typedef enum { HEAR_PLACE_CENTER, HEAR_PLACE_START } hear_placement;

typedef struct hear_stft hear_stft;

/* n_fft: a power of two, 4 .. 65536; win_length: 1 .. n_fft. On failure *out is NULL.
 * Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_stft_create(hear_stft **out, size_t n_fft, size_t win_length,
                                             hear_placement placement);
void hear_stft_destroy(hear_stft *s); /* NULL is allowed */

/* Samples that a frame spans: n_fft where centred, win_length where it starts. */
size_t hear_stft_frame_length(size_t n_fft, size_t win_length, hear_placement placement);
/* out [n_fft / 2 + 1]: |X|^power of one frame; samples: [frame_length]; power: 1 or 2. */
void hear_stft_process(hear_stft *s, const float *samples, int power, float *out);
/* The spectrum itself: [n_fft / 2 + 1][re, im], valid until the next call. */
const double *hear_stft_spectrum(hear_stft *s, const float *samples);
#endif
