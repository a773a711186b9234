/* forest.c - see forest.h. */
#include "config.h"

#include "train/forest.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    float x;
    size_t row;
} entry;

/* One tree under way. */
typedef struct {
    const hear_forest_config *config;
    const hear_matrix *m;
    size_t n_tried;
    hear_rng rng;
    hear_forest_tree *tree;
    double *times; /* [n_groups] how often each group was drawn */
    size_t *rows;  /* [n_rows] those drawn; a node's are beside each other */
    size_t n_rows;
    entry *sorted;    /* [m->n] */
    size_t *features; /* [n_features] in a shuffled order */
    double *left;     /* [n_labels] */
    double *all;      /* [n_labels] */
} grower;

typedef struct {
    size_t node, begin, end, depth; /* rows begin .. end - 1 */
} task;

typedef struct {
    size_t feature, n_left;
    float threshold;
    double score;
} split;

static double weight_of(const grower *g, size_t row)
{
    return g->m->weight[row] * g->times[g->m->group[row]];
}

static int compare(const void *a, const void *b)
{
    const float x = ((const entry *)a)->x, y = ((const entry *)b)->x;
    return (x > y) - (x < y);
}

/* Between a < b: nearest to the middle from below, so that a goes one way and b the other. */
static float between(float a, float b)
{
    const double middle = (double)a / 2.0 + (double)b / 2.0;
    float t = (float)middle;
    if ((double)t > middle)
        t = nextafterf(t, -INFINITY);
    return t >= b ? a : t < a ? a : t;
}

static double squares(const double *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sum;
}

/* The best split of rows by a feature; *best is replaced where it is better. What Gini's impurity
 * loses is largest where the sums of squares over the weights are. False: all are equal. */
static bool try_feature(grower *g, const task *t, size_t feature, split *best)
{
    const hear_matrix *m = g->m;
    const size_t n = t->end - t->begin, n_labels = m->n_labels;
    for (size_t i = 0; i < n; i++) {
        const size_t row = g->rows[t->begin + i];
        g->sorted[i] = (entry){ m->x[row * m->n_features + feature], row };
    }
    qsort(g->sorted, n, sizeof *g->sorted, compare);
    if (!(g->sorted[0].x < g->sorted[n - 1].x))
        return false;
    double whole = 0.0, left = 0.0;
    for (size_t l = 0; l < n_labels; l++)
        whole += g->all[l];
    memset(g->left, 0, n_labels * sizeof *g->left);
    for (size_t i = 0; i + 1 < n; i++) {
        const double w = weight_of(g, g->sorted[i].row);
        g->left[m->label[g->sorted[i].row]] += w;
        left += w;
        if (!(g->sorted[i].x < g->sorted[i + 1].x))
            continue;
        double right = 0.0;
        for (size_t l = 0; l < n_labels; l++)
            right += (g->all[l] - g->left[l]) * (g->all[l] - g->left[l]);
        const double score = squares(g->left, n_labels) / left + right / (whole - left);
        if (score > best->score)
            *best = (split){ feature, i + 1, between(g->sorted[i].x, g->sorted[i + 1].x), score };
    }
    return true;
}

/* Features are drawn without replacement until n_tried of them can be split by. */
static split find_split(grower *g, const task *t)
{
    split best = { .score = -INFINITY };
    const size_t n = g->m->n_features;
    size_t n_useful = 0;
    for (size_t i = 0; i < n && n_useful < g->n_tried; i++) {
        const size_t other = i + (size_t)hear_rng_below(&g->rng, n - i);
        const size_t feature = g->features[other];
        g->features[other] = g->features[i];
        g->features[i] = feature;
        n_useful += try_feature(g, t, feature, &best);
    }
    return best;
}

static bool add_node(grower *g, size_t *node)
{
    hear_forest_tree *tree = g->tree;
    const size_t n_labels = g->m->n_labels;
    if (tree->n_nodes == tree->room) {
        const size_t room = tree->room ? 2 * tree->room : 8;
        hear_forest_node *nodes = realloc(tree->nodes, room * sizeof *nodes);
        tree->nodes = nodes ? nodes : tree->nodes;
        double *shares = nodes ? realloc(tree->shares, room * n_labels * sizeof *shares) : NULL;
        tree->shares = shares ? shares : tree->shares;
        if (!nodes || !shares)
            return false;
        tree->room = room;
    }
    *node = tree->n_nodes++;
    tree->nodes[*node] = (hear_forest_node){ 0 };
    return true;
}

