/* depthwise.c - see depthwise.h.
 *
 * A plane of the input is copied with its padding, the columns of each stride together, so that
 * every tap of a row of outputs is a row of neighbours; then a vector of outputs goes through all
 * taps in registers. */
#include "config.h"

#include "nn/depthwise.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { N = 16, MOST_TAPS = 32 };
typedef float f16 __attribute__((vector_size(4 * N)));
typedef int32_t i16 __attribute__((vector_size(4 * N)));

#define INLINE static inline __attribute__((always_inline))

/* y[i] = bias + sum over t of weights[t] from[t][i], tap after tap; from can be read in whole
 * vectors. */
typedef struct {
    const float *from[MOST_TAPS], *weights;
    size_t taps, n;
    float bias, low, high;
} row;

INLINE void any_row(const row *r, size_t taps, float *y)
{
    for (size_t i = 0; i < r->n; i += N) {
        f16 sum = (f16){ 0 } + r->bias, x;
        for (size_t t = 0; t < taps; t++) {
            memcpy(&x, r->from[t] + i, sizeof x);
            sum += r->weights[t] * x;
        }
        const f16 low = (f16){ 0 } + r->low, high = (f16){ 0 } + r->high;
        const i16 under = sum < low;
        sum = (f16)(((i16)sum & ~under) | ((i16)low & under));
        const i16 over = sum > high;
        sum = (f16)(((i16)sum & ~over) | ((i16)high & over));
        const size_t left = r->n - i;
        if (left >= N)
            memcpy(y + i, &sum, sizeof sum);
        else
            memcpy(y + i, &sum, left * sizeof *y);
    }
}

#define FOR_CPU(name, target)                                                                      \
    target static void name(const row *r, float *y)                                                \
    {                                                                                              \
        if (r->taps == 9)                                                                          \
            any_row(r, 9, y);                                                                      \
        else                                                                                       \
            any_row(r, r->taps, y);                                                                \
    }
FOR_CPU(plain, )
#if defined(__x86_64__) || defined(__i386__)
FOR_CPU(avx2, __attribute__((target("avx2"))))
FOR_CPU(avx512, __attribute__((target("avx512f"))))
#endif

typedef void row_fn(const row *r, float *y);

/* All give the same bits. */
static row_fn *best(void)
{
#if defined(__x86_64__) || defined(__i386__)
    if (__builtin_cpu_supports("avx512f"))
        return avx512;
    if (__builtin_cpu_supports("avx2"))
        return avx2;
#endif
    return plain;
}

/* The copy of a plane: [rows][stride][pitch]. */
static size_t pitch_of(const hear_window *w)
{
    const size_t span = (w->kernel[HEAR_W] - 1) * w->dilation[HEAR_W];
    return (w->out[HEAR_W] + span / w->stride[HEAR_W] + 2 * N) / N * N;
}

static size_t rows_of(const hear_window *w)
{
    return (w->out[HEAR_H] - 1) * w->stride[HEAR_H] +
           (w->kernel[HEAR_H] - 1) * w->dilation[HEAR_H] + 1;
}

/* What is copied: the usual pictures; anything larger than twice the input goes by strips. */
static bool is_copied(const hear_window *w)
{
    const size_t taps = hear_window_taps(w);
    if (w->kernel[HEAR_D] != 1 || w->in[HEAR_D] != 1 || w->out[HEAR_D] != 1 ||
        w->pad[HEAR_D] != 0 || taps > MOST_TAPS || w->out[HEAR_H] == 0 || w->out[HEAR_W] == 0)
        return false;
    for (size_t d = HEAR_H; d <= HEAR_W; d++)
        if (w->stride[d] > 4 || w->dilation[d] > 64 || w->out[d] > 65536 || w->pad[d] > 4096)
            return false;
    return true;
}

size_t hear_depthwise_scratch(const hear_window *w)
{
    return is_copied(w) ? hear_size_mul(rows_of(w) * w->stride[HEAR_W], pitch_of(w)) : 0;
}

/* A place in the copy that a column of the input goes to, and that a tap reads first. */
typedef struct {
    size_t stride, pitch, step; /* step: from row to row */
    size_t n_rows, n_cols;      /* of the input that are copied */
    float *first;               /* of the copied input */
    size_t taps, tap[MOST_TAPS];
} copy;

