/* op_unary.c - one number in, one number out: activations and elementary functions.
 *
 * Each is a line of MAP (v is the input) and one of SLOPE (dy/dx of input v and output w). Abs, Neg
 * and Sign also take int64 and int32, for shapes. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

typedef struct {
    float a, b; /* the operator's attributes, see REAL below */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    hear_call_set_out(c, 0, HEAR_F32, &c->in[0]->shape);
    return HEAR_OK;
}

/* Takes signed whole numbers too. */
static hear_status infer_signed(hear_call *c, hear_error *err)
{
    const unsigned known = 1u << HEAR_F32 | 1u << HEAR_I64 | 1u << HEAR_I32;
    const hear_status s = hear_call_want_dtype(c, 0, known, err);
    if (s)
        return s;
    hear_call_set_out(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    return HEAR_OK;
}

/* Of the attributes, the first is params.a, the second params.b. */
#define REAL(id, first, a_value, second, b_value)                                                  \
    static hear_status infer_##id(hear_call *c, hear_error *err)                                   \
    {                                                                                              \
        params *p = hear_call_params(c, sizeof *p);                                                \
        if (!p)                                                                                    \
            return HEAR_ERR_MEM;                                                                   \
        p->a = hear_call_float(c, first, a_value);                                                 \
        p->b = hear_call_float(c, second, b_value);                                                \
        return infer(c, err);                                                                      \
    }
REAL(leaky_relu, "alpha", 0.01f, "", 0.0f)
REAL(elu, "alpha", 1.0f, "", 0.0f)
REAL(celu, "alpha", 1.0f, "", 0.0f)
REAL(selu, "alpha", 1.67326319217681884765625f, "gamma", 1.05070102214813232421875f)
REAL(hard_sigmoid, "alpha", 0.2f, "beta", 0.5f)
REAL(thresholded_relu, "alpha", 1.0f, "", 0.0f)
REAL(swish, "alpha", 1.0f, "", 0.0f)

/* params.a: 0 by the error function, 1 by its approximation with tanh. */
static hear_status infer_gelu(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    const char *how = hear_call_string(c, "approximate", "none");
    if (strcmp(how, "none") != 0 && strcmp(how, "tanh") != 0)
        return hear_call_fail(c, err, "approximate \"%.40s\" is not supported", how);
    p->a = how[0] == 't' ? 1.0f : 0.0f;
    return infer(c, err);
}

static inline float sigmoid_of(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

static inline float clamped(float v, float low, float high)
{
    return v < low ? low : v > high ? high : v;
}

static inline float softplus_of(float v)
{
    return v > 0.0f ? v + log1pf(expf(-v)) : log1pf(expf(v));
}

#define SQRT_HALF 0.70710678f
#define SQRT_2_OVER_PI 0.79788456f

static inline float gelu_of(float v, bool by_tanh)
{
    return by_tanh ? 0.5f * v * (1.0f + tanhf(SQRT_2_OVER_PI * (v + 0.044715f * v * v * v)))
                   : 0.5f * v * (1.0f + erff(v * SQRT_HALF));
}

static inline float gelu_slope(float v, bool by_tanh)
{
    if (!by_tanh)
        return 0.5f * (1.0f + erff(v * SQRT_HALF)) +
               0.5f * SQRT_2_OVER_PI * v * expf(-0.5f * v * v);
    const float t = tanhf(SQRT_2_OVER_PI * (v + 0.044715f * v * v * v));
    return 0.5f * (1.0f + t) +
           0.5f * v * (1.0f - t * t) * SQRT_2_OVER_PI * (1.0f + 3.0f * 0.044715f * v * v);
}

static inline float mish_slope(float v)
{
    const float t = tanhf(softplus_of(v));
    return t + v * (1.0f - t * t) * sigmoid_of(v);
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

/* In vectors; a branch would go at random. */
static void relu_backward(hear_call *c)
{
    const float *restrict y = c->out[0]->data, *restrict gy = c->out_grad[0];
    float *restrict gx = c->in_grad[0];
    const size_t n = c->out[0]->count;
    for (size_t i = 0; i < n; i++) {
        const float g = gy[i];
        gx[i] += y[i] > 0.0f ? g : 0.0f;
    }
}

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
MAP(reciprocal, 1.0f / v)
SLOPE(reciprocal, -w *w)
MAP(erf, erff(v))
SLOPE(erf, 1.1283792f * expf(-v * v)) /* 2 / sqrt(pi) */
MAP(gelu, gelu_of(v, p->a != 0.0f))
SLOPE(gelu, gelu_slope(v, p->a != 0.0f))
MAP(elu, v >= 0.0f ? v : p->a * expm1f(v))
SLOPE(elu, v >= 0.0f ? 1.0f : w + p->a)
MAP(celu, v >= 0.0f ? v : p->a * expm1f(v / p->a))
SLOPE(celu, v >= 0.0f ? 1.0f : expf(v / p->a))
MAP(selu, p->b *(v > 0.0f ? v : p->a * expm1f(v)))
SLOPE(selu, v > 0.0f ? p->b : w + p->a * p->b)
MAP(hard_sigmoid, clamped(p->a *v + p->b, 0.0f, 1.0f))
SLOPE(hard_sigmoid, w > 0.0f && w < 1.0f ? p->a : 0.0f)
MAP(hard_swish, v *clamped(v / 6.0f + 0.5f, 0.0f, 1.0f))
SLOPE(hard_swish, v <= -3.0f ? 0.0f : v >= 3.0f ? 1.0f : v / 3.0f + 0.5f)
MAP(thresholded_relu, v > p->a ? v : 0.0f)
SLOPE(thresholded_relu, v > p->a ? 1.0f : 0.0f)
MAP(softplus, softplus_of(v))
SLOPE(softplus, sigmoid_of(v))
MAP(softsign, v / (1.0f + fabsf(v)))
SLOPE(softsign, 1.0f / ((1.0f + fabsf(v)) * (1.0f + fabsf(v))))
MAP(mish, v *tanhf(softplus_of(v)))
SLOPE(mish, mish_slope(v))
MAP(swish, v *sigmoid_of(p->a *v))
SLOPE(swish, sigmoid_of(p->a *v) * (1.0f + p->a * (v - w)))
MAP(sin, sinf(v))
SLOPE(sin, cosf(v))
MAP(cos, cosf(v))
SLOPE(cos, -sinf(v))
MAP(floor, floorf(v))
MAP(ceil, ceilf(v))
MAP(round, rintf(v)) /* halves to the even number, as the default mode of rounding has it */

/* The same on float32, int64 and int32; the least number stays as it is. */
#define SIGNED(name, f32, whole)                                                                   \
    static void name##_forward(hear_call *c)                                                       \
    {                                                                                              \
        const hear_tensor *x = c->in[0], *y = c->out[0];                                           \
        for (size_t i = 0; i < y->count; i++)                                                      \
            if (y->dtype == HEAR_F32) {                                                            \
                const float v = ((const float *)x->data)[i];                                       \
                ((float *)y->data)[i] = (f32);                                                     \
            } else if (y->dtype == HEAR_I64) {                                                     \
                const int64_t v = ((const int64_t *)x->data)[i];                                   \
                ((int64_t *)y->data)[i] = (int64_t)(whole);                                        \
            } else {                                                                               \
                const int64_t v = ((const int32_t *)x->data)[i];                                   \
                ((int32_t *)y->data)[i] = (int32_t)(whole);                                        \
            }                                                                                      \
    }
SIGNED(abs, fabsf(v), v < 0 ? -(uint64_t)v : (uint64_t)v)
SLOPE(abs, v > 0.0f ? 1.0f : v < 0.0f ? -1.0f : 0.0f)
SIGNED(neg, -v, -(uint64_t)v)
SLOPE(neg, -1.0f)
SIGNED(sign, isnan(v) ? v : (float)((v > 0.0f) - (v < 0.0f)), (v > 0) - (v < 0))

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

bool hear_act_range(const hear_act *act, float *low, float *high)
{
    const bool clip = act->kind == HEAR_ACT_CLIP;
    *low = clip ? act->a : 0.0f;
    *high = clip ? act->b : INFINITY;
    return clip || act->kind == HEAR_ACT_RELU;
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

static const hear_op_attr alpha[] = { { "alpha", HEAR_ATTR_FLOAT }, { 0 } };
static const hear_op_attr alpha_beta[] = { { "alpha", HEAR_ATTR_FLOAT },
                                           { "beta", HEAR_ATTR_FLOAT },
                                           { 0 } };
static const hear_op_attr alpha_gamma[] = { { "alpha", HEAR_ATTR_FLOAT },
                                            { "gamma", HEAR_ATTR_FLOAT },
                                            { 0 } };
static const hear_op_attr approximate[] = { { "approximate", HEAR_ATTR_STRING }, { 0 } };
static const char *const any[] = { "x=2x3x5", "x=7", NULL };
static const char *const wide[] = { "x=2x3x5(-5..5)", "x=7", NULL };
static const char *const with_alpha[] = { "x=2x3x5", "x=7 alpha=0.3", NULL };
static const char *const gelu_cases[] = { "x=2x3x5(-4..4) opset=20",
                                          "x=2x3x5(-4..4) approximate=tanh opset=20", NULL };
static const char *const latest[] = { "x=2x3x5(-4..4) opset=24", "x=7 alpha=1.5 opset=24", NULL };
static const char *const opset_18[] = { "x=2x3x5(-4..4) opset=18", NULL };
static const char *const positive[] = { "x=2x3x5(0.5..2)", NULL };

#define UNARY(id, text, since, the_infer, the_attrs, the_act, the_backward, the_cases)             \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 1,                                                                               \
        .max_in = 1,                                                                               \
        .max_out = 1,                                                                              \
        .attrs = the_attrs,                                                                        \
        .diff = the_backward != NULL,                                                              \
        .inplace = true,                                                                           \
        .layouts = hear_call_same_layouts,                                                         \
        .infer = the_infer,                                                                        \
        .forward = id##_forward,                                                                   \
        .backward = the_backward,                                                                  \
        .as_act = the_act,                                                                         \
        .cases = the_cases,                                                                        \
    }
#define SMOOTH(id, text, since, the_infer, the_attrs, the_act, the_cases)                          \
    UNARY(id, text, since, the_infer, the_attrs, the_act, id##_backward, the_cases)
#define STEPS(id, text, since, the_infer) UNARY(id, text, since, the_infer, NULL, NULL, NULL, any)

SMOOTH(relu, "Relu", 6, infer, NULL, relu_as_act, any);
SMOOTH(leaky_relu, "LeakyRelu", 6, infer_leaky_relu, alpha, leaky_as_act, with_alpha);
SMOOTH(sigmoid, "Sigmoid", 6, infer, NULL, sigmoid_as_act, any);
SMOOTH(tanh, "Tanh", 6, infer, NULL, tanh_as_act, any);
SMOOTH(sqrt, "Sqrt", 6, infer, NULL, NULL, positive);
SMOOTH(exp, "Exp", 6, infer, NULL, NULL, any);
SMOOTH(log, "Log", 6, infer, NULL, NULL, positive);
SMOOTH(reciprocal, "Reciprocal", 6, infer, NULL, NULL, positive);
SMOOTH(erf, "Erf", 9, infer, NULL, NULL, any);
SMOOTH(gelu, "Gelu", 20, infer_gelu, approximate, NULL, gelu_cases);
SMOOTH(elu, "Elu", 6, infer_elu, alpha, NULL, with_alpha);
SMOOTH(celu, "Celu", 12, infer_celu, alpha, NULL, with_alpha);
SMOOTH(selu, "Selu", 6, infer_selu, alpha_gamma, NULL, with_alpha);
SMOOTH(hard_sigmoid, "HardSigmoid", 6, infer_hard_sigmoid, alpha_beta, NULL, wide);
SMOOTH(hard_swish, "HardSwish", 14, infer, NULL, NULL, wide);
SMOOTH(thresholded_relu, "ThresholdedRelu", 10, infer_thresholded_relu, alpha, NULL, with_alpha);
SMOOTH(softplus, "Softplus", 1, infer, NULL, NULL, wide);
SMOOTH(softsign, "Softsign", 1, infer, NULL, NULL, any);
SMOOTH(mish, "Mish", 18, infer, NULL, NULL, opset_18);
SMOOTH(swish, "Swish", 24, infer_swish, alpha, NULL, latest);
SMOOTH(sin, "Sin", 7, infer, NULL, NULL, any);
SMOOTH(cos, "Cos", 7, infer, NULL, NULL, any);
SMOOTH(abs, "Abs", 6, infer_signed, NULL, NULL, any);
SMOOTH(neg, "Neg", 6, infer_signed, NULL, NULL, any);
STEPS(sign, "Sign", 9, infer_signed);
STEPS(floor, "Floor", 6, infer);
STEPS(ceil, "Ceil", 6, infer);
STEPS(round, "Round", 11, infer);
