/* op_arg.c - ArgMax, ArgMin: where along one axis the greatest or least number stands; of equals
 * the first, or the last. NaN goes before any number, as NumPy has it. */
#include "config.h"

#include "nn/op_list.h"

#include <math.h>

typedef struct {
    size_t outer, n, inner;
    bool last; /* of equal ones, the last */
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
    const bool keep = hear_call_int(c, "keepdims", 1) != 0;
    hear_shape y = { 0 };
    for (size_t i = 0; i < x->rank; i++)
        if (i != axis || keep)
            y.dim[y.rank++] = i == axis ? 1 : x->dim[i];
    hear_call_set_out(c, 0, HEAR_I64, &y);
    return HEAR_OK;
}

static void find(hear_call *c, bool greatest)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    int64_t *y = c->out[0]->data;
    if (c->out[0]->count == 0)
        return;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->inner; i++) {
            const float *at = x + o * p->n * p->inner + i;
            size_t best = 0;
            for (size_t k = 1; k < p->n; k++) {
                const float v = at[k * p->inner], b = at[best * p->inner];
                if ((greatest ? v > b : v < b) || (isnan(v) && !isnan(b)) || (p->last && v == b))
                    best = k;
            }
            y[o * p->inner + i] = (int64_t)best;
        }
}

static void max_forward(hear_call *c)
{
    find(c, true);
}

static void min_forward(hear_call *c)
{
    find(c, false);
}

static const hear_op_attr attrs[] = { { "axis", HEAR_ATTR_INT },
                                      { "keepdims", HEAR_ATTR_INT },
                                      { "select_last_index", HEAR_ATTR_INT },
                                      { 0 } };

static const char *const cases[] = { "x=2x5 axis=1", "x=2x3x4 axis=1 keepdims=0",
                                     "x=4 select_last_index=1", NULL };

#define ARG(id, text)                                                                              \
    const hear_op hear_op_arg_##id = {                                                             \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = 1,                                                                            \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 1,                                                                               \
        .max_in = 1,                                                                               \
        .max_out = 1,                                                                              \
        .attrs = attrs,                                                                            \
        .infer = infer,                                                                            \
        .forward = id##_forward,                                                                   \
        .cases = cases,                                                                            \
    }

ARG(max, "ArgMax");
ARG(min, "ArgMin");