static copy plan_copy(const hear_window *w, float *scratch)
{
    copy c = { .stride = w->stride[HEAR_W], .pitch = pitch_of(w), .taps = hear_window_taps(w) };
    const size_t rows = rows_of(w), top = w->pad[HEAR_H], left = w->pad[HEAR_W];
    const size_t room = c.stride * (c.pitch - N);
    c.step = c.stride * c.pitch;
    c.n_rows = rows > top ? rows - top : 0;
    c.n_rows = c.n_rows < w->in[HEAR_H] ? c.n_rows : w->in[HEAR_H];
    c.n_cols = room > left ? room - left : 0;
    c.n_cols = c.n_cols < w->in[HEAR_W] ? c.n_cols : w->in[HEAR_W];
    c.first = scratch + top * c.step;
    for (size_t t = 0; t < c.taps; t++) {
        const size_t down = t / w->kernel[HEAR_W] * w->dilation[HEAR_H];
        const size_t right = t % w->kernel[HEAR_W] * w->dilation[HEAR_W];
        c.tap[t] = down * c.step + right % c.stride * c.pitch + right / c.stride;
    }
    return c;
}

static void copy_plane(const hear_window *w, const copy *c, const float *x)
{
    const size_t left = w->pad[HEAR_W];
    for (size_t s = 0; s < c->stride && s < c->n_cols; s++) {
        float *to = c->first + (left + s) % c->stride * c->pitch + (left + s) / c->stride;
        for (size_t h = 0; h < c->n_rows; h++, to += c->step) {
            const float *from = x + h * w->in[HEAR_W];
            size_t k = 0;
            for (size_t i = s; i < c->n_cols; i += c->stride)
                to[k++] = from[i];
        }
    }
}

static void by_copy(const hear_window *w, const hear_depthwise_args *a, const float *x, float *y)
{
    const copy c = plan_copy(w, a->scratch);
    const size_t cols = w->out[HEAR_W], in_size = hear_window_in_size(w);
    const size_t down = w->stride[HEAR_H] * c.step;
    row_fn *const one_row = best();
    row r = { .taps = c.taps, .n = cols, .low = a->low, .high = a->high };
    memset(a->scratch, 0, hear_depthwise_scratch(w) * sizeof *a->scratch);
    r.weights = a->weights;
    for (size_t m = 0; m < a->groups * a->n_out; m++, r.weights += c.taps) {
        if (m % a->n_out == 0) {
            copy_plane(w, &c, x);
            x += in_size;
        }
        r.bias = a->bias ? a->bias[m] : 0.0f;
        for (size_t t = 0; t < c.taps; t++)
            r.from[t] = a->scratch + c.tap[t];
        for (size_t h = 0; h < w->out[HEAR_H]; h++, y += cols) {
            one_row(&r, y);
            for (size_t t = 0; t < c.taps; t++)
                r.from[t] += down;
        }
    }
}

static void add_row(float *y, const float *x, size_t stride, float v, size_t n)
{
    if (stride == 1)
        for (size_t i = 0; i < n; i++)
            y[i] += v * x[i];
    else
        for (size_t i = 0; i < n; i++)
            y[i] += v * x[i * stride];
}

static void by_strips(const hear_window *w, const hear_depthwise_args *a, const float *x, float *y)
{
    const size_t taps = hear_window_taps(w), rows = w->out[HEAR_D] * w->out[HEAR_H];
    const float *weights = a->weights;
    for (size_t m = 0; m < a->groups * a->n_out; m++, weights += taps) {
        const float *plane = x + m / a->n_out * hear_window_in_size(w);
        for (size_t r = 0; r < rows; r++, y += w->out[HEAR_W]) {
            size_t k[HEAR_SPACE] = { 0 };
            hear_strip s;
            for (size_t i = 0; i < w->out[HEAR_W]; i++)
                y[i] = a->bias ? a->bias[m] : 0.0f;
            for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k))
                if (hear_window_strip(w, r, k, &s))
                    add_row(y + s.first, plane + s.at, s.stride, weights[t], s.n);
            for (size_t i = 0; i < w->out[HEAR_W]; i++) {
                y[i] = y[i] < a->low ? a->low : y[i];
                y[i] = y[i] > a->high ? a->high : y[i];
            }
        }
    }
}

void hear_depthwise(const hear_window *w, const hear_depthwise_args *a, const float *x, float *y)
{
    if (is_copied(w))
        by_copy(w, a, x, y);
    else
        by_strips(w, a, x, y);
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
                const float *from = g + s.first;
                for (size_t i = 0; i < s.n && gx; i++)
                    gx[s.at + i * s.stride] += weights[m * taps + t] * from[i];
                float sum = 0.0f;
                for (size_t i = 0; i < s.n && gw; i++)
                    sum += x[s.at + i * s.stride] * from[i];
                if (gw)
                    gw[m * taps + t] += sum;
            }
        }
}
