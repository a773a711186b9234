/* standardise.c - hear_train_standardise of trainer.h. */
#include "config.h"

#include "train/trainer.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/arch.h"

#include <math.h>
#include <string.h>

enum { BATCH = 16, EXAMPLES = 1024 };

typedef struct {
    const hear_trainer_config *config;
    hear_plan *plan;
    size_t n, n_rows; /* features, and how often an example has them */
    double *sum, *square;
    float *frames, *target, *scratch;
} measuring;

/* Numbers of examples that no training step uses. */
static uint64_t number(size_t i)
{
    return UINT64_MAX - i;
}

static void measure(measuring *m)
{
    const hear_examples *e = m->config->examples;
    const bool all = m->config->batch == 0;
    const size_t n_cells = hear_example_size(e);
    const size_t n = all ? hear_example_windows(e) : EXAMPLES;
    for (size_t i = 0; i < n; i++) {
        if (all)
            hear_example_window(e, i, m->frames, m->target);
        else
            hear_example_make(e, number(i), m->scratch, m->frames, m->target);
        float *row = (float *)hear_plan_input(m->plan, 0)->data + i % BATCH * n_cells;
        memcpy(row, m->frames, n_cells * sizeof *row);
        if (i % BATCH < BATCH - 1 && i + 1 < n)
            continue;
        hear_plan_run(m->plan);
        const float *features = hear_plan_output(m->plan, 0)->data;
        for (size_t k = 0; k < (i % BATCH + 1) * m->n_rows * m->n; k++) {
            m->sum[k % m->n] += features[k];
            m->square[k % m->n] += (double)features[k] * features[k];
        }
    }
    const double rows = (double)(n * m->n_rows);
    for (size_t k = 0; k < m->n; k++) {
        m->sum[k] /= rows;
        m->square[k] = sqrt(fmax(0.0, m->square[k] / rows - m->sum[k] * m->sum[k]));
    }
}

hear_status hear_train_standardise(hear_graph *graph, const hear_trainer_config *config,
                                   hear_error *err)
{
    if (hear_graph_find(graph, "features") == HEAR_NO_VALUE)
        return HEAR_OK;
    measuring m = { .config = config };
    const hear_plan_config plan = { .batch = BATCH, .output = "features" };
    hear_status s = hear_plan_create(&m.plan, graph, &plan, err);
    if (s != HEAR_OK)
        return s;
    const hear_examples *e = config->examples;
    const hear_tensor *features = hear_plan_output(m.plan, 0);
    m.n = (size_t)features->shape.dim[features->shape.rank - 1];
    m.n_rows = features->count / BATCH / m.n;
    m.sum = hear_alloc(m.n, sizeof *m.sum);
    m.square = hear_alloc(m.n, sizeof *m.square);
    m.frames = hear_alloc(hear_example_size(e), sizeof *m.frames);
    m.target = hear_alloc(e->data->labels.n, sizeof *m.target);
    m.scratch = hear_alloc(hear_example_scratch(e), sizeof *m.scratch);
    if (m.sum && m.square && m.frames && m.target && m.scratch) {
        measure(&m);
        s = hear_arch_standardise(graph, m.sum, m.square, m.n);
        if (s != HEAR_OK)
            hear_fail(err, HEAR_ERR_MODEL, "the network has features, but no constants for them");
    } else {
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    hear_plan_destroy(m.plan);
    hear_free(m.sum);
    hear_free(m.square);
    hear_free(m.frames);
    hear_free(m.target);
    hear_free(m.scratch);
    return s;
}
