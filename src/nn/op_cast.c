/* op_cast.c - Cast and CastLike between the numeric element types. A real number goes towards zero,
 * and where it does not fit into an integer type becomes its nearest end (NaN: 0); an integer loses
 * its high bits, as ONNX has it: 200 is -56 in int8. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <inttypes.h>
#include <math.h>

static const unsigned numeric = 1u << HEAR_F32 | 1u << HEAR_F64 | 1u << HEAR_I32 | 1u << HEAR_I64 |
                                1u << HEAR_U8 | 1u << HEAR_I8 | 1u << HEAR_BOOL;

static hear_status infer(hear_call *c, hear_error *err)
{
    const int64_t to = c->n_in > 1 ? (int64_t)c->in[1]->dtype : hear_call_int(c, "to", 0);
    const hear_status s = hear_call_want_dtype(c, 0, numeric, err);
    if (s)
        return s;
    if (to < 0 || to > 31 || !(numeric >> to & 1u))
        return hear_call_fail(c, err, "to element type %" PRId64 " is not supported", to);
    hear_call_set_out(c, 0, (hear_dtype)to, &c->in[0]->shape);
    c->view = (hear_dtype)to == c->in[0]->dtype;
    return HEAR_OK;
}

static bool is_float(hear_dtype d)
{
    return d == HEAR_F32 || d == HEAR_F64;
}

static double get_real(const hear_tensor *t, size_t i)
{
    return t->dtype == HEAR_F32 ? (double)((const float *)t->data)[i]
                                : ((const double *)t->data)[i];
}

static int64_t get_whole(const hear_tensor *t, size_t i)
{
    switch (t->dtype) {
    case HEAR_I64:
        return ((const int64_t *)t->data)[i];
    case HEAR_I32:
        return ((const int32_t *)t->data)[i];
    case HEAR_I8:
        return ((const int8_t *)t->data)[i];
    case HEAR_BOOL:
        return ((const uint8_t *)t->data)[i] != 0;
    default:
        return ((const uint8_t *)t->data)[i];
    }
}

static void put_whole(hear_tensor *t, size_t i, int64_t v)
{
    switch (t->dtype) {
    case HEAR_I64:
        ((int64_t *)t->data)[i] = v;
        break;
    case HEAR_I32:
        ((int32_t *)t->data)[i] = (int32_t)v;
        break;
    case HEAR_I8:
        ((int8_t *)t->data)[i] = (int8_t)v;
        break;
    case HEAR_BOOL:
        ((uint8_t *)t->data)[i] = v != 0;
        break;
    default:
        ((uint8_t *)t->data)[i] = (uint8_t)v;
    }
}

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* v held within what an element of that type can be */
static int64_t held(hear_dtype dtype, int64_t v)
{
    switch (dtype) {
    case HEAR_I32:
        return clamp(v, INT32_MIN, INT32_MAX);
    case HEAR_I8:
        return clamp(v, INT8_MIN, INT8_MAX);
    case HEAR_U8:
        return clamp(v, 0, UINT8_MAX);
    default:
        return v;
    }
}

static int64_t whole_of(double v)
{
    if (isnan(v))
        return 0;
    if (v >= 9223372036854775808.0) /* 2^63 */
        return INT64_MAX;
    if (v < -9223372036854775808.0)
        return INT64_MIN;
    return (int64_t)v;
}

static void forward(hear_call *c)
{
    const hear_tensor *x = c->in[0];
    hear_tensor *y = c->out[0];
    for (size_t i = 0; i < y->count; i++) {
        if (is_float(y->dtype)) {
            const double v = is_float(x->dtype) ? get_real(x, i) : (double)get_whole(x, i);
            if (y->dtype == HEAR_F32)
                ((float *)y->data)[i] = (float)v;
            else
                ((double *)y->data)[i] = v;
        } else if (is_float(x->dtype)) {
            const double v = get_real(x, i);
            put_whole(y, i, y->dtype == HEAR_BOOL ? v != 0.0 : held(y->dtype, whole_of(v)));
        } else {
            put_whole(y, i, get_whole(x, i));
        }
    }
}

static const hear_op_attr attrs[] = { { "round_mode", HEAR_ATTR_STRING }, /* of 8-bit floats */
                                      { "saturate", HEAR_ATTR_INT },      /* likewise */
                                      { "to", HEAR_ATTR_INT },
                                      { 0 } };
static const hear_op_attr like_attrs[] = { { "round_mode", HEAR_ATTR_STRING },
                                           { "saturate", HEAR_ATTR_INT },
                                           { 0 } };
static const char *const cases[] = { "x=2x3 to=1", NULL };
static const char *const like_cases[] = { "x=2x3 x=1 opset=19", NULL };

/* To its own type, and so to itself, a tensor has a gradient. */
#define CAST(id, text, since, n, the_attrs, the_cases)                                             \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = n,                                                                               \
        .max_in = n,                                                                               \
        .max_out = 1,                                                                              \
        .attrs = the_attrs,                                                                        \
        .diff = 1,                                                                                 \
        .infer = infer,                                                                            \
        .forward = forward,                                                                        \
        .cases = the_cases,                                                                        \
    }

CAST(cast, "Cast", 6, 1, attrs, cases);
CAST(cast_like, "CastLike", 15, 2, like_attrs, like_cases);
