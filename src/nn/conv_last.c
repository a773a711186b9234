/* conv_last.c - see conv_last.h.
 *
 * Where there is padding, a picture is copied with zeros around it; then the numbers that an output
 * sees along a row of the kernel lie together, and outputs along a row begin at equal distances:
 * what linear.h multiplies in place. */
#include "config.h"

#include "nn/conv_last.h"

#include "nn/linear.h"
#include "nn/strassen.h"
#include "nn/swap.h"
#include "nn/taps.h"
#include "nn/winograd.h"

#include <string.h>

enum { ALIGN = 64, FEWEST_OUT = 16, FEWEST_EACH = 4 };

static size_t rounded(size_t bytes)
{
    return bytes > SIZE_MAX - ALIGN ? SIZE_MAX : (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* Numbers along d that the outputs look at, padding included. */
static size_t seen(const hear_window *w, size_t d)
{
    return (w->out[d] - 1) * w->stride[d] + (w->kernel[d] - 1) * w->dilation[d] + 1;
}

static bool is_padded(const hear_window *w)
{
    for (size_t d = 0; d < HEAR_SPACE; d++)
        if (w->pad[d] > 0 || seen(w, d) > w->in[d])
            return true;
    return false;
}

static size_t n_groups(const hear_conv_last *c)
{
    return c->groups > 0 ? c->groups : 1;
}

static bool by_winograd(const hear_conv_last *c)
{
    return !c->depthwise && n_groups(c) == 1 && hear_winograd_fits(&c->w, c->in, c->out);
}

static bool by_strassen(const hear_conv_last *c)
{
    return !c->depthwise && n_groups(c) == 1 && hear_window_is_point(&c->w) &&
           hear_strassen_fits(hear_window_out_size(&c->w), c->in, c->out);
}

/* What reads the picture as it lies, with its own regard for the padding. */
static bool reads_plain(const hear_conv_last *c)
{
    return c->depthwise || by_winograd(c) || !is_padded(&c->w);
}

bool hear_conv_last_suits(const hear_conv_last *c)
{
    const hear_window *w = &c->w;
    for (size_t d = 0; d < HEAR_SPACE; d++)
        if (w->out[d] == 0 || w->out[d] > (1u << 20) || seen(w, d) > 2 * w->in[d] + 64)
            return false;
    if (c->depthwise)
        return hear_taps_fit(w, c->out);
    return c->out >= FEWEST_OUT && c->out / n_groups(c) >= FEWEST_EACH;
}

/* ---- packed: where the segments begin, then the weights, group by group */

static bool along_rows(const hear_conv_last *c)
{
    return c->w.dilation[HEAR_W] == 1 && n_groups(c) == 1; /* a row of the kernel is one segment */
}

static size_t n_segments(const hear_conv_last *c)
{
    return along_rows(c) ? c->w.kernel[HEAR_D] * c->w.kernel[HEAR_H] : hear_window_taps(&c->w);
}

static size_t segments_bytes(const hear_conv_last *c)
{
    return c->depthwise ? 0 : rounded(hear_size_mul(n_segments(c), sizeof(size_t)));
}

static size_t group_bytes(const hear_conv_last *c)
{
    const size_t k = hear_size_mul(c->in / n_groups(c), hear_window_taps(&c->w));
    return rounded(hear_linear_pack_bytes(c->out / n_groups(c), k));
}

size_t hear_conv_last_pack_bytes(const hear_conv_last *c)
{
    if (c->depthwise)
        return hear_taps_pack_bytes(&c->w, c->out);
    if (by_winograd(c))
        return hear_winograd_pack_bytes(c->in, c->out);
    if (by_strassen(c))
        return hear_strassen_pack_bytes(c->in, c->out);
    return hear_size_add(segments_bytes(c), hear_size_mul(group_bytes(c), n_groups(c)));
}

/* The numbers that the outputs look at, as they lie: [depth][height][width][in]. */
static void shape_of_x(const hear_window *w, size_t size[HEAR_SPACE])
{
    for (size_t d = 0; d < HEAR_SPACE; d++)
        size[d] = is_padded(w) ? seen(w, d) : w->in[d];
}

void hear_conv_last_pack(void *packed, const hear_conv_last *c, const float *weights,
                         const float *bias)
{
    const hear_window *w = &c->w;
    if (c->depthwise) {
        hear_taps_pack(packed, w, c->out, weights, bias);
        return;
    }
    if (by_winograd(c)) {
        hear_winograd_pack(packed, c->in, c->out, weights, bias);
        return;
    }
    if (by_strassen(c)) {
        hear_strassen_pack(packed, c->in, c->out, weights, bias);
        return;
    }
    const size_t taps = hear_window_taps(w);
    size_t *at = packed, k[HEAR_SPACE] = { 0 }, size[HEAR_SPACE];
    shape_of_x(w, size);
    for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k))
        if (k[HEAR_W] == 0 || !along_rows(c))
            *at++ = ((k[HEAR_D] * w->dilation[HEAR_D] * size[HEAR_H] +
                      k[HEAR_H] * w->dilation[HEAR_H]) *
                         size[HEAR_W] +
                     k[HEAR_W] * w->dilation[HEAR_W]) *
                    c->in;
    const size_t in = c->in / n_groups(c), out = c->out / n_groups(c);
    const hear_linear_order order = {
        .n = out, .outer = taps, .inner = in, .by_n = taps * in, .by_outer = 1, .by_inner = taps
    };
    for (size_t g = 0; g < n_groups(c); g++)
        hear_linear_pack((char *)packed + segments_bytes(c) + g * group_bytes(c), &order,
                         weights + g * out * taps * in, bias ? bias + g * out : NULL);
}

