/* op_clip.c - Clip: to a range, by attributes before opset 11, by inputs since. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <float.h>

typedef struct {
    float low, high; /* where no input says otherwise */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_status s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    for (size_t j = 0; j < c->n_in; j++) {
        if ((s = hear_call_want_f32(c, j, err)))
            return s;
        if (j > 0 && c->in[j] && c->in[j]->count != 1)
            return hear_call_fail(c, err, "input %zu must be one number", j);
    }
    p->low = hear_call_float(c, "min", -FLT_MAX);
    p->high = hear_call_float(c, "max", FLT_MAX);
    hear_call_set_out(c, 0, HEAR_F32, &c->in[0]->shape);
    return HEAR_OK;
}

static hear_act range(const hear_call *c)
{
    const params *p = c->params;
    hear_act a = { .kind = HEAR_ACT_CLIP, .a = p->low, .b = p->high };
    if (hear_call_has_in(c, 1))
        a.a = *(const float *)c->in[1]->data;
    if (hear_call_has_in(c, 2))
        a.b = *(const float *)c->in[2]->data;
    return a;
}

static hear_act as_act(const hear_call *c)
{
    for (size_t j = 1; j <= 2; j++)
        if (hear_call_has_in(c, j) && !c->in[j]->data)
            return (hear_act){ .kind = HEAR_ACT_NONE }; /* not known yet */
    return range(c);
}

static void forward(hear_call *c)
{
    const hear_act a = range(c);
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t i = 0; i < c->out[0]->count; i++) {
        const float low = x[i] < a.a ? a.a : x[i];
        y[i] = low > a.b ? a.b : low;
    }
}

static void backward(hear_call *c)
{
    const hear_act a = range(c);
    const float *x = c->in[0]->data;
    for (size_t i = 0; i < c->out[0]->count; i++)
        c->in_grad[0][i] += x[i] >= a.a && x[i] <= a.b ? c->out_grad[0][i] : 0.0f;
}

static const hear_op_attr attrs[] = { { "max", HEAR_ATTR_FLOAT },
                                      { "min", HEAR_ATTR_FLOAT },
                                      { 0 } };
static const char *const cases[] = { "x=2x3x5 min=-0.4 max=0.4 opset=10", "x=20 x={-0.4} x={0.4}",
                                     "x=20 - x={0.4}", "x=20", NULL };

const hear_op hear_op_clip = {
    .name = "Clip",
    .domain = "",
    .min_opset = 6,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 3,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .inplace = true,
    .layouts = hear_call_same_layouts,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .as_act = as_act,
    .cases = cases,
};
