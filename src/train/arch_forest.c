/* arch_forest.c - random forests, as scikit-learn's are exported: features, and behind them
 * ai.onnx.ml's TreeEnsembleClassifier. */
#include "config.h"

#include "train/arch.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/forest.h"

#include <stdlib.h>

enum { N_TREES = 100, DEPTH = 2 };

/* The operator's lists. */
typedef struct {
    size_t n_nodes, n_weights;
    int64_t *tree, *id, *yes, *no, *feature;    /* [n_nodes] */
    float *value;                               /* [n_nodes] */
    const char **mode;                          /* [n_nodes] */
    int64_t *weight_tree, *weight_node, *label; /* [n_weights] */
    float *weight;                              /* [n_weights] */
} lists;

static void clear(lists *l)
{
    void *const all[] = { l->tree,        l->id,    l->yes,          l->no,
                          l->feature,     l->value, (void *)l->mode, l->weight_tree,
                          l->weight_node, l->label, l->weight };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
}

static bool make_room(lists *l, size_t n_nodes, size_t n_weights)
{
    l->tree = calloc(n_nodes, sizeof *l->tree);
    l->id = calloc(n_nodes, sizeof *l->id);
    l->yes = calloc(n_nodes, sizeof *l->yes);
    l->no = calloc(n_nodes, sizeof *l->no);
    l->feature = calloc(n_nodes, sizeof *l->feature);
    l->value = calloc(n_nodes, sizeof *l->value);
    l->mode = calloc(n_nodes, sizeof *l->mode);
    l->weight_tree = calloc(n_weights, sizeof *l->weight_tree);
    l->weight_node = calloc(n_weights, sizeof *l->weight_node);
    l->label = calloc(n_weights, sizeof *l->label);
    l->weight = calloc(n_weights, sizeof *l->weight);
    return l->tree && l->id && l->yes && l->no && l->feature && l->value && l->mode &&
           l->weight_tree && l->weight_node && l->label && l->weight;
}

/* Two labels have one weight a leaf: the second's share, of which the operator makes both. */
static void put_leaf(lists *l, const hear_forest *f, size_t tree, size_t node)
{
    const double *shares = f->trees[tree].shares + node * f->n_labels;
    const bool two = f->n_labels == 2;
    for (size_t k = two ? 1 : 0; k < f->n_labels; k++) {
        const size_t w = l->n_weights++;
        l->weight_tree[w] = (int64_t)tree;
        l->weight_node[w] = (int64_t)node;
        l->label[w] = two ? 0 : (int64_t)k;
        l->weight[w] = (float)(shares[k] / (double)f->n_trees);
    }
}

static bool list(lists *l, const hear_forest *f)
{
    size_t n_nodes = 0;
    for (size_t t = 0; t < f->n_trees; t++)
        n_nodes += f->trees[t].n_nodes;
    if (!make_room(l, n_nodes, n_nodes * f->n_labels))
        return false;
    for (size_t t = 0; t < f->n_trees; t++)
        for (size_t i = 0; i < f->trees[t].n_nodes; i++) {
            const hear_forest_node *node = &f->trees[t].nodes[i];
            const size_t n = l->n_nodes++;
            l->tree[n] = (int64_t)t;
            l->id[n] = (int64_t)i;
            l->yes[n] = (int64_t)node->yes;
            l->no[n] = (int64_t)node->no;
            l->feature[n] = (int64_t)node->feature;
            l->value[n] = node->threshold;
            l->mode[n] = node->yes ? "BRANCH_LEQ" : "LEAF";
            if (!node->yes)
                put_leaf(l, f, t, i);
        }
    return true;
}

static hear_status put_forest(hear_node *node, const hear_forest *f)
{
    lists l = { 0 };
    hear_status s = list(&l, f) ? HEAR_OK : HEAR_ERR_MEM;
    const struct {
        const char *name;
        size_t n;
        const int64_t *ints;
        const float *floats;
    } attrs[] = {
        { "class_ids", l.n_weights, l.label, NULL },
        { "class_nodeids", l.n_weights, l.weight_node, NULL },
        { "class_treeids", l.n_weights, l.weight_tree, NULL },
        { "class_weights", l.n_weights, NULL, l.weight },
        { "nodes_falsenodeids", l.n_nodes, l.no, NULL },
        { "nodes_featureids", l.n_nodes, l.feature, NULL },
        { "nodes_nodeids", l.n_nodes, l.id, NULL },
        { "nodes_treeids", l.n_nodes, l.tree, NULL },
        { "nodes_truenodeids", l.n_nodes, l.yes, NULL },
        { "nodes_values", l.n_nodes, NULL, l.value },
    };
    for (size_t i = 0; s == HEAR_OK && i < sizeof attrs / sizeof attrs[0]; i++)
        s = attrs[i].ints ? hear_node_set_ints(node, attrs[i].name, attrs[i].n, attrs[i].ints)
                          : hear_node_set_floats(node, attrs[i].name, attrs[i].n, attrs[i].floats);
    if (s == HEAR_OK)
        s = hear_node_set_strings(node, "nodes_modes", l.n_nodes, l.mode);
    clear(&l);
    return s;
}