/* Sums the labels' weights into all, and sets the node's shares. True: of one label only. */
static bool measure(grower *g, const task *t)
{
    const size_t n_labels = g->m->n_labels;
    double *shares = g->tree->shares + t->node * n_labels, whole = 0.0;
    size_t n_there = 0;
    memset(g->all, 0, n_labels * sizeof *g->all);
    for (size_t i = t->begin; i < t->end; i++)
        g->all[g->m->label[g->rows[i]]] += weight_of(g, g->rows[i]);
    for (size_t l = 0; l < n_labels; l++) {
        whole += g->all[l];
        n_there += g->all[l] > 0.0;
    }
    for (size_t l = 0; l < n_labels; l++)
        shares[l] = g->all[l] / whole;
    return n_there <= 1;
}

/* Puts the rows that go to yes first. */
static void part(grower *g, const task *t, const split *s)
{
    const hear_matrix *m = g->m;
    size_t low = t->begin, high = t->end;
    while (low < high)
        if (m->x[g->rows[low] * m->n_features + s->feature] <= s->threshold) {
            low++;
        } else {
            const size_t row = g->rows[low];
            g->rows[low] = g->rows[--high];
            g->rows[high] = row;
        }
}

/* Depth first, yes before no. */
static bool grow(grower *g)
{
    task stack[2 * HEAR_MAX_DEPTH + 2];
    size_t n = 1;
    stack[0] = (task){ .end = g->n_rows };
    if (!add_node(g, &stack[0].node))
        return false;
    while (n > 0) {
        const task t = stack[--n];
        const bool pure = measure(g, &t);
        if (pure || t.depth >= g->config->max_depth)
            continue;
        const split s = find_split(g, &t);
        if (s.n_left == 0)
            continue;
        size_t yes, no;
        part(g, &t, &s);
        if (!add_node(g, &yes) || !add_node(g, &no))
            return false;
        g->tree->nodes[t.node] = (hear_forest_node){
            .feature = s.feature, .threshold = s.threshold, .yes = yes, .no = no
        };
        const size_t middle = t.begin + s.n_left;
        stack[n++] = (task){ no, middle, t.end, t.depth + 1 };
        stack[n++] = (task){ yes, t.begin, middle, t.depth + 1 };
    }
    return true;
}

/* ---- the trees of a forest */

typedef struct {
    const hear_forest_config *config;
    const hear_matrix *m;
    hear_forest *forest;
    double **times; /* [n_trees]: [n_groups] */
    atomic_bool no_memory;
} growing;

static void draw_groups(grower *g)
{
    for (size_t i = 0; i < g->m->n_groups; i++)
        g->times[i] = g->config->bootstrap ? 0.0 : 1.0;
    for (size_t i = 0; i < g->m->n_groups && g->config->bootstrap; i++)
        g->times[hear_rng_below(&g->rng, g->m->n_groups)] += 1.0;
    for (size_t i = 0; i < g->m->n; i++)
        if (g->times[g->m->group[i]] > 0.0)
            g->rows[g->n_rows++] = i;
}

static void grow_tree(void *user, size_t i)
{
    growing *const k = user;
    const hear_matrix *m = k->m;
    grower g = { .config = k->config, .m = m, .tree = &k->forest->trees[i] };
    g.n_tried = k->config->n_tried ? k->config->n_tried : (size_t)sqrt((double)m->n_features);
    hear_rng_seed_stream(&g.rng, k->config->seed, i);
    g.times = k->times[i] = hear_alloc(m->n_groups, sizeof *g.times);
    g.rows = hear_alloc(m->n, sizeof *g.rows);
    g.sorted = hear_alloc(m->n, sizeof *g.sorted);
    g.features = hear_alloc(m->n_features, sizeof *g.features);
    g.left = hear_alloc(m->n_labels, sizeof *g.left);
    g.all = hear_alloc(m->n_labels, sizeof *g.all);
    bool done = g.times && g.rows && g.sorted && g.features && g.left && g.all;
    if (done) {
        for (size_t f = 0; f < m->n_features; f++)
            g.features[f] = f;
        draw_groups(&g);
        done = grow(&g);
    }
    if (!done)
        atomic_store(&k->no_memory, true);
    hear_free(g.rows);
    hear_free(g.sorted);
    hear_free(g.features);
    hear_free(g.left);
    hear_free(g.all);
}

