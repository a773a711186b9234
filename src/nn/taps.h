/* taps.h - windows that slide over numbers with the channels last, each channel for itself:
 * depthwise convolution, the mean and the largest number.
 *
 * x [height][width][channels], y the same, of one picture; one depth only. Threads: any. Real-time:
 * all but packing. */
#ifndef NN_TAPS_H
#define NN_TAPS_H

#include "nn/window.h"

enum { HEAR_TAPS_CHANNELS = 16 }; /* fewer channels are not taken */

/* One depth, and no fewer than HEAR_TAPS_CHANNELS channels. */
bool hear_taps_fit(const hear_window *w, size_t channels);

/* Weights [channels][taps] and bias [channels] or NULL; out: of so many bytes, aligned to 64.
 * SIZE_MAX where that does not fit. */
size_t hear_taps_pack_bytes(const hear_window *w, size_t channels);
void hear_taps_pack(void *out, const hear_window *w, size_t channels, const float *weights,
                    const float *bias);
/* Each result is one sum, tap after tap, held within low .. high (NaN stays NaN). */
void hear_taps_depthwise(const hear_window *w, size_t channels, const void *packed, float low,
                         float high, const float *x, float *y);

/* Row h of y: the sum of what each window sees times share, [width]. */
void hear_taps_mean(const hear_window *w, size_t channels, size_t h, const float *share,
                    const float *x, float *y);

/* The largest number that each window sees; NaN counts as the smallest. */
void hear_taps_max(const hear_window *w, size_t channels, const float *x, float *y);
#endif
