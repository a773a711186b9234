/* plan_layout.c - which bytes live when, and where they lie in the arena.
 *
 * Time is counted in steps: forward step s at s, and in training its backward at 2 n - 1 - s. A
 * place is given to the largest first, at the lowest address that nobody uses at the same time. */
#include "config.h"

#include "nn/plan_parts.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t bytes, first, last; /* time, both included */
    size_t *offset;            /* where the answer goes */
} item;

static size_t rounded(size_t bytes)
{
    return (bytes + HEAR_ALIGN - 1) / HEAR_ALIGN * HEAR_ALIGN; /* bytes <= max_bytes + state */
}

/* Views share their input's place; a view whose bytes would leave the plan as an input's is a copy.
 */
static void find_steps(hear_plan *p)
{
    for (size_t i = 0; i < p->graph->n_nodes; i++) {
        plan_call *pc = &p->calls[i];
        const hear_call *c = &pc->call;
        if (pc->kind != CALL_RUN)
            continue;
        if (c->view) {
            plan_value *out = &p->values[c->node->out[0]];
            const size_t root = plan_root(p, c->node->in[0]);
            if (!(out->output && (p->values[root].input || p->values[root].maker == PLAN_NONE))) {
                out->same = root; /* not the view before: chains stay short */
                pc->kind = CALL_VIEW;
                continue;
            }
        }
        p->steps[p->n_steps++] = i;
    }
}

/* first and last of every root that lies in the arena. */
static void find_lives(hear_plan *p)
{
    const size_t end = p->config.training ? 2 * p->n_steps : p->n_steps;
    for (size_t v = 0; v < p->graph->n_values; v++)
        p->values[v].first = PLAN_NONE;
    for (size_t i = 0; i < p->graph->n_in; i++) {
        plan_value *v = &p->values[p->graph->in[i]];
        if (v->input)
            v->first = 0, v->last = end;
    }
    for (size_t s = 0; s < p->n_steps; s++) {
        const hear_call *c = &p->calls[p->steps[s]].call;
        for (size_t j = 0; j < c->n_in; j++) {
            plan_value *root = c->in[j] ? &p->values[plan_root(p, c->node->in[j])] : NULL;
            if (root && root->first != PLAN_NONE && root->last < s)
                root->last = s;
        }
        for (size_t o = 0; o < c->n_out; o++)
            if (c->out[o]) { /* not node->out: a merged call's output is its maker's */
                plan_value *v = plan_value_of(c->out[o]);
                v->first = s;
                v->last = p->config.training ? end : s;
            }
    }
    for (size_t v = 0; v < p->graph->n_values; v++) {
        plan_value *root = &p->values[plan_root(p, v)];
        if (p->values[v].output && root->first != PLAN_NONE)
            root->last = end;
    }
}

/* An output takes over its first input's bytes where nobody reads those any more. */
static void share_in_place(hear_plan *p)
{
    for (size_t s = 0; s < p->n_steps; s++) {
        const hear_call *c = &p->calls[p->steps[s]].call;
        if (!c->op->inplace || c->n_in == 0 || !c->in[0] || !c->out[0])
            continue;
        const size_t in = plan_root(p, c->node->in[0]);
        plan_value *root = &p->values[in], *out = plan_value_of(c->out[0]);
        bool free_to_take = root->first != PLAN_NONE && !root->input && root->last == s &&
                            root->t.dtype == out->t.dtype &&
                            hear_shape_equal(&c->in[0]->shape, &out->t.shape);
        for (size_t j = 1; j < c->n_in && free_to_take; j++)
            free_to_take = !c->in[j] || plan_root(p, c->node->in[j]) != in;
        if (!free_to_take)
            continue;
        out->same = in;
        root->last = out->last;
        out->first = PLAN_NONE;
    }
}

static void add_item(item *items, size_t *n, size_t bytes, size_t first, size_t last,
                     size_t *offset)
{
    items[(*n)++] = (item){ rounded(bytes), first, last, offset };
}

/* Gradients live from the backward of the last reader to that of the maker. */
static void add_grads(hear_plan *p, item *items, size_t *n)
{
    const size_t end = 2 * p->n_steps;
    for (size_t v = 0; v < p->graph->n_values; v++)
        p->values[v].grad_offset = PLAN_NONE;
    for (size_t s = 0; s < p->n_steps; s++) {
        const hear_call *c = &p->calls[p->steps[s]].call;
        for (size_t o = 0; o < c->n_out; o++) {
            if (!c->out[o])
                continue;
            plan_value *v = &p->values[plan_root(p, c->node->out[o])];
            if (v->reaches)
                v->grad_offset = s; /* step of the maker, for now */
        }
    }
    for (size_t i = 0; i < p->graph->n_in; i++) {
        plan_value *v = &p->values[p->graph->in[i]];
        if (v->input && v->reaches)
            v->grad_offset = 0;
    }
    for (size_t v = 0; v < p->graph->n_values; v++) {
        plan_value *value = &p->values[v];
        if (value->grad_offset == PLAN_NONE)
            continue;
        size_t last_reader = value->grad_offset;
        bool is_output = false;
        for (size_t u = 0; u < p->graph->n_values; u++)
            is_output = is_output || (p->values[u].output && plan_root(p, u) == v);
        for (size_t s = 0; s < p->n_steps; s++) {
            const hear_call *c = &p->calls[p->steps[s]].call;
            for (size_t j = 0; j < c->n_in; j++)
                if (c->in[j] && plan_root(p, c->node->in[j]) == v)
                    last_reader = s;
        }
        add_item(items, n, value->t.count * sizeof(float),
                 is_output ? p->n_steps : end - 1 - last_reader,
                 value->input ? end : end - 1 - value->grad_offset, &value->grad_offset);
    }
}