static const double *shares_of(const hear_forest_tree *t, const float *x, size_t n_labels)
{
    size_t n = 0;
    while (t->nodes[n].yes)
        n = x[t->nodes[n].feature] <= t->nodes[n].threshold ? t->nodes[n].yes : t->nodes[n].no;
    return t->shares + n * n_labels;
}

/* sum: [n_labels] */
static void judge_out_of_bag(const growing *k, double *sum)
{
    const hear_matrix *m = k->m;
    hear_forest *f = k->forest;
    for (size_t i = 0; i < m->n; i++) {
        bool any = false;
        memset(sum, 0, m->n_labels * sizeof *sum);
        for (size_t t = 0; t < f->n_trees; t++) {
            if (k->times[t][m->group[i]] > 0.0)
                continue;
            const double *shares = shares_of(&f->trees[t], m->x + i * m->n_features, m->n_labels);
            for (size_t l = 0; l < m->n_labels; l++)
                sum[l] += shares[l];
            any = true;
        }
        size_t best = 0;
        for (size_t l = 1; l < m->n_labels; l++)
            best = sum[l] > sum[best] ? l : best;
        f->n_out_of_bag += any;
        f->n_out_of_bag_right += any && best == m->label[i];
    }
}

static bool is_valid(const hear_forest_config *c, const hear_matrix *m)
{
    return c->n_trees >= 1 && c->n_trees <= HEAR_MAX_TREES && c->max_depth >= 1 &&
           c->max_depth <= HEAR_MAX_DEPTH && c->n_tried <= m->n_features && m->n > 0 &&
           m->n_features > 0;
}

hear_status hear_forest_grow(hear_forest **out, const hear_forest_config *config,
                             const hear_matrix *m, hear_pool *pool)
{
    *out = NULL;
    if (!is_valid(config, m))
        return HEAR_ERR_ARG;
    growing k = { .config = config, .m = m, .forest = calloc(1, sizeof *k.forest) };
    double *sum = hear_alloc(m->n_labels, sizeof *sum);
    k.times = calloc(config->n_trees, sizeof *k.times);
    if (k.forest) {
        k.forest->trees = calloc(config->n_trees, sizeof *k.forest->trees);
        k.forest->n_trees = k.forest->trees ? config->n_trees : 0;
        k.forest->n_features = m->n_features;
        k.forest->n_labels = m->n_labels;
    }
    hear_status s = k.forest && k.forest->trees && k.times && sum ? HEAR_OK : HEAR_ERR_MEM;
    if (s == HEAR_OK) {
        hear_pool_run(pool, grow_tree, &k, config->n_trees);
        s = atomic_load(&k.no_memory) ? HEAR_ERR_MEM : HEAR_OK;
    }
    if (s == HEAR_OK)
        judge_out_of_bag(&k, sum);
    for (size_t t = 0; k.times && t < config->n_trees; t++)
        hear_free(k.times[t]);
    free(k.times);
    hear_free(sum);
    if (s != HEAR_OK)
        hear_forest_destroy(k.forest);
    else
        *out = k.forest;
    return s;
}

void hear_forest_destroy(hear_forest *f)
{
    if (!f)
        return;
    for (size_t t = 0; t < f->n_trees; t++) {
        free(f->trees[t].nodes);
        free(f->trees[t].shares);
    }
    free(f->trees);
    free(f);
}

void hear_forest_probs(const hear_forest *f, const float *x, double *probs)
{
    memset(probs, 0, f->n_labels * sizeof *probs);
    for (size_t t = 0; t < f->n_trees; t++) {
        const double *shares = shares_of(&f->trees[t], x, f->n_labels);
        for (size_t l = 0; l < f->n_labels; l++)
            probs[l] += shares[l] / (double)f->n_trees;
    }
}
