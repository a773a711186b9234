/* arch_groups.c - logistic regression in two steps on another network: its labels' groups tell the
 * groups of ours apart, and its embedding the labels within a group.
 *
 *   features [groups | embedding] -> groups' logarithms -> softmax over groups ----------- * ->
 * probs
 *                                 -> embedding -> softmax among the labels of each group - '
 *
 * What a network has learnt of millions of recordings about its labels is kept in few numbers,
 * which a few recordings cannot spoil; what it has no labels for is learnt from its embedding. */
#include "config.h"

#include "train/arch.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/logreg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Columns first .. first + n - 1 of the standardised features. */
static size_t part(hear_net *n, const char *name, size_t x, size_t first, size_t count, size_t all)
{
    return hear_net_trim(n, name, x, 1, (int64_t)first, (int64_t)(all - first - count));
}

/* fixed.owner [groups][labels], fixed.siblings [labels][labels]: 1 where they belong together. */
static void put_members(hear_net *n, const hear_arch_options *o, size_t *owner, size_t *siblings)
{
    const size_t n_groups = o->groups->names.n, n_labels = o->n_labels;
    float *const a = hear_alloc(n_groups * n_labels, sizeof *a);
    float *const b = hear_alloc(n_labels * n_labels, sizeof *b);
    if (!a || !b)
        n->status = HEAR_ERR_MEM;
    for (size_t l = 0; l < n_labels && a && b; l++) {
        const size_t group = hear_groups_of(o->groups, o->labels[l]);
        a[group * n_labels + l] = 1.0f;
        for (size_t k = 0; k < n_labels; k++)
            b[k * n_labels + l] = group == hear_groups_of(o->groups, o->labels[k]) ? 1.0f : 0.0f;
    }
    *owner = *siblings = HEAR_NO_VALUE;
    if (n->status == HEAR_OK) {
        *owner = hear_net_fixed_matrix(n, "owner", n_groups, n_labels, a);
        *siblings = hear_net_fixed_matrix(n, "siblings", n_labels, n_labels, b);
    }
    hear_free(a);
    hear_free(b);
}

static void put_layers(hear_net *n, const hear_arch_options *o, size_t features, size_t count)
{
    const size_t n_groups = o->groups->names.n;
    const size_t x = hear_arch_standardised(n, features, count);
    const size_t logs = part(n, "group_logs", x, 0, n_groups, count);
    const size_t rest = part(n, "rest", x, n_groups, count - n_groups, count);
    size_t owner, siblings;
    put_members(n, o, &owner, &siblings);
    const size_t groups = hear_net_dense(n, "groups", logs, n_groups, n_groups);
    const size_t group_probs = hear_net_node(n, "Softmax", "group_probs", groups);
    hear_net_set_int(n, "axis", 1);
    const size_t mine = hear_net_node2(n, "MatMul", "label_group", group_probs, owner);
    const size_t within = hear_net_dense(n, "within", rest, count - n_groups, o->n_labels);
    const float bounds[] = { -30.0f, 30.0f };
    const size_t low = hear_net_fixed(n, "low", 1, bounds),
                 high = hear_net_fixed(n, "high", 1, bounds + 1);
    const size_t bounded = hear_net_node2(n, "Max", "bounded_below",
                                          hear_net_node2(n, "Min", "bounded", within, high), low);
    const size_t e = hear_net_node(n, "Exp", "within_exp", bounded);
    const size_t sum = hear_net_node2(n, "MatMul", "within_sum", e, siblings);
    hear_net_output(
        n, hear_net_node2(n, "Mul", "probs", mine, hear_net_node2(n, "Div", "share", e, sum)));
}

static void no_build(hear_net *n, const hear_arch_options *o, size_t window, size_t width)
{
    (void)o;
    (void)window;
    (void)width;
    n->status = HEAR_ERR_ARG; /* it stands on another network only */
}

/* The loss over all rows counts so much against leaving what the network says of its groups. Of 8
 * to 1000 this is about the best on sources left out; they differ little. */
#define GROUPS_LOSS 20.0

