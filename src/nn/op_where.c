/* op_where.c - Where: of two tensors of any element type, number by number, the one that a truth
 * value chooses; NumPy's broadcasting of all three. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"

#include <string.h>

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_broadcast *b = hear_call_params(c, sizeof *b);
    if (!b)
        return HEAR_ERR_MEM;
    const hear_status s = hear_call_want_dtype(c, 0, 1u << HEAR_BOOL, err);
    if (s)
        return s;
    if (c->in[1]->dtype != c->in[2]->dtype)
        return hear_call_fail(c, err, "inputs 1 and 2 are of different element types");
    hear_shape y;
    const hear_shape *in[3] = { &c->in[0]->shape, &c->in[1]->shape, &c->in[2]->shape };
    if (!hear_shape_broadcast(&y, in[0], in[1]) || !hear_shape_broadcast(&y, &y, in[2]))
        return hear_call_fail(c, err, "the inputs' shapes do not fit");
    hear_broadcast_init(b, &y, 3, in);
    hear_call_set_out(c, 0, c->in[1]->dtype, &y);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const hear_broadcast *b = c->params;
    const size_t size = hear_dtype_size(c->out[0]->dtype);
    const uint8_t *chosen = c->in[0]->data;
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        for (size_t i = 0; i < b->n; i++) {
            const size_t k = chosen[w.in[0] + i * b->step[0]] ? 1 : 2;
            memcpy((char *)c->out[0]->data + (w.out + i) * size,
                   (const char *)c->in[k]->data + (w.in[k] + i * b->step[k]) * size, size);
        }
}

static void backward(hear_call *c)
{
    const hear_broadcast *b = c->params;
    const uint8_t *chosen = c->in[0]->data;
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        for (size_t i = 0; i < b->n; i++) {
            const size_t k = chosen[w.in[0] + i * b->step[0]] ? 1 : 2;
            if (c->in_grad[k])
                c->in_grad[k][w.in[k] + i * b->step[k]] += c->out_grad[0][w.out + i];
        }
}

static const char *const cases[] = { "b=0,1,1,0 x=2x4 x=4", "b=1,0 x=1x2 x=3x1", NULL };

const hear_op hear_op_where = {
    .name = "Where",
    .domain = "",
    .min_opset = 9,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 3,
    .max_in = 3,
    .max_out = 1,
    .diff = 6,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
