/* graph.c - builds and copies graphs, see graph.h. */
#include "config.h"

#include "nn/graph.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void node_clear(hear_node *n)
{
    for (size_t i = 0; i < n->n_attrs; i++)
        hear_attr_clear(&n->attrs[i]);
    free(n->attrs);
    free(n->name);
    free(n->op_type);
    free(n->domain);
    free(n->in);
    free(n->out);
}

static void value_clear(hear_value *v)
{
    free(v->name);
    hear_tensor_destroy(v->init);
}

hear_status hear_graph_create(hear_graph **out, int64_t opset)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return HEAR_ERR_MEM;
    (*out)->opset = opset;
    return HEAR_OK;
}

void hear_graph_destroy(hear_graph *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n_values; i++)
        value_clear(&g->values[i]);
    for (size_t i = 0; i < g->n_nodes; i++)
        node_clear(&g->nodes[i]);
    for (size_t i = 0; i < g->n_props; i++) {
        free(g->props[i].key);
        free(g->props[i].text);
    }
    free(g->values);
    free(g->nodes);
    free(g->props);
    free(g->in);
    free(g->out);
    free(g);
}

size_t hear_graph_find(const hear_graph *g, const char *name)
{
    for (size_t i = 0; i < g->n_values; i++)
        if (strcmp(g->values[i].name, name) == 0)
            return i;
    return HEAR_NO_VALUE;
}

/* From the end: a node is needed where one of its values is, and so is then what it reads. */
void hear_graph_prune(hear_graph *g)
{
    bool *needed = calloc(g->n_values + 1, sizeof *needed);
    if (!needed)
        return; /* it is no more than larger than it has to be */
    for (size_t i = 0; i < g->n_out; i++)
        needed[g->out[i]] = true;
    size_t kept = g->n_nodes;
    for (size_t i = g->n_nodes; i-- > 0;) {
        hear_node *const n = &g->nodes[i];
        bool used = false;
        for (size_t k = 0; k < n->n_out; k++)
            used = used || (n->out[k] != HEAR_NO_VALUE && needed[n->out[k]]);
        for (size_t k = 0; used && k < n->n_in; k++)
            if (n->in[k] != HEAR_NO_VALUE)
                needed[n->in[k]] = true;
        if (used)
            g->nodes[--kept] = *n;
        else
            node_clear(n);
    }
    memmove(g->nodes, g->nodes + kept, (g->n_nodes - kept) * sizeof *g->nodes);
    g->n_nodes -= kept;
    for (size_t i = 0; i < g->n_values; i++)
        if (!needed[i]) {
            hear_tensor_destroy(g->values[i].init);
            g->values[i].init = NULL;
        }
    free(needed);
}

hear_status hear_graph_push_value(hear_graph *g, const char *name, hear_tensor *init, size_t *value)
{
    hear_value v = { .name = hear_strdup(name), .init = init };
    if (!v.name || !hear_grow(&g->values, &g->room_values, g->n_values, sizeof v)) {
        value_clear(&v);
        return HEAR_ERR_MEM;
    }
    if (init) {
        v.has_type = true;
        v.dtype = init->dtype;
        v.shape = init->shape;
    }
    *value = g->n_values;
    g->values[g->n_values++] = v;
    return HEAR_OK;
}

static void pop_value(hear_graph *g)
{
    value_clear(&g->values[--g->n_values]);
}

static bool name_is_free(const hear_graph *g, const char *name)
{
    return name && *name && hear_graph_find(g, name) == HEAR_NO_VALUE;
}

hear_status hear_graph_add_value(hear_graph *g, const char *name, size_t *value)
{
    return name_is_free(g, name) ? hear_graph_push_value(g, name, NULL, value) : HEAR_ERR_MODEL;
}

static hear_status push_number(size_t **list, size_t *room, size_t *n, size_t value)
{
    if (!hear_grow(list, room, *n, sizeof **list))
        return HEAR_ERR_MEM;
    (*list)[(*n)++] = value;
    return HEAR_OK;
}

hear_status hear_graph_push_input(hear_graph *g, size_t value)
{
    if (value >= g->n_values)
        return HEAR_ERR_MODEL;
    return push_number(&g->in, &g->room_in, &g->n_in, value);
}

