/* depthwise.c - see depthwise.h. A row of outputs at a time, one tap after the other. */
#include "config.h"

#include "nn/depthwise.h"

static void add_row(float *y, const float *x, size_t stride, float v, size_t n)
{
    if (stride == 1)
        for (size_t i = 0; i < n; i++)
            y[i] += v * x[i];
    else
        for (size_t i = 0; i < n; i++)
            y[i] += v * x[i * stride];
}

void hear_depthwise(const hear_window *w, size_t n_out, const float *x, const float *weights,
                    const float *bias, float *y)
{
    const size_t taps = hear_window_taps(w), rows = w->out[HEAR_D] * w->out[HEAR_H];
    for (size_t m = 0; m < n_out; m++, weights += taps)
        for (size_t r = 0; r < rows; r++, y += w->out[HEAR_W]) {
            size_t k[HEAR_SPACE] = { 0 };
            hear_strip s;
            for (size_t i = 0; i < w->out[HEAR_W]; i++)
                y[i] = bias ? bias[m] : 0.0f;
            for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k))
                if (hear_window_strip(w, r, k, &s))
                    add_row(y + s.first, x + s.at, s.stride, weights[t], s.n);
        }
}

void hear_depthwise_back(const hear_window *w, size_t n_out, const float *x, const float *weights,
                         const float *g, float *gx, float *gw)
{
    const size_t taps = hear_window_taps(w), rows = w->out[HEAR_D] * w->out[HEAR_H];
    for (size_t m = 0; m < n_out; m++)
        for (size_t r = 0; r < rows; r++, g += w->out[HEAR_W]) {
            size_t k[HEAR_SPACE] = { 0 };
            hear_strip s;
            for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k)) {
                if (!hear_window_strip(w, r, k, &s))
                    continue;
                const float *row = g + s.first;
                for (size_t i = 0; i < s.n && gx; i++)
                    gx[s.at + i * s.stride] += weights[m * taps + t] * row[i];
                float sum = 0.0f;
                for (size_t i = 0; i < s.n && gw; i++)
                    sum += x[s.at + i * s.stride] * row[i];
                if (gw)
                    gw[m * taps + t] += sum;
            }
        }
}
