/* op_range.c - Range and ConstantOfShape: tensors of a size that is known when planning, and so
 * constants of the plan. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct {
    int64_t n; /* of Range */
} params;

static double real_at(const hear_tensor *t)
{
    return t->dtype == HEAR_F32 ? (double)*(const float *)t->data : *(const double *)t->data;
}

static int64_t whole_at(const hear_tensor *t)
{
    return t->dtype == HEAR_I64 ? *(const int64_t *)t->data : *(const int32_t *)t->data;
}

static bool is_real(const hear_tensor *t)
{
    return t->dtype == HEAR_F32 || t->dtype == HEAR_F64;
}

static hear_status infer_range(hear_call *c, hear_error *err)
{
    double span, step;
    for (size_t j = 0; j < 3; j++) {
        const hear_status s = hear_call_want_dtype(
            c, j, 1u << HEAR_F32 | 1u << HEAR_F64 | 1u << HEAR_I64 | 1u << HEAR_I32, err);
        if (s)
            return s;
        if (c->in[j]->dtype != c->in[0]->dtype)
            return hear_call_fail(c, err, "inputs of different element types");
        if (c->in[j]->count != 1)
            return hear_call_fail(c, err, "input %zu must be one number", j);
        if (!c->in[j]->data)
            return hear_call_fail(c, err, "input %zu must be known when planning", j);
    }
    if (is_real(c->in[0])) {
        span = real_at(c->in[1]) - real_at(c->in[0]);
        step = real_at(c->in[2]);
    } else {
        span = (double)whole_at(c->in[1]) - (double)whole_at(c->in[0]);
        step = (double)whole_at(c->in[2]);
    }
    const double n = ceil(span / step);
    if (!(fabs(n) <= (double)INT32_MAX))
        return hear_call_fail(c, err, "%g numbers", n);
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->n = n > 0.0 ? (int64_t)n : 0;
    const hear_shape y = { .rank = 1, .dim = { p->n } };
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    return HEAR_OK;
}

static void range_forward(hear_call *c)
{
    const params *p = c->params;
    hear_tensor *y = c->out[0];
    for (int64_t i = 0; i < p->n; i++) {
        if (is_real(y)) {
            const double v = real_at(c->in[0]) + (double)i * real_at(c->in[2]);
            if (y->dtype == HEAR_F32)
                ((float *)y->data)[i] = (float)v;
            else
                ((double *)y->data)[i] = v;
            continue;
        }
        const uint64_t v =
            (uint64_t)whole_at(c->in[0]) + (uint64_t)i * (uint64_t)whole_at(c->in[2]);
        if (y->dtype == HEAR_I64)
            ((int64_t *)y->data)[i] = (int64_t)v;
        else
            ((int32_t *)y->data)[i] = (int32_t)v;
    }
}

static hear_status infer_constant(hear_call *c, hear_error *err)
{
    const hear_attr *a = hear_node_attr(c->node, "value");
    hear_shape y = { 0 };
    const hear_status s = hear_call_ints(c, 0, y.dim, HEAR_MAX_RANK, &y.rank, err);
    if (s)
        return s;
    for (size_t i = 0; i < y.rank; i++)
        if (y.dim[i] < 0)
            return hear_call_fail(c, err, "shape holds %" PRId64, y.dim[i]);
    if (a && (a->tensor->count != 1 || hear_dtype_size(a->tensor->dtype) == 0))
        return hear_call_fail(c, err, "value must be one number");
    hear_call_set_out(c, 0, a ? a->tensor->dtype : HEAR_F32, &y);
    return HEAR_OK;
}

static void constant_forward(hear_call *c)
{
    const hear_attr *a = hear_node_attr(c->node, "value");
    const size_t size = hear_dtype_size(c->out[0]->dtype);
    for (size_t i = 0; i < c->out[0]->count; i++) {
        char *to = (char *)c->out[0]->data + i * size;
        if (a)
            memcpy(to, a->tensor->data, size);
        else
            memset(to, 0, size);
    }
}

static const hear_op_attr range_attrs[] = { { "stash_type", HEAR_ATTR_INT }, /* of half precision */
                                            { 0 } };
static const hear_op_attr constant_attrs[] = { { "value", HEAR_ATTR_TENSOR }, { 0 } };

static const char *const range_cases[] = { "i=1 i=9 i=2", "n=9 n=-3 n=-2", "c=1{0} c=1{2} c=1{0.3}",
                                           NULL };
static const char *const constant_cases[] = { "i=2,3", "i=2,3 value=7", "i=", NULL };

const hear_op hear_op_range = {
    .name = "Range",
    .domain = "",
    .min_opset = 11,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 3,
    .max_in = 3,
    .max_out = 1,
    .attrs = range_attrs,
    .infer = infer_range,
    .forward = range_forward,
    .cases = range_cases,
};

const hear_op hear_op_constant_of_shape = {
    .name = "ConstantOfShape",
    .domain = "",
    .min_opset = 9,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = constant_attrs,
    .infer = infer_constant,
    .forward = constant_forward,
    .cases = constant_cases,
};
