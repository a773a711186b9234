/* tensor.c - types, shapes and tensors of graph.h. */
#include "config.h"

#include "nn/graph.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [HEAR_F32] = { "float32", 4 },   [HEAR_U8] = { "uint8", 1 },   [HEAR_I8] = { "int8", 1 },
    [HEAR_I32] = { "int32", 4 },     [HEAR_I64] = { "int64", 8 },  [HEAR_BOOL] = { "bool", 1 },
    [HEAR_STRING] = { "string", 0 }, [HEAR_F64] = { "double", 8 },
};

size_t hear_dtype_size(hear_dtype dtype)
{
    return (size_t)dtype < sizeof types / sizeof types[0] ? types[dtype].size : 0;
}

const char *hear_dtype_name(hear_dtype dtype)
{
    const size_t i = (size_t)dtype;
    return i < sizeof types / sizeof types[0] && types[i].name ? types[i].name : "unknown";
}

bool hear_shape_count(const hear_shape *shape, size_t *count)
{
    size_t n = 1;
    for (size_t i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 0)
            return false;
    for (size_t i = 0; i < shape->rank; i++)
        if (shape->dim[i] == 0) {
            *count = 0; /* whatever the others are */
            return true;
        }
    for (size_t i = 0; i < shape->rank; i++)
        if ((uint64_t)shape->dim[i] > SIZE_MAX || !hear_mul(n, (size_t)shape->dim[i], &n))
            return false;
    *count = n;
    return true;
}

bool hear_shape_equal(const hear_shape *a, const hear_shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, a->rank * sizeof a->dim[0]) == 0;
}

const char *hear_shape_text(const hear_shape *shape, char *out, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i <= shape->rank && used < room; i++) {
        const char *before = i == 0 ? "[" : i == shape->rank ? "" : ", ";
        int n;
        if (i == shape->rank)
            n = snprintf(out + used, room - used, "%s]", i == 0 ? "[" : "");
        else if (shape->dim[i] < 0)
            n = snprintf(out + used, room - used, "%s?", before);
        else
            n = snprintf(out + used, room - used, "%s%lld", before, (long long)shape->dim[i]);
        used += (size_t)n;
    }
    return out;
}

hear_status hear_tensor_create(hear_tensor **out, hear_dtype dtype, const hear_shape *shape)
{
    *out = NULL;
    const size_t size = dtype == HEAR_STRING ? sizeof(char *) : hear_dtype_size(dtype);
    size_t count, bytes;
    if (size == 0 || shape->rank > HEAR_MAX_RANK || !hear_shape_count(shape, &count) ||
        !hear_mul(count, size, &bytes))
        return HEAR_ERR_MODEL;
    hear_tensor *t = calloc(1, sizeof *t);
    if (!t)
        return HEAR_ERR_MEM;
    t->dtype = dtype;
    t->shape = *shape;
    t->count = count;
    t->data = hear_alloc(count, size);
    if (!t->data) {
        free(t);
        return HEAR_ERR_MEM;
    }
    *out = t;
    return HEAR_OK;
}

hear_status hear_tensor_copy(hear_tensor **out, const hear_tensor *t)
{
    const hear_status status = hear_tensor_create(out, t->dtype, &t->shape);
    if (status != HEAR_OK)
        return status;
    if (t->dtype != HEAR_STRING) {
        if (t->count > 0)
            memcpy((*out)->data, t->data, t->count * hear_dtype_size(t->dtype));
        return HEAR_OK;
    }
    char **to = (*out)->data, *const *from = t->data;
    for (size_t i = 0; i < t->count; i++)
        if (from[i] && !(to[i] = hear_strdup(from[i]))) {
            hear_tensor_destroy(*out);
            *out = NULL;
            return HEAR_ERR_MEM;
        }
    return HEAR_OK;
}

void hear_tensor_destroy(hear_tensor *t)
{
    if (!t)
        return;
    if (t->dtype == HEAR_STRING)
        for (size_t i = 0; i < t->count; i++)
            free(((char **)t->data)[i]);
    hear_free(t->data);
    free(t);
}