static int by_size(const void *a, const void *b)
{
    const item *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset; /* the same on every run */
}

/* Gives items[k] the lowest gap among those placed before; order is their index by offset. */
static void place(item *items, size_t *order, size_t k)
{
    size_t at = 0, i = 0;
    for (; i < k; i++) {
        const item *other = &items[order[i]];
        if (other->last < items[k].first || other->first > items[k].last)
            continue;
        if (*other->offset >= at && *other->offset - at >= items[k].bytes)
            break;
        if (*other->offset + other->bytes > at)
            at = *other->offset + other->bytes;
    }
    *items[k].offset = at;
    for (i = k; i > 0 && *items[order[i - 1]].offset > at; i--)
        order[i] = order[i - 1];
    order[i] = k;
}

static hear_status place_all(hear_plan *p, item *items, size_t n, hear_error *err)
{
    size_t *order = calloc(n + 1, sizeof *order);
    if (!order)
        return HEAR_ERR_MEM;
    qsort(items, n, sizeof *items, by_size);
    size_t bytes = 0;
    for (size_t k = 0; k < n && bytes <= p->max_bytes; k++) {
        place(items, order, k);
        if (*items[k].offset + items[k].bytes > bytes)
            bytes = *items[k].offset + items[k].bytes;
    }
    free(order);

    size_t scratch = 0;
    for (size_t s = 0; s < p->n_steps && bytes <= p->max_bytes; s++) {
        plan_call *pc = &p->calls[p->steps[s]];
        if (pc->call.scratch_bytes > scratch)
            scratch = pc->call.scratch_bytes;
        pc->state_offset = bytes;
        bytes += rounded(pc->call.state_bytes);
    }
    p->scratch_offset = bytes;
    bytes = bytes <= p->max_bytes ? bytes + rounded(scratch) : bytes;
    const hear_status s = plan_account(p, bytes, err);
    if (s)
        return s;
    p->arena_bytes = bytes;
    if (p->config.only_check)
        return HEAR_OK;
    p->arena = hear_alloc(1, bytes);
    p->apart = calloc(2 * (p->graph->n_values + p->n_steps) + 1, sizeof *p->apart);
    return p->arena && p->apart ? HEAR_OK : HEAR_ERR_MEM;
}

/* The address of `bytes` at offset; NULL for none, or where memory runs out. AddressSanitizer sees
 * no borders within the arena: for it each gets memory of its own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) /* as clang says it */
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
static void *at(hear_plan *p, size_t offset, size_t bytes)
{
    (void)offset;
    return bytes > 0 ? p->apart[p->n_apart++] = hear_alloc(1, bytes) : NULL;
}
#else
static void *at(hear_plan *p, size_t offset, size_t bytes)
{
    return bytes > 0 ? (char *)p->arena + offset : NULL;
}
#endif

static void give_addresses(hear_plan *p)
{
    for (size_t v = 0; v < p->graph->n_values; v++) {
        plan_value *root = &p->values[v];
        const size_t bytes = root->t.count * hear_dtype_size(root->t.dtype);
        if (root->same != PLAN_NONE)
            continue;
        if (root->first != PLAN_NONE) /* what is empty has an address too */
            root->t.data = bytes > 0 ? at(p, root->offset, bytes) : p->arena;
        if (p->config.training && root->reaches && root->grad_offset != PLAN_NONE)
            root->grad = at(p, root->grad_offset, bytes);
    }
    for (size_t v = 0; v < p->graph->n_values; v++)
        if (p->values[v].same != PLAN_NONE)
            p->values[v].t.data = p->values[plan_root(p, v)].t.data;
    for (size_t s = 0; s < p->n_steps; s++) {
        plan_call *pc = &p->calls[p->steps[s]];
        pc->call.scratch = at(p, p->scratch_offset, pc->call.scratch_bytes);
        pc->call.state = at(p, pc->state_offset, pc->call.state_bytes);
        if (pc->call.op->prepare)
            pc->call.op->prepare(&pc->call);
    }
}

hear_status plan_layout(hear_plan *p, hear_error *err)
{
    p->steps = calloc(p->graph->n_nodes + 1, sizeof *p->steps);
    item *items = calloc(p->graph->n_values * 2 + 1, sizeof *items);
    if (!p->steps || !items) {
        free(items);
        return HEAR_ERR_MEM;
    }
    find_steps(p);
    find_lives(p);
    if (!p->config.training)
        share_in_place(p);
    hear_status s = p->config.training ? plan_find_weights(p, err) : HEAR_OK;
    if (!s) {
        size_t n = 0;
        for (size_t v = 0; v < p->graph->n_values; v++) {
            plan_value *value = &p->values[v];
            if (value->same == PLAN_NONE && value->first != PLAN_NONE)
                add_item(items, &n, value->t.count * hear_dtype_size(value->t.dtype), value->first,
                         value->last, &value->offset);
        }
        if (p->config.training)
            add_grads(p, items, &n);
        s = place_all(p, items, n, err);
    }
    free(items);
    if (!s && !p->config.only_check)
        give_addresses(p);
    return s;
}
