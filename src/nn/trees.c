/* trees.c - see trees.h. */
#include "config.h"

#include "nn/trees.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const modes[] = { "LEAF",      "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                     "BRANCH_GT", "BRANCH_EQ",  "BRANCH_NEQ" };
enum { n_modes = sizeof modes / sizeof modes[0], MOST = 1 << 24 /* nodes, weights */ };

/* The lists that describe nodes and weights; all of one length within their kind. */
typedef struct {
    const int64_t *tree, *id, *yes, *no, *feature, *nan_is_yes; /* nan_is_yes may be NULL */
    const float *value;
    char *const *mode;
    const int64_t *weight_tree, *weight_node, *weight_label;
    const float *weight;
} lists;

static hear_status find_list(const hear_call *c, const char *name, size_t n, const hear_attr **out,
                             hear_error *err)
{
    *out = hear_node_attr(c->node, name);
    const size_t there = *out ? (*out)->n : 0;
    return there == n ? HEAR_OK
                      : hear_call_fail(c, err, "%s has %zu entries instead of %zu", name, there, n);
}

static hear_status read_lists(const hear_call *c, hear_trees *p, lists *l, hear_error *err)
{
    const struct {
        const char *name;
        const int64_t **ints;
        const float **floats;
        bool of_weights;
    } wanted[] = {
        { "nodes_treeids", &l->tree, NULL, false },
        { "nodes_nodeids", &l->id, NULL, false },
        { "nodes_truenodeids", &l->yes, NULL, false },
        { "nodes_falsenodeids", &l->no, NULL, false },
        { "nodes_featureids", &l->feature, NULL, false },
        { "nodes_values", NULL, &l->value, false },
        { "class_treeids", &l->weight_tree, NULL, true },
        { "class_nodeids", &l->weight_node, NULL, true },
        { "class_ids", &l->weight_label, NULL, true },
        { "class_weights", NULL, &l->weight, true },
    };
    const hear_attr *a = hear_node_attr(c->node, "nodes_modes");
    p->n_nodes = a ? a->n : 0;
    l->mode = a ? a->strings : NULL;
    if (p->n_nodes < 1 || p->n_nodes > MOST)
        return hear_call_fail(c, err, "has %zu tree nodes", p->n_nodes);
    a = hear_node_attr(c->node, "class_weights");
    p->n_weights = a ? a->n : 0;
    if (p->n_weights > MOST)
        return hear_call_fail(c, err, "has %zu weights", p->n_weights);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const size_t n = wanted[i].of_weights ? p->n_weights : p->n_nodes;
        const hear_status s = find_list(c, wanted[i].name, n, &a, err);
        if (s)
            return s;
        if (wanted[i].ints)
            *wanted[i].ints = a ? a->ints : NULL;
        else
            *wanted[i].floats = a ? a->floats : NULL;
    }
    a = hear_node_attr(c->node, "nodes_missing_value_tracks_true");
    if (a && a->n > 0 && a->n != p->n_nodes)
        return hear_call_fail(c, err, "%s has %zu entries instead of %zu", a->name, a->n,
                              p->n_nodes);
    l->nan_is_yes = a && a->n > 0 ? a->ints : NULL;
    a = hear_node_attr(c->node, "base_values");
    p->n_base = a ? a->n : 0;
    p->base = a ? a->floats : NULL;
    if (p->n_base > 0 && p->n_base != p->classes.n && !(p->n_base == 1 && p->classes.n == 2))
        return hear_call_fail(c, err, "%zu base values for %zu labels", p->n_base, p->classes.n);
    return HEAR_OK;
}

/* ---- nodes by tree and id */

typedef struct {
    int64_t tree, id;
    uint32_t at;
} key;

