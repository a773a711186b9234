/* op_lp_normalization.c - LpNormalization: each line along one axis divided by the sum of its
 * magnitudes (p 1) or its length (p 2). A line of zeros stays so. */
#include "config.h"

#include "nn/op_list.h"

#include <inttypes.h>
#include <math.h>

typedef struct {
    size_t outer, n, inner; /* [outer][n][inner], over n */
    bool length;
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const int64_t order = hear_call_int(c, "p", 2);
    size_t axis;
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s == HEAR_OK)
        s = hear_call_axis(c, hear_call_int(c, "axis", -1), x->rank, &axis, err);
    if (s)
        return s;
    if (order != 1 && order != 2)
        return hear_call_fail(c, err, "p %" PRId64 " is neither 1 nor 2", order);
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    *p = (params){ .outer = hear_shape_product(x, 0, axis),
                   .n = (size_t)x->dim[axis],
                   .inner = hear_shape_product(x, axis + 1, x->rank),
                   .length = order == 2 };
    hear_call_set_out(c, 0, HEAR_F32, x);
    return HEAR_OK;
}

static void divide_line(const params *p, const float *x, float *y)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        const double v = x[i * p->inner];
        sum += p->length ? v * v : fabs(v);
    }
    const float by = (float)(p->length ? sqrt(sum) : sum);
    for (size_t i = 0; i < p->n; i++)
        y[i * p->inner] = by != 0.0f ? x[i * p->inner] / by : 0.0f;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t o = 0; o < p->outer; o++)
        for (size_t i = 0; i < p->inner; i++)
            divide_line(p, x + o * p->n * p->inner + i, y + o * p->n * p->inner + i);
}

static const hear_op_attr attrs[] = { { "axis", HEAR_ATTR_INT }, { "p", HEAR_ATTR_INT }, { 0 } };
static const char *const cases[] = { "x=2x5 p=1", "x=2x3x4 axis=1", "x=4", NULL };

const hear_op hear_op_lp_normalization = {
    .name = "LpNormalization",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .inplace = true,
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
