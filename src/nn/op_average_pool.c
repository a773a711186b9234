/* op_average_pool.c - AveragePool: the mean of what a window sees, padding counted or not. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/taps.h"

typedef struct {
    hear_window w;
    size_t planes;    /* batch * channels */
    bool counts_pads; /* count_include_pad */
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
    p->counts_pads = hear_call_int(c, "count_include_pad", 0) != 0;
    hear_call_set_out(c, 0, HEAR_F32, &y);
    c->scratch_bytes = hear_size_mul(p->w.out[HEAR_W], sizeof(float)); /* shares of a row */
    return HEAR_OK;
}

/* Taps of output i along d that count: in the input, or with its padding; never behind that, where
 * ceil_mode may lead. */
static size_t count(const params *p, size_t d, size_t i)
{
    const hear_window *w = &p->w;
    const size_t low = p->counts_pads ? 0 : w->pad[d], step = w->dilation[d];
    const size_t high = w->pad[d] + w->in[d] + (p->counts_pads ? w->pad_end[d] : 0);
    const size_t at = i * w->stride[d]; /* low <= at + k step < high */
    const size_t first = at >= low ? 0 : (low - at + step - 1) / step;
    size_t last = at >= high ? 0 : (high - 1 - at) / step + 1;
    last = last < w->kernel[d] ? last : w->kernel[d];
    return last > first ? last - first : 0;
}

/* share[i]: one by the taps that output i of a row counts. */
static void find_shares(const params *p, size_t row, float *share)
{
    const hear_window *w = &p->w;
    const size_t n =
        count(p, HEAR_D, row / w->out[HEAR_H]) * count(p, HEAR_H, row % w->out[HEAR_H]);
    for (size_t i = 0; i < w->out[HEAR_W]; i++) {
        const size_t taps = n * count(p, HEAR_W, i);
        share[i] = taps > 0 ? 1.0f / (float)taps : 0.0f;
    }
}

/* Both with the channels last, or both as their shapes say. */
static hear_layouts layouts(const hear_call *c)
{
    const params *p = c->params;
    return hear_taps_fit(&p->w, (size_t)c->in[0]->shape.dim[1]) ? HEAR_LAYOUTS_SAME
                                                                : HEAR_LAYOUTS_PLAIN;
}

static void forward_last(hear_call *c)
{
    const params *p = c->params;
    const size_t n = (size_t)c->in[0]->shape.dim[1];
    const size_t in = n * hear_window_in_size(&p->w), out = n * hear_window_out_size(&p->w);
    float *share = c->scratch;
    for (size_t r = 0; r < p->w.out[HEAR_H]; r++) {
        find_shares(p, r, share);
        for (size_t i = 0; i < p->planes / n; i++)
            hear_taps_mean(&p->w, n, r, share, (const float *)c->in[0]->data + i * in,
                           (float *)c->out[0]->data + i * out);
    }
}

static void forward(hear_call *c)
{
    if (c->in[0]->channels_last) {
        forward_last(c);
        return;
    }
    const params *p = c->params;
    const hear_window *w = &p->w;
    const size_t rows = w->out[HEAR_D] * w->out[HEAR_H], cols = w->out[HEAR_W];
    const size_t taps = hear_window_taps(w);
    float *share = c->scratch;
    for (size_t r = 0; r < rows; r++) {
        find_shares(p, r, share);
        for (size_t plane = 0; plane < p->planes; plane++) {
            const float *x = (const float *)c->in[0]->data + plane * hear_window_in_size(w);
            float *y = (float *)c->out[0]->data + (plane * rows + r) * cols;
            size_t k[HEAR_SPACE] = { 0 };
            hear_strip s;
            for (size_t i = 0; i < cols; i++)
                y[i] = 0.0f;
            for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k))
                if (hear_window_strip(w, r, k, &s))
                    for (size_t i = 0; i < s.n; i++)
                        y[s.first + i] += x[s.at + i * s.stride];
            for (size_t i = 0; i < cols; i++)
                y[i] *= share[i];
        }
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const hear_window *w = &p->w;
    const size_t rows = w->out[HEAR_D] * w->out[HEAR_H], cols = w->out[HEAR_W];
    const size_t taps = hear_window_taps(w);
    float *share = c->scratch;
    for (size_t r = 0; r < rows; r++) {
        find_shares(p, r, share);
        for (size_t plane = 0; plane < p->planes; plane++) {
            float *gx = c->in_grad[0] + plane * hear_window_in_size(w);
            const float *g = c->out_grad[0] + (plane * rows + r) * cols;
            size_t k[HEAR_SPACE] = { 0 };
            hear_strip s;
            for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k))
                if (hear_window_strip(w, r, k, &s))
                    for (size_t i = 0; i < s.n; i++)
                        gx[s.at + i * s.stride] += g[s.first + i] * share[s.first + i];
        }
    }
}

static const hear_op_attr attrs[] = {
    { "auto_pad", HEAR_ATTR_STRING },       { "ceil_mode", HEAR_ATTR_INT },
    { "count_include_pad", HEAR_ATTR_INT }, { "dilations", HEAR_ATTR_INTS },
    { "kernel_shape", HEAR_ATTR_INTS },     { "pads", HEAR_ATTR_INTS },
    { "strides", HEAR_ATTR_INTS },          { 0 }
};
static const char *const cases[] = {
    "x=2x2x9 kernel_shape=3 strides=2 pads=1,1",
    "x=1x2x6x4 kernel_shape=2,2 strides=2,2",
    "x=1x2x5x5 kernel_shape=3,2 strides=2,2 ceil_mode=1 pads=1,1,1,1 count_include_pad=1",
    "x=1x1x3x3x3 kernel_shape=2,2,2 auto_pad=SAME_LOWER",
    "x=1x1x7x6 kernel_shape=3,2 dilations=2,3 opset=19",
    NULL,
};

const hear_op hear_op_average_pool = {
    .name = "AveragePool",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .layouts = layouts,
    .cases = cases,
};
