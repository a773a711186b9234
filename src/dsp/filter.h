/* filter.h - Butterworth low-pass and high-pass, as second-order sections.
 *
 * Of order 8: 3 dB down at the cut-off, 48 dB an octave beyond it. Bilinear transform, the cut-off
 * kept in its place. Threads: any; nothing allocates. */
#ifndef DSP_FILTER_H
#define DSP_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/* x: [n], changed in place. cut_hz: 0 < cut < rate / 2. */
void hear_filter_low_pass(float *x, size_t n, double rate_hz, double cut_hz);
void hear_filter_high_pass(float *x, size_t n, double rate_hz, double cut_hz);
#endif