/* ---- scratch: what ways with fewer multiplications want, then the picture as it is read and as it
 * is written */

static size_t own_bytes(const hear_conv_last *c)
{
    if (by_strassen(c))
        return rounded(hear_strassen_scratch(c->in, c->out));
    return by_winograd(c) ? rounded(hear_winograd_scratch(c->in, c->out)) : 0;
}

static size_t x_bytes(const hear_conv_last *c, bool x_last)
{
    size_t size[HEAR_SPACE];
    if (x_last && reads_plain(c))
        return 0;
    shape_of_x(&c->w, size);
    const size_t *dims = reads_plain(c) ? c->w.in : size;
    return rounded(
        hear_size_mul(hear_size_mul(hear_size_mul(dims[HEAR_D], dims[HEAR_H]), dims[HEAR_W]),
                      hear_size_mul(c->in, sizeof(float))));
}

size_t hear_conv_last_scratch(const hear_conv_last *c, bool x_last, bool y_last)
{
    const size_t y = hear_size_mul(hear_window_out_size(&c->w), c->out * sizeof(float));
    return hear_size_add(own_bytes(c), hear_size_add(x_bytes(c, x_last), y_last ? 0 : rounded(y)));
}

/* to[depth][height][width][in], where it is asked for with zeros around the picture. */
static void copy_picture(const hear_conv_last *c, const float *x, bool x_last, float *to)
{
    const hear_window *w = &c->w;
    const size_t n = c->in, plane = hear_window_in_size(w);
    if (reads_plain(c)) {
        hear_swap(to, n, x, plane, n, plane);
        return;
    }
    size_t size[HEAR_SPACE];
    shape_of_x(w, size);
    const size_t left = w->pad[HEAR_W] < size[HEAR_W] ? w->pad[HEAR_W] : size[HEAR_W];
    const size_t room = size[HEAR_W] - left;
    const size_t cols = room < w->in[HEAR_W] ? room : w->in[HEAR_W];
    const size_t row = size[HEAR_W] * n;
    for (size_t d = 0; d < size[HEAR_D]; d++)
        for (size_t h = 0; h < size[HEAR_H]; h++, to += row) {
            const bool inside = d >= w->pad[HEAR_D] && d - w->pad[HEAR_D] < w->in[HEAR_D] &&
                                h >= w->pad[HEAR_H] && h - w->pad[HEAR_H] < w->in[HEAR_H];
            if (!inside) {
                memset(to, 0, row * sizeof *to);
                continue;
            }
            const size_t at =
                ((d - w->pad[HEAR_D]) * w->in[HEAR_H] + h - w->pad[HEAR_H]) * w->in[HEAR_W];
            memset(to, 0, left * n * sizeof *to);
            if (x_last)
                memcpy(to + left * n, x + at * n, cols * n * sizeof *to);
            else
                hear_swap(to + left * n, n, x + at, plane, n, cols);
            memset(to + (left + cols) * n, 0, (room - cols) * n * sizeof *to);
        }
}

/* ---- one picture */

