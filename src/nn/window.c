/* window.c - the geometry of sliding windows, see window.h. */
#include "config.h"

#include "nn/window.h"

#include "base/error.h"

#include <string.h>

#define MOST (1 << 20) /* of every number in an attribute: beyond any sound */

typedef enum { PAD_NOTSET, PAD_VALID, PAD_UPPER, PAD_LOWER } padding;

static hear_status read_padding(const hear_call *c, padding *kind, hear_error *err)
{
    const char *text = hear_call_string(c, "auto_pad", "NOTSET");
    static const char *const names[] = { "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *kind = (padding)i;
            return HEAR_OK;
        }
    return hear_call_fail(c, err, "auto_pad \"%.20s\" is not known", text);
}

/* An attribute of n numbers, each at least `least`; `otherwise` where it is missing. */
static hear_status read_numbers(const hear_call *c, const char *name, size_t n, int64_t least,
                                int64_t otherwise, int64_t *out, hear_error *err)
{
    const hear_attr *a = hear_node_attr(c->node, name);
    if (a && a->n != n)
        return hear_call_fail(c, err, "%s has %zu numbers instead of %zu", name, a->n, n);
    for (size_t i = 0; i < n; i++) {
        out[i] = a ? a->ints[i] : otherwise;
        if (out[i] < least || out[i] > MOST)
            return hear_call_fail(c, err, "%s are out of range", name);
    }
    return HEAR_OK;
}

static hear_status read_dimension(hear_window *w, size_t d, const hear_call *c, int64_t pad,
                                  int64_t pad_end, padding kind, bool ceil_mode, hear_error *err)
{
    const int64_t in = (int64_t)w->in[d], stride = (int64_t)w->stride[d];
    const int64_t span = ((int64_t)w->kernel[d] - 1) * (int64_t)w->dilation[d] + 1;
    if (in < 1)
        return hear_call_fail(c, err, "the input is empty");
    if (kind == PAD_UPPER || kind == PAD_LOWER) {
        const int64_t out = (in + stride - 1) / stride;
        int64_t total = (out - 1) * stride + span - in;
        total = total > 0 ? total : 0;
        pad = kind == PAD_UPPER ? total / 2 : total - total / 2;
        pad_end = total - pad;
    } else if (kind == PAD_VALID) {
        pad = pad_end = 0;
    }
    const int64_t room = in + pad + pad_end - span;
    if (room < 0)
        return hear_call_fail(c, err, "the kernel is larger than the padded input");
    int64_t out = (room + (ceil_mode ? stride - 1 : 0)) / stride + 1;
    if (ceil_mode && (out - 1) * stride >= in + pad)
        out--; /* a window that begins behind the input sees nothing */
    if (out > INT32_MAX)
        return hear_call_fail(c, err, "the result is too large");
    w->pad[d] = (size_t)pad;
    w->pad_end[d] = (size_t)pad_end;
    w->out[d] = (size_t)out;
    return HEAR_OK;
}

hear_status hear_window_read(hear_window *w, const hear_call *c, const int64_t *kernel,
                             bool ceil_mode, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    if (x->rank < 3 || x->rank > 2 + HEAR_SPACE)
        return hear_call_fail(c, err, "the input must have 3 to 5 dimensions");
    memset(w, 0, sizeof *w);
    w->rank = x->rank - 2;
    const size_t skip = HEAR_SPACE - w->rank;
    int64_t stride[HEAR_SPACE], dilation[HEAR_SPACE], pad[2 * HEAR_SPACE];
    padding kind = PAD_NOTSET;
    hear_status s;
    if ((s = read_numbers(c, "strides", w->rank, 1, 1, stride, err)) ||
        (s = read_numbers(c, "dilations", w->rank, 1, 1, dilation, err)) ||
        (s = read_numbers(c, "pads", 2 * w->rank, 0, 0, pad, err)) ||
        (s = read_padding(c, &kind, err)))
        return s;
    for (size_t d = 0; d < HEAR_SPACE; d++) {
        const bool there = d >= skip;
        if (there && (kernel[d - skip] < 1 || kernel[d - skip] > MOST))
            return hear_call_fail(c, err, "the kernel's shape is out of range");
        w->in[d] = there ? (size_t)x->dim[2 + d - skip] : 1;
        w->kernel[d] = there ? (size_t)kernel[d - skip] : 1;
        w->stride[d] = there ? (size_t)stride[d - skip] : 1;
        w->dilation[d] = there ? (size_t)dilation[d - skip] : 1;
        s = read_dimension(w, d, c, there ? pad[d - skip] : 0, there ? pad[d - skip + w->rank] : 0,
                           kind, ceil_mode, err);
        if (s)
            return s;
    }
    return HEAR_OK;
}

hear_status hear_window_read_kernel(const hear_call *c, int64_t kernel[HEAR_SPACE], hear_error *err)
{
    const hear_attr *a = hear_node_attr(c->node, "kernel_shape");
    const size_t rank = c->in[0]->shape.rank;
    if (rank < 3 || rank > 2 + HEAR_SPACE)
        return hear_call_fail(c, err, "the input must have 3 to 5 dimensions");
    if (!a || a->n != rank - 2)
        return hear_call_fail(c, err, "kernel_shape must have %zu numbers", rank - 2);
    memcpy(kernel, a->ints, a->n * sizeof *kernel);
    return HEAR_OK;
}

