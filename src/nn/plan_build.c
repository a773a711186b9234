/* plan_build.c - from a graph to calls: what is needed, of which type and shape, and what is
 * constant. */
#include "config.h"

#include "nn/plan_parts.h"

#include "base/error.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 4096 /* bytes of an operator's settings that are not worth counting */

size_t plan_root(const hear_plan *p, size_t value)
{
    while (p->values[value].same != PLAN_NONE)
        value = p->values[value].same;
    return value;
}

hear_status plan_account(hear_plan *p, size_t bytes, hear_error *err)
{
    if (bytes > p->max_bytes - p->bytes)
        return hear_fail(err, HEAR_ERR_MODEL, "needs more than %zu MiB of memory",
                         p->max_bytes >> 20);
    p->bytes += bytes;
    return HEAR_OK;
}

/* A size that may be worked with: an empty tensor's other dimensions are held to the limit too, so
 * that no loop over them runs away. */
static bool size_fits(const hear_plan *p, const hear_tensor *t, size_t *count)
{
    size_t bytes = hear_dtype_size(t->dtype);
    for (size_t i = 0; i < t->shape.rank; i++) {
        if (t->shape.dim[i] < 0 || t->shape.dim[i] > INT32_MAX)
            return false;
        bytes = hear_size_mul(bytes, t->shape.dim[i] > 0 ? (size_t)t->shape.dim[i] : 1);
    }
    return bytes <= p->max_bytes && hear_shape_count(&t->shape, count);
}

/* Adopts the graph's inputs and initialised values. */
static hear_status adopt_values(hear_plan *p, hear_error *err)
{
    const hear_graph *g = p->graph;
    for (size_t v = 0; v < g->n_values; v++) {
        plan_value *value = &p->values[v];
        value->same = value->maker = value->weight = PLAN_NONE;
        if (!g->values[v].init)
            continue;
        value->t = *g->values[v].init;
        if (!size_fits(p, &value->t, &value->t.count))
            return hear_fail(err, HEAR_ERR_MODEL, "\"%.80s\": too large", g->values[v].name);
        value->known = true;
        value->constant = !(p->config.training && value->t.dtype == HEAR_F32);
    }
    for (size_t i = 0; i < g->n_in; i++) {
        const hear_value *from = &g->values[g->in[i]];
        plan_value *value = &p->values[g->in[i]];
        const hear_tensor *bound = p->config.inputs ? p->config.inputs[i] : NULL;
        if (value->known || value->input)
            continue;
        if (!from->has_type || hear_dtype_size(from->dtype) == 0)
            return hear_fail(err, HEAR_ERR_MODEL,
                             "input \"%.80s\": its element type is not supported", from->name);
        value->t.dtype = from->dtype;
        value->t.shape = from->shape;
        for (size_t d = 0; d < from->shape.rank; d++) {
            int64_t *dim = &value->t.shape.dim[d];
            if (bound && d < bound->shape.rank && *dim < 0)
                *dim = bound->shape.dim[d];
            if (d == 0 && *dim < 0)
                *dim = (int64_t)p->config.batch;
            if (*dim < 0)
                return hear_fail(err, HEAR_ERR_MODEL,
                                 "input \"%.80s\": dimension %zu has no fixed size", from->name, d);
        }
        if (!size_fits(p, &value->t, &value->t.count))
            return hear_fail(err, HEAR_ERR_MODEL, "input \"%.80s\": too large", from->name);
        value->known = true;
        if (!bound) {
            value->input = true;
            continue;
        }
        if (bound->dtype != from->dtype || !hear_shape_equal(&bound->shape, &value->t.shape))
            return hear_fail(err, HEAR_ERR_MODEL,
                             "input \"%.80s\": what it is bound to does not fit", from->name);
        const size_t bytes = bound->count * hear_dtype_size(bound->dtype);
        const hear_status s = plan_account(p, bytes, err);
        if (s)
            return s;
        value->t.data = hear_alloc(1, bytes);
        if (!value->t.data)
            return HEAR_ERR_MEM;
        if (bytes > 0)
            memcpy(value->t.data, bound->data, bytes);
        value->owned = value->constant = true;
    }
    return HEAR_OK;
}

static hear_status find_outputs(hear_plan *p, hear_error *err)
{
    const hear_graph *g = p->graph;
    p->n_out = p->config.output ? 1 : g->n_out;
    p->out = calloc(p->n_out + 1, sizeof *p->out);
    if (!p->out)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < p->n_out; i++) {
        p->out[i] = p->config.output ? hear_graph_find(g, p->config.output) : g->out[i];
        if (p->out[i] >= g->n_values)
            return hear_fail(err, HEAR_ERR_MODEL, "there is no value \"%.80s\"",
                             p->config.output ? p->config.output : "");
        p->values[p->out[i]].output = true;
    }
    if (p->n_out == 0)
        return hear_fail(err, HEAR_ERR_MODEL, "the graph has no output");
    return HEAR_OK;
}

