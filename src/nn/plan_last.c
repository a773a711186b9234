/* plan_last.c - inference only: which values have their channels last.
 *
 * All that may, do at first: what one call makes of others' calls' results. Then what does not fit
 * together is taken back until nothing changes. */
#include "config.h"

#include "nn/plan_parts.h"

#include "base/error.h"

static hear_layouts layouts_of(const hear_call *c)
{
    if (c->view)
        return hear_call_same_layouts(c);
    return c->op->layouts ? c->op->layouts(c) : HEAR_LAYOUTS_PLAIN;
}

/* A value of the plan's own, which a call reads or makes. */
static bool may_change(const hear_tensor *t)
{
    return t && t->dtype == HEAR_F32 && !t->data && !hear_tensor_is_last(t);
}

static bool take_back(hear_tensor *t)
{
    const bool had = t && t->channels_last;
    if (had)
        t->channels_last = false;
    return had;
}

/* True where the call had something to change. */
static bool settle(hear_plan *p, const hear_call *c, hear_layouts layouts)
{
    bool all = layouts == HEAR_LAYOUTS_SAME, changed = false;
    if (layouts == HEAR_LAYOUTS_ANY)
        return false;
    for (size_t j = 0; j < c->n_in && all; j++)
        all = !c->in[j] || c->in[j]->data || c->in[j]->channels_last;
    for (size_t o = 0; o < c->n_out && all; o++)
        all = !c->out[o] || c->out[o]->channels_last;
    for (size_t j = 0; j < c->n_in && !all; j++)
        if (c->in[j])
            changed |= take_back(&p->values[c->node->in[j]].t);
    for (size_t o = 0; o < c->n_out && !all; o++)
        changed |= take_back(c->out[o]);
    return changed;
}

static void choose(hear_plan *p)
{
    for (size_t i = 0; i < p->graph->n_nodes; i++) {
        const hear_call *c = &p->calls[i].call;
        for (size_t o = 0; o < c->n_out && p->calls[i].kind == CALL_RUN; o++)
            if (may_change(c->out[o]))
                c->out[o]->channels_last = !plan_value_of(c->out[o])->output;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < p->graph->n_nodes; i++)
            if (p->calls[i].kind == CALL_RUN)
                changed |= settle(p, &p->calls[i].call, layouts_of(&p->calls[i].call));
    }
}

hear_status plan_last(hear_plan *p, hear_error *err)
{
    choose(p);
    for (size_t i = 0; i < p->graph->n_nodes; i++) {
        hear_call *c = &p->calls[i].call;
        if (p->calls[i].kind != CALL_RUN || !c->op->arrange)
            continue;
        c->op->arrange(c);
        if (c->scratch_bytes > p->max_bytes)
            return hear_call_fail(c, err, "does not fit into %zu MiB", p->max_bytes >> 20);
    }
    return HEAR_OK;
}
