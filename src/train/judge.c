/* judge.c - see judge.h. The recordings are shared out in runs of equal length; every task
 * writes its recordings' own places only, so the scores do not depend on who did which. */
#include "config.h"

#include "train/judge.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/plan.h"
#include "stream/clip_mean.h"
#include "stream/infer.h"
#include "stream/patch_mean.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_TASKS = 16 };

typedef struct {
    const hear_judge_config *config;
    hear_infer *infer[MAX_TASKS];
    hear_plan *heads[MAX_TASKS]; /* of a row, where there are rows */
    float *frames[MAX_TASKS];    /* [window][width] */
    float *own[MAX_TASKS];       /* [n_labels] */
    hear_patch_mean *patches[MAX_TASKS];
    hear_clip_mean *mean[MAX_TASKS];
    float **windows;   /* [n_clips]: [n_windows][n_labels] */
    size_t *n_windows; /* [n_clips] */
    float *probs;      /* [n_clips][n_labels] */
    size_t n_tasks;
    atomic_bool stopped, no_memory;
} run;

static bool is_asked(const hear_judge_config *c, size_t clip)
{
    return c->data->clips[clip].split == c->split && c->sounds->sound[clip].frames;
}

/* The window's patches, each through the head; gives the weight of its own part. */
static double head_window(const run *r, size_t task, size_t clip, const hear_window *window,
                          float *probs)
{
    const hear_rows *rows = r->config->rows;
    hear_patch_mean *const mean = r->patches[task];
    for (size_t n = 0; n < window->n_patches && window->patch + n < rows->n_own[clip]; n++) {
        const size_t row = rows->first[clip] + (size_t)window->patch + n;
        memcpy(hear_plan_input(r->heads[task], 0)->data, rows->x + row * rows->n_features,
               rows->n_features * sizeof *rows->x);
        hear_plan_run(r->heads[task]);
        hear_patch_mean_add(mean, window->patch + n, hear_plan_output(r->heads[task], 0)->data,
                            rows->weight ? (double)rows->weight[row] : 1.0);
    }
    hear_patch_mean_take(mean, probs);
    return hear_patch_mean_own(mean, r->own[task]);
}

static void do_clip(run *r, size_t task, size_t clip)
{
    const hear_judge_config *c = r->config;
    const hear_model_info *info = &c->model->info;
    const size_t n =
        hear_windows_of(&info->frontend, c->sounds->sound[clip].n_samples, info->window, info->hop);
    float *probs = hear_alloc(n * info->n_labels, sizeof *probs);
    if (!probs) {
        atomic_store(&r->no_memory, true);
        return;
    }
    r->windows[clip] = probs;
    r->n_windows[clip] = n;
    if (c->rows)
        hear_patch_mean_reset(r->patches[task]);
    else
        hear_infer_reset(r->infer[task]);
    for (size_t w = 0; w < n; w++) {
        const uint64_t n_samples = c->sounds->sound[clip].n_samples;
        const uint64_t first = (uint64_t)w * info->hop * info->frontend.hop;
        const hear_window window = {
            .index = w,
            .patch = info->patch ? w * (info->hop / info->patch_hop) : w,
            .n_patches = hear_window_patches(info, n_samples > first ? n_samples - first : 0),
            .frames = r->frames[task],
        };
        double weight;
        if (c->rows) {
            weight = head_window(r, task, clip, &window, probs + w * info->n_labels);
        } else {
            hear_sound_raw(c->sounds, clip, w * info->hop, info->window, r->frames[task]);
            hear_infer_window(r->infer[task], &window, probs + w * info->n_labels);
            weight = hear_infer_own(r->infer[task], r->own[task]);
        }
        hear_clip_mean_add(r->mean[task], r->own[task], weight);
    }
    hear_clip_mean_take(r->mean[task], r->probs + clip * info->n_labels);
}

static void do_task(void *user, size_t task)
{
    run *const r = user;
    const hear_judge_config *c = r->config;
    for (size_t i = task; i < c->data->n_clips; i += r->n_tasks) {
        if (c->stop && c->stop(c->user))
            atomic_store(&r->stopped, true);
        if (atomic_load(&r->stopped) || atomic_load(&r->no_memory))
            return;
        if (is_asked(c, i))
            do_clip(r, task, i);
    }
}

