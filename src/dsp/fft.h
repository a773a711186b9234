/* fft.h - the spectrum of n real samples.
 *
 * FFTW in double precision where configure found it: as planned without measuring it is also the
 * faster one (0.98 against 1.48 us for 1024 points), and the far bands of a pure tone hear the
 * rounding of single precision. Otherwise liquid-dsp's FFT of n / 2 complex points in single
 * precision, about ten times as slow. The same samples give the same bits in every run of one build
 * on one kind of CPU. Threads: one owner at a time; create and destroy from any thread. Real-time:
 * run neither allocates, locks, logs nor fails. */
#ifndef DSP_FFT_H
#define DSP_FFT_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct hear_fft hear_fft;

/* n: a power of two, 4 .. 65536. On failure *out is NULL. Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_fft_create(hear_fft **out, size_t n);
void hear_fft_destroy(hear_fft *f); /* NULL is allowed */

/* Where the samples go: [n], zeros at first. Its content is undefined after run. */
double *hear_fft_input(hear_fft *f);
/* X[k] = sum over i of x[i] exp(-2 pi j i k / n): [n / 2 + 1][re, im], valid until the next run. */
const double *hear_fft_run(hear_fft *f);
#endif
