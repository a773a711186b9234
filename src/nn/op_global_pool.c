/* op_global_pool.c - GlobalAveragePool and GlobalMaxPool: one number for each channel. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_shape y = c->in[0]->shape;
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    if (y.rank < 2)
        return hear_call_fail(c, err, "the input must have 2 dimensions or more");
    for (size_t i = 2; i < y.rank; i++) {
        if (y.dim[i] < 1)
            return hear_call_fail(c, err, "the input is empty");
        y.dim[i] = 1;
    }
    hear_call_set_out(c, 0, HEAR_F32, &y);
    return HEAR_OK;
}

/* Where the channels come last: one row of them after the other. */
static void average_last(const float *x, float *y, size_t channels, size_t n)
{
    enum { SOME = 16 };
    for (size_t c = 0; c < channels; c += SOME) {
        const size_t here = channels - c < SOME ? channels - c : SOME;
        double sum[SOME] = { 0 };
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < here; j++)
                sum[j] += (double)x[k * channels + c + j];
        for (size_t j = 0; j < here; j++)
            y[c + j] = (float)(sum[j] / (double)n);
    }
}

static void max_last(const float *x, float *y, size_t channels, size_t n)
{
    for (size_t c = 0; c < channels; c++)
        y[c] = x[c];
    for (size_t k = 1; k < n; k++)
        for (size_t c = 0; c < channels; c++)
            y[c] = x[k * channels + c] > y[c] ? x[k * channels + c] : y[c];
}

static void forward_last(hear_call *c, void (*one)(const float *, float *, size_t, size_t),
                         size_t n)
{
    const size_t channels = (size_t)c->in[0]->shape.dim[1];
    for (size_t i = 0; i < c->out[0]->count; i += channels)
        one((const float *)c->in[0]->data + i * n, (float *)c->out[0]->data + i, channels, n);
}

static hear_layouts layouts(const hear_call *c)
{
    (void)c;
    return HEAR_LAYOUTS_ANY;
}

static size_t inner_of(const hear_call *c)
{
    return hear_shape_product(&c->in[0]->shape, 2, c->in[0]->shape.rank);
}

static void average_forward(hear_call *c)
{
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    const size_t n = inner_of(c);
    if (c->in[0]->channels_last)
        forward_last(c, average_last, n);
    for (size_t i = 0; i < c->out[0]->count && !c->in[0]->channels_last; i++, x += n) {
        double s[4] = { 0 }; /* four chains hide the adder's latency */
        size_t k = 0;
        for (; k + 4 <= n; k += 4)
            for (size_t j = 0; j < 4; j++)
                s[j] += (double)x[k + j];
        for (; k < n; k++)
            s[0] += (double)x[k];
        y[i] = (float)(((s[0] + s[1]) + (s[2] + s[3])) / (double)n);
    }
    hear_act_apply(&c->act, y, c->out[0]->count);
}

static void average_backward(hear_call *c)
{
    const size_t n = inner_of(c);
    for (size_t i = 0; i < c->out[0]->count; i++)
        for (size_t k = 0; k < n; k++)
            c->in_grad[0][i * n + k] += c->out_grad[0][i] / (float)n;
}

static void max_forward(hear_call *c)
{
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    const size_t n = inner_of(c);
    if (c->in[0]->channels_last)
        forward_last(c, max_last, n);
    for (size_t i = 0; i < c->out[0]->count && !c->in[0]->channels_last; i++, x += n) {
        float most = x[0];
        for (size_t k = 1; k < n; k++)
            most = x[k] > most ? x[k] : most;
        y[i] = most;
    }
    hear_act_apply(&c->act, y, c->out[0]->count);
}

/* Of equal ones the first gets the gradient. */
static void max_backward(hear_call *c)
{
    const float *x = c->in[0]->data, *y = c->out[0]->data;
    const size_t n = inner_of(c);
    for (size_t i = 0; i < c->out[0]->count; i++) {
        size_t k = 0;
        while (k < n - 1 && x[i * n + k] != y[i])
            k++;
        c->in_grad[0][i * n + k] += c->out_grad[0][i];
    }
}

static const char *const cases[] = { "x=2x3x4x5", "x=2x3x7", "x=1x2x2x2x2", NULL };

#define GLOBAL(id, text, the_forward, the_backward)                                                \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = 1,                                                                            \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 1,                                                                               \
        .max_in = 1,                                                                               \
        .max_out = 1,                                                                              \
        .diff = 1,                                                                                 \
        .fuses_act = true,                                                                         \
        .infer = infer,                                                                            \
        .forward = the_forward,                                                                    \
        .backward = the_backward,                                                                  \
        .layouts = layouts,                                                                        \
        .cases = cases,                                                                            \
    }

GLOBAL(global_average_pool, "GlobalAveragePool", average_forward, average_backward);
GLOBAL(global_max_pool, "GlobalMaxPool", max_forward, max_backward);