/* Marks the nodes that the outputs depend on, and hands out the calls' arrays. */
static hear_status find_calls(hear_plan *p)
{
    const hear_graph *g = p->graph;
    size_t n_in = 0, n_out = 0;
    bool *wanted = calloc(g->n_values + 1, sizeof *wanted);
    if (!wanted)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < p->n_out; i++)
        wanted[p->out[i]] = true;
    for (size_t i = g->n_nodes; i-- > 0;) {
        const hear_node *node = &g->nodes[i];
        plan_call *pc = &p->calls[i];
        pc->call.node = node;
        for (size_t o = 0; o < node->n_out; o++)
            if (node->out[o] < g->n_values && wanted[node->out[o]])
                pc->kind = CALL_RUN;
        if (pc->kind != CALL_RUN)
            continue;
        n_in += node->n_in;
        n_out += node->n_out;
        for (size_t j = 0; j < node->n_in; j++)
            if (node->in[j] < g->n_values)
                wanted[node->in[j]] = true;
    }
    free(wanted);

    p->in_room = calloc(n_in + 1, sizeof *p->in_room);
    p->out_room = calloc(n_out + 1, sizeof *p->out_room);
    p->in_grad_room = calloc(n_in + 1, sizeof *p->in_grad_room);
    p->out_grad_room = calloc(n_out + 1, sizeof *p->out_grad_room);
    p->frozen_room = calloc(n_in + 1, sizeof *p->frozen_room);
    if (!p->in_room || !p->out_room || !p->in_grad_room || !p->out_grad_room || !p->frozen_room)
        return HEAR_ERR_MEM;
    n_in = n_out = 0;
    for (size_t i = 0; i < g->n_nodes; i++) {
        hear_call *c = &p->calls[i].call;
        if (p->calls[i].kind != CALL_RUN)
            continue;
        c->n_in = c->node->n_in;
        c->n_out = c->node->n_out;
        c->in = p->in_room + n_in;
        c->in_grad = p->in_grad_room + n_in;
        c->frozen = p->frozen_room + n_in;
        c->out = p->out_room + n_out;
        c->out_grad = p->out_grad_room + n_out;
        c->training = p->config.training;
        n_in += c->n_in;
        n_out += c->n_out;
    }
    return HEAR_OK;
}

static bool attr_is_well_formed(const hear_attr *a)
{
    switch (a->type) {
    case HEAR_ATTR_FLOAT:
        return a->n == 1 && a->floats;
    case HEAR_ATTR_INT:
        return a->n == 1 && a->ints;
    case HEAR_ATTR_STRING:
        return a->n == 1 && a->strings && a->strings[0];
    case HEAR_ATTR_TENSOR:
        return a->tensor != NULL;
    case HEAR_ATTR_FLOATS:
        return a->n == 0 || a->floats;
    case HEAR_ATTR_INTS:
        return a->n == 0 || a->ints;
    case HEAR_ATTR_STRINGS:
        return a->n == 0 || a->strings;
    }
    return false;
}

static hear_status check_attrs(const hear_call *c, hear_error *err)
{
    for (size_t i = 0; i < c->node->n_attrs; i++) {
        const hear_attr *a = &c->node->attrs[i];
        const hear_op_attr *known = c->op->attrs;
        while (known && known->name && strcmp(known->name, a->name) != 0)
            known++;
        if (!known || !known->name)
            return hear_call_fail(c, err, "attribute \"%.40s\" is not known", a->name);
        if (a->type != known->type || !attr_is_well_formed(a))
            return hear_call_fail(c, err, "attribute \"%.40s\" is of the wrong type", a->name);
    }
    return HEAR_OK;
}

/* Finds the operator and checks what is the same for all of them. */
static hear_status open_call(hear_plan *p, size_t i, hear_error *err)
{
    const hear_graph *g = p->graph;
    hear_call *c = &p->calls[i].call;
    const hear_node *node = c->node;
    const char *dot = node->domain[0] ? "." : "";
    c->op = hear_op_find(node->domain, node->op_type);
    c->opset = node->domain[0] ? g->opset_ml : g->opset;
    if (!c->op)
        return hear_fail(err, HEAR_ERR_MODEL,
                         "%.40s%s%.40s \"%.80s\" (opset %" PRId64 "): no such operator here",
                         node->domain, dot, node->op_type, node->name, c->opset);
    if (c->opset < c->op->min_opset || c->opset > c->op->max_opset)
        return hear_fail(err, HEAR_ERR_MODEL,
                         "%.40s%s%.40s \"%.80s\": opset %" PRId64 " is not supported (%" PRId64
                         " to %" PRId64 ")",
                         node->domain, dot, node->op_type, node->name, c->opset, c->op->min_opset,
                         c->op->max_opset);
    if (node->n_in < c->op->min_in || node->n_in > c->op->max_in)
        return hear_call_fail(c, err, "has %zu inputs", node->n_in);
    size_t first = 0; /* output that is there */
    while (first < node->n_out && node->out[first] == HEAR_NO_VALUE)
        first++;
    if (first >= node->n_out || node->n_out > c->op->max_out || (first > 0 && !c->op->any_out))
        return hear_call_fail(c, err, "has %zu outputs", node->n_out);
    for (size_t j = 0; j < node->n_in; j++) {
        if (node->in[j] == HEAR_NO_VALUE) {
            if (j < c->op->min_in)
                return hear_call_fail(c, err, "input %zu is left out", j);
            continue;
        }
        if (node->in[j] >= g->n_values || !p->values[node->in[j]].known)
            return hear_call_fail(c, err, "input %zu is used before it is made", j);
        plan_value *v = &p->values[node->in[j]];
        if (hear_dtype_size(v->t.dtype) == 0 &&
            !(v->t.dtype == HEAR_STRING && v->t.data && c->op->takes_strings))
            return hear_call_fail(c, err, "input %zu: its element type is not supported", j);
        v->n_uses++;
        c->in[j] = &v->t;
    }
    for (size_t o = 0; o < node->n_out; o++) {
        if (node->out[o] == HEAR_NO_VALUE)
            continue;
        if (node->out[o] >= g->n_values || p->values[node->out[o]].known)
            return hear_call_fail(c, err, "output %zu is made twice", o);
        c->out[o] = &p->values[node->out[o]].t;
        p->values[node->out[o]].maker = i;
    }
    return check_attrs(c, err);
}

