/* op_conv_integer.c - ConvInteger and QLinearConv: convolutions of int8 and uint8, into int32 or
 * back into 8 bits. Weights have one zero point, and scale, or one for each channel that they make.
 * Padding stands for 0, that is for the input's zero point. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/whole.h"
#include "nn/window.h"

#include <string.h>

enum { X, X_SCALE, X_ZERO, W, W_SCALE, W_ZERO, Y_SCALE, Y_ZERO, BIAS }; /* QLinearConv's inputs */

typedef struct {
    hear_window w;
    size_t batch, groups, in, out;     /* channels of one group */
    size_t x, weights, x_zero, w_zero; /* inputs */
    bool rounds;                       /* QLinearConv */
} params;

static hear_status infer_conv(hear_call *c, params *p, hear_dtype out, hear_error *err)
{
    hear_status s;
    if ((s = hear_call_want_dtype(c, p->x, HEAR_WHOLE, err)) ||
        (s = hear_call_want_dtype(c, p->weights, HEAR_WHOLE, err)))
        return s;
    const hear_shape *const x = &c->in[p->x]->shape, *const w = &c->in[p->weights]->shape;
    if ((s = hear_window_read_conv(&p->w, c, w, err)))
        return s;
    const int64_t groups = hear_call_int(c, "group", 1);
    if (groups < 1 || groups > w->dim[0] || w->dim[0] % groups != 0 || w->dim[1] < 1 ||
        w->dim[1] > INT32_MAX / groups || x->dim[1] != w->dim[1] * groups)
        return hear_call_fail(c, err, "group does not fit the channels");
    p->batch = (size_t)x->dim[0];
    p->groups = (size_t)groups;
    p->in = (size_t)w->dim[1];
    p->out = (size_t)(w->dim[0] / groups);
    if ((s = hear_whole_check_zero(c, p->x_zero, p->x, 1, err)) ||
        (s = hear_whole_check_zero(c, p->w_zero, p->weights, (size_t)w->dim[0], err)))
        return s;
    hear_shape y = *x;
    y.dim[1] = w->dim[0];
    hear_window_set_out(&p->w, &y);
    hear_call_set_out(c, 0, out, &y);
    c->macs = hear_size_mul(hear_window_out_size(&p->w),
                            hear_size_mul(p->in * hear_window_taps(&p->w), (size_t)w->dim[0]));
    c->macs = hear_size_mul(c->macs, p->batch);
    /* a row of sums, and a group's input less its zero point */
    c->scratch_bytes =
        hear_size_mul(hear_size_mul(p->in, hear_window_in_size(&p->w)), sizeof(int16_t));
    c->scratch_bytes =
        hear_size_add(c->scratch_bytes, hear_size_mul(p->w.out[HEAR_W] + 1, sizeof(int32_t)));
    return HEAR_OK;
}

static hear_status infer_integer(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    *p = (params){ .x = 0, .weights = 1, .x_zero = 2, .w_zero = 3 };
    return infer_conv(c, p, HEAR_I32, err);
}

static hear_status infer_linear(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    *p = (params){ .x = X, .weights = W, .x_zero = X_ZERO, .w_zero = W_ZERO, .rounds = true };
    hear_status s;
    if ((s = hear_call_want_dtype(c, Y_ZERO, HEAR_WHOLE, err)) ||
        (s = hear_call_want_dtype(c, BIAS, 1u << HEAR_I32, err)) ||
        (s = infer_conv(c, p, c->in[Y_ZERO]->dtype, err)))
        return s;
    const size_t channels = p->groups * p->out;
    if ((s = hear_whole_check_scale(c, X_SCALE, 1, err)) ||
        (s = hear_whole_check_scale(c, W_SCALE, channels, err)) ||
        (s = hear_whole_check_scale(c, Y_SCALE, 1, err)) ||
        (s = hear_whole_check_zero(c, Y_ZERO, Y_ZERO, 1, err)))
        return s;
    if (hear_call_has_in(c, BIAS) &&
        (c->in[BIAS]->shape.rank != 1 || c->in[BIAS]->count != channels))
        return hear_call_fail(c, err, "the bias must have one number a channel");
    return HEAR_OK;
}

