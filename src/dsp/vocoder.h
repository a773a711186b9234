/* vocoder.h - longer or shorter at the same pitch, higher or lower at the same length.
 *
 * A phase vocoder: frames a quarter apart come out, each from where it belongs in the sound, the
 * phase of each peak going on from the frame before, and the bins around a peak turning with it
 * (J. Laroche and M. Dolson 1999). Frames are 43 to 64 ms long. Whole recordings, nothing of a
 * stream. Threads: any. */
#ifndef DSP_VOCODER_H
#define DSP_VOCODER_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdint.h>

/* *out: hear_stretch_length(n, factor) samples, freed with free(). factor: 0.25 .. 4, times as
 * long; rate_hz: 1000 .. 768000, n >= 1. On failure *out is NULL. Errors: HEAR_ERR_ARG,
 * HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_stretch(float **out, const float *in, size_t n, uint32_t rate_hz,
                                         double factor);
size_t hear_stretch_length(size_t n, double factor); /* the nearest, 1 at least */
/* As long as the sound, all frequencies times 2^(semitones / 12), what comes to lie above half the
 * rate being gone: a stretch, and another rate. semitones: -24 .. 24. The same errors. */
HEAR_MUST_CHECK hear_status hear_shift_pitch(float **out, const float *in, size_t n,
                                             uint32_t rate_hz, double semitones);
#endif
