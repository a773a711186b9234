/* taps.c - see taps.h. */
#include "config.h"

#include "nn/taps.h"

#include "base/mem.h"
#include "nn/taps_kernels.h"

#include <stdint.h>

typedef struct {
    _Alignas(64) const hear_taps_kernels *kernels;
    _Alignas(64) float numbers[]; /* as hear_taps_row wants them */
} packed;

bool hear_taps_fit(const hear_window *w, size_t channels)
{
    return channels >= HEAR_TAPS_CHANNELS && w->kernel[HEAR_D] == 1 && w->in[HEAR_D] == 1 &&
           w->out[HEAR_D] == 1 && w->pad[HEAR_D] == 0;
}

size_t hear_taps_pack_bytes(const hear_window *w, size_t channels)
{
    size_t n = hear_window_taps(w);
    if (!hear_add(n, 1, &n) || !hear_add(channels, HEAR_TAPS_CHANNELS, &channels) ||
        !hear_mul(n, channels, &n) || !hear_mul(n, sizeof(float), &n) ||
        !hear_add(n, sizeof(packed), &n))
        return SIZE_MAX;
    return n;
}

void hear_taps_pack(void *out, const hear_window *w, size_t channels, const float *weights,
                    const float *bias)
{
    packed *const p = out;
    p->kernels = hear_taps_kernels_best();
    const size_t taps = hear_window_taps(w), width = p->kernels->width;
    float *to = p->numbers;
    for (size_t c = 0; c < channels; c += width) {
        const size_t first = c + width <= channels ? c : channels - width;
        for (size_t i = 0; i < width; i++)
            *to++ = bias ? bias[first + i] : 0.0f;
        for (size_t t = 0; t < taps; t++)
            for (size_t i = 0; i < width; i++)
                *to++ = weights[(first + i) * taps + t];
    }
}

/* Strides of 1 or 2, at most one column of padding on either side. */
static bool is_3x3(const hear_window *w)
{
    for (size_t d = HEAR_H; d <= HEAR_W; d++)
        if (w->kernel[d] != 3 || w->dilation[d] != 1)
            return false;
    const size_t stride = w->stride[HEAR_W], cols = w->out[HEAR_W];
    return stride <= 2 && w->pad[HEAR_W] <= 1 && w->in[HEAR_W] >= 2 &&
           (cols - 1) * stride + 2 <= w->pad[HEAR_W] + w->in[HEAR_W];
}

void hear_taps_depthwise(const hear_window *w, size_t channels, const void *packed_weights,
                         float low, float high, const float *x, float *y)
{
    const packed *const p = packed_weights;
    hear_taps_row r = { .w = w,
                        .channels = channels,
                        .x = x,
                        .y = y,
                        .weights = p->numbers,
                        .low = low,
                        .high = high };
    if (w->out[HEAR_H] == 0 || w->out[HEAR_W] == 0)
        return;
    const hear_taps_kernels *const kernels = p->kernels;
    const bool fast = is_3x3(w);
    const bool pairs =
        fast && kernels->pair_3x3 && w->stride[HEAR_H] == 1 && w->stride[HEAR_W] == 1;
    for (size_t n; r.h < w->out[HEAR_H]; r.h += n, r.y += n * w->out[HEAR_W] * channels) {
        n = pairs && w->out[HEAR_H] - r.h >= 2 ? 2 : 1;
        (n == 2 ? kernels->pair_3x3 : fast ? kernels->depthwise_3x3 : kernels->depthwise)(&r);
    }
}

void hear_taps_max(const hear_window *w, size_t channels, const float *x, float *y)
{
    const hear_taps_kernels *const kernels = hear_taps_kernels_best();
    hear_taps_row r = { .w = w, .channels = channels, .x = x, .y = y };
    for (; r.h < w->out[HEAR_H]; r.h++, r.y += w->out[HEAR_W] * channels)
        kernels->max(&r);
}

void hear_taps_mean(const hear_window *w, size_t channels, size_t h, const float *share,
                    const float *x, float *y)
{
    const hear_taps_row r = { .w = w,
                              .channels = channels,
                              .h = h,
                              .x = x,
                              .y = y + h * w->out[HEAR_W] * channels,
                              .share = share };
    hear_taps_kernels_best()->mean(&r);
}
