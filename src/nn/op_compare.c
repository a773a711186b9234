/* op_compare.c - Equal, Less, Greater, LessOrEqual, GreaterOrEqual of numbers, And, Or, Xor, Not of
 * truth values: bool comes out, with NumPy's broadcasting. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"

#define NUMBERS                                                                                    \
    (1u << HEAR_F32 | 1u << HEAR_F64 | 1u << HEAR_I64 | 1u << HEAR_I32 | 1u << HEAR_I8 |           \
     1u << HEAR_U8 | 1u << HEAR_BOOL)

static hear_status infer_dtypes(hear_call *c, unsigned dtypes, hear_error *err)
{
    hear_broadcast *b = hear_call_params(c, sizeof *b);
    if (!b)
        return HEAR_ERR_MEM;
    const hear_tensor *u = c->in[0], *v = c->in[c->n_in - 1];
    hear_shape y;
    hear_status s;
    if ((s = hear_call_want_dtype(c, 0, dtypes, err)) ||
        (s = hear_call_want_dtype(c, c->n_in - 1, dtypes, err)))
        return s;
    if (u->dtype != v->dtype)
        return hear_call_fail(c, err, "inputs of different element types");
    if (!hear_shape_broadcast(&y, &u->shape, &v->shape)) {
        char a[64], t[64];
        return hear_call_fail(c, err, "shapes %s and %s do not fit",
                              hear_shape_text(&u->shape, a, sizeof a),
                              hear_shape_text(&v->shape, t, sizeof t));
    }
    const hear_shape *in[2] = { &u->shape, &v->shape };
    hear_broadcast_init(b, &y, 2, in);
    hear_call_set_out(c, 0, HEAR_BOOL, &y);
    return HEAR_OK;
}

static hear_status infer_numbers(hear_call *c, hear_error *err)
{
    return infer_dtypes(c, NUMBERS, err);
}

static hear_status infer_truths(hear_call *c, hear_error *err)
{
    return infer_dtypes(c, 1u << HEAR_BOOL, err);
}

/* One row of a type; u and v are the inputs' numbers. */
#define ROW(number, type, expression)                                                              \
    case number: {                                                                                 \
        const type *a = (const type *)c->in[0]->data + w.in[0];                                    \
        const type *t = (const type *)c->in[c->n_in - 1]->data + w.in[1];                          \
        for (size_t i = 0; i < b->n; i++) {                                                        \
            const type u = a[i * b->step[0]], v = t[i * b->step[1]];                               \
            y[w.out + i] = (expression);                                                           \
        }                                                                                          \
        break;                                                                                     \
    }

#define COMPARE(id, text, n, since, the_infer, the_cases, expression)                              \
    static void id##_forward(hear_call *c)                                                         \
    {                                                                                              \
        const hear_broadcast *b = c->params;                                                       \
        uint8_t *y = c->out[0]->data;                                                              \
        hear_broadcast_walk w = hear_broadcast_begin(b);                                           \
        for (; w.more; hear_broadcast_next(b, &w))                                                 \
            switch (c->in[0]->dtype) {                                                             \
                ROW(HEAR_F32, float, expression)                                                   \
                ROW(HEAR_F64, double, expression)                                                  \
                ROW(HEAR_I64, int64_t, expression)                                                 \
                ROW(HEAR_I32, int32_t, expression)                                                 \
                ROW(HEAR_I8, int8_t, expression)                                                   \
            default:                                                                               \
                ROW(HEAR_U8, uint8_t, expression) /* and bool */                                   \
            }                                                                                      \
    }                                                                                              \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = n,                                                                               \
        .max_in = n,                                                                               \
        .max_out = 1,                                                                              \
        .infer = the_infer,                                                                        \
        .forward = id##_forward,                                                                   \
        .cases = the_cases,                                                                        \
    }

static const char *const numbers[] = { "x=2x3 x=3", "i=1,2 i=2", "b=1,0 b=1", "s=1,2 s=2", NULL };
static const char *const truths[] = { "b=1,0 b=1", "b=1,0,1 b=0,1,1", NULL };
static const char *const truth[] = { "b=1,0", NULL };

COMPARE(equal, "Equal", 2, 7, infer_numbers, numbers, u == v);
COMPARE(less, "Less", 2, 7, infer_numbers, numbers, u < v);
COMPARE(greater, "Greater", 2, 7, infer_numbers, numbers, u > v);
COMPARE(less_or_equal, "LessOrEqual", 2, 12, infer_numbers, numbers, u <= v);
COMPARE(greater_or_equal, "GreaterOrEqual", 2, 12, infer_numbers, numbers, u >= v);
COMPARE(and, "And", 2, 7, infer_truths, truths, u != 0 && v != 0);
COMPARE(or, "Or", 2, 7, infer_truths, truths, u != 0 || v != 0);
COMPARE(xor, "Xor", 2, 7, infer_truths, truths, (u != 0) != (v != 0));
COMPARE(not, "Not", 1, 1, infer_truths, truth, u == 0 && v == 0); /* u and v are the same */