static int compare_keys(const void *a, const void *b)
{
    const key *x = a, *y = b;
    if (x->tree != y->tree)
        return x->tree < y->tree ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Number of a node in the lists; SIZE_MAX where there is none. */
static size_t find_node(const key *keys, size_t n, int64_t tree, int64_t id)
{
    const key wanted = { .tree = tree, .id = id };
    const key *k = bsearch(&wanted, keys, n, sizeof *keys, compare_keys);
    return k ? k->at : SIZE_MAX;
}

static hear_status read_node(const hear_call *c, hear_trees *p, const lists *l, const key *keys,
                             size_t i, hear_error *err)
{
    hear_tree_node *n = &p->nodes[i];
    for (n->mode = 0; n->mode < n_modes && strcmp(l->mode[i], modes[n->mode]) != 0;)
        n->mode++;
    if (n->mode == n_modes)
        return hear_call_fail(c, err, "node mode \"%.40s\" is not known", l->mode[i]);
    if (n->mode == HEAR_TREE_LEAF)
        return HEAR_OK;
    if (l->feature[i] < 0 || l->feature[i] >= (int64_t)p->n_features)
        return hear_call_fail(c, err, "feature %" PRId64 " of %zu", l->feature[i], p->n_features);
    n->value = l->value[i];
    n->feature = (uint32_t)l->feature[i];
    n->nan_is_yes = l->nan_is_yes && l->nan_is_yes[i] != 0;
    const int64_t ways[2] = { l->yes[i], l->no[i] };
    for (size_t w = 0; w < 2; w++) {
        const size_t to = find_node(keys, p->n_nodes, l->tree[i], ways[w]);
        if (to == SIZE_MAX)
            return hear_call_fail(c, err, "tree %" PRId64 " has no node %" PRId64, l->tree[i],
                                  ways[w]);
        if (p->nodes[to].has_parent)
            return hear_call_fail(c, err, "tree %" PRId64 ": two ways lead to node %" PRId64,
                                  l->tree[i], ways[w]);
        p->nodes[to].has_parent = true;
        *(w ? &n->no : &n->yes) = (uint32_t)to;
    }
    return HEAR_OK;
}

/* Every node has one parent at most, so what a walk from the roots does not reach goes in circles.
 * room: [n_nodes] */
static hear_status find_roots(const hear_call *c, hear_trees *p, const lists *l, const key *keys,
                              uint32_t *room, hear_error *err)
{
    for (size_t i = 0; i < p->n_nodes; i++) {
        const uint32_t at = keys[i].at;
        if (p->nodes[at].has_parent)
            continue;
        if (p->n_trees > 0 && l->tree[p->roots[p->n_trees - 1]] == keys[i].tree)
            return hear_call_fail(c, err, "tree %" PRId64 " has two roots", keys[i].tree);
        p->roots[p->n_trees++] = at;
    }
    size_t n_seen = 0;
    memcpy(room, p->roots, p->n_trees * sizeof *room);
    size_t n_waiting = p->n_trees;
    for (; n_seen < n_waiting; n_seen++) {
        const hear_tree_node *n = &p->nodes[room[n_seen]];
        if (n->mode == HEAR_TREE_LEAF)
            continue;
        room[n_waiting++] = n->yes;
        room[n_waiting++] = n->no;
    }
    return n_seen == p->n_nodes ? HEAR_OK : hear_call_fail(c, err, "a tree goes in circles");
}

/* Puts the weights of a leaf beside each other. room: [n_weights], the leaf of each */
static hear_status read_weights(const hear_call *c, hear_trees *p, const lists *l, const key *keys,
                                uint32_t *room, hear_error *err)
{
    bool same_label = true;
    p->all_positive = true;
    for (size_t i = 0; i < p->n_weights; i++) {
        const size_t at = find_node(keys, p->n_nodes, l->weight_tree[i], l->weight_node[i]);
        if (at == SIZE_MAX || p->nodes[at].mode != HEAR_TREE_LEAF)
            return hear_call_fail(c, err, "tree %" PRId64 " has no leaf %" PRId64,
                                  l->weight_tree[i], l->weight_node[i]);
        if (l->weight_label[i] < 0 || l->weight_label[i] >= (int64_t)p->classes.n)
            return hear_call_fail(c, err, "label %" PRId64 " of %zu", l->weight_label[i],
                                  p->classes.n);
        same_label = same_label && l->weight_label[i] == l->weight_label[0];
        p->all_positive = p->all_positive && !(l->weight[i] < 0.0f);
        room[i] = (uint32_t)at;
        p->nodes[at].n_weights++;
    }
    p->one_score = p->classes.n == 2 && same_label && p->n_weights > 0;
    uint32_t first = 0;
    for (size_t i = 0; i < p->n_nodes; i++) {
        p->nodes[i].first = first;
        first += p->nodes[i].n_weights;
        p->nodes[i].n_weights = 0;
    }
    for (size_t i = 0; i < p->n_weights; i++) {
        hear_tree_node *n = &p->nodes[room[i]];
        p->weights[n->first + n->n_weights++] =
            (hear_tree_weight){ (uint32_t)l->weight_label[i], l->weight[i] };
    }
    return HEAR_OK;
}

static hear_status read_trees(const hear_call *c, hear_trees *p, const lists *l, hear_error *err)
{
    const size_t most = p->n_nodes > p->n_weights ? p->n_nodes : p->n_weights;
    key *keys = hear_alloc(p->n_nodes, sizeof *keys);
    uint32_t *room = hear_alloc(most, sizeof *room);
    hear_status s = keys && room ? HEAR_OK : HEAR_ERR_MEM;
    for (size_t i = 0; s == HEAR_OK && i < p->n_nodes; i++)
        keys[i] = (key){ l->tree[i], l->id[i], (uint32_t)i };
    if (s == HEAR_OK)
        qsort(keys, p->n_nodes, sizeof *keys, compare_keys);
    for (size_t i = 1; s == HEAR_OK && i < p->n_nodes; i++)
        if (compare_keys(&keys[i - 1], &keys[i]) == 0)
            s = hear_call_fail(c, err, "tree %" PRId64 " has two nodes %" PRId64, keys[i].tree,
                               keys[i].id);
    for (size_t i = 0; s == HEAR_OK && i < p->n_nodes; i++)
        s = read_node(c, p, l, keys, i, err);
    if (s == HEAR_OK)
        s = find_roots(c, p, l, keys, room, err);
    if (s == HEAR_OK)
        s = read_weights(c, p, l, keys, room, err);
    hear_free(keys);
    hear_free(room);
    return s;
}

hear_status hear_trees_read(hear_trees **out, hear_call *c, hear_error *err)
{
    hear_trees head = { 0 };
    lists l = { 0 };
    hear_status s = hear_classes_infer(c, "classlabels_int64s", &head.classes, err);
    if (s || (s = hear_classes_input(c, &head.n_rows, &head.n_features, err)) ||
        (s = read_lists(c, &head, &l, err)))
        return s;
    /* one block, which the plan frees: head, nodes, weights, roots */
    const size_t bytes = sizeof head + head.n_nodes * (sizeof(hear_tree_node) + sizeof(uint32_t)) +
                         head.n_weights * sizeof(hear_tree_weight);
    hear_trees *p = hear_call_params(c, bytes);
    if (!p)
        return HEAR_ERR_MEM;
    *p = head;
    p->nodes = (hear_tree_node *)(p + 1);
    p->weights = (hear_tree_weight *)(p->nodes + p->n_nodes);
    p->roots = (uint32_t *)(p->weights + p->n_weights);
    if ((s = read_trees(c, p, &l, err)))
        return s;
    *out = p;
    return HEAR_OK;
}