static hear_status check_outputs(hear_plan *p, const hear_call *c, hear_error *err)
{
    for (size_t o = 0; o < c->n_out; o++) {
        if (!c->out[o])
            continue;
        plan_value *v = &p->values[c->node->out[o]];
        if (!size_fits(p, &v->t, &v->t.count)) {
            char t[80];
            return hear_call_fail(c, err, "a result of shape %s does not fit into %zu MiB",
                                  hear_shape_text(&v->t.shape, t, sizeof t), p->max_bytes >> 20);
        }
        v->known = true;
    }
    if (c->scratch_bytes > p->max_bytes || c->state_bytes > p->max_bytes)
        return hear_call_fail(c, err, "does not fit into %zu MiB", p->max_bytes >> 20);
    return c->params_bytes > SMALL ? plan_account(p, c->params_bytes, err) : HEAR_OK;
}

/* Runs a call whose inputs are constants, once and for all. */
static hear_status fold(hear_plan *p, hear_call *c, hear_error *err)
{
    if (c->view) {
        p->values[c->node->out[0]].t.data = c->in[0]->data;
        p->values[c->node->out[0]].constant = true;
        return HEAR_OK;
    }
    for (size_t o = 0; o < c->n_out; o++) {
        if (!c->out[o])
            continue;
        plan_value *v = &p->values[c->node->out[o]];
        const size_t bytes = v->t.count * hear_dtype_size(v->t.dtype);
        const hear_status s = plan_account(p, bytes, err);
        if (s)
            return s;
        v->t.data = hear_alloc(1, bytes);
        if (!v->t.data)
            return HEAR_ERR_MEM;
        v->owned = v->constant = true;
    }
    c->scratch = c->scratch_bytes ? hear_alloc(1, c->scratch_bytes) : NULL;
    c->state = c->state_bytes ? hear_alloc(1, c->state_bytes) : NULL;
    const bool ok = (c->scratch || !c->scratch_bytes) && (c->state || !c->state_bytes);
    if (ok && c->op->prepare)
        c->op->prepare(c);
    if (ok)
        c->op->forward(c);
    hear_free(c->scratch);
    hear_free(c->state);
    c->scratch = c->state = NULL;
    return ok ? HEAR_OK : HEAR_ERR_MEM;
}

static bool is_constant(const hear_plan *p, const hear_call *c)
{
    if (c->op->of_shape)
        return true;
    for (size_t j = 0; j < c->n_in; j++)
        if (c->in[j] && !p->values[c->node->in[j]].constant)
            return false;
    return true;
}

hear_status plan_build(hear_plan *p, hear_error *err)
{
    const hear_graph *g = p->graph;
    hear_status s;
    if (g->n_nodes > PLAN_MAX_NODES)
        return hear_fail(err, HEAR_ERR_MODEL, "more than %u nodes", PLAN_MAX_NODES);
    if ((s = adopt_values(p, err)) || (s = find_outputs(p, err)) || (s = find_calls(p)))
        return s;
    for (size_t i = 0; i < g->n_nodes; i++) {
        plan_call *pc = &p->calls[i];
        if (pc->kind != CALL_RUN)
            continue;
        if ((s = open_call(p, i, err)) || (s = pc->call.op->infer(&pc->call, err)) ||
            (s = check_outputs(p, &pc->call, err)))
            return s;
        if (is_constant(p, &pc->call)) {
            pc->kind = CALL_CONSTANT;
            if ((s = fold(p, &pc->call, err)))
                return s;
        }
    }
    for (size_t i = 0; i < p->n_out; i++)
        if (!p->values[p->out[i]].known)
            return hear_fail(err, HEAR_ERR_MODEL, "output \"%.80s\" is not made by any node",
                             g->values[p->out[i]].name);
    return HEAR_OK;
}
