/* op_expand.c - Expand repeats a tensor along dimensions of 1, Tile along any; of any element type.
 *
 * Tile is Expand with a dimension of 1 in front of each that is repeated. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"

#include <inttypes.h>
#include <string.h>

static hear_status infer_expand(hear_call *c, hear_error *err)
{
    hear_broadcast *b = hear_call_params(c, sizeof *b);
    if (!b)
        return HEAR_ERR_MEM;
    hear_shape y = { 0 };
    const hear_shape *in[1] = { &c->in[0]->shape };
    const hear_status s = hear_call_ints(c, 1, y.dim, HEAR_MAX_RANK, &y.rank, err);
    if (s)
        return s;
    for (size_t i = 0; i < y.rank; i++)
        if (y.dim[i] < 0 || y.dim[i] > INT32_MAX)
            return hear_call_fail(c, err, "shape holds %" PRId64, y.dim[i]);
    if (!hear_shape_broadcast(&y, in[0], &y)) {
        char t[64];
        return hear_call_fail(c, err, "shape %s does not fit the shape asked for",
                              hear_shape_text(in[0], t, sizeof t));
    }
    hear_broadcast_init(b, &y, 1, in);
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    return HEAR_OK;
}

static hear_status infer_tile(hear_call *c, hear_error *err)
{
    hear_broadcast *b = hear_call_params(c, sizeof *b);
    if (!b)
        return HEAR_ERR_MEM;
    int64_t repeats[HEAR_MAX_RANK];
    size_t n;
    hear_shape y = c->in[0]->shape, from = { 0 }, to = { 0 };
    const hear_status s = hear_call_ints(c, 1, repeats, HEAR_MAX_RANK, &n, err);
    if (s)
        return s;
    if (n != y.rank)
        return hear_call_fail(c, err, "%zu repeats for %zu dimensions", n, y.rank);
    for (size_t i = 0; i < n; i++) {
        const int64_t dim = y.dim[i];
        if (repeats[i] < 0 || repeats[i] > INT32_MAX)
            return hear_call_fail(c, err, "%" PRId64 " repeats", repeats[i]);
        y.dim[i] *= repeats[i]; /* both below 2^31 */
        if (to.rank + 2 > HEAR_MAX_RANK && repeats[i] != 1)
            return hear_call_fail(c, err, "more than %d dimensions to repeat", HEAR_MAX_RANK / 2);
        if (repeats[i] != 1) {
            from.dim[from.rank++] = 1;
            to.dim[to.rank++] = repeats[i];
        }
        if (to.rank >= HEAR_MAX_RANK)
            return hear_call_fail(c, err, "more than %d dimensions to repeat", HEAR_MAX_RANK / 2);
        from.dim[from.rank++] = dim;
        to.dim[to.rank++] = dim;
    }
    const hear_shape *in[1] = { &from };
    hear_broadcast_init(b, &to, 1, in);
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const hear_broadcast *b = c->params;
    const size_t size = hear_dtype_size(c->out[0]->dtype);
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w)) {
        char *to = (char *)c->out[0]->data + w.out * size;
        const char *from = (const char *)c->in[0]->data + w.in[0] * size;
        if (b->step[0])
            memcpy(to, from, b->n * size);
        for (size_t i = 0; i < b->n && !b->step[0]; i++)
            memcpy(to + i * size, from, size);
    }
}

static void backward(hear_call *c)
{
    const hear_broadcast *b = c->params;
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        for (size_t i = 0; i < b->n; i++)
            c->in_grad[0][w.in[0] + i * b->step[0]] += c->out_grad[0][w.out + i];
}

static const char *const expand_cases[] = { "x=3x1 i=2,3,4", "x=2x3 i=1,1", "x=1 i=4", NULL };
static const char *const tile_cases[] = { "x=2x3 i=2,3", "x=2x1x3 i=1,4,2", "x=3 i=1", NULL };

#define EXPAND(id, text, since)                                                                    \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 2,                                                                               \
        .max_in = 2,                                                                               \
        .max_out = 1,                                                                              \
        .diff = 1,                                                                                 \
        .infer = infer_##id,                                                                       \
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .cases = id##_cases,                                                                       \
    }

EXPAND(expand, "Expand", 8);
EXPAND(tile, "Tile", 6);
