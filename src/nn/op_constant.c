/* op_constant.c - Constant: a tensor that stands in an attribute. Folded when planning. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <string.h>

static const char *const forms[] = { "value",     "value_float", "value_floats",
                                     "value_int", "value_ints",  NULL };

static const hear_attr *find(const hear_call *c)
{
    for (size_t i = 0; forms[i]; i++) {
        const hear_attr *a = hear_node_attr(c->node, forms[i]);
        if (a)
            return a;
    }
    return NULL;
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_attr *a = find(c);
    if (!a)
        return hear_call_fail(c, err, "has no value of a supported kind");
    if (a->type == HEAR_ATTR_TENSOR) {
        if (hear_dtype_size(a->tensor->dtype) == 0)
            return hear_call_fail(c, err, "a tensor of strings is not supported");
        hear_call_set_out(c, 0, a->tensor->dtype, &a->tensor->shape);
        return HEAR_OK;
    }
    const bool is_list = a->type == HEAR_ATTR_INTS || a->type == HEAR_ATTR_FLOATS;
    const bool is_int = a->type == HEAR_ATTR_INTS || a->type == HEAR_ATTR_INT;
    const hear_shape shape = { .rank = is_list, .dim = { is_list ? (int64_t)a->n : 0 } };
    hear_call_set_out(c, 0, is_int ? HEAR_I64 : HEAR_F32, &shape);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const hear_attr *a = find(c);
    const size_t bytes = c->out[0]->count * hear_dtype_size(c->out[0]->dtype);
    const void *from = a->type == HEAR_ATTR_TENSOR    ? a->tensor->data
                       : c->out[0]->dtype == HEAR_I64 ? (const void *)a->ints
                                                      : (const void *)a->floats;
    if (bytes > 0)
        memcpy(c->out[0]->data, from, bytes);
}

static const hear_op_attr attrs[] = {
    { "value", HEAR_ATTR_TENSOR },        { "value_float", HEAR_ATTR_FLOAT },
    { "value_floats", HEAR_ATTR_FLOATS }, { "value_int", HEAR_ATTR_INT },
    { "value_ints", HEAR_ATTR_INTS },     { 0 },
};

const hear_op hear_op_constant = {
    .name = "Constant",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 0,
    .max_in = 0,
    .max_out = 1,
    .attrs = attrs,
    .infer = infer,
    .forward = forward,
};
