/* op_gather.c - Gather: slices along one axis, by number; of any element type. Numbers that come at
 * run time and are out of range give zeros. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    size_t outer, n_axis, inner, n; /* n: numbers of slices */
} params;

static int64_t index_at(const hear_tensor *t, size_t i)
{
    return t->dtype == HEAR_I64 ? ((const int64_t *)t->data)[i] : ((const int32_t *)t->data)[i];
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape, *index = &c->in[1]->shape;
    size_t axis;
    hear_status s = hear_call_want_dtype(c, 1, 1u << HEAR_I64 | 1u << HEAR_I32, err);
    if (s || (s = hear_call_axis(c, hear_call_int(c, "axis", 0), x->rank, &axis, err)))
        return s;
    if (x->rank - 1 + index->rank > HEAR_MAX_RANK)
        return hear_call_fail(c, err, "more than %d dimensions", HEAR_MAX_RANK);
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->outer = hear_shape_product(x, 0, axis);
    p->n_axis = (size_t)x->dim[axis];
    p->inner = hear_shape_product(x, axis + 1, x->rank);
    p->n = c->in[1]->count;
    for (size_t i = 0; i < p->n && c->in[1]->data; i++) {
        const int64_t at = index_at(c->in[1], i);
        if (at < -x->dim[axis] || at >= x->dim[axis])
            return hear_call_fail(c, err, "index %" PRId64 " is out of range", at);
    }
    hear_shape y = { 0 };
    for (size_t i = 0; i < axis; i++)
        y.dim[y.rank++] = x->dim[i];
    for (size_t i = 0; i < index->rank; i++)
        y.dim[y.rank++] = index->dim[i];
    for (size_t i = axis + 1; i < x->rank; i++)
        y.dim[y.rank++] = x->dim[i];
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    return HEAR_OK;
}

/* The slice that number i asks for; n_axis where there is none. */
static size_t slice_of(const hear_call *c, size_t i)
{
    const params *p = c->params;
    const int64_t n = (int64_t)p->n_axis, at = index_at(c->in[1], i);
    return at < -n || at >= n ? p->n_axis : (size_t)(at < 0 ? at + n : at);
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const size_t bytes = p->inner * hear_dtype_size(c->in[0]->dtype);
    if (c->out[0]->count == 0)
        return;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->n; i++) {
            const size_t at = slice_of(c, i);
            char *y = (char *)c->out[0]->data + (o * p->n + i) * bytes;
            if (at < p->n_axis)
                memcpy(y, (const char *)c->in[0]->data + (o * p->n_axis + at) * bytes, bytes);
            else
                memset(y, 0, bytes);
        }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->n; i++) {
            const size_t at = slice_of(c, i);
            for (size_t k = 0; k < p->inner && at < p->n_axis; k++)
                c->in_grad[0][(o * p->n_axis + at) * p->inner + k] +=
                    c->out_grad[0][(o * p->n + i) * p->inner + k];
        }
}

static const hear_op_attr attrs[] = { { "axis", HEAR_ATTR_INT }, { 0 } };
static const char *const cases[] = { "x=3x4 i=2,0,2", "x=2x3x4 i=-1,1 axis=1", NULL };

const hear_op hear_op_gather = {
    .name = "Gather",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 2,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