/* One row of outputs of a channel: sums of the group's planes [in][in_size]. */
static void sum_row(const hear_call *c, size_t channel, size_t row, const int16_t *planes,
                    int32_t *sums)
{
    const params *const p = c->params;
    const size_t taps = hear_window_taps(&p->w), in_size = hear_window_in_size(&p->w);
    const int32_t zero = hear_whole_zero(c, p->w_zero, channel);
    const int32_t first =
        p->rounds && hear_call_has_in(c, BIAS) ? ((const int32_t *)c->in[BIAS]->data)[channel] : 0;
    for (size_t i = 0; i < p->w.out[HEAR_W]; i++)
        sums[i] = first;
    size_t k[HEAR_SPACE] = { 0 };
    for (size_t t = 0; t < taps; t++, hear_window_next_tap(&p->w, k)) {
        hear_strip s;
        if (!hear_window_strip(&p->w, row, k, &s))
            continue;
        for (size_t i = 0; i < p->in; i++) {
            const int32_t w =
                hear_whole_at(c->in[p->weights], (channel * p->in + i) * taps + t) - zero;
            hear_whole_add(sums + s.first, planes + i * in_size + s.at, s.stride, s.n, w);
        }
    }
}

static void round_row(const hear_call *c, const int32_t *sums, size_t n, size_t channel, uint8_t *y)
{
    const double scale = (double)hear_whole_scale(c, X_SCALE, 0) *
                         hear_whole_scale(c, W_SCALE, channel) / hear_whole_scale(c, Y_SCALE, 0);
    const int32_t zero = hear_whole_zero(c, Y_ZERO, 0);
    for (size_t i = 0; i < n; i++)
        y[i] = hear_whole_round(sums[i], scale, zero, c->out[0]->dtype);
}

static void forward(hear_call *c)
{
    const params *const p = c->params;
    const size_t in_size = hear_window_in_size(&p->w), n = p->w.out[HEAR_W];
    const size_t n_rows = p->w.out[HEAR_D] * p->w.out[HEAR_H];
    int32_t *const sums = c->scratch;
    int16_t *const planes = (int16_t *)(sums + n + 1);
    const int32_t zero = hear_whole_zero(c, p->x_zero, 0);
    for (size_t b = 0, y = 0; b < p->batch; b++)
        for (size_t g = 0; g < p->groups; g++) {
            hear_whole_less(planes, c->in[p->x], (b * p->groups + g) * p->in * in_size,
                            p->in * in_size, zero);
            for (size_t o = g * p->out; o < (g + 1) * p->out; o++)
                for (size_t row = 0; row < n_rows; row++, y += n) {
                    int32_t *const to = p->rounds ? sums : (int32_t *)c->out[0]->data + y;
                    sum_row(c, o, row, planes, to);
                    if (p->rounds)
                        round_row(c, sums, n, o, (uint8_t *)c->out[0]->data + y);
                }
        }
}

static const hear_op_attr attrs[] = { { "auto_pad", HEAR_ATTR_STRING },
                                      { "dilations", HEAR_ATTR_INTS },
                                      { "group", HEAR_ATTR_INT },
                                      { "kernel_shape", HEAR_ATTR_INTS },
                                      { "pads", HEAR_ATTR_INTS },
                                      { "strides", HEAR_ATTR_INTS },
                                      { 0 } };

static const char *const integer_cases[] = {
    "u=1x1x5{1,2,3,4,5} s=1x1x3{1,-2,3} u=2 pads=1,1",
    "s=1x2x3{1,2,3,4,5,6} u=2x1x2{1,2,3,4} s=1 u=1,2 group=2 strides=2 pads=0,1",
    "u=1x1x2x3{1,2,3,4,5,6} s=2x1x1x2{1,-2,3,4} - s=1",
    NULL,
};
static const char *const linear_cases[] = {
    "u=1x1x5{1,2,3,4,5} x=1(0.1..1) u=2 s=2x1x2{1,-2,3,4} x=2(0.1..1) s=0,1 x=1(0.1..1) u=9 n=5,-6",
    "s=1x1x4{1,2,3,4} x=1(0.1..1) s=2 s=1x1x1{3} x=1(0.1..1) s=0 x=1(0.1..1) s=9 pads=1,0",
    NULL,
};

const hear_op hear_op_conv_integer = {
    .name = "ConvInteger",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 4,
    .max_out = 1,
    .attrs = attrs,
    .infer = infer_integer,
    .forward = forward,
    .cases = integer_cases,
};

const hear_op hear_op_qlinear_conv = {
    .name = "QLinearConv",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 8,
    .max_in = 9,
    .max_out = 1,
    .attrs = attrs,
    .infer = infer_linear,
    .forward = forward,
    .cases = linear_cases,
};
