/* op_quantize.c - QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear: between float32 and
 * whole numbers of 8 bits (from int32 too, for biases): y = round(x / scale) + zero point.
 *
 * The scale is one number, one for each index of an axis, or one for each block along it. What
 * comes of a constant is a constant of the plan, so quantised weights cost nothing at run time. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <math.h>

typedef struct {
    size_t outer, n_axis, inner;
    size_t block;    /* indices of the axis that share a scale; 0: one scale for all */
    size_t n_blocks; /* along the axis */
    bool by_place;   /* blocks: the scale also differs between outer and inner indices */
} params;

static hear_status settle(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape, *scale = &c->in[1]->shape;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    if (c->in[1]->count == 1 && scale->rank <= 1 && hear_call_int(c, "block_size", 0) == 0) {
        p->outer = p->n_axis = 1;
        p->inner = hear_shape_product(x, 0, x->rank);
        return HEAR_OK;
    }
    size_t axis;
    const hear_status s = hear_call_axis(c, hear_call_int(c, "axis", 1), x->rank, &axis, err);
    if (s)
        return s;
    p->outer = hear_shape_product(x, 0, axis);
    p->n_axis = (size_t)x->dim[axis];
    p->inner = hear_shape_product(x, axis + 1, x->rank);
    const int64_t block = hear_call_int(c, "block_size", 0);
    if (block == 0) {
        p->block = 1;
        p->n_blocks = p->n_axis;
        if (scale->rank != 1 || scale->dim[0] != x->dim[axis])
            return hear_call_fail(c, err, "the scale does not fit axis %zu", axis);
        return HEAR_OK;
    }
    if (block < 0 || block > INT32_MAX)
        return hear_call_fail(c, err, "block_size is out of range");
    p->block = (size_t)block;
    p->n_blocks = (p->n_axis + p->block - 1) / p->block;
    p->by_place = true;
    hear_shape want = *x;
    want.dim[axis] = (int64_t)p->n_blocks;
    if (!hear_shape_equal(scale, &want))
        return hear_call_fail(c, err, "the scale does not fit the blocks");
    return HEAR_OK;
}

static hear_status check_zero_point(hear_call *c, hear_dtype dtype, hear_error *err)
{
    if (!hear_call_has_in(c, 2))
        return HEAR_OK;
    if (c->in[2]->dtype != dtype)
        return hear_call_fail(c, err, "the zero point is %s, not %s",
                              hear_dtype_name(c->in[2]->dtype), hear_dtype_name(dtype));
    if (c->in[2]->count != c->in[1]->count)
        return hear_call_fail(c, err, "scale and zero point differ in number");
    return HEAR_OK;
}

static hear_status infer_quantize(hear_call *c, hear_error *err)
{
    hear_status s;
    if ((s = hear_call_want_f32(c, 0, err)) || (s = hear_call_want_f32(c, 1, err)) ||
        (s = hear_call_want_dtype(c, 2, 1u << HEAR_U8 | 1u << HEAR_I8, err)))
        return s;
    int64_t dtype = hear_call_int(c, "output_dtype", 0);
    if (hear_call_int(c, "precision", 0) != 0 && hear_call_int(c, "precision", 0) != HEAR_F32)
        return hear_call_fail(c, err, "a precision other than float32 is not supported");
    if (dtype == 0)
        dtype = hear_call_has_in(c, 2) ? c->in[2]->dtype : HEAR_U8;
    if (dtype != HEAR_U8 && dtype != HEAR_I8)
        return hear_call_fail(c, err, "output_dtype is not supported: int8 and uint8 are");
    if ((s = check_zero_point(c, (hear_dtype)dtype, err)) || (s = settle(c, err)))
        return s;
    hear_call_set_out(c, 0, (hear_dtype)dtype, &c->in[0]->shape);
    return HEAR_OK;
}

static hear_status infer_dequantize(hear_call *c, hear_error *err)
{
    hear_status s;
    if ((s = hear_call_want_dtype(c, 0, 1u << HEAR_U8 | 1u << HEAR_I8 | 1u << HEAR_I32, err)) ||
        (s = hear_call_want_f32(c, 1, err)) || (s = check_zero_point(c, c->in[0]->dtype, err)))
        return s;
    const int64_t dtype = hear_call_int(c, "output_dtype", 0);
    if (dtype != 0 && dtype != HEAR_F32)
        return hear_call_fail(c, err, "an output_dtype other than float32 is not supported");
    if ((s = settle(c, err)))
        return s;
    hear_call_set_out(c, 0, HEAR_F32, &c->in[0]->shape);
    return HEAR_OK;
}

static int32_t whole_at(const hear_tensor *t, size_t i)
{
    return t->dtype == HEAR_U8   ? ((const uint8_t *)t->data)[i]
           : t->dtype == HEAR_I8 ? ((const int8_t *)t->data)[i]
                                 : ((const int32_t *)t->data)[i];
}

/* Halves go to the even number. NaN becomes the zero point. */
static int32_t quantized(float v, float scale, int32_t zero, bool is_signed)
{
    const float low = is_signed ? -128.0f : 0.0f, high = low + 255.0f;
    const float q = rintf(v / scale) + (float)zero;
    return isnan(q) ? zero : (int32_t)(q < low ? low : q > high ? high : q);
}

