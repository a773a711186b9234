/* op_split.c - Split: a tensor of any element type cut along one axis. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <inttypes.h>
#include <string.h>

#define MOST 256

typedef struct {
    size_t outer, inner, axis; /* inner: elements of one index of the axis */
} params;

/* The lengths of the pieces: told by attribute or input, or equal but for the last. */
static hear_status read_lengths(hear_call *c, int64_t whole, int64_t length[MOST], hear_error *err)
{
    const hear_attr *a = hear_node_attr(c->node, "split");
    size_t n = c->n_out;
    if (hear_call_has_in(c, 1)) {
        const hear_status s = hear_call_ints(c, 1, length, MOST, &n, err);
        if (s)
            return s;
    } else if (a) {
        n = a->n;
        for (size_t i = 0; i < n && i < MOST; i++)
            length[i] = a->ints[i];
    } else {
        const int64_t wanted = hear_call_int(c, "num_outputs", (int64_t)n);
        if (wanted != (int64_t)n)
            return hear_call_fail(c, err, "num_outputs is %" PRId64, wanted);
        const int64_t each = (whole + wanted - 1) / wanted;
        for (size_t i = 0; i < n; i++) {
            const int64_t left = whole - each * (int64_t)i;
            length[i] = left < 0 ? 0 : left < each ? left : each;
        }
    }
    if (n != c->n_out)
        return hear_call_fail(c, err, "%zu lengths for %zu outputs", n, c->n_out);
    int64_t left = whole;
    for (size_t i = 0; i < n; left -= length[i++])
        if (length[i] < 0 || length[i] > left)
            return hear_call_fail(c, err, "length %" PRId64 " does not fit", length[i]);
    if (left != 0)
        return hear_call_fail(c, err, "the lengths do not add up to %" PRId64, whole);
    return HEAR_OK;
}

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_shape y = c->in[0]->shape;
    params *p = hear_call_params(c, sizeof *p);
    int64_t length[MOST];
    if (!p)
        return HEAR_ERR_MEM;
    hear_status s = hear_call_axis(c, hear_call_int(c, "axis", 0), y.rank, &p->axis, err);
    if (s || (s = read_lengths(c, y.dim[p->axis], length, err)))
        return s;
    p->outer = hear_shape_product(&y, 0, p->axis);
    p->inner = hear_shape_product(&y, p->axis + 1, y.rank);
    for (size_t o = 0; o < c->n_out; o++) {
        if (!c->out[o])
            return hear_call_fail(c, err, "output %zu is left out", o);
        y.dim[p->axis] = length[o];
        hear_call_set_out(c, o, c->in[0]->dtype, &y);
    }
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const size_t item = p->inner * hear_dtype_size(c->in[0]->dtype);
    const size_t stride = (size_t)c->in[0]->shape.dim[p->axis] * item;
    const char *from = c->in[0]->data;
    for (size_t o = 0; o < c->n_out; o++) {
        const size_t bytes = (size_t)c->out[o]->shape.dim[p->axis] * item;
        for (size_t k = 0; k < p->outer && bytes > 0; k++)
            memcpy((char *)c->out[o]->data + k * bytes, from + k * stride, bytes);
        from += bytes;
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t stride = (size_t)c->in[0]->shape.dim[p->axis] * p->inner;
    float *to = c->in_grad[0];
    for (size_t o = 0; o < c->n_out; o++) {
        const size_t n = (size_t)c->out[o]->shape.dim[p->axis] * p->inner;
        for (size_t k = 0; k < p->outer && c->out_grad[o]; k++)
            for (size_t i = 0; i < n; i++)
                to[k * stride + i] += c->out_grad[o][k * n + i];
        to += n;
    }
}

static const hear_op_attr attrs[] = {
    { "axis", HEAR_ATTR_INT }, { "num_outputs", HEAR_ATTR_INT }, { "split", HEAR_ATTR_INTS }, { 0 }
};
static const char *const cases[] = { "x=4x3 outs=2", "x=2x5x2 i=1,4 axis=1 outs=2",
                                     "x=2x7 num_outputs=3 axis=-1 outs=3 opset=18",
                                     "x=2x5 split=2,0,3 axis=1 outs=3 opset=11", NULL };

const hear_op hear_op_split = {
    .name = "Split",
    .domain = "",
    .min_opset = 2,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 2,
    .max_out = MOST,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