static void score(const run *r, hear_judgement *e)
{
    const hear_judge_config *c = r->config;
    const size_t n_labels = c->model->info.n_labels;
    double loss = 0.0;
    size_t n_heard = 0;
    for (size_t l = 0; l < n_labels; l++) {
        double sum = 0.0;
        size_t n = 0;
        for (size_t i = 0; i < c->data->n_clips; i++) {
            if (!is_asked(c, i) || c->data->clips[i].label != l)
                continue;
            hear_metrics_add(e->clips, l, e->probs + i * n_labels);
            for (size_t w = 0; w < r->n_windows[i]; w++)
                hear_metrics_add(e->windows, l, r->windows[i] + w * n_labels);
            sum -= log(fmax((double)e->probs[i * n_labels + l], 1e-15));
            n++;
        }
        loss += n ? sum / (double)n : 0.0;
        n_heard += n > 0;
    }
    e->loss = n_heard ? loss / (double)n_heard : 0.0;
}

static hear_status prepare(run *r, hear_judgement *e, hear_error *err)
{
    const hear_judge_config *c = r->config;
    const hear_model_info *info = &c->model->info;
    size_t cells;
    if (!hear_mul(c->data->n_clips, info->n_labels, &cells))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    e->probs = r->probs = hear_alloc(cells, sizeof *r->probs);
    r->windows = hear_alloc(c->data->n_clips, sizeof *r->windows);
    r->n_windows = hear_alloc(c->data->n_clips, sizeof *r->n_windows);
    if (!r->probs || !r->windows || !r->n_windows ||
        hear_metrics_create(&e->windows, info->n_labels) != HEAR_OK ||
        hear_metrics_create(&e->clips, info->n_labels) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    for (r->n_tasks = 0; r->n_tasks < MAX_TASKS && r->n_tasks < hear_pool_n_threads(c->pool);
         r->n_tasks++) {
        const hear_plan_config head = { .batch = 1 };
        const hear_status s =
            c->rows ? hear_plan_create(&r->heads[r->n_tasks], c->model->graph, &head, err)
                    : hear_infer_create(&r->infer[r->n_tasks], c->model, err);
        if (s != HEAR_OK)
            return s;
        float *frames =
            hear_alloc(info->window * hear_frontend_width(&info->frontend), sizeof *frames);
        r->own[r->n_tasks] = hear_alloc(info->n_labels, sizeof *r->own[0]);
        if (!(r->frames[r->n_tasks] = frames) || !r->own[r->n_tasks] ||
            hear_patch_mean_create(&r->patches[r->n_tasks], info) != HEAR_OK ||
            hear_clip_mean_create(&r->mean[r->n_tasks], info->n_labels) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    return HEAR_OK;
}

static void release(run *r)
{
    for (size_t t = 0; t < MAX_TASKS; t++) {
        hear_infer_destroy(r->infer[t]);
        hear_plan_destroy(r->heads[t]);
        hear_free(r->frames[t]);
        hear_free(r->own[t]);
        hear_patch_mean_destroy(r->patches[t]);
        hear_clip_mean_destroy(r->mean[t]);
    }
    for (size_t i = 0; r->windows && i < r->config->data->n_clips; i++)
        hear_free(r->windows[i]);
    hear_free(r->windows);
    hear_free(r->n_windows);
}

hear_status hear_judge(hear_judgement *e, const hear_judge_config *config, hear_error *err)
{
    run r = { .config = config };
    *e = (hear_judgement){ 0 };
    hear_status s = prepare(&r, e, err);
    if (s == HEAR_OK) {
        hear_pool_run(config->pool, do_task, &r, r.n_tasks);
        if (atomic_load(&r.no_memory))
            s = hear_fail(err, HEAR_ERR_MEM, NULL);
        else if (atomic_load(&r.stopped))
            s = hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        else
            score(&r, e);
    }
    release(&r);
    if (s != HEAR_OK)
        hear_judgement_clear(e);
    return s;
}

void hear_judgement_clear(hear_judgement *e)
{
    hear_metrics_destroy(e->windows);
    hear_metrics_destroy(e->clips);
    hear_free(e->probs);
    *e = (hear_judgement){ 0 };
}
