/* convolve.h - a sound through a long impulse response, by blocks in the frequency domain.
 *
 * Whole recordings. Threads: any. */
#ifndef DSP_CONVOLVE_H
#define DSP_CONVOLVE_H

#include "hearsay/status.h"

#include <stddef.h>

/* out[i] = sum over k of h[k] x[i - k], i < n: the tail after the sound's end is left out. x, out:
 * [n], out may be x; h: [n_h], n_h >= 1. Errors: HEAR_ERR_MEM; then out is as it was. */
HEAR_MUST_CHECK hear_status hear_convolve(float *out, const float *x, size_t n, const float *h,
                                          size_t n_h);
#endif
