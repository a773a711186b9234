/* op_arg_max.c - ArgMax: where along one axis the largest number stands; of equals the first, or
 * the last. NaN is larger than any number, as NumPy has it. */
#include "config.h"

#include "nn/op_list.h"

#include <math.h>

typedef struct {
    size_t outer, n, inner; /* [outer][n][inner], over n */
    bool last;
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    size_t axis;
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s || (s = hear_call_axis(c, hear_call_int(c, "axis", 0), x->rank, &axis, err)))
        return s;
    if (x->dim[axis] == 0)
        return hear_call_fail(c, err, "axis %zu is empty", axis);
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->outer = hear_shape_product(x, 0, axis);
    p->n = (size_t)x->dim[axis];
    p->inner = hear_shape_product(x, axis + 1, x->rank);
    p->last = hear_call_int(c, "select_last_index", 0) != 0;
    hear_shape y = { 0 };
    for (size_t i = 0; i < x->rank; i++)
        if (i != axis || hear_call_int(c, "keepdims", 1) != 0)
            y.dim[y.rank++] = i == axis ? 1 : x->dim[i];
    hear_call_set_out(c, 0, HEAR_I64, &y);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    int64_t *y = c->out[0]->data;
    if (c->out[0]->count == 0)
        return;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->inner; i++) {
            const float *x = (const float *)c->in[0]->data + o * p->n * p->inner + i;
            size_t best = 0;
            for (size_t k = 1; k < p->n; k++) {
                const float v = x[k * p->inner], most = x[best * p->inner];
                if (v > most || (isnan(v) && !isnan(most)) || (p->last && v == most))
                    best = k;
            }
            *y++ = (int64_t)best;
        }
}

static const hear_op_attr attrs[] = { { "axis", HEAR_ATTR_INT },
                                      { "keepdims", HEAR_ATTR_INT },
                                      { "select_last_index", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = { "x=2x5 axis=1", "x=2x3x4 axis=1 keepdims=0",
                                     "x=4 select_last_index=1", NULL };

const hear_op hear_op_arg_max = {
    .name = "ArgMax",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
