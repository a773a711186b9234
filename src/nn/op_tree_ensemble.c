/* op_tree_ensemble.c - ai.onnx.ml's TreeEnsembleClassifier: every tree leads a row of features to a
 * leaf, whose weights are added to the scores.
 *
 * Sums are in double. Two labels of which the weights name one only give 1 - p and p, or -s and s
 * where weights are negative, as ONNX Runtime has it. */
#include "config.h"

#include "nn/op_list.h"

#include "nn/trees.h"

#include <math.h>
#include <string.h>

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_trees *p = NULL;
    const hear_status s = hear_trees_read(&p, c, err);
    if (s)
        return s;
    /* sums, whether a label was named, and scores where output 1 is left out */
    c->scratch_bytes =
        hear_size_mul(p->classes.n, sizeof(double) + sizeof(float) + sizeof(uint8_t));
    hear_classes_set_out(c, p->n_rows, p->classes.n);
    return HEAR_OK;
}

static bool goes_yes(const hear_tree_node *n, float x)
{
    if (isnan(x) && n->nan_is_yes)
        return true;
    switch (n->mode) {
    case HEAR_TREE_LEQ:
        return x <= n->value;
    case HEAR_TREE_LT:
        return x < n->value;
    case HEAR_TREE_GTE:
        return x >= n->value;
    case HEAR_TREE_GT:
        return x > n->value;
    case HEAR_TREE_EQ:
        return x == n->value;
    default:
        return x != n->value;
    }
}

static const hear_tree_node *leaf_of(const hear_trees *p, uint32_t root, const float *x)
{
    const hear_tree_node *n = &p->nodes[root];
    while (n->mode != HEAR_TREE_LEAF)
        n = &p->nodes[goes_yes(n, x[n->feature]) ? n->yes : n->no];
    return n;
}

/* sum, named: [n labels] */
static void add_up(const hear_trees *p, const float *x, double *sum, uint8_t *named)
{
    memset(sum, 0, p->classes.n * sizeof *sum);
    memset(named, 0, p->classes.n);
    for (size_t t = 0; t < p->n_trees; t++) {
        const hear_tree_node *leaf = leaf_of(p, p->roots[t], x);
        for (size_t w = leaf->first; w < (size_t)leaf->first + leaf->n_weights; w++) {
            sum[p->weights[w].label] += (double)p->weights[w].weight;
            named[p->weights[w].label] = 1;
        }
    }
}

/* Two labels: what base values mean depends on which labels the weights name. */
static void add_base_of_two(const hear_trees *p, double *sum, uint8_t *named)
{
    if (p->n_base == 1) {
        sum[0] += (double)p->base[0];
    } else if (p->n_base == 2 && named[1]) {
        sum[1] = (double)p->base[1] + sum[0];
        sum[0] = -sum[1];
    } else if (p->n_base == 2) {
        sum[0] += (double)p->base[0];
        sum[1] += (double)p->base[1];
        named[1] = 1;
    }
}

/* The label's number; scores: [2] */
static size_t finish_two(const hear_trees *p, double *sum, uint8_t *named, float *scores)
{
    add_base_of_two(p, sum, named);
    scores[0] = (float)sum[0];
    scores[1] = (float)sum[1];
    const float s = named[1] ? scores[1] : scores[0];
    const bool yes = s > (p->one_score && p->all_positive ? 0.5f : 0.0f);
    if (named[1])
        hear_post_apply(p->classes.post, scores, 2);
    else
        hear_post_two(p->classes.post, !(p->one_score && p->all_positive), scores);
    return yes;
}

static size_t finish(const hear_trees *p, double *sum, uint8_t *named, float *scores)
{
    if (p->classes.n == 2)
        return finish_two(p, sum, named, scores);
    for (size_t i = 0; i < p->classes.n; i++)
        scores[i] = (float)(sum[i] + (p->n_base > 0 ? (double)p->base[i] : 0.0));
    const size_t best = hear_classes_highest(scores, p->classes.n);
    hear_post_apply(p->classes.post, scores, p->classes.n);
    return best;
}

static void forward(hear_call *c)
{
    const hear_trees *p = c->params;
    const float *x = c->in[0]->data;
    const bool wanted = hear_call_has_out(c, 1);
    double *sum = c->scratch;
    float *spare = (float *)(sum + p->classes.n);
    uint8_t *named = (uint8_t *)(spare + p->classes.n);
    float *scores = wanted ? c->out[1]->data : spare;
    for (size_t r = 0; r < p->n_rows; r++, x += p->n_features) {
        add_up(p, x, sum, named);
        const size_t best = finish(p, sum, named, scores);
        if (hear_call_has_out(c, 0))
            ((int64_t *)c->out[0]->data)[r] = hear_classes_label(&p->classes, best);
        scores += wanted ? p->classes.n : 0;
    }
}

static const hear_op_attr attrs[] = { { "base_values", HEAR_ATTR_FLOATS },
                                      { "class_ids", HEAR_ATTR_INTS },
                                      { "class_nodeids", HEAR_ATTR_INTS },
                                      { "class_treeids", HEAR_ATTR_INTS },
                                      { "class_weights", HEAR_ATTR_FLOATS },
                                      { "classlabels_int64s", HEAR_ATTR_INTS },
                                      { "classlabels_strings", HEAR_ATTR_STRINGS },
                                      { "nodes_falsenodeids", HEAR_ATTR_INTS },
                                      { "nodes_featureids", HEAR_ATTR_INTS },
                                      { "nodes_hitrates", HEAR_ATTR_FLOATS },
                                      { "nodes_missing_value_tracks_true", HEAR_ATTR_INTS },
                                      { "nodes_modes", HEAR_ATTR_STRINGS },
                                      { "nodes_nodeids", HEAR_ATTR_INTS },
                                      { "nodes_treeids", HEAR_ATTR_INTS },
                                      { "nodes_truenodeids", HEAR_ATTR_INTS },
                                      { "nodes_values", HEAR_ATTR_FLOATS },
                                      { "post_transform", HEAR_ATTR_STRING },
                                      { 0 } };

#define STUMP                                                                                      \
    "nodes_treeids=0,0,0 nodes_nodeids=0,1,2 nodes_truenodeids=1,0,0 nodes_falsenodeids=2,0,0 "    \
    "nodes_featureids=1,0,0 nodes_values=0,0,0 nodes_modes=BRANCH_LEQ,LEAF,LEAF "                  \
    "class_treeids=0,0 class_nodeids=1,2 class_weights=1,1 outs=2 "
static const char *const cases[] = { "x=3x2 " STUMP "class_ids=0,1 classlabels_int64s=7,8",
                                     "x=2x3 " STUMP "class_ids=0,0 classlabels_strings=a,b "
                                     "base_values=1,2 post_transform=LOGISTIC",
                                     NULL };

const hear_op hear_op_tree_ensemble_classifier = {
    .name = "TreeEnsembleClassifier",
    .domain = "ai.onnx.ml",
    .min_opset = 1,
    .max_opset = 4, /* 5 has another operator in its place */
    .min_in = 1,
    .max_in = 1,
    .max_out = 2,
    .any_out = true,
    .attrs = attrs,
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
