/* op_normalizer.c - ai.onnx.ml's Normalizer: each row divided by its largest number, the sum of its
 * magnitudes, or its length. A row whose divisor is 0 stays as it is. */
#include "config.h"

#include "nn/op_list.h"

#include <math.h>
#include <string.h>

static float largest(const float *x, size_t n)
{
    float most = x[0];
    for (size_t i = 1; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

static float magnitudes(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += fabs((double)x[i]);
    return (float)sum;
}

static float length(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return (float)sqrt(sum);
}

typedef struct {
    const char *name;
    float (*measure)(const float *x, size_t n);
} norm;

static const norm norms[] = { { "MAX", largest }, { "L1", magnitudes }, { "L2", length } };

typedef struct {
    const norm *norm;
    size_t n_rows, n;
} params;

static hear_status infer(hear_call *c, hear_error *err)
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
    p->n_rows = x->rank == 1 ? 1 : (size_t)x->dim[0];
    p->n = (size_t)x->dim[x->rank - 1];
    hear_call_set_out(c, 0, HEAR_F32, x);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t r = 0; r < p->n_rows && p->n > 0; r++, x += p->n, y += p->n) {
        const float by = p->norm->measure(x, p->n);
        for (size_t i = 0; i < p->n; i++)
            y[i] = by != 0.0f ? x[i] / by : x[i];
    }
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
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
