/* trainer.c - see trainer.h. */
#include "config.h"

#include "train/trainer.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/checksum.h"
#include "nn/loss.h"
#include "train/checkpoint.h"
#include "train/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SHARDS = 4, MIN_SHARD = 4 /* examples */ };

/* A part of every batch, with a plan, and but for the first a copy of the graph. */
typedef struct {
    hear_graph *graph;
    hear_plan *plan;
    size_t first, n; /* examples of the batch */
    float *scratch, *frames, *targets, *units;
    double loss;
    size_t n_right;
} shard;

typedef struct {
    const hear_trainer_config *config;
    hear_graph *graph;
    size_t n_labels, n_units, n_cells; /* units: of the logits; cells: of a window */
    size_t batch, n_steps;
    size_t n_shards;
    shard shards[MAX_SHARDS];
    hear_optim *optim;
    uint64_t step; /* all in all */
    double *rare;  /* [n_labels] weights of the labels; NULL: all count alike */
    size_t n_weights;
    float *mean, *best, *kept; /* [n_weights] */
    double best_loss;
    bool has_best;
    uint64_t print; /* see checkpoint.h */
    size_t epoch, since_best;
} trainer;

static void release(trainer *t)
{
    hear_optim_destroy(t->optim);
    for (size_t i = 0; i < MAX_SHARDS; i++) {
        shard *s = &t->shards[i];
        hear_plan_destroy(s->plan);
        if (i > 0)
            hear_graph_destroy(s->graph);
        hear_free(s->scratch);
        hear_free(s->frames);
        hear_free(s->targets);
        hear_free(s->units);
    }
    hear_free(t->rare);
    hear_free(t->mean);
    hear_free(t->best);
    hear_free(t->kept);
}

