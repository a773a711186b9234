/* op_softmax.c - Softmax and LogSoftmax: along one axis from opset 13 on, before over all
 * dimensions from `axis` on as one. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <math.h>

typedef struct {
    size_t outer, n, inner; /* [outer][n][inner], over n */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    const bool one_axis = c->opset >= 13;
    size_t axis = 0;
    if (x->rank > 0 &&
        (s = hear_call_axis(c, hear_call_int(c, "axis", one_axis ? -1 : 1), x->rank, &axis, err)))
        return s;
    p->outer = hear_shape_product(x, 0, axis);
    p->n = x->rank == 0 ? 1
           : one_axis   ? (size_t)x->dim[axis]
                        : hear_shape_product(x, axis, x->rank);
    p->inner = one_axis && x->rank > 0 ? hear_shape_product(x, axis + 1, x->rank) : 1;
    hear_call_set_out(c, 0, HEAR_F32, x);
    return HEAR_OK;
}

static void softmax_line(const float *x, float *y, size_t n, size_t step, bool take_log)
{
    float most = x[0];
    for (size_t i = 1; i < n; i++)
        most = x[i * step] > most ? x[i * step] : most;
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++) {
        const float d = x[i * step] - most, e = expf(d);
        sum += e;
        y[i * step] = take_log ? d : e;
    }
    const float log_sum = logf(sum);
    for (size_t i = 0; i < n; i++)
        y[i * step] = take_log ? y[i * step] - log_sum : y[i * step] / sum;
}

static void forward(hear_call *c, bool take_log)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    if (p->n == 0)
        return;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->inner; i++)
            softmax_line(x + o * p->n * p->inner + i, y + o * p->n * p->inner + i, p->n, p->inner,
                         take_log);
}

/* softmax: dx = y (g - sum g y); its logarithm: dx = g - exp(y) sum g */
static void backward(hear_call *c, bool take_log)
{
    const params *p = c->params;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->inner; i++) {
            const size_t at = o * p->n * p->inner + i;
            const float *y = (const float *)c->out[0]->data + at, *g = c->out_grad[0] + at;
            float *gx = c->in_grad[0] + at, sum = 0.0f;
            for (size_t k = 0; k < p->n * p->inner; k += p->inner)
                sum += take_log ? g[k] : g[k] * y[k];
            for (size_t k = 0; k < p->n * p->inner; k += p->inner)
                gx[k] += take_log ? g[k] - expf(y[k]) * sum : y[k] * (g[k] - sum);
        }
}

static void softmax_forward(hear_call *c)
{
    forward(c, false);
}

static void softmax_backward(hear_call *c)
{
    backward(c, false);
}

static void log_softmax_forward(hear_call *c)
{
    forward(c, true);
}

static void log_softmax_backward(hear_call *c)
{
    backward(c, true);
}

static const hear_op_attr attrs[] = { { "axis", HEAR_ATTR_INT }, { 0 } };
static const char *const cases[] = { "x=2x5", "x=2x3x4 axis=1", "x=2x3x4 axis=1 opset=11", "x=4",
                                     NULL };

const hear_op hear_op_softmax = {
    .name = "Softmax",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .inplace = true,
    .infer = infer,
    .forward = softmax_forward,
    .backward = softmax_backward,
    .cases = cases,
};

const hear_op hear_op_log_softmax = {
    .name = "LogSoftmax",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .inplace = true,
    .infer = infer,
    .forward = log_softmax_forward,
    .backward = log_softmax_backward,
    .cases = cases,
};
