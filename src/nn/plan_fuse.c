/* plan_fuse.c - inference only: batch normalisation becomes part of the weights before it, and an
 * activation the last touch of what makes its input. */
#include "config.h"

#include "nn/plan_parts.h"

#include <stdlib.h>

/* The call that alone makes what call i reads first, and for it alone; NULL otherwise. */
static plan_call *only_maker(hear_plan *p, size_t i)
{
    const hear_call *c = &p->calls[i].call;
    if (c->n_in == 0 || !c->in[0])
        return NULL;
    const plan_value *v = &p->values[c->node->in[0]];
    if (v->maker == PLAN_NONE || v->n_uses != 1 || v->output)
        return NULL;
    plan_call *maker = &p->calls[v->maker];
    if (maker->kind != CALL_RUN || maker->call.view) /* a view has no forward to do it in */
        return NULL;
    return maker->call.out[0] == &v->t ? maker : NULL;
}

/* Call i is done by maker from now on, which writes i's output. */
static void merge(hear_plan *p, plan_call *maker, size_t i)
{
    p->calls[i].kind = CALL_MERGED;
    maker->call.out[0] = p->calls[i].call.out[0];
    p->values[p->calls[i].call.node->out[0]].maker = (size_t)(maker - p->calls);
}

static bool others_constant(const hear_plan *p, const hear_call *c)
{
    for (size_t j = 1; j < c->n_in; j++)
        if (c->in[j] && !p->values[c->node->in[j]].constant)
            return false;
    return true;
}

static hear_status fold_affine(hear_plan *p, size_t i, hear_error *err)
{
    const hear_call *c = &p->calls[i].call;
    plan_call *maker = only_maker(p, i);
    if (!maker || !maker->call.op->absorb || maker->call.act.kind != HEAR_ACT_NONE ||
        c->out[0]->shape.rank < 2 || !others_constant(p, c) || !others_constant(p, &maker->call))
        return HEAR_OK;
    const size_t channels = (size_t)c->out[0]->shape.dim[1];
    if (!maker->call.own[1]) {
        const size_t weights = hear_call_weight(&maker->call, 1)->count + channels;
        const hear_status s = plan_account(p, weights * sizeof(float), err);
        if (s)
            return s;
    }
    double *gain = calloc(channels * 2 + 1, sizeof *gain);
    if (!gain)
        return HEAR_ERR_MEM;
    bool done = false;
    c->op->as_affine(c, gain, gain + channels);
    const hear_status s =
        maker->call.op->absorb(&maker->call, channels, gain, gain + channels, &done);
    free(gain);
    if (!s && done)
        merge(p, maker, i);
    return s;
}

hear_status plan_fuse(hear_plan *p, hear_error *err)
{
    for (size_t i = 0; i < p->graph->n_nodes; i++) {
        const hear_call *c = &p->calls[i].call;
        if (p->calls[i].kind != CALL_RUN)
            continue;
        if (c->op->as_affine) {
            const hear_status s = fold_affine(p, i, err);
            if (s)
                return s;
        } else if (c->op->as_act) {
            const hear_act act = c->op->as_act(c);
            plan_call *maker = only_maker(p, i);
            if (act.kind == HEAR_ACT_NONE || !maker || !maker->call.op->fuses_act ||
                maker->call.act.kind != HEAR_ACT_NONE)
                continue;
            maker->call.act = act;
            merge(p, maker, i);
        }
    }
    return HEAR_OK;
}
