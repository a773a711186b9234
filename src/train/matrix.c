/* matrix.c - see matrix.h. */
#include "config.h"

#include "train/matrix.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/plan.h"

#include <string.h>

enum { MAX_TASKS = 16 };

typedef struct {
    hear_matrix *m;
    const hear_examples *e;
    hear_plan *plans[MAX_TASKS]; /* of one row each, as a classifier's */
    float *targets[MAX_TASKS];   /* [n_labels] */
    size_t n_tasks;
} making;

static void make_rows(void *user, size_t task)
{
    const making *const k = user;
    hear_matrix *m = k->m;
    for (size_t i = task; i < m->n; i += k->n_tasks) {
        hear_example_window(k->e, i, hear_plan_input(k->plans[task], 0)->data, k->targets[task]);
        hear_plan_run(k->plans[task]);
        memcpy(m->x + i * m->n_features, hear_plan_output(k->plans[task], 0)->data,
               m->n_features * sizeof *m->x);
    }
}

/* Label, group and weight of every row. number: [groups of the data set], zeros; rare: [n_labels]
 */
static void describe(hear_matrix *m, const hear_examples *e, hear_sampling sampling, size_t *number,
                     double *rare)
{
    size_t row = 0;
    hear_example_label_weights(e, true, rare);
    for (size_t i = 0; i < hear_sampler_count(e->sampler); i++) {
        const size_t clip = hear_sampler_clip(e->sampler, i);
        const size_t n = hear_example_windows_of(e, i);
        const double share = hear_sampler_share(e->sampler, i);
        size_t *group = &number[e->data->clips[clip].group];
        if (*group == 0)
            *group = ++m->n_groups;
        for (size_t w = 0; w < n; w++, row++) {
            m->label[row] = e->data->clips[clip].label;
            m->group[row] = *group - 1;
            m->weight[row] = sampling == HEAR_SAMPLE_PLAIN      ? 1.0
                             : sampling == HEAR_SAMPLE_WEIGHTED ? rare[m->label[row]]
                                                                : share * (double)m->n / (double)n;
            m->weight[row] *= hear_example_row_share(e, i, w);
        }
    }
}

static hear_status prepare(making *k, hear_graph *graph, const char *value, hear_pool *pool,
                           hear_error *err)
{
    const size_t n_threads = hear_pool_n_threads(pool);
    const hear_plan_config config = { .batch = 1, .output = value };
    for (; k->n_tasks < n_threads && k->n_tasks < MAX_TASKS; k->n_tasks++) {
        const hear_status s = hear_plan_create(&k->plans[k->n_tasks], graph, &config, err);
        if (s != HEAR_OK)
            return s;
        k->targets[k->n_tasks] = hear_alloc(k->m->n_labels, sizeof(float));
        if (!k->targets[k->n_tasks])
            return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    hear_matrix *m = k->m;
    size_t cells;
    m->n_features = hear_plan_output(k->plans[0], 0)->count;
    if (!hear_mul(m->n, m->n_features, &cells))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    m->x = hear_alloc(cells, sizeof *m->x);
    m->label = hear_alloc(m->n, sizeof *m->label);
    m->group = hear_alloc(m->n, sizeof *m->group);
    m->weight = hear_alloc(m->n, sizeof *m->weight);
    const bool all = m->x && m->label && m->group && m->weight;
    return all ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

hear_status hear_matrix_make(hear_matrix *m, hear_graph *graph, const char *value,
                             const hear_examples *e, hear_sampling sampling, hear_pool *pool,
                             hear_error *err)
{
    *m = (hear_matrix){ .n = hear_example_windows(e), .n_labels = e->data->labels.n };
    making k = { .m = m, .e = e };
    size_t *number = hear_alloc(e->data->groups.n, sizeof *number);
    double *rare = hear_alloc(m->n_labels, sizeof *rare);
    hear_status s =
        number && rare ? prepare(&k, graph, value, pool, err) : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK) {
        describe(m, e, sampling, number, rare);
        hear_pool_run(pool, make_rows, &k, k.n_tasks);
    }
    for (size_t i = 0; i < MAX_TASKS; i++) {
        hear_plan_destroy(k.plans[i]);
        hear_free(k.targets[i]);
    }
    hear_free(number);
    hear_free(rare);
    if (s != HEAR_OK)
        hear_matrix_clear(m);
    return s;
}

void hear_matrix_clear(hear_matrix *m)
{
    hear_free(m->x);
    hear_free(m->label);
    hear_free(m->group);
    hear_free(m->weight);
    *m = (hear_matrix){ 0 };
}
