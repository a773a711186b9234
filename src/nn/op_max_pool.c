/* op_max_pool.c - MaxPool, with the places of the maxima as a second output or for the way back. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/swap.h"
#include "nn/taps.h"
#include "nn/window.h"

#include <math.h>

typedef struct {
    hear_window w;
    size_t planes;  /* batch * channels */
    bool by_column; /* places count with the first spatial dimension fastest */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    if ((s = hear_window_read_pool(&p->w, c, err)))
        return s;
    hear_shape y = c->in[0]->shape;
    hear_window_set_out(&p->w, &y);
    p->planes = (size_t)y.dim[0] * (size_t)y.dim[1];
    p->by_column = hear_call_int(c, "storage_order", 0) != 0;
    hear_call_set_out(c, 0, HEAR_F32, &y);
    hear_call_set_out(c, 1, HEAR_I64, &y);
    if (c->training || hear_call_has_out(c, 1)) /* places within the plane */
        c->state_bytes =
            hear_size_mul(hear_size_mul(p->planes, hear_window_out_size(&p->w)), sizeof(uint32_t));
    return HEAR_OK;
}

/* Whether it can be done with the channels last. */
static bool fits_last(const hear_call *c)
{
    const params *p = c->params;
    return !c->training && !hear_call_has_out(c, 1) && p->planes > 0 &&
           hear_taps_fit(&p->w, (size_t)c->in[0]->shape.dim[1]);
}

static hear_layouts layouts(const hear_call *c)
{
    return fits_last(c) ? HEAR_LAYOUTS_ANY : HEAR_LAYOUTS_PLAIN;
}

/* Where one side only has its channels last, the other is made in between, for one picture. */
static void arrange(hear_call *c)
{
    const params *p = c->params;
    const bool x_last = hear_tensor_is_last(c->in[0]), y_last = hear_tensor_is_last(c->out[0]);
    const size_t size = x_last ? hear_window_out_size(&p->w) : hear_window_in_size(&p->w);
    if (fits_last(c) && x_last != y_last)
        c->scratch_bytes =
            hear_size_mul(size, hear_size_mul((size_t)c->in[0]->shape.dim[1], sizeof(float)));
}

static void raise(float *y, const float *x, size_t stride, size_t n)
{
    if (stride == 1)
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] > y[i] ? x[i] : y[i];
    else if (stride == 2)
        for (size_t i = 0; i < n; i++)
            y[i] = x[2 * i] > y[i] ? x[2 * i] : y[i];
    else
        for (size_t i = 0; i < n; i++)
            y[i] = x[i * stride] > y[i] ? x[i * stride] : y[i];
}

/* In vectors where the stride is a constant: no branch, which would go at random. */
static inline __attribute__((always_inline)) void note(float *restrict y, uint32_t *restrict place,
                                                       const float *restrict x, uint32_t at,
                                                       size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++, at += (uint32_t)stride) {
        const float v = x[i * stride], was = y[i];
        const uint32_t more = 0u - (uint32_t)(v > was);
        y[i] = v > was ? v : was;
        place[i] = (at & more) | (place[i] & ~more);
    }
}

static void raise_and_note(float *y, uint32_t *place, const float *x, size_t at, size_t stride,
                           size_t n)
{
    if (stride == 1)
        note(y, place, x, (uint32_t)at, 1, n);
    else if (stride == 2)
        note(y, place, x, (uint32_t)at, 2, n);
    else
        note(y, place, x, (uint32_t)at, stride, n);
}

/* One row of outputs from the plane x. */
static void one_row(const hear_window *w, size_t row, const float *x, float *y, uint32_t *place)
{
    for (size_t i = 0; i < w->out[HEAR_W]; i++)
        y[i] = -INFINITY;
    for (size_t i = 0; i < w->out[HEAR_W] && place; i++)
        place[i] = 0;
    size_t k[HEAR_SPACE] = { 0 };
    const size_t taps = hear_window_taps(w);
    for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k)) {
        hear_strip s;
        if (!hear_window_strip(w, row, k, &s))
            continue;
        if (place)
            raise_and_note(y + s.first, place + s.first, x + s.at, s.at, s.stride, s.n);
        else
            raise(y + s.first, x + s.at, s.stride, s.n);
    }
}

