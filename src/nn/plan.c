/* plan.c - a plan's life: made, run, asked; see plan.h. */
#include "config.h"

#include "nn/plan_parts.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdlib.h>

static hear_status create(hear_plan *p, hear_error *err)
{
    const hear_graph *g = p->graph;
    hear_status s;
    p->values = calloc(g->n_values + 1, sizeof *p->values);
    p->calls = calloc(g->n_nodes + 1, sizeof *p->calls);
    if (!p->values || !p->calls)
        return HEAR_ERR_MEM;
    if ((s = plan_build(p, err)))
        return s;
    if (!p->config.training && ((s = plan_fuse(p, err)) || (s = plan_last(p, err))))
        return s;
    return plan_layout(p, err);
}

hear_status hear_plan_create(hear_plan **out, hear_graph *graph, const hear_plan_config *config,
                             hear_error *err)
{
    *out = NULL;
    if (config->batch < 1 || config->batch > INT32_MAX)
        return hear_fail(err, HEAR_ERR_ARG, "a batch of %zu", config->batch);
    hear_plan *p = calloc(1, sizeof *p);
    if (!p)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    p->graph = graph;
    p->config = *config;
    p->max_bytes = config->max_bytes ? config->max_bytes : PLAN_MAX_BYTES;
    if (p->max_bytes > SIZE_MAX / 8)
        p->max_bytes = SIZE_MAX / 8;
    p->n_in = graph->n_in;
    const hear_status s = create(p, err);
    p->config.inputs = NULL; /* the caller's, for planning only */
    p->config.output = NULL;
    if (s) {
        hear_plan_destroy(p);
        return s == HEAR_ERR_MEM ? hear_fail(err, s, NULL) : s;
    }
    *out = p;
    return HEAR_OK;
}

void hear_plan_destroy(hear_plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->graph->n_nodes && p->calls; i++) {
        hear_free(p->calls[i].call.params);
        for (size_t k = 0; k < 3; k++)
            hear_tensor_destroy(p->calls[i].call.own[k]);
    }
    for (size_t v = 0; v < p->graph->n_values && p->values; v++)
        if (p->values[v].owned)
            hear_free(p->values[v].t.data);
    for (size_t i = 0; i < p->n_weights; i++)
        hear_free(p->weights[i].grad);
    for (size_t i = 0; i < p->n_out && p->out_grads; i++)
        hear_free(p->out_grads[i]);
    for (size_t i = 0; i < p->n_apart; i++)
        hear_free(p->apart[i]);
    free(p->apart);
    hear_free(p->arena);
    free(p->weights);
    free(p->out_grads);
    free(p->out);
    free(p->values);
    free(p->calls);
    free(p->steps);
    free(p->in_room);
    free(p->out_room);
    free(p->in_grad_room);
    free(p->out_grad_room);
    free(p->frozen_room);
    free(p);
}

void hear_plan_run(hear_plan *p)
{
    if (p->config.training)
        plan_prepare_run(p);
    for (size_t s = 0; s < p->n_steps; s++) {
        hear_call *c = &p->calls[p->steps[s]].call;
        if (c->view)
            plan_copy_forward(c);
        else
            c->op->forward(c);
    }
}

size_t hear_plan_n_inputs(const hear_plan *p)
{
    return p->n_in;
}

hear_tensor *hear_plan_input(hear_plan *p, size_t i)
{
    return &p->values[p->graph->in[i]].t;
}

size_t hear_plan_n_outputs(const hear_plan *p)
{
    return p->n_out;
}

const hear_tensor *hear_plan_output(const hear_plan *p, size_t i)
{
    return &p->values[p->out[i]].t;
}

uint64_t hear_plan_macs(const hear_plan *p)
{
    uint64_t macs = 0;
    for (size_t s = 0; s < p->n_steps; s++)
        macs += p->calls[p->steps[s]].call.macs;
    return macs;
}

size_t hear_plan_bytes(const hear_plan *p)
{
    return p->bytes;
}

size_t hear_plan_n_nodes(const hear_plan *p)
{
    return p->graph->n_nodes;
}

hear_plan_node hear_plan_node_info(const hear_plan *p, size_t i)
{
    const hear_node *node = &p->graph->nodes[i];
    const plan_call *pc = &p->calls[i];
    hear_plan_node info = { .node = node, .folded = pc->kind != CALL_RUN };
    if (pc->kind == CALL_UNNEEDED)
        return info;
    for (size_t o = node->n_out; o-- > 0;)
        if (node->out[o] != HEAR_NO_VALUE)
            info.out = &p->values[node->out[o]].t;
    info.macs = pc->kind == CALL_RUN ? pc->call.macs : 0;
    for (size_t j = 0; j < node->n_in; j++) {
        const hear_tensor *init =
            node->in[j] == HEAR_NO_VALUE ? NULL : p->graph->values[node->in[j]].init;
        if (init && init->dtype == HEAR_F32)
            info.n_weights += init->count;
    }
    return info;
}