static void multiply(const hear_conv_last *c, const hear_conv_last_args *a, const float *x,
                     float *y)
{
    const hear_window *w = &c->w;
    const size_t steps = along_rows(c) ? w->kernel[HEAR_W] : 1;
    const size_t in = c->in / n_groups(c), out = c->out / n_groups(c);
    size_t size[HEAR_SPACE];
    shape_of_x(w, size);
    hear_linear_args l = { .n = out,
                           .rows = w->out[HEAR_H],
                           .cols = w->out[HEAR_W],
                           .x_row = w->stride[HEAR_H] * size[HEAR_W] * c->in,
                           .x_col = w->stride[HEAR_W] * c->in,
                           .at = a->packed,
                           .segments = n_segments(c),
                           .length = steps * in,
                           .y_row = w->out[HEAR_W] * c->out,
                           .y_col = c->out,
                           .low = a->low,
                           .high = a->high };
    for (size_t d = 0; d < w->out[HEAR_D]; d++) {
        const float *const from = x + d * w->stride[HEAR_D] * size[HEAR_H] * size[HEAR_W] * c->in;
        for (size_t g = 0; g < n_groups(c); g++) {
            l.packed = (const char *)a->packed + segments_bytes(c) + g * group_bytes(c);
            l.x = from + g * in;
            l.y = y + d * l.rows * l.y_row + g * out;
            hear_linear(&l);
        }
    }
}

static void by_halves(const hear_conv_last *c, const hear_conv_last_args *a, size_t n,
                      const float *x, float *y)
{
    hear_strassen_run(&(hear_strassen_args){ .packed = a->packed,
                                             .n = n,
                                             .size = hear_window_out_size(&c->w),
                                             .in = c->in,
                                             .out = c->out,
                                             .x = x,
                                             .y = y,
                                             .low = a->low,
                                             .high = a->high,
                                             .scratch = a->scratch });
}

/* All pictures at once: each output is a row of the input. */
static void multiply_points(const hear_conv_last *c, const hear_conv_last_args *a)
{
    if (by_strassen(c)) {
        by_halves(c, a, a->n, a->x, a->y);
        return;
    }
    hear_linear(&(hear_linear_args){ .packed = (const char *)a->packed + segments_bytes(c),
                                     .n = c->out,
                                     .rows = 1,
                                     .cols = a->n * hear_window_out_size(&c->w),
                                     .x = a->x,
                                     .x_col = c->in,
                                     .segments = 1,
                                     .length = c->in,
                                     .y = a->y,
                                     .y_col = c->out,
                                     .low = a->low,
                                     .high = a->high });
}

static void by_tiles(const hear_conv_last *c, const hear_conv_last_args *a, const float *x,
                     float *y)
{
    hear_winograd_run(&(hear_winograd_args){ .w = &c->w,
                                             .in = c->in,
                                             .out = c->out,
                                             .packed = a->packed,
                                             .x = x,
                                             .y = y,
                                             .low = a->low,
                                             .high = a->high,
                                             .scratch = a->scratch });
}

void hear_conv_last_run(const hear_conv_last *c, const hear_conv_last_args *a)
{
    const hear_window *w = &c->w;
    const size_t in = hear_window_in_size(w), out = hear_window_out_size(w);
    if (!c->depthwise && n_groups(c) == 1 && a->x_last && a->y_last && hear_window_is_point(w)) {
        multiply_points(c, a);
        return;
    }
    float *own_x = NULL, *own_y = NULL;
    if (a->scratch) {
        own_x = (float *)((char *)a->scratch + own_bytes(c));
        own_y = (float *)((char *)own_x + x_bytes(c, a->x_last));
    }
    for (size_t i = 0; i < a->n; i++) {
        const float *x = a->x + i * in * c->in;
        float *const to = a->y + i * out * c->out, *const y = a->y_last ? to : own_y;
        if (x_bytes(c, a->x_last) > 0) {
            copy_picture(c, x, a->x_last, own_x);
            x = own_x;
        }
        if (c->depthwise)
            hear_taps_depthwise(w, c->out, a->packed, a->low, a->high, x, y);
        else if (by_winograd(c))
            by_tiles(c, a, x, y);
        else if (by_strassen(c))
            by_halves(c, a, 1, x, y);
        else
            multiply(c, a, x, y);
        if (!a->y_last)
            hear_swap(to, out, own_y, c->out, out, c->out);
    }
}