hear_status hear_graph_add_input(hear_graph *g, const char *name, hear_dtype dtype,
                                 const hear_shape *shape, size_t *value)
{
    if (shape->rank > HEAR_MAX_RANK)
        return HEAR_ERR_MODEL;
    hear_status status = hear_graph_add_value(g, name, value);
    if (status != HEAR_OK)
        return status;
    hear_value *v = &g->values[*value];
    v->has_type = true;
    v->dtype = dtype;
    v->shape = *shape;
    status = hear_graph_push_input(g, *value);
    if (status != HEAR_OK)
        pop_value(g);
    return status;
}

hear_status hear_graph_add_output(hear_graph *g, size_t value)
{
    if (value >= g->n_values)
        return HEAR_ERR_MODEL;
    for (size_t i = 0; i < g->n_out; i++)
        if (g->out[i] == value)
            return HEAR_ERR_MODEL;
    return push_number(&g->out, &g->room_out, &g->n_out, value);
}

hear_status hear_graph_add_weight(hear_graph *g, const char *name, const hear_shape *shape,
                                  const float *data, size_t *value)
{
    if (!name_is_free(g, name))
        return HEAR_ERR_MODEL;
    hear_tensor *t;
    const hear_status status = hear_tensor_create(&t, HEAR_F32, shape);
    if (status != HEAR_OK)
        return status;
    if (data && t->count > 0)
        memcpy(t->data, data, t->count * sizeof *data);
    return hear_graph_push_value(g, name, t, value);
}

hear_status hear_graph_add_init(hear_graph *g, const char *name, const hear_tensor *copied,
                                size_t *value)
{
    if (!name_is_free(g, name))
        return HEAR_ERR_MODEL;
    hear_tensor *t;
    const hear_status status = hear_tensor_copy(&t, copied);
    return status == HEAR_OK ? hear_graph_push_value(g, name, t, value) : status;
}

static size_t *copy_numbers(const size_t *from, size_t n)
{
    size_t *to = calloc(n ? n : 1, sizeof *to);
    if (to && n > 0)
        memcpy(to, from, n * sizeof *to);
    return to;
}

static bool numbers_fit(const hear_graph *g, const size_t *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (numbers[i] != HEAR_NO_VALUE && numbers[i] >= g->n_values)
            return false;
    return true;
}

hear_status hear_graph_push_node(hear_graph *g, const char *domain, const char *op_type,
                                 const char *name, size_t n_in, const size_t *in, size_t n_out,
                                 const size_t *out)
{
    if (!numbers_fit(g, in, n_in) || !numbers_fit(g, out, n_out))
        return HEAR_ERR_MODEL;
    if (!hear_grow(&g->nodes, &g->room_nodes, g->n_nodes, sizeof *g->nodes))
        return HEAR_ERR_MEM;
    hear_node n = { .name = hear_strdup(name),
                    .op_type = hear_strdup(op_type),
                    .domain = hear_strdup(domain),
                    .n_in = n_in,
                    .n_out = n_out,
                    .in = copy_numbers(in, n_in),
                    .out = copy_numbers(out, n_out) };
    if (!n.name || !n.op_type || !n.domain || !n.in || !n.out) {
        node_clear(&n);
        return HEAR_ERR_MEM;
    }
    g->nodes[g->n_nodes++] = n;
    return HEAR_OK;
}

hear_status hear_graph_add_node(hear_graph *g, const char *op_type, const char *name, size_t n_in,
                                const size_t *in, size_t *out_value)
{
    if (!numbers_fit(g, in, n_in))
        return HEAR_ERR_MODEL;
    size_t value;
    hear_status status = hear_graph_add_value(g, name, &value);
    if (status != HEAR_OK)
        return status;
    status = hear_graph_push_node(g, "", op_type, name, n_in, in, 1, &value);
    if (status != HEAR_OK)
        pop_value(g);
    else
        *out_value = value;
    return status;
}

hear_node *hear_graph_last_node(hear_graph *g)
{
    return g->n_nodes > 0 ? &g->nodes[g->n_nodes - 1] : NULL;
}

const char *hear_graph_prop(const hear_graph *g, const char *key)
{
    for (size_t i = 0; i < g->n_props; i++)
        if (strcmp(g->props[i].key, key) == 0)
            return g->props[i].text;
    return NULL;
}