/* What is told apart at once: some groups, or the labels of one. */
typedef struct {
    size_t group;                    /* SIZE_MAX: of groups */
    size_t n;                        /* labels here, 0 .. n - 1 */
    size_t as[HEAR_MAX_CLASSES];     /* of each label to be learnt; SIZE_MAX: not among them */
    size_t row_of[HEAR_MAX_CLASSES]; /* of each label here, the row of its weights */
} part_of;

/* How much of a row is of its own group, 0 .. 1: of a speaker's pauses little is to be learnt. */
static double share_of(const hear_graph *g, const float *row, size_t group)
{
    const float *const mean = g->values[hear_graph_find(g, HEAR_NET_FIXED "mean")].init->data;
    const float *const scale = g->values[hear_graph_find(g, HEAR_NET_FIXED "scale")].init->data;
    const double logarithm =
        scale[group] > 0.0f ? (double)row[group] / (double)scale[group] + (double)mean[group] : 0.0;
    return fmin(fmax(exp(logarithm), 0.02), 1.0);
}

/* The rows whose label has a number in `as`, which becomes their label, and some columns of theirs;
 * every new label weighs alike. group: that all of them are of, or SIZE_MAX. */
static hear_status select_rows(hear_matrix *out, const hear_graph *g, const hear_matrix *m,
                               const part_of *p, size_t first, size_t count)
{
    const size_t *const as = p->as, n_labels = p->n;
    *out = (hear_matrix){ .n_features = count, .n_labels = n_labels };
    double *const sum = hear_alloc(n_labels, sizeof *sum);
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += as[m->label[i]] != SIZE_MAX;
    out->x = hear_alloc(n * count, sizeof *out->x);
    out->label = hear_alloc(n, sizeof *out->label);
    out->weight = hear_alloc(n, sizeof *out->weight);
    if (!sum || !out->x || !out->label || !out->weight) {
        hear_free(sum);
        hear_matrix_clear(out);
        return HEAR_ERR_MEM;
    }
    for (size_t i = 0; i < m->n; i++) {
        if (as[m->label[i]] == SIZE_MAX)
            continue;
        memcpy(out->x + out->n * count, m->x + i * m->n_features + first, count * sizeof *out->x);
        out->label[out->n] = as[m->label[i]];
        const float *const row = m->x + i * m->n_features;
        const double weight =
            m->weight[i] * (p->group == SIZE_MAX ? 1.0 : share_of(g, row, p->group));
        out->weight[out->n++] = weight;
        sum[as[m->label[i]]] += weight;
    }
    for (size_t i = 0; i < n; i++)
        out->weight[i] *= (double)n / (double)n_labels / sum[out->label[i]];
    hear_free(sum);
    return HEAR_OK;
}

/* Of groups: the weights that make a group's logarithm its own score, and no other's. [n][count+1]
 */
static double *own_scores(const hear_graph *g, const part_of *p, size_t count)
{
    const float *const scale = g->values[hear_graph_find(g, HEAR_NET_FIXED "scale")].init->data;
    double *const w = hear_alloc(p->n * (count + 1), sizeof *w);
    for (size_t u = 0; w && u < p->n; u++) {
        const size_t k = p->row_of[u];
        const double deviation = scale[k] > 0.0f ? 1.0 / (double)scale[k] : 0.0;
        if (p->n > 2)
            w[u * (count + 1) + k] = deviation;
        else /* one vector for two */
            w[k] = u == 0 ? -deviation : deviation;
    }
    return w;
}

/* Solves for a part's labels, from `count` features. Groups are held near what the network says
 * itself. */
