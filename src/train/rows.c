/* rows.c - see rows.h. Every task writes its own recordings' rows only. */
#include "config.h"

#include "train/rows.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/plan.h"
#include "train/example.h"
#include "train/net.h"
#include "train/transfer.h"

#include <stdatomic.h>
#include <string.h>

enum { MAX_TASKS = 16, CHUNK = 64 /* recordings between two calls of progress */ };

typedef struct {
    const hear_rows_config *config;
    hear_rows *rows;
    hear_examples own, copies; /* a patch; a window */
    size_t n_patches;          /* of a window */
    hear_plan *plans[MAX_TASKS];
    float *frames[MAX_TASKS], *scratch[MAX_TASKS], *target[MAX_TASKS];
    size_t n_tasks, from, to; /* the chunk's recordings */
} making;

/* A copy's window was finished as one: once more does the same to each patch as to frames that were
 * never finished. */
static void run_patch(const making *k, size_t task, const float *frames, size_t row)
{
    hear_frontend_finish_window(&k->config->info->frontend, frames,
                                hear_plan_input(k->plans[task], 0)->data, k->own.window);
    hear_plan_run(k->plans[task]);
    const float *const out = hear_plan_output(k->plans[task], 0)->data;
    memcpy(k->rows->x + row * k->rows->n_features, out, k->rows->n_features * sizeof *k->rows->x);
    if (k->rows->weight)
        k->rows->weight[row] = out[k->rows->n_features];
}

static void do_clip(const making *k, size_t task, size_t clip)
{
    const hear_rows_config *c = k->config;
    const size_t hop = k->own.hop, width = hear_frontend_width(&c->info->frontend);
    size_t row = k->rows->first[clip];
    float *frames = k->frames[task];
    for (size_t i = 0; i < k->rows->n_own[clip]; i++, row++) {
        hear_sound_raw(c->sounds, clip, i * hop, k->own.window, frames);
        run_patch(k, task, frames, row);
    }
    const size_t end = k->rows->first[clip + 1];
    for (size_t copy = 0; row < end; copy++) {
        hear_example_make_of(&k->copies, clip, (uint64_t)clip * 0x100000 + copy, k->scratch[task],
                             frames, k->target[task]);
        for (size_t p = 0; p < k->n_patches; p++, row++)
            run_patch(k, task, frames + p * hop * width, row);
    }
    for (size_t i = k->rows->first[clip]; k->rows->weight && i < end; i++)
        k->rows->sum[clip] += (double)k->rows->weight[i];
}

static void do_chunk(void *user, size_t task)
{
    const making *const k = user;
    for (size_t i = k->from + task; i < k->to; i += k->n_tasks)
        do_clip(k, task, i);
}

static bool is_asked(const hear_rows_config *c, size_t clip)
{
    const hear_split split = c->data->clips[clip].split;
    return (split == HEAR_SPLIT_TRAIN || split == HEAR_SPLIT_VALID) &&
           c->sounds->sound[clip].frames;
}

static void count(making *k)
{
    const hear_rows_config *c = k->config;
    hear_rows *r = k->rows;
    for (size_t i = 0; i < r->n_clips; i++) {
        size_t n = 0;
        if (is_asked(c, i)) {
            r->n_own[i] = hear_windows_of(&c->info->frontend, c->sounds->sound[i].n_samples,
                                          k->own.window, k->own.hop);
            n = r->n_own[i] + c->n_copies * k->n_patches;
        }
        r->first[i + 1] = r->first[i] + n;
    }
}

/* What is planned up to: "features", or "row": these and the weight, so that both come of one run.
 */
static hear_status put_row_value(hear_graph *g, const char **name)
{
    const size_t weight = hear_graph_find(g, HEAR_TRANSFER_WEIGHT);
    hear_net n = { .graph = g };
    *name = "features";
    if (weight == HEAR_NO_VALUE)
        return HEAR_OK;
    *name = "row";
    if (hear_graph_find(g, "row") == HEAR_NO_VALUE)
        hear_net_concat(&n, "row", 1, 2,
                        (const size_t[]){ hear_graph_find(g, "features"), weight });
    return n.status;
}

