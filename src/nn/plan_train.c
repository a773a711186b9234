/* plan_train.c - the way back: which weights there are, and their gradients. */
#include "config.h"

#include "nn/plan_parts.h"

#include "base/mem.h"
#include "base/rng.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool is_diff(const hear_call *c, size_t j)
{
    return c->in[j] && c->in[j]->dtype == HEAR_F32 && (c->op->diff >> (j < 31 ? j : 31) & 1u);
}

static bool has_backward(const hear_call *c)
{
    return c->op->backward || c->view;
}

static bool is_weight(const hear_plan *p, size_t v)
{
    const hear_tensor *init = p->graph->values[v].init;
    return init && init->dtype == HEAR_F32;
}

hear_status plan_find_weights(hear_plan *p, hear_error *err)
{
    const hear_graph *g = p->graph;
    size_t n = 0, bytes = 0;
    for (size_t i = 0; i < p->n_out; i++)
        p->values[plan_root(p, p->out[i])].reaches = p->values[p->out[i]].t.dtype == HEAR_F32;
    for (size_t s = p->n_steps; s-- > 0;) {
        const hear_call *c = &p->calls[p->steps[s]].call;
        bool reaches = false;
        for (size_t o = 0; o < c->n_out; o++)
            reaches = reaches || (c->out[o] && p->values[plan_root(p, c->node->out[o])].reaches);
        for (size_t j = 0; j < c->n_in && reaches && has_backward(c); j++)
            if (is_diff(c, j))
                p->values[plan_root(p, c->node->in[j])].reaches = true;
    }
    for (size_t v = 0; v < g->n_values; v++)
        if (is_weight(p, v) && p->values[v].reaches) {
            p->values[v].weight = n++;
            bytes += g->values[v].init->count * sizeof(float);
        }
    for (size_t i = 0; i < p->n_out; i++)
        bytes += p->values[p->out[i]].t.count * sizeof(float);
    const hear_status s = plan_account(p, bytes, err);
    if (s)
        return s;
    p->weights = calloc(n + 1, sizeof *p->weights);
    p->out_grads = calloc(p->n_out + 1, sizeof *p->out_grads);
    if (!p->weights || !p->out_grads)
        return HEAR_ERR_MEM;
    for (size_t v = 0; v < g->n_values; v++) {
        if (p->values[v].weight == PLAN_NONE)
            continue;
        hear_plan_weight *w = &p->weights[p->n_weights++];
        w->name = g->values[v].name;
        w->value = g->values[v].init;
        w->grad = p->values[v].grad = hear_alloc(w->value->count, sizeof(float));
        if (!w->grad)
            return HEAR_ERR_MEM;
    }
    for (size_t i = 0; i < p->n_out; i++) {
        p->out_grads[i] = hear_alloc(p->values[p->out[i]].t.count, sizeof(float));
        if (!p->out_grads[i])
            return HEAR_ERR_MEM;
    }
    return HEAR_OK;
}

void plan_copy_forward(hear_call *c)
{
    const size_t bytes = c->in[0]->count * hear_dtype_size(c->in[0]->dtype);
    if (bytes > 0)
        memcpy(c->out[0]->data, c->in[0]->data, bytes);
}

void plan_copy_backward(hear_call *c)
{
    for (size_t i = 0; i < c->in[0]->count; i++)
        c->in_grad[0][i] += c->out_grad[0][i];
}

/* Tells every call what is frozen and gives it a seed of its own for this run. */
void plan_prepare_run(hear_plan *p)
{
    for (size_t s = 0; s < p->n_steps; s++) {
        hear_call *c = &p->calls[p->steps[s]].call;
        bool *frozen = p->frozen_room + (c->in - p->in_room);
        for (size_t j = 0; j < c->n_in; j++) {
            const size_t w = c->in[j] ? p->values[c->node->in[j]].weight : PLAN_NONE;
            frozen[j] = w != PLAN_NONE && p->weights[w].frozen;
        }
        c->learning = p->learning;
        if (p->learning) {
            hear_rng rng;
            hear_rng_seed_stream(&rng, p->seed, p->runs * p->graph->n_nodes + p->steps[s]);
            c->seed = hear_rng_next(&rng);
        }
    }
    p->runs++;
}

