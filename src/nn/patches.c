/* patches.c - see patches.h. */
#include "config.h"

#include "nn/patches.h"

#include <string.h>

enum { MAX_RUNS = 32, VECTOR = 16 };

/* Neighbouring outputs in one row. */
typedef struct {
    size_t d, h, col; /* of the first output */
    size_t n, at;     /* how many, and where in the panel */
} run;

/* The runs of outputs j .. j + n - 1; n <= MAX_RUNS. */
static size_t find_runs(const hear_window *w, size_t j, size_t n, run *runs)
{
    const size_t cols = w->out[HEAR_W];
    size_t n_runs = 0;
    for (size_t at = 0; at < n; n_runs++) {
        const size_t row = (j + at) / cols, col = (j + at) % cols;
        const size_t left = n - at, there = cols - col;
        runs[n_runs] = (run){ .d = row / w->out[HEAR_H],
                              .h = row % w->out[HEAR_H],
                              .col = col,
                              .n = left < there ? left : there,
                              .at = at };
        at += runs[n_runs].n;
    }
    return n_runs;
}

/* copies n numbers, of which most come in whole vectors */
static void copy(float *to, const float *from, size_t n)
{
    for (; n >= VECTOR; n -= VECTOR, to += VECTOR, from += VECTOR)
        memcpy(to, from, VECTOR * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

/* One run at tap k of the plane x; first .. last: outputs along a row that meet the input there. */
static void gather(const hear_window *w, const run *r, const size_t k[HEAR_SPACE], size_t first,
                   size_t last, const float *x, float *out)
{
    size_t d, h;
    first = first < r->col ? r->col : first;
    last = last > r->col + r->n ? r->col + r->n : last;
    if (first >= last || !hear_window_at(w, HEAR_D, r->d, k[HEAR_D], &d) ||
        !hear_window_at(w, HEAR_H, r->h, k[HEAR_H], &h)) {
        for (size_t i = 0; i < r->n; i++)
            out[i] = 0.0f;
        return;
    }
    const size_t stride = w->stride[HEAR_W];
    x += (d * w->in[HEAR_H] + h) * w->in[HEAR_W] + first * stride +
         k[HEAR_W] * w->dilation[HEAR_W] - w->pad[HEAR_W];
    size_t i = 0;
    for (; i < first - r->col; i++)
        out[i] = 0.0f;
    const size_t n = last - first;
    if (stride == 1)
        copy(out + i, x, n);
    else
        for (size_t m = 0; m < n; m++)
            out[i + m] = x[m * stride];
    for (i += n; i < r->n; i++)
        out[i] = 0.0f;
}

void hear_patches_pack(const void *user, float *out, size_t width, size_t j, size_t n, size_t l,
                       size_t k)
{
    const hear_patches *p = user;
    const hear_window *w = p->w;
    run runs[MAX_RUNS];
    const size_t n_runs = find_runs(w, j, n, runs), taps = hear_window_taps(w);
    const size_t size = hear_window_in_size(w), tap = l % taps;
    const float *x = p->x + l / taps * size;
    size_t at[HEAR_SPACE] = { tap / w->kernel[HEAR_W] / w->kernel[HEAR_H],
                              tap / w->kernel[HEAR_W] % w->kernel[HEAR_H],
                              tap % w->kernel[HEAR_W] };
    for (size_t i = 0, t = tap; i < k; i++, out += width) {
        size_t last;
        const size_t first = hear_window_range(w, HEAR_W, at[HEAR_W], &last);
        for (size_t r = 0; r < n_runs; r++)
            gather(w, &runs[r], at, first, last, x, out + runs[r].at);
        hear_window_next_tap(w, at);
        if (++t == taps) {
            t = 0;
            x += size;
        }
    }
}
