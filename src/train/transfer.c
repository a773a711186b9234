/* transfer.c - see transfer.h. */
#include "config.h"

#include "train/transfer.h"

#include "base/error.h"
#include "nn/plan.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX HEAR_NET_FIXED "base."

const char *hear_transfer_cut(const hear_model *base)
{
    const char *name = base->info.embedding;
    return name && name[0] ? name : NULL;
}

/* Numbers in the value, of one window. */
static hear_status count_of(size_t *count, hear_graph *g, const char *cut, hear_error *err)
{
    hear_plan *plan;
    const hear_plan_config config = { .batch = 1, .output = cut };
    const hear_status s = hear_plan_create(&plan, g, &config, err);
    if (s != HEAR_OK)
        return s;
    const hear_tensor *const t = hear_plan_output(plan, 0);
    const bool fits = t->dtype == HEAR_F32 && t->shape.rank > 0 && t->shape.dim[0] == 1;
    *count = t->count;
    hear_plan_destroy(plan);
    return fits ? HEAR_OK
                : hear_fail(err, HEAR_ERR_ARG, "'%.80s' is no float32 value of one window", cut);
}

/* Out of the way of the head's names, and of training. */
static hear_status fix_names(hear_graph *g)
{
    for (size_t i = 0; i < g->n_values; i++) {
        const size_t room = strlen(PREFIX) + strlen(g->values[i].name) + 1;
        char *name = malloc(room);
        if (!name)
            return HEAR_ERR_MEM;
        memcpy(name, PREFIX, strlen(PREFIX));
        memcpy(name + strlen(PREFIX), g->values[i].name, room - strlen(PREFIX));
        free(g->values[i].name);
        g->values[i].name = name;
    }
    return HEAR_OK;
}

static hear_status put_head(hear_graph *g, size_t cut, size_t count,
                            const hear_arch_options *options)
{
    hear_net n = { .graph = g };
    size_t x = hear_net_flatten(&n, "features", cut);
    x = hear_arch_standardised(&n, x, count);
    hear_arch_head(&n, options, x, count);
    return n.status;
}

hear_status hear_transfer_build(hear_graph **out, const hear_model *base, const char *cut,
                                const hear_arch_options *options, hear_error *err)
{
    *out = NULL;
    if (base->info.layout == HEAR_LAYOUT_MEL_TIME)
        return hear_fail(err, HEAR_ERR_ARG,
                         "the model takes its frames mel-time; time-mel is taken");
    if (base->backbone)
        return hear_fail(err, HEAR_ERR_ARG, "stands itself on %s: build on that",
                         base->info.backbone);
    const size_t at = hear_graph_find(base->graph, cut);
    if (at == HEAR_NO_VALUE)
        return hear_fail(err, HEAR_ERR_ARG, "the model has no value '%.80s'", cut);
    hear_graph *g;
    size_t count = 0;
    hear_status s = hear_graph_copy(&g, base->graph);
    if (s != HEAR_OK)
        return hear_fail(err, s, NULL);
    s = count_of(&count, g, cut, err);
    if (s == HEAR_OK) {
        while (g->n_props > 0)
            hear_graph_drop_prop(g, g->props[0].key);
        g->n_out = 0;
        s = fix_names(g);
        if (s == HEAR_OK)
            s = put_head(g, at, count, options);
        if (s == HEAR_OK)
            hear_graph_prune(g);
        else
            hear_fail(err, s, NULL);
    }
    if (s == HEAR_OK)
        *out = g;
    else
        hear_graph_destroy(g);
    return s;
}