static hear_status make_shard(trainer *t, size_t i, hear_error *err)
{
    shard *s = &t->shards[i];
    s->first = t->batch * i / t->n_shards;
    s->n = t->batch * (i + 1) / t->n_shards - s->first;
    if (i == 0)
        s->graph = t->graph;
    else if (hear_graph_copy(&s->graph, t->graph) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_plan_config config = { .batch = s->n, .training = true, .output = "logits" };
    const hear_status planned = hear_plan_create(&s->plan, s->graph, &config, err);
    if (planned != HEAR_OK)
        return planned;
    hear_plan_freeze_fixed(s->plan);
    t->n_units = hear_plan_output(s->plan, 0)->count / s->n;
    if (hear_plan_input(s->plan, 0)->count != s->n * t->n_cells ||
        t->n_units != (t->config->sigmoid ? 1 : t->n_labels))
        return hear_fail(err, HEAR_ERR_MODEL, "the network does not fit the windows and labels");
    s->scratch = hear_alloc(hear_example_scratch(t->config->examples), sizeof *s->scratch);
    s->frames = hear_alloc(t->n_cells, sizeof *s->frames);
    s->targets = hear_alloc(s->n * t->n_labels, sizeof *s->targets);
    s->units = hear_alloc(s->n * t->n_units, sizeof *s->units);
    if (!s->scratch || !s->frames || !s->targets || !s->units)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    return HEAR_OK;
}

/* frames [window][width] into row k of the plan's input. */
static void put_row(const trainer *t, const shard *s, size_t k)
{
    float *to = (float *)hear_plan_input(s->plan, 0)->data + k * t->n_cells;
    const size_t width = hear_frontend_width(&t->config->examples->sounds->config);
    const size_t n = t->n_cells / width;
    if (!t->config->mel_time || t->config->examples->rows) {
        memcpy(to, s->frames, t->n_cells * sizeof *to);
        return;
    }
    for (size_t m = 0; m < width; m++)
        for (size_t f = 0; f < n; f++)
            to[m * n + f] = s->frames[f * width + m];
}

static void fill_shard(void *user, size_t i)
{
    trainer *const t = user;
    shard *s = &t->shards[i];
    const hear_examples *e = t->config->examples;
    for (size_t k = 0; k < s->n; k++) {
        float *target = s->targets + k * t->n_labels;
        if (t->config->batch == 0)
            hear_example_window(e, s->first + k, s->frames, target);
        else
            hear_example_make(e, t->step * t->batch + s->first + k, s->scratch, s->frames, target);
        put_row(t, s, k);
        if (t->config->sigmoid)
            s->units[k] = target[1];
        else
            memcpy(s->units + k * t->n_units, target, t->n_units * sizeof *target);
    }
}

static size_t count_right(const trainer *t, const shard *s, const float *logits)
{
    size_t n = 0;
    for (size_t k = 0; k < s->n; k++) {
        const float *x = logits + k * t->n_units, *y = s->units + k * t->n_units;
        size_t said = 0, truth = 0;
        for (size_t l = 1; l < t->n_units; l++) {
            said = x[l] > x[said] ? l : said;
            truth = y[l] > y[truth] ? l : truth;
        }
        n += t->config->sigmoid ? (x[0] > 0.0f) == (y[0] > 0.5f) : said == truth;
    }
    return n;
}

/* The mean over the shard, and its gradient by the logits. Where labels have weights, each row
 * counts by that of its target, mixed as the target is. */
static double lose(const trainer *t, const shard *s, const float *logits, float *grad)
{
    const hear_loss_config loss = { .kind =
                                        t->config->sigmoid ? HEAR_LOSS_SIGMOID : HEAR_LOSS_SOFTMAX,
                                    .smoothing = (float)t->config->smoothing };
    if (!t->rare)
        return hear_loss(&loss, logits, s->units, s->n, t->n_units, grad);
    double sum = 0.0;
    for (size_t k = 0; k < s->n; k++) {
        const size_t row = k * t->n_units;
        double weight = 0.0;
        for (size_t l = 0; l < t->n_labels; l++)
            weight += t->rare[l] * (double)s->targets[k * t->n_labels + l];
        sum += weight * hear_loss(&loss, logits + row, s->units + row, 1, t->n_units, grad + row);
        for (size_t u = 0; u < t->n_units; u++)
            grad[row + u] *= (float)(weight / (double)s->n);
    }
    return sum / (double)s->n;
}

static void learn_shard(void *user, size_t i)
{
    trainer *const t = user;
    shard *s = &t->shards[i];
    if (t->config->batch > 0)
        fill_shard(t, i);
    hear_plan_set_training(s->plan, true, t->config->seed + t->step * MAX_SHARDS + i);
    hear_plan_run(s->plan);
    const float *logits = hear_plan_output(s->plan, 0)->data;
    float *grad = hear_plan_output_grad(s->plan, 0);
    s->loss = lose(t, s, logits, grad);
    s->n_right = count_right(t, s, logits);
    const float share = (float)s->n / (float)t->batch; /* from the shard's mean to the batch's */
    for (size_t k = 0; k < s->n * t->n_units && t->n_shards > 1; k++)
        grad[k] *= share;
    hear_plan_zero_grad(s->plan);
    hear_plan_backward(s->plan);
}

/* Before any shard learns: batch normalisation moves the first one's running statistics. */
static void copy_weights(void *user, size_t i)
{
    trainer *const t = user;
    hear_weights_copy(t->shards[i + 1].graph, t->graph);
}

static hear_status do_step(trainer *t, const hear_schedule *schedule, hear_progress *p,
                           hear_error *err)
{
    p->lr = hear_schedule_lr(schedule, t->step);
    hear_pool_run(t->config->pool, copy_weights, t, t->n_shards - 1);
    hear_pool_run(t->config->pool, learn_shard, t, t->n_shards);
    for (size_t i = 1; i < t->n_shards; i++) /* in order: the same bits whoever was first */
        hear_plan_add_grad(t->shards[0].plan, t->shards[i].plan);
    if (t->config->clip > 0.0)
        hear_optim_clip(t->shards[0].plan, t->config->clip);
    hear_optim_step(t->optim, t->shards[0].plan, p->lr);
    if (t->config->averaging > 0.0) {
        hear_weights_get(t->graph, t->kept);
        hear_weights_average(t->mean, t->kept, t->n_weights, t->step, t->config->averaging);
    }
    double loss = 0.0;
    size_t n_right = 0;
    for (size_t i = 0; i < t->n_shards; i++) {
        loss += t->shards[i].loss * (double)t->shards[i].n / (double)t->batch;
        n_right += t->shards[i].n_right;
    }
    if (!isfinite(loss))
        return hear_fail(err, HEAR_ERR_DATA,
                         "the loss is no longer a number in epoch %zu: try a smaller learning rate",
                         p->epoch);
    const double done = (double)p->step;
    p->loss = (p->loss * done + loss) / (done + 1.0);
    p->accuracy = (p->accuracy * done + (double)n_right / (double)t->batch) / (done + 1.0);
    p->step++;
    t->step++;
    return HEAR_OK;
}

/* Judges the averaged weights, and keeps them where they are the best so far. */
static hear_status end_epoch(trainer *t, hear_progress *p, hear_error *err)
{
    const bool averaged = t->config->averaging > 0.0;
    hear_weights_get(t->graph, t->kept);
    if (averaged)
        hear_weights_set(t->graph, t->mean);
    hear_status s = HEAR_OK;
    if (t->config->validate)
        s = t->config->validate(t->config->user, t->graph, p, err);
    if (s == HEAR_OK) {
        p->best = !p->has_valid || !t->has_best || p->valid_loss < t->best_loss;
        if (p->best) {
            hear_weights_get(t->graph, t->best);
            t->best_loss = p->valid_loss;
            t->has_best = true;
        }
        if (t->config->on_epoch)
            t->config->on_epoch(t->config->user, p);
    }
    if (averaged)
        hear_weights_set(t->graph, t->kept);
    return s;
}

/* Of the recordings to learn from and to choose by, how they are drawn, and what a network that
 * stays as it is makes of them. */
static uint64_t add_recordings(uint64_t print, const hear_examples *e)
{
    for (size_t i = 0; i < e->data->n_clips; i++) {
        const hear_clip *const clip = &e->data->clips[i];
        const hear_sound *const sound = &e->sounds->sound[i];
        if ((clip->split != HEAR_SPLIT_TRAIN && clip->split != HEAR_SPLIT_VALID) || !sound->frames)
            continue;
        const uint64_t counts[] = { i, clip->split, clip->label, sound->n_samples };
        const double numbers[] = { sound->level_db, sound->power };
        print = hear_print_add(print, counts, sizeof counts);
        print = hear_print_add(print, numbers, sizeof numbers);
    }
    for (size_t i = 0; i < hear_sampler_count(e->sampler); i++) {
        const double share = hear_sampler_share(e->sampler, i);
        print = hear_print_add(print, &share, sizeof share);
    }
    if (e->rows)
        print = hear_print_add(print, e->rows->x,
                               e->rows->first[e->rows->n_clips] * e->rows->n_features *
                                   sizeof e->rows->x[0]);
    return print;
}

/* Of all that the weights at the end depend on: the graph at the start stands for architecture,
 * options and seed. */
static uint64_t take_print(const trainer *t)
{
    const hear_trainer_config *const c = t->config;
    const hear_optim_config *const o = &c->optim;
    const double numbers[] = { c->lr,    c->averaging, c->smoothing,    o->momentum,    o->beta1,
                               o->beta2, o->epsilon,   o->weight_decay, c->step_factor, c->clip };
    const uint64_t counts[] = { c->epochs,
                                t->batch,
                                c->batch,
                                c->patience,
                                c->seed,
                                t->n_steps,
                                t->n_cells,
                                t->n_labels,
                                c->schedule,
                                c->step_epochs,
                                c->weigh_labels,
                                o->kind,
                                c->sigmoid,
                                c->validate != NULL,
                                c->examples->augment,
                                c->examples->seed,
                                hear_sampler_count(c->examples->sampler),
                                hear_example_windows(c->examples) };
    char graph[HEAR_DIGEST_TEXT];
    hear_graph_sha256(t->graph, graph);
    uint64_t print = hear_print_add(HEAR_PRINT, numbers, sizeof numbers);
    print = hear_print_add(print, counts, sizeof counts);
    print = hear_print_add(print, &c->asked, sizeof c->asked);
    for (size_t i = 0; i < t->n_labels; i++)
        print = hear_print_add(print, c->examples->data->labels.name[i],
                               strlen(c->examples->data->labels.name[i]) + 1);
    print = hear_print_add(print, graph, sizeof graph);
    return add_recordings(print, c->examples);
}

static hear_checkpoint checkpoint_of(trainer *t)
{
    return (hear_checkpoint){ .print = t->print,
                              .asked = t->config->asked,
                              .epoch = t->epoch,
                              .step = t->step,
                              .since_best = t->since_best,
                              .best_loss = t->best_loss,
                              .has_best = t->has_best,
                              .n_weights = t->n_weights,
                              .weights = t->kept,
                              .mean = t->mean,
                              .best = t->best,
                              .optim = t->optim };
}

static hear_status save(trainer *t, hear_error *err)
{
    hear_weights_get(t->graph, t->kept);
    const hear_checkpoint c = checkpoint_of(t);
    return hear_checkpoint_write(&c, t->config->checkpoint, err);
}

static hear_status resume(trainer *t, hear_error *err)
{
    t->print = take_print(t);
    hear_checkpoint c = checkpoint_of(t);
    bool found;
    const hear_status s = hear_checkpoint_read(&c, &found, t->config->checkpoint, err);
    if (s != HEAR_OK || !found)
        return s;
    hear_weights_set(t->graph, t->kept);
    t->epoch = (size_t)c.epoch;
    t->step = c.step;
    t->since_best = (size_t)c.since_best;
    t->best_loss = c.best_loss;
    t->has_best = c.has_best;
    return HEAR_OK;
}

static bool is_over(const trainer *t)
{
    return t->epoch >= t->config->epochs ||
           (t->config->patience > 0 && t->since_best >= t->config->patience);
}

static hear_status run_epochs(trainer *t, hear_error *err)
{
    const hear_trainer_config *c = t->config;
    const hear_schedule schedule = { .kind = c->schedule,
                                     .lr = c->lr,
                                     .every = (uint64_t)c->step_epochs * t->n_steps,
                                     .gamma = c->step_factor,
                                     .total = (uint64_t)c->epochs * t->n_steps,
                                     .last_lr = 0.0 };
    while (!is_over(t)) {
        hear_progress p = { .epoch = t->epoch + 1, .n_epochs = c->epochs, .n_steps = t->n_steps };
        while (p.step < t->n_steps) {
            const hear_status s = do_step(t, &schedule, &p, err);
            if (s != HEAR_OK)
                return s;
            if (c->on_step && !c->on_step(c->user, &p))
                return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        }
        hear_status s = end_epoch(t, &p, err);
        t->since_best = p.best ? 0 : t->since_best + 1;
        t->epoch++;
        if (s == HEAR_OK && c->checkpoint)
            s = save(t, err);
        if (s != HEAR_OK)
            return s;
    }
    return HEAR_OK;
}

static hear_status check(const hear_trainer_config *c, hear_error *err)
{
    if (!(c->lr > 0.0 && isfinite(c->lr)))
        return hear_fail(err, HEAR_ERR_ARG, "the learning rate must be above 0");
    if (c->epochs < 1)
        return hear_fail(err, HEAR_ERR_ARG, "there must be an epoch at least");
    if (c->schedule == HEAR_SCHEDULE_STEP &&
        (c->step_epochs < 1 || !(c->step_factor > 0.0 && c->step_factor <= 1.0)))
        return hear_fail(
            err, HEAR_ERR_ARG,
            "steps of the learning rate are an epoch apart at least, and times up to 1");
    if (!(c->clip >= 0.0 && isfinite(c->clip)))
        return hear_fail(err, HEAR_ERR_ARG, "the gradient is clipped to a number from 0");
    if (!(c->averaging >= 0.0 && c->averaging < 1.0 && c->smoothing >= 0.0 && c->smoothing < 1.0))
        return hear_fail(err, HEAR_ERR_ARG, "averaging and smoothing are from 0 to below 1");
    return HEAR_OK;
}

static hear_status prepare(trainer *t, hear_error *err)
{
    const hear_examples *e = t->config->examples;
    const size_t n_clips = hear_sampler_count(e->sampler);
    t->n_labels = e->data->labels.n;
    t->n_cells = hear_example_size(e);
    t->batch = t->config->batch ? t->config->batch : hear_example_windows(e);
    t->n_steps = t->config->batch ? (n_clips + t->batch - 1) / t->batch : 1;
    const size_t wanted = t->batch / MIN_SHARD;
    t->n_shards = wanted < 1 ? 1 : wanted > MAX_SHARDS ? MAX_SHARDS : wanted;
    for (size_t i = 0; i < t->n_shards; i++) {
        const hear_status s = make_shard(t, i, err);
        if (s != HEAR_OK)
            return s;
    }
    if (t->config->weigh_labels) {
        t->rare = hear_alloc(t->n_labels, sizeof *t->rare);
        if (!t->rare)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        hear_example_label_weights(e, t->config->batch == 0, t->rare);
    }
    t->n_weights = hear_weights_count(t->graph);
    t->mean = hear_alloc(t->n_weights, sizeof *t->mean);
    t->best = hear_alloc(t->n_weights, sizeof *t->best);
    t->kept = hear_alloc(t->n_weights, sizeof *t->kept);
    if (!t->mean || !t->best || !t->kept)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_status s = hear_optim_create(&t->optim, &t->config->optim, t->shards[0].plan);
    if (s != HEAR_OK)
        return hear_fail(err, s, "an option of the optimiser is out of its range");
    if (t->config->batch == 0)
        hear_pool_run(t->config->pool, fill_shard, t, t->n_shards);
    return HEAR_OK;
}

hear_status hear_train(hear_graph *graph, const hear_trainer_config *config, hear_error *err)
{
    hear_status s = check(config, err);
    if (s != HEAR_OK)
        return s;
    trainer t = { .config = config, .graph = graph };
    s = prepare(&t, err);
    if (s == HEAR_OK && config->checkpoint)
        s = resume(&t, err);
    if (s == HEAR_OK)
        s = run_epochs(&t, err);
    const bool has_best = (s == HEAR_OK || s == HEAR_ERR_INTERRUPTED) && t.has_best;
    if (has_best)
        hear_weights_set(graph, t.best);
    if (config->has_best)
        *config->has_best = has_best;
    release(&t);
    return s;
}
