/* attr.c - the attributes of a graph's nodes, see graph.h. */
#include "config.h"

#include "nn/graph.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void hear_attr_clear(hear_attr *attr)
{
    if (attr->strings)
        for (size_t i = 0; i < attr->n; i++)
            free(attr->strings[i]);
    free(attr->strings);
    free(attr->ints);
    free(attr->floats);
    free(attr->name);
    hear_tensor_destroy(attr->tensor);
    memset(attr, 0, sizeof *attr);
}

hear_status hear_node_take_attr(hear_node *n, hear_attr *attr)
{
    for (size_t i = 0; i < n->n_attrs; i++)
        if (strcmp(n->attrs[i].name, attr->name) == 0) {
            hear_attr_clear(&n->attrs[i]);
            n->attrs[i] = *attr;
            return HEAR_OK;
        }
    hear_attr *grown = realloc(n->attrs, (n->n_attrs + 1) * sizeof *grown);
    if (!grown) {
        hear_attr_clear(attr);
        return HEAR_ERR_MEM;
    }
    n->attrs = grown;
    n->attrs[n->n_attrs++] = *attr;
    return HEAR_OK;
}

/* A copy of n objects, never NULL but for want of memory. */
static void *copied(const void *from, size_t n, size_t size)
{
    void *to = calloc(n ? n : 1, size);
    if (to && n > 0)
        memcpy(to, from, n * size);
    return to;
}

hear_status hear_node_set_ints(hear_node *n, const char *name, size_t count, const int64_t *values)
{
    hear_attr a = { .name = hear_strdup(name), .type = HEAR_ATTR_INTS, .n = count };
    a.ints = copied(values, count, sizeof *values);
    if (!a.name || !a.ints) {
        hear_attr_clear(&a);
        return HEAR_ERR_MEM;
    }
    return hear_node_take_attr(n, &a);
}

hear_status hear_node_set_floats(hear_node *n, const char *name, size_t count, const float *values)
{
    hear_attr a = { .name = hear_strdup(name), .type = HEAR_ATTR_FLOATS, .n = count };
    a.floats = copied(values, count, sizeof *values);
    if (!a.name || !a.floats) {
        hear_attr_clear(&a);
        return HEAR_ERR_MEM;
    }
    return hear_node_take_attr(n, &a);
}

hear_status hear_node_set_strings(hear_node *n, const char *name, size_t count,
                                  const char *const *values)
{
    hear_attr a = { .name = hear_strdup(name), .type = HEAR_ATTR_STRINGS, .n = count };
    a.strings = calloc(count ? count : 1, sizeof *a.strings);
    bool all = a.name && a.strings;
    for (size_t i = 0; all && i < count; i++)
        all = (a.strings[i] = hear_strdup(values[i])) != NULL;
    if (!all) {
        hear_attr_clear(&a);
        return HEAR_ERR_MEM;
    }
    return hear_node_take_attr(n, &a);
}

/* What has just been set as a list of one becomes a single value. */
static hear_status single(hear_node *n, const char *name, hear_status status, hear_attr_type type)
{
    for (size_t i = 0; status == HEAR_OK && i < n->n_attrs; i++)
        if (strcmp(n->attrs[i].name, name) == 0)
            n->attrs[i].type = type;
    return status;
}

hear_status hear_node_set_int(hear_node *n, const char *name, int64_t value)
{
    return single(n, name, hear_node_set_ints(n, name, 1, &value), HEAR_ATTR_INT);
}

hear_status hear_node_set_float(hear_node *n, const char *name, float value)
{
    return single(n, name, hear_node_set_floats(n, name, 1, &value), HEAR_ATTR_FLOAT);
}

hear_status hear_node_set_string(hear_node *n, const char *name, const char *value)
{
    return single(n, name, hear_node_set_strings(n, name, 1, &value), HEAR_ATTR_STRING);
}

hear_status hear_node_set_tensor(hear_node *n, const char *name, const hear_tensor *tensor)
{
    hear_attr a = { .name = hear_strdup(name), .type = HEAR_ATTR_TENSOR, .n = 1 };
    const hear_status status = a.name ? hear_tensor_copy(&a.tensor, tensor) : HEAR_ERR_MEM;
    if (status != HEAR_OK) {
        hear_attr_clear(&a);
        return status;
    }
    return hear_node_take_attr(n, &a);
}

const hear_attr *hear_node_attr(const hear_node *n, const char *name)
{
    for (size_t i = 0; i < n->n_attrs; i++)
        if (strcmp(n->attrs[i].name, name) == 0)
            return &n->attrs[i];
    return NULL;
}