static hear_status solve_part(hear_graph *g, const char *dense, const hear_fit *fit,
                              const part_of *p, size_t first, size_t count, hear_fit_result *result)
{
    char name[40];
    hear_matrix m;
    hear_status s = select_rows(&m, g, fit->matrix, p, first, count);
    if (s != HEAR_OK)
        return s;
    hear_logreg_config config = { .c = fit->options->c,
                                  .l1 = fit->options->l1,
                                  .max_steps = 20000,
                                  .stop = fit->stop,
                                  .user = fit->user };
    double *const towards = p->group == SIZE_MAX ? own_scores(g, p, count) : NULL;
    if (p->group == SIZE_MAX) {
        config.c = GROUPS_LOSS / (double)m.n;
        config.l1 = false;
        config.towards = towards;
    }
    hear_logreg l;
    s = p->group == SIZE_MAX && !towards ? HEAR_ERR_MEM
                                         : hear_logreg_solve(&l, &config, &m, fit->pool);
    hear_matrix_clear(&m);
    hear_free(towards);
    if (s != HEAR_OK)
        return s;
    snprintf(name, sizeof name, "%s.weight", dense);
    float *const weight = g->values[hear_graph_find(g, name)].init->data;
    snprintf(name, sizeof name, "%s.bias", dense);
    float *const bias = g->values[hear_graph_find(g, name)].init->data;
    for (size_t u = 0; u < p->n; u++) {
        const bool shared = l.n_units < p->n; /* two labels have one vector */
        const double *const from = l.weights + (shared ? 0 : u) * (count + 1);
        const double by = !shared ? 1.0 : u == 0 ? -0.5 : 0.5;
        for (size_t k = 0; k < count; k++)
            weight[p->row_of[u] * count + k] = (float)(by * from[k]);
        bias[p->row_of[u]] = (float)(by * from[count]);
    }
    result->solved = true;
    result->converged = result->converged && l.converged;
    result->n_steps += l.n_steps;
    result->objective += l.objective;
    hear_logreg_clear(&l);
    return HEAR_OK;
}

/* The groups that labels to be learnt belong to; the others are never said. */
static hear_status solve_groups(hear_graph *g, const hear_fit *fit, part_of *p,
                                hear_fit_result *result)
{
    const hear_arch_options *o = fit->options;
    const size_t n_groups = o->groups->names.n;
    float *const bias = g->values[hear_graph_find(g, "groups.bias")].init->data;
    p->group = SIZE_MAX;
    for (size_t k = 0; k < n_groups; k++) {
        bool any = false;
        for (size_t l = 0; l < o->n_labels; l++)
            if (hear_groups_of(o->groups, o->labels[l]) == k) {
                p->as[l] = p->n;
                any = true;
            }
        if (any)
            p->row_of[p->n++] = k;
        else
            bias[k] = -1e4f;
    }
    if (p->n < 2)
        return HEAR_OK; /* one group has all of them */
    return solve_part(g, "groups", fit, p, 0, n_groups, result);
}

static hear_status solve(hear_graph *g, const hear_fit *fit, hear_fit_result *result,
                         hear_error *err)
{
    const hear_arch_options *o = fit->options;
    const size_t n_groups = o->groups->names.n;
    part_of *const p = hear_alloc(1, sizeof *p);
    *result = (hear_fit_result){ .converged = true };
    hear_status s = p ? solve_groups(g, fit, p, result) : HEAR_ERR_MEM;
    for (size_t k = 0; k < n_groups && s == HEAR_OK; k++) {
        p->group = k;
        p->n = 0;
        for (size_t l = 0; l < o->n_labels; l++) {
            p->as[l] = hear_groups_of(o->groups, o->labels[l]) == k ? p->n : SIZE_MAX;
            if (p->as[l] != SIZE_MAX)
                p->row_of[p->n++] = l;
        }
        if (p->n > 1)
            s = solve_part(g, "within", fit, p, n_groups, fit->matrix->n_features - n_groups,
                           result);
    }
    hear_free(p);
    return s == HEAR_OK ? HEAR_OK
                        : hear_fail(err, s, s == HEAR_ERR_ARG ? "C must be above 0" : NULL);
}

const hear_arch hear_arch_groups = {
    .name = "logreg",
    .summary = "logistic regression in two steps",
    .takes_c = true,
    .fit = solve,
    .fit_value = "standard",
    .settings = hear_arch_dense_settings,
    .build = no_build,
    .head = put_layers,
};