/* The number that ONNX gives to a place within the plane. */
static int64_t index_of(const params *p, size_t plane, size_t place)
{
    const size_t *in = p->w.in, size = hear_window_in_size(&p->w);
    if (p->by_column) {
        const size_t w = place % in[HEAR_W], h = place / in[HEAR_W] % in[HEAR_H];
        place = (w * in[HEAR_H] + h) * in[HEAR_D] + place / in[HEAR_W] / in[HEAR_H];
    }
    return (int64_t)(plane * size + place);
}

static void forward_last(hear_call *c)
{
    const params *p = c->params;
    const bool x_last = hear_tensor_is_last(c->in[0]), y_last = hear_tensor_is_last(c->out[0]);
    const size_t n = (size_t)c->in[0]->shape.dim[1];
    const size_t in = hear_window_in_size(&p->w), out = hear_window_out_size(&p->w);
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t i = 0; i < p->planes; i += n, x += n * in, y += n * out) {
        if (!x_last)
            hear_swap(c->scratch, n, x, in, n, in);
        hear_taps_max(&p->w, n, x_last ? x : c->scratch, y_last ? y : c->scratch);
        if (!y_last)
            hear_swap(y, out, c->scratch, n, out, n);
    }
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    if (fits_last(c) && (hear_tensor_is_last(c->in[0]) || hear_tensor_is_last(c->out[0]))) {
        forward_last(c);
        return;
    }
    const size_t rows = p->w.out[HEAR_D] * p->w.out[HEAR_H], cols = p->w.out[HEAR_W];
    for (size_t plane = 0; plane < p->planes; plane++) {
        const float *x = (const float *)c->in[0]->data + plane * hear_window_in_size(&p->w);
        for (size_t r = 0; r < rows; r++) {
            const size_t at = (plane * rows + r) * cols;
            uint32_t *place = c->state ? (uint32_t *)c->state + at : NULL;
            one_row(&p->w, r, x, (float *)c->out[0]->data + at, place);
            for (size_t i = 0; i < cols && hear_call_has_out(c, 1); i++)
                ((int64_t *)c->out[1]->data)[at + i] = index_of(p, plane, place[i]);
        }
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t in_size = hear_window_in_size(&p->w), out_size = hear_window_out_size(&p->w);
    for (size_t plane = 0; plane < p->planes; plane++) {
        const uint32_t *place = (const uint32_t *)c->state + plane * out_size;
        const float *g = c->out_grad[0] + plane * out_size;
        float *gx = c->in_grad[0] + plane * in_size;
        for (size_t i = 0; i < out_size; i++)
            gx[place[i]] += g[i];
    }
}

static const hear_op_attr attrs[] = {
    { "auto_pad", HEAR_ATTR_STRING }, { "ceil_mode", HEAR_ATTR_INT },
    { "dilations", HEAR_ATTR_INTS },  { "kernel_shape", HEAR_ATTR_INTS },
    { "pads", HEAR_ATTR_INTS },       { "storage_order", HEAR_ATTR_INT },
    { "strides", HEAR_ATTR_INTS },    { 0 }
};
static const char *const cases[] = {
    "x=2x2x9 kernel_shape=3 strides=2 pads=1,1",
    "x=1x2x6x4 kernel_shape=2,2 strides=2,2",
    "x=1x2x5x5 kernel_shape=3,2 strides=1,2 ceil_mode=1 dilations=1,2",
    "x=1x1x3x3x3 kernel_shape=2,2,2 auto_pad=SAME_UPPER",
    "x=1x1x3x39 kernel_shape=2,3 strides=1,2 pads=0,1,0,0",
    "x=1x2x40 kernel_shape=4 strides=3",
    "x=1x1x20 kernel_shape=3",
    NULL,
};

const hear_op hear_op_max_pool = {
    .name = "MaxPool",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 2,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .layouts = layouts,
    .arrange = arrange,
    .cases = cases,
};