static hear_status fit(hear_graph *g, const hear_fit *with, hear_fit_result *result,
                       hear_error *err)
{
    const hear_arch_options *o = with->options;
    const hear_forest_config config = { .n_trees = o->n_trees ? o->n_trees : N_TREES,
                                        .max_depth = o->depth ? o->depth : DEPTH,
                                        .bootstrap = true,
                                        .seed = with->seed };
    hear_forest *f;
    hear_node *node = hear_graph_last_node(g);
    hear_status s = hear_forest_grow(&f, &config, with->matrix, with->pool);
    if (s != HEAR_OK)
        return hear_fail(err, s, s == HEAR_ERR_ARG ? "no such forest can be grown" : NULL);
    s = put_forest(node, f);
    if (s == HEAR_OK)
        s = hear_node_set_strings(node, "classlabels_strings", f->n_labels,
                                  (const char *const *)with->labels);
    *result = (hear_fit_result){ .n_out_of_bag = f->n_out_of_bag,
                                 .n_out_of_bag_right = f->n_out_of_bag_right };
    hear_forest_destroy(f);
    return s == HEAR_OK ? s : hear_fail(err, s, NULL);
}

/* Before it has learnt: one leaf, and all labels alike. */
static hear_status put_leaf_alone(hear_node *node, size_t n_labels)
{
    hear_forest_node leaf = { 0 };
    double *shares = hear_alloc(n_labels, sizeof *shares);
    const char **labels = hear_alloc(n_labels, sizeof *labels);
    hear_status s = shares && labels ? HEAR_OK : HEAR_ERR_MEM;
    for (size_t i = 0; s == HEAR_OK && i < n_labels; i++) {
        shares[i] = 1.0 / (double)n_labels;
        labels[i] = "";
    }
    hear_forest_tree tree = { .n_nodes = 1, .nodes = &leaf, .shares = shares };
    const hear_forest f = { .n_trees = 1, .n_labels = n_labels, .trees = &tree };
    if (s == HEAR_OK)
        s = put_forest(node, &f);
    if (s == HEAR_OK)
        s = hear_node_set_strings(node, "classlabels_strings", n_labels, labels);
    hear_free(shares);
    hear_free(labels);
    return s;
}

static void build(hear_net *n, const hear_arch_options *o, size_t window, size_t width)
{
    size_t count, out[2];
    const char *input = o->input ? o->input : hear_arch_forest.input;
    const size_t features = hear_arch_features(n, input, window, width, &count);
    hear_graph *g = n->graph;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_value(g, "label", &out[0]);
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_value(g, "probs", &out[1]);
    if (n->status == HEAR_OK)
        n->status = hear_graph_push_node(g, "ai.onnx.ml", "TreeEnsembleClassifier", "forest", 1,
                                         &features, 2, out);
    if (n->status == HEAR_OK)
        n->status = put_leaf_alone(hear_graph_last_node(g), o->n_labels);
    if (n->status != HEAR_OK)
        return;
    g->opset_ml = 1;
    hear_value *label = &g->values[out[0]]; /* to others; here it is the label's number */
    label->has_type = true;
    label->dtype = HEAR_STRING;
    label->shape = (hear_shape){ .rank = 1, .dim = { -1 } };
    hear_net_output(n, out[1]);
    hear_net_output(n, out[0]);
}

const hear_arch hear_arch_forest = {
    .name = "forest",
    .summary = "random forest, 100 trees of depth 2 unless told otherwise",
    .input = "descriptors",
    .takes_trees = true,
    .fit = fit,
    .fit_value = "features",
    .settings = hear_arch_dense_settings,
    .build = build,
};
