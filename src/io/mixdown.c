/* mixdown.c - see mixdown.h. */
#include "config.h"

#include "io/mixdown.h"

#include <string.h>

void hear_mixdown(const float *in, size_t n_frames, size_t n_channels, float *mono)
{
    if (n_channels == 1) {
        memmove(mono, in, n_frames * sizeof *mono);
        return;
    }
    for (size_t i = 0; i < n_frames; i++) {
        float sum = 0.0f;
        for (size_t c = 0; c < n_channels; c++)
            sum += in[i * n_channels + c];
        mono[i] = sum / (float)n_channels;
    }
}
