/* op_scaler.c - ai.onnx.ml's Scaler: (x - offset) scale, of each feature (the last dimension). */
#include "config.h"

#include "nn/op_list.h"

typedef struct {
    const float *offset, *scale;
    size_t n_offset, n_scale; /* 1, or the number of features */
    size_t n_features;
} params;

static hear_status read_list(const hear_call *c, const char *name, size_t n_features,
                             const float **list, size_t *n, hear_error *err)
{
    const hear_attr *a = hear_node_attr(c->node, name);
    *n = a ? a->n : 0;
    *list = a ? a->floats : NULL;
    if (*n == 1 || (*n == n_features && *n > 0))
        return HEAR_OK;
    return hear_call_fail(c, err, "%s has %zu numbers for %zu features", name, *n, n_features);
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->n_features = x->rank > 0 ? (size_t)x->dim[x->rank - 1] : 1;
    if ((s = read_list(c, "offset", p->n_features, &p->offset, &p->n_offset, err)) ||
        (s = read_list(c, "scale", p->n_features, &p->scale, &p->n_scale, err)))
        return s;
    hear_call_set_out(c, 0, HEAR_F32, x);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t i = 0; i < c->out[0]->count; i += p->n_features)
        for (size_t k = 0; k < p->n_features; k++)
            y[i + k] =
                (x[i + k] - p->offset[p->n_offset > 1 ? k : 0]) * p->scale[p->n_scale > 1 ? k : 0];
}

static const hear_op_attr attrs[] = { { "offset", HEAR_ATTR_FLOATS },
                                      { "scale", HEAR_ATTR_FLOATS },
                                      { 0 } };
static const char *const cases[] = { "x=2x3 offset=1,2,3 scale=2,2,-1", "x=4 offset=1 scale=3",
                                     NULL };

const hear_op hear_op_scaler = {
    .name = "Scaler",
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
