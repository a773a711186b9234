/* op_call.c - what operators share when they read their node; see op.h. */
#include "config.h"

#include "nn/op.h"

#include "base/error.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

hear_status hear_call_fail(const hear_call *c, hear_error *err, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return hear_fail(err, HEAR_ERR_MODEL, "%.40s \"%.80s\" (opset %" PRId64 "): %s",
                     c->node->op_type, c->node->name, c->opset, text);
}

void *hear_call_params(hear_call *c, size_t bytes)
{
    c->params_bytes = bytes;
    return c->params = hear_alloc(1, bytes);
}

hear_tensor *hear_call_own(hear_call *c, size_t j, const hear_shape *shape)
{
    if (!c->own[j] && hear_tensor_create(&c->own[j], HEAR_F32, shape))
        c->own[j] = NULL;
    return c->own[j];
}

const hear_tensor *hear_call_weight(const hear_call *c, size_t j)
{
    return c->own[j] ? c->own[j] : j < c->n_in ? c->in[j] : NULL;
}

int64_t hear_call_int(const hear_call *c, const char *name, int64_t otherwise)
{
    const hear_attr *a = hear_node_attr(c->node, name);
    return a ? a->ints[0] : otherwise;
}

float hear_call_float(const hear_call *c, const char *name, float otherwise)
{
    const hear_attr *a = hear_node_attr(c->node, name);
    return a ? a->floats[0] : otherwise;
}

const char *hear_call_string(const hear_call *c, const char *name, const char *otherwise)
{
    const hear_attr *a = hear_node_attr(c->node, name);
    return a ? a->strings[0] : otherwise;
}

bool hear_call_has_in(const hear_call *c, size_t j)
{
    return j < c->n_in && c->in[j];
}

bool hear_call_has_out(const hear_call *c, size_t i)
{
    return i < c->n_out && c->out[i];
}

hear_status hear_call_want_dtype(const hear_call *c, size_t j, unsigned dtypes, hear_error *err)
{
    if (!hear_call_has_in(c, j) || (dtypes >> c->in[j]->dtype & 1u))
        return HEAR_OK;
    return hear_call_fail(c, err, "input %zu: element type %s is not supported", j,
                          hear_dtype_name(c->in[j]->dtype));
}

hear_status hear_call_want_f32(const hear_call *c, size_t j, hear_error *err)
{
    return hear_call_want_dtype(c, j, 1u << HEAR_F32, err);
}

hear_status hear_call_ints(const hear_call *c, size_t j, int64_t *values, size_t room, size_t *n,
                           hear_error *err)
{
    const hear_tensor *t = c->in[j];
    if (t->dtype != HEAR_I64 && t->dtype != HEAR_I32)
        return hear_call_fail(c, err, "input %zu must be int64", j);
    if (t->shape.rank > 1)
        return hear_call_fail(c, err, "input %zu must be a list", j);
    if (!t->data)
        return hear_call_fail(c, err, "input %zu must be known when planning", j);
    if (t->count > room)
        return hear_call_fail(c, err, "input %zu has %zu numbers, at most %zu fit", j, t->count,
                              room);
    for (size_t i = 0; i < t->count; i++)
        values[i] =
            t->dtype == HEAR_I64 ? ((const int64_t *)t->data)[i] : ((const int32_t *)t->data)[i];
    *n = t->count;
    return HEAR_OK;
}

hear_status hear_call_axis(const hear_call *c, int64_t axis, size_t rank, size_t *out,
                           hear_error *err)
{
    const int64_t r = (int64_t)rank;
    if (axis < -r || axis >= r)
        return hear_call_fail(c, err, "axis %" PRId64 " is out of range for %zu dimensions", axis,
                              rank);
    *out = (size_t)(axis < 0 ? axis + r : axis);
    return HEAR_OK;
}

hear_status hear_call_axes(const hear_call *c, const char *name, size_t j, size_t rank,
                           size_t axes[HEAR_MAX_RANK], size_t *n, hear_error *err)
{
    int64_t values[HEAR_MAX_RANK];
    const hear_attr *a = name ? hear_node_attr(c->node, name) : NULL;
    *n = 0;
    if (hear_call_has_in(c, j)) {
        const hear_status s = hear_call_ints(c, j, values, HEAR_MAX_RANK, n, err);
        if (s)
            return s;
    } else if (a) {
        if (a->n > HEAR_MAX_RANK)
            return hear_call_fail(c, err, "%s has %zu numbers", name, a->n);
        *n = a->n;
        for (size_t i = 0; i < *n; i++)
            values[i] = a->ints[i];
    }
    unsigned seen = 0;
    for (size_t i = 0; i < *n; i++) {
        const hear_status s = hear_call_axis(c, values[i], rank, &axes[i], err);
        if (s)
            return s;
        if (seen >> axes[i] & 1u)
            return hear_call_fail(c, err, "axis %" PRId64 " is given twice", values[i]);
        seen |= 1u << axes[i];
    }
    return HEAR_OK;
}

bool hear_tensor_is_last(const hear_tensor *t)
{
    return t->channels_last || t->shape.rank < 3 || t->shape.dim[1] == 1 ||
           hear_shape_product(&t->shape, 2, t->shape.rank) == 1;
}

hear_layouts hear_call_same_layouts(const hear_call *c)
{
    for (size_t j = 0; j < c->n_in; j++) {
        const hear_tensor *in = c->in[j];
        if (in && in->data ? in->count != 1
                           : in && !hear_shape_equal(&in->shape, &c->out[0]->shape))
            return HEAR_LAYOUTS_PLAIN;
    }
    return HEAR_LAYOUTS_SAME;
}

void hear_call_set_out(hear_call *c, size_t i, hear_dtype dtype, const hear_shape *shape)
{
    if (!hear_call_has_out(c, i))
        return;
    c->out[i]->dtype = dtype;
    c->out[i]->shape = *shape;
}

size_t hear_size_mul(size_t a, size_t b)
{
    size_t product;
    return hear_mul(a, b, &product) ? product : SIZE_MAX;
}

size_t hear_size_add(size_t a, size_t b)
{
    size_t sum;
    return hear_add(a, b, &sum) ? sum : SIZE_MAX;
}

size_t hear_shape_product(const hear_shape *s, size_t begin, size_t end)
{
    size_t n = 1;
    for (size_t i = begin; i < end; i++)
        n *= (size_t)s->dim[i];
    return n;
}

bool hear_shape_broadcast(hear_shape *out, const hear_shape *a, const hear_shape *b)
{
    hear_shape s = { .rank = a->rank > b->rank ? a->rank : b->rank };
    for (size_t i = 0; i < s.rank; i++) { /* i counts from the last dimension */
        const int64_t x = i < a->rank ? a->dim[a->rank - 1 - i] : 1;
        const int64_t y = i < b->rank ? b->dim[b->rank - 1 - i] : 1;
        if (x != y && x != 1 && y != 1)
            return false;
        s.dim[s.rank - 1 - i] = x == 1 ? y : x;
    }
    *out = s;
    return true;
}
