/* op_unary.c - one number in, one number out: activations and elementary functions.
 *
 * Each is a line of MAP (v is the input) and one of SLOPE (dy/dx of input v and output w). */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <math.h>

typedef struct {
    float a, b; /* LeakyRelu: slope */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    hear_call_set_out(c, 0, HEAR_F32, &c->in[0]->shape);
    return HEAR_OK;
}

static hear_status infer_leaky(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->a = hear_call_float(c, "alpha", 0.01f);
    return infer(c, err);
}

static inline float sigmoid_of(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

#define MAP(name, expression)                                                                      \
    static void name##_forward(hear_call *c)                                                       \
    {                                                                                              \
        const params *p = c->params;                                                               \
        const float *x = c->in[0]->data;                                                           \
        float *y = c->out[0]->data;                                                                \
        const size_t n = c->out[0]->count;                                                         \
        (void)p;                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const float v = x[i];                                                                  \
            y[i] = (expression);                                                                   \
        }                                                                                          \
    }

#define SLOPE(name, expression)                                                                    \
    static void name##_backward(hear_call *c)                                                      \
    {                                                                                              \
        const params *p = c->params;                                                               \
        const float *x = c->in[0]->data, *y = c->out[0]->data, *gy = c->out_grad[0];               \
        float *gx = c->in_grad[0];                                                                 \
        const size_t n = c->out[0]->count;                                                         \
        (void)p, (void)x, (void)y;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            const float v = x[i], w = y[i];                                                        \
            (void)v, (void)w;                                                                      \
            gx[i] += gy[i] * (expression);                                                         \
        }                                                                                          \
    }

MAP(relu, v < 0.0f ? 0.0f : v) /* NaN stays NaN */
SLOPE(relu, w > 0.0f ? 1.0f : 0.0f)
MAP(leaky_relu, v >= 0.0f ? v : p->a * v)
SLOPE(leaky_relu, v >= 0.0f ? 1.0f : p->a)
MAP(sigmoid, sigmoid_of(v))
SLOPE(sigmoid, w *(1.0f - w))
MAP(tanh, tanhf(v))
SLOPE(tanh, 1.0f - w * w)
MAP(sqrt, sqrtf(v))
SLOPE(sqrt, 0.5f / w)
MAP(exp, expf(v))
SLOPE(exp, w)
MAP(log, logf(v))
SLOPE(log, 1.0f / v)

static hear_act relu_as_act(const hear_call *c)
{
    (void)c;
    return (hear_act){ .kind = HEAR_ACT_RELU };
}

static hear_act leaky_as_act(const hear_call *c)
{
    const params *p = c->params;
    return (hear_act){ .kind = HEAR_ACT_LEAKY_RELU, .a = p->a };
}

static hear_act sigmoid_as_act(const hear_call *c)
{
    (void)c;
    return (hear_act){ .kind = HEAR_ACT_SIGMOID };
}

static hear_act tanh_as_act(const hear_call *c)
{
    (void)c;
    return (hear_act){ .kind = HEAR_ACT_TANH };
}

/* The same arithmetic as the operators' own, so that fusing changes no bit. */
void hear_act_apply(const hear_act *act, float *x, size_t n)
{
    switch (act->kind) {
    case HEAR_ACT_NONE:
        break;
    case HEAR_ACT_RELU:
        for (size_t i = 0; i < n; i++)
            x[i] = x[i] < 0.0f ? 0.0f : x[i];
        break;
    case HEAR_ACT_LEAKY_RELU:
        for (size_t i = 0; i < n; i++)
            x[i] = x[i] >= 0.0f ? x[i] : act->a * x[i];
        break;
    case HEAR_ACT_CLIP:
        for (size_t i = 0; i < n; i++) {
            const float low = x[i] < act->a ? act->a : x[i];
            x[i] = low > act->b ? act->b : low;
        }
        break;
    case HEAR_ACT_SIGMOID:
        for (size_t i = 0; i < n; i++)
            x[i] = sigmoid_of(x[i]);
        break;
    case HEAR_ACT_TANH:
        for (size_t i = 0; i < n; i++)
            x[i] = tanhf(x[i]);
        break;
    }
}

static const hear_op_attr leaky_attrs[] = { { "alpha", HEAR_ATTR_FLOAT }, { 0 } };
static const char *const any[] = { "x=2x3x5", "x=7", NULL };
static const char *const leaky_cases[] = { "x=2x3x5", "x=7 alpha=0.3", NULL };
static const char *const positive[] = { "x=2x3x5(0.5..2)", NULL };

#define UNARY(id, text, since, the_infer, the_attrs, the_act, the_cases)                           \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 1,                                                                               \
        .max_in = 1,                                                                               \
        .max_out = 1,                                                                              \
        .attrs = the_attrs,                                                                        \
        .diff = 1,                                                                                 \
        .inplace = true,                                                                           \
        .infer = the_infer,                                                                        \
        .forward = id##_forward,                                                                   \
        .backward = id##_backward,                                                                 \
        .as_act = the_act,                                                                         \
        .cases = the_cases,                                                                        \
    }

UNARY(relu, "Relu", 6, infer, NULL, relu_as_act, any);
UNARY(leaky_relu, "LeakyRelu", 6, infer_leaky, leaky_attrs, leaky_as_act, leaky_cases);
UNARY(sigmoid, "Sigmoid", 6, infer, NULL, sigmoid_as_act, any);
UNARY(tanh, "Tanh", 6, infer, NULL, tanh_as_act, any);
UNARY(sqrt, "Sqrt", 6, infer, NULL, NULL, positive);
UNARY(exp, "Exp", 6, infer, NULL, NULL, any);
UNARY(log, "Log", 6, infer, NULL, NULL, positive);
