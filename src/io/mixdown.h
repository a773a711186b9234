/* mixdown.h - many channels into one: their mean. Real-time: neither allocates, locks nor fails. */
#ifndef IO_MIXDOWN_H
#define IO_MIXDOWN_H

#include <stddef.h>

/* in: [n_frames][n_channels], n_channels >= 1; mono: [n_frames]. The same bits for any n_frames.
 * mono == in is allowed. */
void hear_mixdown(const float *in, size_t n_frames, size_t n_channels, float *mono);
#endif
