/* stft.h - one frame of samples in, its short-time spectrum out.
 *
 * The window is a periodic Hann of win_length samples, or Kaldi's Povey. CENTER: it stands in the
 * middle of n_fft samples, as in librosa; START: it stands at their start with zeros behind, as in
 * tf.signal.stft, and is rounded as there, to single precision. Threads: one owner at a time.
 * Real-time: process neither allocates, locks, logs nor fails. */
#ifndef DSP_STFT_H
#define DSP_STFT_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { HEAR_PLACE_CENTER, HEAR_PLACE_START } hear_placement;

typedef struct hear_stft hear_stft;

/* n_fft: a power of two, 4 .. 65536; win_length: 1 .. n_fft. On failure *out is NULL.
 * Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_stft_create(hear_stft **out, size_t n_fft, size_t win_length,
                                             hear_placement placement);
void hear_stft_destroy(hear_stft *s); /* NULL is allowed */

typedef enum {
    HEAR_WINDOW_HANN, /* periodic */
    HEAR_WINDOW_POVEY /* Kaldi's: (0.5 - 0.5 cos(2 pi i / (n - 1)))^0.85 */
} hear_window_shape;

/* What is done to the samples under the window before it is laid on them, in this order, as in
 * Kaldi; all 0 is nothing. */
typedef struct {
    bool int16_scale;   /* times 32768: in units of 16-bit samples */
    bool remove_dc;     /* less their mean */
    double preemphasis; /* 0 .. 1: x[i] - preemphasis x[i - 1], with x[0] before x[0] */
    hear_window_shape window;
} hear_stft_treatment;

/* From now on. */
void hear_stft_treat(hear_stft *s, const hear_stft_treatment *treatment);

/* Samples that a frame spans: n_fft where centred, win_length where it starts. */
size_t hear_stft_frame_length(size_t n_fft, size_t win_length, hear_placement placement);
/* out [n_fft / 2 + 1]: |X|^power of one frame; samples: [frame_length]; power: 1 or 2. */
void hear_stft_process(hear_stft *s, const float *samples, int power, float *out);
/* The spectrum itself: [n_fft / 2 + 1][re, im], valid until the next call. */
const double *hear_stft_spectrum(hear_stft *s, const float *samples);
#endif
