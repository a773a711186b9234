/* unfold.c - hear_unfold and hear_fold_add of window.h: im2col and its transpose. */
#include "config.h"

#include "nn/window.h"

#include <string.h>

/* One tap of one channel: its row of columns, and where that lies in x. */
typedef struct {
    size_t k[HEAR_SPACE];
    const float *from; /* the channel; fold writes through `to` */
    float *to;
} tap;

static void gather(const hear_window *w, const tap *p, const hear_tile *t, float *column)
{
    size_t last, first = hear_window_range(w, HEAR_W, p->k[HEAR_W], &last);
    const size_t end = t->col + t->n_cols, stride = w->stride[HEAR_W];
    first = first < t->col ? t->col : first > end ? end : first;
    last = last > end ? end : last < first ? first : last;
    for (size_t r = t->row; r < t->row + t->n_rows; r++, column += t->n_cols) {
        size_t d, h;
        const bool inside = hear_window_at(w, HEAR_D, r / w->out[HEAR_H], p->k[HEAR_D], &d) &&
                            hear_window_at(w, HEAR_H, r % w->out[HEAR_H], p->k[HEAR_H], &h);
        if (!inside || first == last) {
            memset(column, 0, t->n_cols * sizeof *column);
            continue;
        }
        const size_t at = first * stride + p->k[HEAR_W] * w->dilation[HEAR_W] - w->pad[HEAR_W];
        const float *x = p->from + (d * w->in[HEAR_H] + h) * w->in[HEAR_W] + at;
        float *to = column + (first - t->col);
        memset(column, 0, (first - t->col) * sizeof *column);
        if (stride == 1)
            memcpy(to, x, (last - first) * sizeof *to);
        else
            for (size_t i = 0; i < last - first; i++)
                to[i] = x[i * stride];
        memset(to + (last - first), 0, (end - last) * sizeof *to);
    }
}

static void scatter(const hear_window *w, const tap *p, const hear_tile *t, const float *column)
{
    size_t last, first = hear_window_range(w, HEAR_W, p->k[HEAR_W], &last);
    const size_t end = t->col + t->n_cols, stride = w->stride[HEAR_W];
    first = first < t->col ? t->col : first > end ? end : first;
    last = last > end ? end : last < first ? first : last;
    for (size_t r = t->row; r < t->row + t->n_rows && first < last; r++, column += t->n_cols) {
        size_t d, h;
        if (!hear_window_at(w, HEAR_D, r / w->out[HEAR_H], p->k[HEAR_D], &d) ||
            !hear_window_at(w, HEAR_H, r % w->out[HEAR_H], p->k[HEAR_H], &h))
            continue;
        const size_t at = first * stride + p->k[HEAR_W] * w->dilation[HEAR_W] - w->pad[HEAR_W];
        float *x = p->to + (d * w->in[HEAR_H] + h) * w->in[HEAR_W] + at;
        const float *from = column + (first - t->col);
        if (stride == 1)
            for (size_t i = 0; i < last - first; i++)
                x[i] += from[i];
        else
            for (size_t i = 0; i < last - first; i++)
                x[i * stride] += from[i];
    }
}

void hear_unfold(const hear_window *w, size_t channels, const float *x, const hear_tile *t,
                 float *columns)
{
    const size_t taps = hear_window_taps(w), n = t->n_rows * t->n_cols;
    for (size_t c = 0; c < channels; c++) {
        tap p = { .from = x + c * hear_window_in_size(w) };
        for (size_t k = 0; k < taps; k++, hear_window_next_tap(w, p.k), columns += n)
            gather(w, &p, t, columns);
    }
}

void hear_fold_add(const hear_window *w, size_t channels, const float *columns, const hear_tile *t,
                   float *x)
{
    const size_t taps = hear_window_taps(w), n = t->n_rows * t->n_cols;
    for (size_t c = 0; c < channels; c++) {
        tap p = { .to = x + c * hear_window_in_size(w) };
        for (size_t k = 0; k < taps; k++, hear_window_next_tap(w, p.k), columns += n)
            scatter(w, &p, t, columns);
    }
}
