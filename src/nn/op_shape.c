/* op_shape.c - Shape and Size: the dimensions of a tensor and the number of its elements, as int64;
 * constants once planned. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

typedef struct {
    size_t first, last;
} params;

/* start and end of opset 15, clamped as a slice's. */
static size_t bound(int64_t v, size_t rank)
{
    const int64_t r = (int64_t)rank;
    v = v < 0 ? v + r : v;
    return (size_t)(v < 0 ? 0 : v > r ? r : v);
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const size_t rank = c->in[0]->shape.rank;
    params *p = hear_call_params(c, sizeof *p);
    (void)err;
    if (!p)
        return HEAR_ERR_MEM;
    p->first = bound(hear_call_int(c, "start", 0), rank);
    p->last = bound(hear_call_int(c, "end", (int64_t)rank), rank);
    p->last = p->last < p->first ? p->first : p->last;
    const hear_shape y = { .rank = 1, .dim = { (int64_t)(p->last - p->first) } };
    hear_call_set_out(c, 0, HEAR_I64, &y);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    for (size_t i = p->first; i < p->last; i++)
        ((int64_t *)c->out[0]->data)[i - p->first] = c->in[0]->shape.dim[i];
}

static hear_status infer_size(hear_call *c, hear_error *err)
{
    const hear_shape scalar = { 0 };
    (void)err;
    hear_call_set_out(c, 0, HEAR_I64, &scalar);
    return HEAR_OK;
}

static void size_forward(hear_call *c)
{
    *(int64_t *)c->out[0]->data = (int64_t)c->in[0]->count;
}

static const hear_op_attr attrs[] = { { "end", HEAR_ATTR_INT }, { "start", HEAR_ATTR_INT }, { 0 } };

const hear_op hear_op_shape = {
    .name = "Shape",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .of_shape = true,
    .infer = infer,
    .forward = forward,
};

const hear_op hear_op_size = {
    .name = "Size",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .of_shape = true,
    .infer = infer_size,
    .forward = size_forward,
};
