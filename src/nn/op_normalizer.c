/* op_normalizer.c - each line divided by its largest number, the sum of its magnitudes, or its
 * length: ai.onnx.ml's Normalizer by rows, ONNX's LpNormalization along an axis. A line whose
 * divisor is 0 stays as it is. */
#include "config.h"

#include "nn/op_list.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A line: n numbers, each `step` behind the one before. */
static float largest(const float *x, size_t n, size_t step)
{
    float most = x[0];
    for (size_t i = 1; i < n; i++)
        most = x[i * step] > most ? x[i * step] : most;
    return most;
}

static float magnitudes(const float *x, size_t n, size_t step)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += fabs((double)x[i * step]);
    return (float)sum;
}

static float length(const float *x, size_t n, size_t step)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i * step] * (double)x[i * step];
    return (float)sqrt(sum);
}

typedef struct {
    const char *name;
    float (*measure)(const float *x, size_t n, size_t step);
} norm;

static const norm norms[] = { { "L1", magnitudes }, { "L2", length }, { "MAX", largest } };

typedef struct {
    const norm *norm;
    size_t outer, n, inner; /* [outer][n][inner], over n */
} params;

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t o = 0; o < p->outer && p->n > 0; o++)
        for (size_t k = 0; k < p->inner; k++) {
            const size_t at = o * p->n * p->inner + k;
            const float by = p->norm->measure(x + at, p->n, p->inner);
            for (size_t i = at; i < at + p->n * p->inner; i += p->inner)
                y[i] = by != 0.0f ? x[i] / by : x[i];
        }
}

/* ---- Normalizer */

static hear_status infer_rows(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const char *name = hear_call_string(c, "norm", "MAX");
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    if (x->rank < 1 || x->rank > 2)
        return hear_call_fail(c, err, "input 0 has %zu dimensions instead of 2", x->rank);
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < sizeof norms / sizeof norms[0]; i++)
        if (strcmp(name, norms[i].name) == 0)
            p->norm = &norms[i];
    if (!p->norm)
        return hear_call_fail(c, err, "norm \"%.40s\" is not known", name);
    p->outer = x->rank == 1 ? 1 : (size_t)x->dim[0];
    p->n = (size_t)x->dim[x->rank - 1];
    p->inner = 1;
    hear_call_set_out(c, 0, HEAR_F32, x);
    return HEAR_OK;
}

static const hear_op_attr attrs[] = { { "norm", HEAR_ATTR_STRING }, { 0 } };
static const char *const cases[] = { "x=2x3 norm=L1", "x=2x3 norm=L2", "x=4", NULL };

const hear_op hear_op_normalizer = {
    .name = "Normalizer",
    .domain = "ai.onnx.ml",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_ML_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .inplace = true,
    .infer = infer_rows,
    .forward = forward,
    .cases = cases,
};

/* ---- LpNormalization */

static hear_status infer_axis(hear_call *c, hear_error *err)
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
    *p = (params){ .norm = &norms[order - 1],
                   .outer = hear_shape_product(x, 0, axis),
                   .n = (size_t)x->dim[axis],
                   .inner = hear_shape_product(x, axis + 1, x->rank) };
    hear_call_set_out(c, 0, HEAR_F32, x);
    return HEAR_OK;
}

static const hear_op_attr lp_attrs[] = { { "axis", HEAR_ATTR_INT }, { "p", HEAR_ATTR_INT }, { 0 } };
static const char *const lp_cases[] = { "x=2x5 p=1", "x=2x3x4 axis=1", "x=4", NULL };

const hear_op hear_op_lp_normalization = {
    .name = "LpNormalization",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = lp_attrs,
    .inplace = true,
    .infer = infer_axis,
    .forward = forward,
    .cases = lp_cases,
};