hear_status hear_window_check_pool(const hear_window *w, const hear_call *c, hear_error *err)
{
    for (size_t d = 0; d < HEAR_SPACE; d++) {
        const size_t span = (w->kernel[d] - 1) * w->dilation[d] + 1;
        if (w->pad[d] >= span || w->pad_end[d] >= span)
            return hear_call_fail(c, err, "pads must be smaller than the kernel");
        if (w->kernel[d] > 64 && w->kernel[d] > 2 * w->in[d])
            return hear_call_fail(c, err, "the kernel is larger than the input");
    }
    return HEAR_OK;
}

void hear_window_set_out(const hear_window *w, hear_shape *shape)
{
    for (size_t d = 0; d < w->rank; d++)
        shape->dim[2 + d] = (int64_t)w->out[HEAR_SPACE - w->rank + d];
}

static size_t product(const size_t *v)
{
    return hear_size_mul(hear_size_mul(v[HEAR_D], v[HEAR_H]), v[HEAR_W]);
}

size_t hear_window_taps(const hear_window *w)
{
    return product(w->kernel);
}

size_t hear_window_in_size(const hear_window *w)
{
    return product(w->in);
}

size_t hear_window_out_size(const hear_window *w)
{
    return product(w->out);
}

bool hear_window_is_point(const hear_window *w)
{
    for (size_t d = 0; d < HEAR_SPACE; d++)
        if (w->kernel[d] != 1 || w->stride[d] != 1 || w->pad[d] || w->pad_end[d])
            return false;
    return true;
}

size_t hear_window_range(const hear_window *w, size_t d, size_t k, size_t *last)
{
    const size_t shift = k * w->dilation[d], stride = w->stride[d];
    /* pad <= i stride + shift < pad + in */
    const size_t first = shift >= w->pad[d] ? 0 : (w->pad[d] - shift + stride - 1) / stride;
    const size_t end = w->pad[d] + w->in[d];
    *last = shift >= end ? 0 : (end - shift - 1) / stride + 1;
    if (*last > w->out[d])
        *last = w->out[d];
    if (*last < first)
        *last = first;
    return first;
}

bool hear_window_at(const hear_window *w, size_t d, size_t i, size_t k, size_t *at)
{
    const size_t place = i * w->stride[d] + k * w->dilation[d];
    *at = place - w->pad[d];
    return place >= w->pad[d] && *at < w->in[d];
}

bool hear_window_strip(const hear_window *w, size_t row, const size_t k[HEAR_SPACE], hear_strip *s)
{
    size_t d, h, last;
    s->first = hear_window_range(w, HEAR_W, k[HEAR_W], &last);
    s->n = last - s->first;
    s->stride = w->stride[HEAR_W];
    if (s->n == 0 || !hear_window_at(w, HEAR_D, row / w->out[HEAR_H], k[HEAR_D], &d) ||
        !hear_window_at(w, HEAR_H, row % w->out[HEAR_H], k[HEAR_H], &h))
        return false;
    s->at = (d * w->in[HEAR_H] + h) * w->in[HEAR_W] + s->first * s->stride +
            k[HEAR_W] * w->dilation[HEAR_W] - w->pad[HEAR_W];
    return true;
}

void hear_window_next_tap(const hear_window *w, size_t k[HEAR_SPACE])
{
    for (size_t d = HEAR_SPACE; d-- > 0;) {
        if (++k[d] < w->kernel[d])
            return;
        k[d] = 0;
    }
}

hear_tile hear_tile_first(const hear_window *w, size_t max_n)
{
    const size_t rows = w->out[HEAR_D] * w->out[HEAR_H], cols = w->out[HEAR_W];
    hear_tile t = { 0 };
    t.n_cols = cols <= max_n ? cols : max_n;
    t.n_rows = cols < max_n ? max_n / cols : 1;
    t.n_rows = t.n_rows < rows ? t.n_rows : rows;
    return t;
}

size_t hear_tile_room(const hear_window *w, size_t max_n)
{
    const hear_tile t = hear_tile_first(w, max_n);
    return t.n_rows * t.n_cols;
}

bool hear_tile_next(const hear_window *w, size_t max_n, hear_tile *t)
{
    const size_t rows = w->out[HEAR_D] * w->out[HEAR_H], cols = w->out[HEAR_W];
    const hear_tile whole = hear_tile_first(w, max_n);
    t->col += t->n_cols;
    if (t->col >= cols) {
        t->col = 0;
        t->row += t->n_rows;
    }
    t->n_cols = whole.n_cols < cols - t->col ? whole.n_cols : cols - t->col;
    t->n_rows = t->row < rows && whole.n_rows < rows - t->row ? whole.n_rows : rows - t->row;
    return t->row < rows;
}

size_t hear_tile_offset(const hear_window *w, const hear_tile *t)
{
    return t->row * w->out[HEAR_W] + t->col;
}