/* The scale's number for one index of the axis; `place` counts the numbers within it. */
static size_t scale_at(const params *p, size_t outer, size_t k, size_t place)
{
    if (p->block == 0)
        return 0;
    return p->by_place ? (outer * p->n_blocks + k / p->block) * p->inner + place : k / p->block;
}

static void quantize_forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data, *scale = c->in[1]->data;
    const hear_tensor *zero = hear_call_has_in(c, 2) ? c->in[2] : NULL;
    const bool is_signed = c->out[0]->dtype == HEAR_I8;
    uint8_t *y = c->out[0]->data;
    for (size_t o = 0, at = 0; o < p->outer; o++)
        for (size_t k = 0; k < p->n_axis; k++)
            for (size_t i = 0; i < p->inner; i++, at++) {
                const size_t s = scale_at(p, o, k, i);
                y[at] =
                    (uint8_t)quantized(x[at], scale[s], zero ? whole_at(zero, s) : 0, is_signed);
            }
}

static void dequantize_forward(hear_call *c)
{
    const params *p = c->params;
    const float *scale = c->in[1]->data;
    const hear_tensor *x = c->in[0], *zero = hear_call_has_in(c, 2) ? c->in[2] : NULL;
    float *y = c->out[0]->data;
    for (size_t o = 0, at = 0; o < p->outer; o++)
        for (size_t k = 0; k < p->n_axis; k++)
            for (size_t i = 0; i < p->inner; i++, at++) {
                const size_t s = scale_at(p, o, k, i);
                const int64_t v = (int64_t)whole_at(x, at) - (zero ? whole_at(zero, s) : 0);
                y[at] = (float)v * scale[s];
            }
}

static hear_status infer_dynamic(hear_call *c, hear_error *err)
{
    const hear_shape scalar = { 0 };
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    if (c->n_out != 3 || !c->out[1] || !c->out[2])
        return hear_call_fail(c, err, "has %zu outputs", c->n_out);
    hear_call_set_out(c, 0, HEAR_U8, &c->in[0]->shape);
    hear_call_set_out(c, 1, HEAR_F32, &scalar);
    hear_call_set_out(c, 2, HEAR_U8, &scalar);
    return HEAR_OK;
}

static void dynamic_forward(hear_call *c)
{
    const float *x = c->in[0]->data;
    float low = 0.0f, high = 0.0f; /* 0 can always be told exactly */
    for (size_t i = 0; i < c->in[0]->count; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    const float scale = (high - low) / 255.0f;
    const float z = scale > 0.0f ? rintf(-low / scale) : 0.0f;
    const uint8_t zero = (uint8_t)(!(z > 0.0f) ? 0.0f : z > 255.0f ? 255.0f : z);
    uint8_t *y = c->out[0]->data;
    for (size_t i = 0; i < c->in[0]->count; i++)
        y[i] = scale > 0.0f ? (uint8_t)quantized(x[i], scale, zero, false) : zero;
    *(float *)c->out[1]->data = scale;
    *(uint8_t *)c->out[2]->data = zero;
}

static const hear_op_attr quantize_attrs[] = {
    { "axis", HEAR_ATTR_INT },         { "block_size", HEAR_ATTR_INT },
    { "output_dtype", HEAR_ATTR_INT }, { "precision", HEAR_ATTR_INT },
    { "saturate", HEAR_ATTR_INT },     { 0 },
};
static const hear_op_attr dequantize_attrs[] = { { "axis", HEAR_ATTR_INT },
                                                 { "block_size", HEAR_ATTR_INT },
                                                 { "output_dtype", HEAR_ATTR_INT },
                                                 { 0 } };

static const char *const quantize_cases[] = { "x=2x3 x=1 u=3", "x=2x3 x=3(0.5..2) s=1,2,3 axis=1",
                                              "x=2x4 x=2x2(0.5..2) axis=1 block_size=2 opset=21",
                                              NULL };
static const char *const dequantize_cases[] = { "s=1,2,3 x=3 s=0,1,2 axis=0", "u=1,2,3,4 x=1 u=3",
                                                "n=1,2,3 x=1", NULL };
static const char *const dynamic_cases[] = { "x=2x3 outs=3", NULL };

const hear_op hear_op_quantize_linear = {
    .name = "QuantizeLinear",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 3,
    .max_out = 1,
    .attrs = quantize_attrs,
    .infer = infer_quantize,
    .forward = quantize_forward,
    .cases = quantize_cases,
};

const hear_op hear_op_dequantize_linear = {
    .name = "DequantizeLinear",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 3,
    .max_out = 1,
    .attrs = dequantize_attrs,
    .infer = infer_dequantize,
    .forward = dequantize_forward,
    .cases = dequantize_cases,
};

const hear_op hear_op_dynamic_quantize_linear = {
    .name = "DynamicQuantizeLinear",
    .domain = "",
    .min_opset = 11,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 3,
    .infer = infer_dynamic,
    .forward = dynamic_forward,
    .cases = dynamic_cases,
};
