/* transfer.c - see transfer.h; hear_transfer_further is further.c's. */
#include "config.h"

#include "train/transfer.h"

#include "base/error.h"
#include "nn/plan.h"
#include "train/transfer_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* What the groups' probabilities may be less than before they count as that. */
static const float group_floor = 1e-3f;

/* The root of each number, with its sign. */
static size_t put_root(hear_net *n, const char *name, size_t cut)
{
    const size_t x = hear_net_flatten(n, "flat_cut", cut);
    const size_t root = hear_net_node(n, "Sqrt", "root", hear_net_node(n, "Abs", "size", x));
    return hear_net_node2(n, "Mul", name, hear_net_node(n, "Sign", "sign", x), root);
}

/* [N, groups | cut] where there are groups. scores: [N, n_base] */
static size_t put_features(hear_net *n, const hear_groups *groups, size_t cut, size_t scores)
{
    if (!groups)
        return put_root(n, "features", cut);
    const size_t k = groups->names.n;
    const size_t member = hear_net_fixed_matrix(n, "member", groups->n_base, k, groups->member);
    const size_t floor = hear_net_fixed(n, "group_floor", 1, &group_floor);
    size_t x = hear_net_node2(n, "MatMul", "group_sums", scores, member);
    x = hear_net_node(n, "Log", "group_logarithms",
                      hear_net_node2(n, "Add", "floored_sums", x, floor));
    return hear_net_concat(n, "features", 1, 2,
                           (const size_t[]){ x, put_root(n, "cut_root", cut) });
}

/* The label of base that is silence; n_labels where there is none, or no probabilities are. */
static size_t silence_of(const hear_model_info *base)
{
    size_t l = base->output == HEAR_OUTPUT_LOGITS ? base->n_labels : 0;
    while (l < base->n_labels && strcasecmp(base->labels[l], "silence") != 0)
        l++;
    return l;
}

/* What a patch of pure silence counts. Of 0.1, 0.01 and 1e-6 it does not matter which. */
#define SILENT_WEIGHT 0.01f

/* The output HEAR_TRANSFER_WEIGHT, [N, 1]. scores: [N, n_base] */
static void put_weight(hear_net *n, size_t scores, size_t n_base, size_t silence)
{
    static const float one = 1.0f;
    float *const less = calloc(n_base, sizeof *less);
    if (!less) {
        n->status = HEAR_ERR_MEM;
        return;
    }
    less[silence] = SILENT_WEIGHT - 1.0f;
    const size_t x = hear_net_node2(n, "MatMul", "less_weight", scores,
                                    hear_net_fixed_matrix(n, "silence", n_base, 1, less));
    free(less);
    hear_net_output(n, hear_net_node2(n, "Add", HEAR_TRANSFER_WEIGHT, x,
                                      hear_net_fixed(n, "whole_weight", 1, &one)));
}

static hear_status put_head(hear_graph *g, size_t features, size_t count, const hear_arch *arch,
                            const hear_arch_options *options)
{
    hear_net n = { .graph = g };
    arch->head(&n, options, features, count);
    return n.status;
}

static hear_status check(const hear_model *base, const char *cut, const hear_arch *arch,
                         const hear_arch_options *options, bool apart, hear_error *err)
{
    if (!arch->head)
        return hear_fail(err, HEAR_ERR_ARG, "%s is no head for another network", arch->name);
    if (base->info.layout == HEAR_LAYOUT_MEL_TIME)
        return hear_fail(err, HEAR_ERR_ARG,
                         "the model takes its frames mel-time; time-mel is taken");
    if (base->backbone)
        return hear_fail(err, HEAR_ERR_ARG, "stands itself on %s: build on that",
                         base->info.backbone);
    if (options->groups && base->info.output == HEAR_OUTPUT_LOGITS)
        return hear_fail(err, HEAR_ERR_ARG,
                         "the model's numbers are no probabilities to be summed");
    const size_t at = hear_graph_find(base->graph, cut);
    if (at == HEAR_NO_VALUE)
        return hear_fail(err, HEAR_ERR_ARG, "the model has no value '%.80s'", cut);
    bool is_output = false;
    for (size_t i = 0; i < base->graph->n_out; i++)
        is_output = is_output || base->graph->out[i] == at;
    if (apart && !is_output)
        return hear_fail(err, HEAR_ERR_ARG, "'%.80s' is no output of the model", cut);
    return HEAR_OK;
}

/* An input of the shape of a value of base; named so that no name of the head's is taken, until
 * name_inputs. */
static hear_status add_input(hear_graph *g, const hear_model *base, size_t value, size_t count,
                             size_t *out)
{
    char name[40];
    const hear_value *const v = &base->graph->values[value];
    const hear_shape flat = { .rank = 2, .dim = { -1, (int64_t)count } };
    snprintf(name, sizeof name, "fixed.input.%zu", value);
    *out = hear_graph_find(g, name);
    if (*out != HEAR_NO_VALUE)
        return HEAR_OK;
    return hear_graph_add_input(g, name, HEAR_F32, v->has_type ? &v->shape : &flat, out);
}