/* A value is active where a weight that may move, or a wanted input, lies before it. */
static void find_active(hear_plan *p)
{
    for (size_t v = 0; v < p->graph->n_values; v++) {
        plan_value *value = &p->values[v];
        value->active = value->weight != PLAN_NONE ? !p->weights[value->weight].frozen
                                                   : value->input && p->want_input_grad;
        value->active = value->active && value->grad;
        value->arrived = value->weight != PLAN_NONE;
    }
    for (size_t s = 0; s < p->n_steps; s++) {
        const hear_call *c = &p->calls[p->steps[s]].call;
        bool active = false;
        for (size_t j = 0; j < c->n_in && has_backward(c); j++)
            active = active || (is_diff(c, j) && p->values[plan_root(p, c->node->in[j])].active);
        for (size_t o = 0; o < c->n_out && active; o++) {
            plan_value *root = c->out[o] ? &p->values[plan_root(p, c->node->out[o])] : NULL;
            if (root && root->grad)
                root->active = true;
        }
    }
}

/* Zeroes a gradient before the first addition to it, while it is about to be in the cache. */
static float *arrive(plan_value *root)
{
    if (!root->arrived)
        memset(root->grad, 0, root->t.count * sizeof(float));
    root->arrived = true;
    return root->grad;
}

void hear_plan_backward(hear_plan *p)
{
    assert(p->config.training);
    find_active(p);
    for (size_t i = 0; i < p->n_out; i++) {
        plan_value *root = &p->values[plan_root(p, p->out[i])];
        if (!root->active)
            continue;
        float *grad = arrive(root);
        for (size_t k = 0; k < root->t.count; k++)
            grad[k] += p->out_grads[i][k];
    }
    for (size_t s = p->n_steps; s-- > 0;) {
        hear_call *c = &p->calls[p->steps[s]].call;
        bool come = false, wanted = false;
        if (!has_backward(c))
            continue;
        for (size_t o = 0; o < c->n_out; o++) {
            plan_value *root = c->out[o] ? &p->values[plan_root(p, c->node->out[o])] : NULL;
            c->out_grad[o] = root && root->active && root->arrived ? root->grad : NULL;
            come = come || c->out_grad[o];
        }
        for (size_t j = 0; j < c->n_in && come; j++) {
            plan_value *root = is_diff(c, j) ? &p->values[plan_root(p, c->node->in[j])] : NULL;
            c->in_grad[j] = root && root->active ? arrive(root) : NULL;
            wanted = wanted || c->in_grad[j];
        }
        if (!come || !wanted)
            continue;
        if (c->view)
            plan_copy_backward(c);
        else
            c->op->backward(c);
    }
    for (size_t i = 0; i < p->graph->n_in && p->want_input_grad; i++) {
        plan_value *v = &p->values[p->graph->in[i]];
        if (v->input && v->active)
            arrive(v);
    }
}

size_t hear_plan_n_weights(const hear_plan *p)
{
    return p->n_weights;
}

hear_plan_weight *hear_plan_weight_at(hear_plan *p, size_t i)
{
    return &p->weights[i];
}

float *hear_plan_output_grad(hear_plan *p, size_t i)
{
    return p->out_grads ? p->out_grads[i] : NULL;
}

const float *hear_plan_input_grad(const hear_plan *p, size_t i)
{
    return p->want_input_grad ? p->values[p->graph->in[i]].grad : NULL;
}

void hear_plan_want_input_grad(hear_plan *p)
{
    p->want_input_grad = p->config.training;
}

void hear_plan_zero_grad(hear_plan *p)
{
    for (size_t i = 0; i < p->n_weights; i++)
        if (p->weights[i].value->count > 0)
            memset(p->weights[i].grad, 0, p->weights[i].value->count * sizeof(float));
}

void hear_plan_set_training(hear_plan *p, bool on, uint64_t seed)
{
    p->learning = on && p->config.training;
    p->seed = seed;
    p->runs = 0;
}