hear_status hear_graph_set_prop(hear_graph *g, const char *key, const char *text)
{
    char *copy = hear_strdup(text);
    if (!copy)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < g->n_props; i++)
        if (strcmp(g->props[i].key, key) == 0) {
            free(g->props[i].text);
            g->props[i].text = copy;
            return HEAR_OK;
        }
    hear_prop p = { .key = hear_strdup(key), .text = copy };
    if (!p.key || !hear_grow(&g->props, &g->room_props, g->n_props, sizeof p)) {
        free(p.key);
        free(copy);
        return HEAR_ERR_MEM;
    }
    g->props[g->n_props++] = p;
    return HEAR_OK;
}

void hear_graph_drop_prop(hear_graph *g, const char *key)
{
    for (size_t i = 0; i < g->n_props; i++)
        if (strcmp(g->props[i].key, key) == 0) {
            free(g->props[i].key);
            free(g->props[i].text);
            memmove(g->props + i, g->props + i + 1, (--g->n_props - i) * sizeof g->props[0]);
            return;
        }
}

static hear_status copy_value(hear_graph *to, const hear_value *v)
{
    hear_tensor *init = NULL;
    if (v->init) {
        const hear_status status = hear_tensor_copy(&init, v->init);
        if (status != HEAR_OK)
            return status;
    }
    size_t number;
    const hear_status status = hear_graph_push_value(to, v->name, init, &number);
    if (status != HEAR_OK)
        return status;
    to->values[number].has_type = v->has_type;
    to->values[number].dtype = v->dtype;
    to->values[number].shape = v->shape;
    return HEAR_OK;
}

static hear_status copy_attr(hear_node *to, const hear_attr *a)
{
    switch (a->type) {
    case HEAR_ATTR_INT:
        return hear_node_set_int(to, a->name, a->ints[0]);
    case HEAR_ATTR_INTS:
        return hear_node_set_ints(to, a->name, a->n, a->ints);
    case HEAR_ATTR_FLOAT:
        return hear_node_set_float(to, a->name, a->floats[0]);
    case HEAR_ATTR_FLOATS:
        return hear_node_set_floats(to, a->name, a->n, a->floats);
    case HEAR_ATTR_STRING:
        return hear_node_set_string(to, a->name, a->strings[0]);
    case HEAR_ATTR_STRINGS:
        return hear_node_set_strings(to, a->name, a->n, (const char *const *)a->strings);
    case HEAR_ATTR_TENSOR:
        return hear_node_set_tensor(to, a->name, a->tensor);
    }
    return HEAR_ERR_MODEL;
}

static hear_status copy_node(hear_graph *to, const hear_node *n)
{
    hear_status status =
        hear_graph_push_node(to, n->domain, n->op_type, n->name, n->n_in, n->in, n->n_out, n->out);
    for (size_t i = 0; status == HEAR_OK && i < n->n_attrs; i++)
        status = copy_attr(hear_graph_last_node(to), &n->attrs[i]);
    return status;
}

hear_status hear_graph_copy(hear_graph **out, const hear_graph *g)
{
    hear_graph *to;
    hear_status status = hear_graph_create(&to, g->opset);
    *out = NULL;
    if (status != HEAR_OK)
        return status;
    to->opset_ml = g->opset_ml;
    for (size_t i = 0; status == HEAR_OK && i < g->n_values; i++)
        status = copy_value(to, &g->values[i]);
    for (size_t i = 0; status == HEAR_OK && i < g->n_nodes; i++)
        status = copy_node(to, &g->nodes[i]);
    for (size_t i = 0; status == HEAR_OK && i < g->n_in; i++)
        status = hear_graph_push_input(to, g->in[i]);
    for (size_t i = 0; status == HEAR_OK && i < g->n_out; i++)
        status = hear_graph_add_output(to, g->out[i]);
    for (size_t i = 0; status == HEAR_OK && i < g->n_props; i++)
        status = hear_graph_set_prop(to, g->props[i].key, g->props[i].text);
    if (status != HEAR_OK)
        hear_graph_destroy(to);
    else
        *out = to;
    return status;
}
