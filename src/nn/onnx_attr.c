/* onnx_attr.c - see onnx_attr.h. */
#include "config.h"

#include "nn/onnx_attr.h"

#include "base/error.h"
#include "base/text.h"
#include "nn/onnx_tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRAPH = 5, GRAPHS = 10 }; /* AttributeProto.AttributeType */

/* A copy of n objects, never NULL but for want of memory. */
static void *copied(const void *from, size_t n, size_t size)
{
    void *to = calloc(n ? n : 1, size);
    if (to && n > 0)
        memcpy(to, from, n * size);
    return to;
}

static hear_status take_strings(hear_attr *out, const ProtobufCBinaryData *from, size_t n,
                                const char *where, hear_error *err)
{
    out->strings = calloc(n ? n : 1, sizeof *out->strings);
    if (!out->strings)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        if (from[i].len > 0 && memchr(from[i].data, 0, from[i].len))
            return hear_fail(err, HEAR_ERR_MODEL, "%s holds a zero byte", where);
        if (!(out->strings[i] = hear_onnx_text(&from[i])))
            return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    return HEAR_OK;
}

static hear_status take_ints(hear_attr *out, const int64_t *from, size_t n, hear_error *err)
{
    out->n = n;
    out->ints = copied(from, n, sizeof *from);
    return out->ints ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

static hear_status take_floats(hear_attr *out, const float *from, size_t n, hear_error *err)
{
    out->n = n;
    out->floats = copied(from, n, sizeof *from);
    return out->floats ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

static hear_status take_tensor(hear_attr *out, const HearOnnx__TensorProto *t, const char *where,
                               hear_error *err)
{
    if (!t)
        return hear_fail(err, HEAR_ERR_MODEL, "%s has no tensor", where);
    out->n = 1;
    return hear_onnx_tensor(&out->tensor, t, where, err);
}

hear_status hear_onnx_attr(hear_attr *out, const HearOnnx__AttributeProto *a, const char *what,
                           hear_error *err)
{
    if (a->name.len == 0 || !hear_is_utf8((const char *)a->name.data, a->name.len))
        return hear_fail(err, HEAR_ERR_MODEL, "%s has an attribute without a name in UTF-8", what);
    out->name = hear_onnx_text(&a->name);
    if (!out->name)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    char where[288];
    snprintf(where, sizeof where, "%s: attribute '%.60s'", what, out->name);
    if (a->type == GRAPH || a->type == GRAPHS || a->has_g || a->n_graphs > 0)
        return hear_fail(err, HEAR_ERR_MODEL, "%s is a subgraph, which is not supported", where);
    out->type = (hear_attr_type)a->type;
    switch (a->type) {
    case HEAR_ATTR_INT:
        return take_ints(out, &a->i, 1, err);
    case HEAR_ATTR_INTS:
        return take_ints(out, a->ints, a->n_ints, err);
    case HEAR_ATTR_FLOAT:
        return take_floats(out, &a->f, 1, err);
    case HEAR_ATTR_FLOATS:
        return take_floats(out, a->floats, a->n_floats, err);
    case HEAR_ATTR_STRING:
        return take_strings(out, &a->s, 1, where, err);
    case HEAR_ATTR_STRINGS:
        return take_strings(out, a->strings, a->n_strings, where, err);
    case HEAR_ATTR_TENSOR:
        return take_tensor(out, a->t, where, err);
    default:
        return hear_fail(err, HEAR_ERR_MODEL, "%s is of type %d, which is not supported", where,
                         (int)a->type);
    }
}