static hear_status prepare_tasks(making *k, hear_error *err)
{
    const hear_rows_config *c = k->config;
    hear_plan_config config = { .batch = 1 };
    const hear_status named = put_row_value(c->graph, &config.output);
    if (named != HEAR_OK)
        return hear_fail(err, named, NULL);
    const size_t n_threads = hear_pool_n_threads(c->pool);
    const size_t n_frames = c->info->window * hear_frontend_width(&c->info->frontend);
    for (; k->n_tasks < n_threads && k->n_tasks < MAX_TASKS; k->n_tasks++) {
        const size_t t = k->n_tasks;
        const hear_status s = hear_plan_create(&k->plans[t], c->graph, &config, err);
        if (s != HEAR_OK)
            return s;
        k->frames[t] = hear_alloc(n_frames, sizeof(float));
        k->scratch[t] = hear_alloc(hear_example_scratch(&k->copies), sizeof(float));
        k->target[t] = hear_alloc(c->data->labels.n, sizeof(float));
        if (!k->frames[t] || !k->scratch[t] || !k->target[t])
            return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    return HEAR_OK;
}

static hear_status prepare(making *k, hear_error *err)
{
    const hear_rows_config *c = k->config;
    hear_rows *r = k->rows;
    r->n_clips = c->data->n_clips;
    r->first = hear_alloc(r->n_clips + 1, sizeof *r->first);
    r->n_own = hear_alloc(r->n_clips, sizeof *r->n_own);
    if (!r->first || !r->n_own)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    count(k);
    const hear_status s = prepare_tasks(k, err);
    if (s != HEAR_OK)
        return s;
    const bool weighed = hear_graph_find(c->graph, HEAR_TRANSFER_WEIGHT) != HEAR_NO_VALUE;
    r->n_features = hear_plan_output(k->plans[0], 0)->count - weighed;
    size_t cells;
    if (weighed) {
        r->weight = hear_alloc(r->first[r->n_clips], sizeof *r->weight);
        r->sum = hear_alloc(r->n_clips, sizeof *r->sum);
    }
    if (!hear_mul(r->first[r->n_clips], r->n_features, &cells) ||
        !(r->x = hear_alloc(cells, sizeof *r->x)) || (weighed && !(r->weight && r->sum)))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    return HEAR_OK;
}

static hear_status make(making *k, hear_error *err)
{
    const hear_rows_config *c = k->config;
    for (k->from = 0; k->from < k->rows->n_clips; k->from = k->to) {
        k->to = k->from + CHUNK < k->rows->n_clips ? k->from + CHUNK : k->rows->n_clips;
        hear_pool_run(c->pool, do_chunk, k, k->n_tasks);
        if (c->progress && !c->progress(c->user, k->to, k->rows->n_clips))
            return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    }
    return HEAR_OK;
}

hear_status hear_rows_create(hear_rows **out, const hear_rows_config *config, hear_error *err)
{
    const hear_model_info *info = config->info;
    const unsigned lonely =
        config->augment & ~(1u << HEAR_AUGMENT_MIX | 1u << HEAR_AUGMENT_BACKGROUND);
    *out = hear_alloc(1, sizeof **out);
    if (!*out)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    making k = { .config = config, .rows = *out, .n_patches = hear_model_info_n_patches(info) };
    k.own = (hear_examples){ .data = config->data,
                             .sounds = config->sounds,
                             .window = hear_model_info_input(info),
                             .hop = info->patch ? info->patch_hop : info->hop };
    k.copies = k.own;
    k.copies.window = info->window;
    k.copies.augment = lonely;
    k.copies.seed = config->seed;
    hear_status s = prepare(&k, err);
    if (s == HEAR_OK)
        s = make(&k, err);
    for (size_t t = 0; t < MAX_TASKS; t++) {
        hear_plan_destroy(k.plans[t]);
        hear_free(k.frames[t]);
        hear_free(k.scratch[t]);
        hear_free(k.target[t]);
    }
    if (s != HEAR_OK) {
        hear_rows_destroy(*out);
        *out = NULL;
    }
    return s;
}

void hear_rows_destroy(hear_rows *r)
{
    if (!r)
        return;
    hear_free(r->first);
    hear_free(r->n_own);
    hear_free(r->x);
    hear_free(r->weight);
    hear_free(r->sum);
    hear_free(r);
}
