/* op_reduce.c - ReduceMean, ReduceSum, ReduceMax, ReduceMin over any axes.
 *
 * The walk goes over the input as broadcast.h would over an output of which the reduced tensor is
 * an input: a row of the input meets one element of the result (step 0) or a row of it (step 1). */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"

#include <math.h>
#include <string.h>

typedef struct {
    hear_broadcast b;
    size_t n_in, n_out;
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    size_t axes[HEAR_MAX_RANK], n;
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s || (s = hear_call_axes(c, "axes", 1, x->rank, axes, &n, err)))
        return s;
    const bool keep = hear_call_int(c, "keepdims", 1) != 0;
    const bool all = n == 0 && hear_call_int(c, "noop_with_empty_axes", 0) == 0;
    bool drop[HEAR_MAX_RANK] = { false };
    for (size_t i = 0; i < n; i++)
        drop[axes[i]] = true;
    hear_shape kept = { .rank = x->rank }, y = { 0 };
    for (size_t i = 0; i < x->rank; i++) {
        drop[i] = drop[i] || all;
        kept.dim[i] = drop[i] ? 1 : x->dim[i];
        if (!drop[i] || keep)
            y.dim[y.rank++] = kept.dim[i];
    }
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    const hear_shape *in[1] = { &kept };
    hear_broadcast_init(&p->b, x, 1, in);
    p->n_in = c->in[0]->count;
    p->n_out = hear_shape_product(&y, 0, y.rank);
    hear_call_set_out(c, 0, HEAR_F32, &y);
    if (p->n_out > 0)
        c->scratch_bytes = hear_size_mul(p->n_out, sizeof(double));
    return HEAR_OK;
}

/* Sums are kept in double: thousands of frames add up without loss. */
static void sum(hear_call *c, bool mean)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    double *acc = c->scratch;
    if (p->n_out == 0)
        return;
    memset(acc, 0, p->n_out * sizeof *acc);
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w)) {
        const float *row = x + w.out;
        double *to = acc + w.in[0];
        if (p->b.step[0]) {
            for (size_t i = 0; i < p->b.n; i++)
                to[i] += (double)row[i];
            continue;
        }
        double s[4] = { 0 }; /* four chains hide the adder's latency */
        size_t i = 0;
        for (; i + 4 <= p->b.n; i += 4)
            for (size_t k = 0; k < 4; k++)
                s[k] += (double)row[i + k];
        for (; i < p->b.n; i++)
            s[0] += (double)row[i];
        *to += (s[0] + s[1]) + (s[2] + s[3]);
    }
    const double scale = mean ? (double)p->n_out / (double)p->n_in : 1.0; /* of nothing: NaN */
    for (size_t i = 0; i < p->n_out; i++)
        y[i] = (float)(acc[i] * scale);
}

static void extreme(hear_call *c, bool most)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t i = 0; i < p->n_out; i++)
        y[i] = most ? -INFINITY : INFINITY;
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++) {
            float *to = y + w.in[0] + i * p->b.step[0];
            const float v = x[w.out + i];
            *to = (most ? v > *to : v < *to) || isnan(v) ? v : *to;
        }
}

static void sum_back(hear_call *c, bool mean)
{
    const params *p = c->params;
    const float scale = mean ? (float)p->n_out / (float)p->n_in : 1.0f;
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++)
            c->in_grad[0][w.out + i] += scale * c->out_grad[0][w.in[0] + i * p->b.step[0]];
}

/* Of equal ones the first in memory gets the gradient. */
static void extreme_back(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data, *y = c->out[0]->data;
    unsigned char *done = c->scratch;
    if (p->n_out == 0)
        return;
    memset(done, 0, p->n_out);
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++) {
            const size_t to = w.in[0] + i * p->b.step[0];
            if (x[w.out + i] == y[to] && !done[to]) {
                c->in_grad[0][w.out + i] += c->out_grad[0][to];
                done[to] = 1;
            }
        }
}

static void mean_forward(hear_call *c)
{
    sum(c, true);
}

static void mean_backward(hear_call *c)
{
    sum_back(c, true);
}

static void sum_forward(hear_call *c)
{
    sum(c, false);
}

static void sum_backward(hear_call *c)
{
    sum_back(c, false);
}

static void max_forward(hear_call *c)
{
    extreme(c, true);
}

static void min_forward(hear_call *c)
{
    extreme(c, false);
}

static const hear_op_attr attrs[] = { { "axes", HEAR_ATTR_INTS },
                                      { "keepdims", HEAR_ATTR_INT },
                                      { "noop_with_empty_axes", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = {
    "x=2x3x4",
    "x=2x3x4 axes=1 opset=11",
    "x=2x3x4 axes=0,2 keepdims=0 opset=11",
    "x=2x3x4x2 i=-1 opset=18",
    NULL,
};

#define REDUCE(id, text, the_forward, the_backward)                                                \
    const hear_op hear_op_reduce_##id = {                                                          \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = 1,                                                                            \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 1,                                                                               \
        .max_in = 2,                                                                               \
        .max_out = 1,                                                                              \
        .attrs = attrs,                                                                            \
        .diff = 1,                                                                                 \
        .infer = infer,                                                                            \
        .forward = the_forward,                                                                    \
        .backward = the_backward,                                                                  \
        .cases = cases,                                                                            \
    }

REDUCE(mean, "ReduceMean", mean_forward, mean_backward);
REDUCE(sum, "ReduceSum", sum_forward, sum_backward);
REDUCE(max, "ReduceMax", max_forward, extreme_back);
REDUCE(min, "ReduceMin", min_forward, extreme_back);
