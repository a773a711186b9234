/* istft.h - short-time spectra in, samples out: the reverse of stft.h, by overlap-add.
 *
 * Frames of n_fft samples, hop apart. Each inverse transform is windowed by a periodic Hann once
 * more, and the sum divided by what the squared windows sum to: spectra of hear_stft (CENTER,
 * win_length = n_fft) that nobody touched give the samples back.
 * Threads: one owner at a time. Real-time: process and reset neither allocate, lock, log nor fail.
 */
#ifndef DSP_ISTFT_H
#define DSP_ISTFT_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct hear_istft hear_istft;

/* n_fft: a power of two, 4 .. 65536; hop: 1 .. n_fft / 2, a divisor of n_fft. On failure *out is
 * NULL. Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_istft_create(hear_istft **out, size_t n_fft, size_t hop);
void hear_istft_destroy(hear_istft *s); /* NULL is allowed */
void hear_istft_reset(hear_istft *s);   /* as if new */

/* spectrum: [n_fft / 2 + 1][re, im]. out: [hop], the first samples of the frame, complete once all
 * frames over them have come: the first frame must begin n_fft - hop before the sound, and what
 * comes out before that is nothing to keep. */
void hear_istft_process(hear_istft *s, const double *spectrum, float *out);
#endif