static hear_status rename_value(hear_value *v, const char *prefix, const char *name)
{
    const size_t room = strlen(prefix) + strlen(name) + 1;
    char *const text = malloc(room);
    if (!text)
        return HEAR_ERR_MEM;
    snprintf(text, room, "%s%s", prefix, name);
    free(v->name);
    v->name = text;
    return HEAR_OK;
}

/* Inputs get the names that base's outputs have; a value of the head's that has such a name gives
 * way: what the head's output is called does not matter. */
static hear_status name_inputs(hear_graph *g, const hear_model *base)
{
    hear_status s = HEAR_OK;
    for (size_t i = 0; i < base->graph->n_out && s == HEAR_OK; i++) {
        char name[40];
        const char *const wanted = base->graph->values[base->graph->out[i]].name;
        snprintf(name, sizeof name, "fixed.input.%zu", base->graph->out[i]);
        const size_t input = hear_graph_find(g, name), other = hear_graph_find(g, wanted);
        if (input == HEAR_NO_VALUE)
            continue;
        if (other != HEAR_NO_VALUE)
            s = rename_value(&g->values[other], "head.", wanted);
        if (s == HEAR_OK)
            s = rename_value(&g->values[input], "", wanted);
    }
    return s;
}

/* The graph that features are put on, and the two values that they are made of. */
static hear_status begin(hear_graph **out, const hear_model *base, bool apart, bool scored,
                         size_t count, size_t *cut, size_t *scores)
{
    if (apart) {
        hear_status s = hear_graph_create(out, HEAR_NET_OPSET);
        if (s == HEAR_OK)
            s = add_input(*out, base, *cut, count, cut);
        if (s == HEAR_OK && scored)
            s = add_input(*out, base, *scores, base->info.n_labels, scores);
        return s;
    }
    const hear_status s = hear_graph_copy(out, base->graph);
    if (s != HEAR_OK)
        return s;
    while ((*out)->n_props > 0)
        hear_graph_drop_prop(*out, (*out)->props[0].key);
    (*out)->n_out = 0;
    return hear_transfer_name(*out, NULL);
}

hear_status hear_transfer_build(hear_graph **out, const hear_model *base, const char *cut,
                                const hear_arch *arch, const hear_arch_options *options, bool apart,
                                hear_error *err)
{
    *out = NULL;
    hear_status s = check(base, cut, arch, options, apart, err);
    size_t count = 0;
    if (s == HEAR_OK)
        s = count_of(&count, base->graph, cut, err);
    if (s != HEAR_OK)
        return s;
    hear_graph *g = NULL;
    size_t at = hear_graph_find(base->graph, cut);
    size_t scores = base->graph->out[hear_model_output(base->graph)];
    const size_t silence = silence_of(&base->info), n_base = base->info.n_labels;
    const bool scored = options->groups || silence < n_base;
    s = begin(&g, base, apart, scored, count, &at, &scores);
    if (s == HEAR_OK) {
        hear_net n = { .graph = g };
        if (scored)
            scores = hear_net_flatten(&n, "flat_scores", scores);
        const size_t features = put_features(&n, options->groups, at, scores);
        s = n.status;
        if (s == HEAR_OK)
            s = put_head(g, features, count + (options->groups ? options->groups->names.n : 0),
                         arch, options);
        if (s == HEAR_OK && silence < n_base) {
            put_weight(&n, scores, n_base, silence);
            s = n.status;
        }
    }
    if (s == HEAR_OK && apart)
        s = name_inputs(g, base);
    if (s == HEAR_OK) {
        hear_graph_prune(g);
        *out = g;
        return HEAR_OK;
    }
    hear_graph_destroy(g);
    return hear_fail(err, s, NULL);
}

hear_status hear_transfer_head(hear_graph **out, const hear_arch *arch,
                               const hear_arch_options *options, size_t n_features, hear_error *err)
{
    const hear_shape shape = { .rank = 2, .dim = { -1, (int64_t)n_features } };
    size_t rows;
    *out = NULL;
    hear_graph *g;
    hear_status s = hear_graph_create(&g, HEAR_NET_OPSET);
    if (s == HEAR_OK)
        s = hear_graph_add_input(g, "rows", HEAR_F32, &shape, &rows);
    if (s == HEAR_OK) {
        hear_net n = { .graph = g };
        const size_t features = hear_net_flatten(&n, "features", rows);
        s = n.status == HEAR_OK ? put_head(g, features, n_features, arch, options) : n.status;
    }
    if (s == HEAR_OK) {
        *out = g;
        return HEAR_OK;
    }
    hear_graph_destroy(g);
    return hear_fail(err, s, NULL);
}

void hear_transfer_put(hear_graph *to, const hear_graph *from)
{
    for (size_t i = 0; i < from->n_values; i++) {
        const hear_tensor *const x = from->values[i].init;
        const size_t at = x ? hear_graph_find(to, from->values[i].name) : HEAR_NO_VALUE;
        if (at != HEAR_NO_VALUE && x->dtype == HEAR_F32)
            memcpy(to->values[at].init->data, x->data, x->count * sizeof(float));
    }
}
