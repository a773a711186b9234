/* window.c - the geometry of sliding windows, see window.h. */
#include "config.h"

#include "nn/window.h"

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
