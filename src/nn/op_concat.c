/* op_concat.c - Concat: inputs behind each other along one axis, of any element type. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <string.h>

typedef struct {
    size_t outer, item; /* rows of the result, and bytes of one index of the axis */
    size_t axis;
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_shape y = c->in[0]->shape;
    const hear_attr *a = hear_node_attr(c->node, "axis");
    if (!a)
        return hear_call_fail(c, err, "axis is missing");
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    const hear_status s = hear_call_axis(c, a->ints[0], y.rank, &p->axis, err);
    if (s)
        return s;
    for (size_t j = 1; j < c->n_in; j++) {
        if (!c->in[j])
            return hear_call_fail(c, err, "input %zu is left out", j);
        const hear_shape *x = &c->in[j]->shape;
        bool fits = c->in[j]->dtype == c->in[0]->dtype && x->rank == y.rank;
        for (size_t i = 0; i < y.rank && fits; i++)
            fits = i == p->axis || x->dim[i] == y.dim[i];
        if (!fits)
            return hear_call_fail(c, err, "input %zu does not fit the first", j);
        y.dim[p->axis] += x->dim[p->axis];
        if (y.dim[p->axis] > INT32_MAX)
            return hear_call_fail(c, err, "the result is too large");
    }
    p->outer = hear_shape_product(&y, 0, p->axis);
    p->item = hear_shape_product(&y, p->axis + 1, y.rank) * hear_dtype_size(c->in[0]->dtype);
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const size_t stride = (size_t)c->out[0]->shape.dim[p->axis] * p->item;
    char *to = c->out[0]->data;
    for (size_t j = 0; j < c->n_in; j++) {
        const char *from = c->in[j]->data;
        const size_t bytes = (size_t)c->in[j]->shape.dim[p->axis] * p->item;
        for (size_t o = 0; o < p->outer && bytes > 0; o++)
            memcpy(to + o * stride, from + o * bytes, bytes);
        to += bytes;
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t item = p->item / sizeof(float);
    const size_t stride = (size_t)c->out[0]->shape.dim[p->axis] * item;
    const float *g = c->out_grad[0];
    for (size_t j = 0; j < c->n_in; j++) {
        const size_t n = (size_t)c->in[j]->shape.dim[p->axis] * item;
        for (size_t o = 0; o < p->outer && c->in_grad[j]; o++)
            for (size_t i = 0; i < n; i++)
                c->in_grad[j][o * n + i] += g[o * stride + i];
        g += n;
    }
}

static const hear_op_attr attrs[] = { { "axis", HEAR_ATTR_INT }, { 0 } };
static const char *const cases[] = { "x=2x3 x=2x1 x=2x4 axis=1", "x=2x3 x=1x3 axis=0",
                                     "x=2x3x2 x=2x1x2 axis=-2", NULL };

const hear_op hear_op_concat = {
    .name = "Concat",
    .domain = "",
    .min_opset = 4,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1024,
    .max_out = 1,
    .attrs = attrs,
    .diff = ~0u,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
