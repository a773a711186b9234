/* denoiser.c - see denoiser.h. */
#include "config.h"

#include "train/denoiser.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/recording.h"
#include "nn/loss.h"
#include "nn/optim.h"
#include "train/checkpoint.h"
#include "train/denoiser_pairs.h"
#include "train/init.h"
#include "train/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pairs to go on with: others than those before. */
#define PAIRS_ON ((uint64_t)1 << 40)

enum { SHARDS = 4, VALID = 256 /* pairs to choose the epoch by */, CELLS = HEAR_PAIR_CELLS };

typedef struct {
    hear_graph *graph; /* of the first shard: the one that is trained */
    hear_plan *plan;
    hear_pair_scratch *scratch;
    float *targets; /* [n][CELLS] */
    double loss;
} shard;

typedef struct {
    const hear_denoiser_config *config;
    hear_pair_sound *speech[2], *noise[2]; /* of train, of valid */
    hear_pair_sounds sounds[2];
    size_t n_shard; /* examples */
    shard shards[SHARDS];
    hear_optim *optim;
    uint64_t epoch, step; /* done */
    uint64_t print;       /* see checkpoint.h */
    size_t n_weights;
    float *mean, *best, *kept; /* [n_weights] */
    double best_loss;
    bool has_best;
    bool judging; /* pairs of valid, nothing learnt */
    uint64_t first;
} trainer;

static bool is_speech(const char *label)
{
    return strncmp(label, "speech", 6) == 0;
}

static bool is_noise(const char *label)
{
    return strcmp(label, "other") == 0 || strncmp(label, "noise", 5) == 0;
}

static void release(trainer *t)
{
    for (int v = 0; v < 2; v++) {
        for (size_t i = 0; t->speech[v] && i < t->sounds[v].n_speech; i++)
            free(t->speech[v][i].samples);
        for (size_t i = 0; t->noise[v] && i < t->sounds[v].n_noise; i++)
            free(t->noise[v][i].samples);
        hear_free(t->speech[v]);
        hear_free(t->noise[v]);
    }
    hear_optim_destroy(t->optim);
    for (size_t i = 0; i < SHARDS; i++) {
        shard *s = &t->shards[i];
        hear_plan_destroy(s->plan);
        if (i > 0)
            hear_graph_destroy(s->graph);
        if (s->scratch)
            hear_stft_destroy(s->scratch->stft);
        hear_free(s->scratch);
        hear_free(s->targets);
    }
    hear_free(t->mean);
    hear_free(t->best);
    hear_free(t->kept);
}

static void add(hear_pair_sound *sounds, size_t *n, const hear_recording *r)
{
    const size_t before = *n > 0 ? sounds[*n - 1].upto : 0;
    double power = 0.0;
    for (size_t i = 0; i < r->n; i++)
        power += (double)r->samples[i] * (double)r->samples[i] / (double)r->n;
    sounds[(*n)++] = (hear_pair_sound){ r->samples, r->n, before + r->n, power };
}

static hear_status load_clip(trainer *t, const hear_dataset *d, const hear_clip *clip,
                             hear_error *err)
{
    const char *label = d->labels.name[clip->label];
    const int v = clip->split == HEAR_SPLIT_VALID;
    if (!clip->path || (clip->split != HEAR_SPLIT_TRAIN && !v) ||
        (!is_speech(label) && !is_noise(label)))
        return HEAR_OK;
    hear_recording r;
    hear_status s = hear_recording_read(&r, clip->path, 0, err);
    if (s == HEAR_OK && (s = hear_recording_resample(&r, HEAR_DENOISE_HZ)) != HEAR_OK)
        hear_fail(err, s, NULL);
    if (s == HEAR_ERR_MEM)
        return s;
    if (s != HEAR_OK) {
        t->config->on_unread(t->config->user, clip->path, err);
        return HEAR_OK;
    }
    if (is_speech(label))
        add(t->speech[v], &t->sounds[v].n_speech, &r);
    else
        add(t->noise[v], &t->sounds[v].n_noise, &r);
    return HEAR_OK;
}

static hear_status load(trainer *t, const hear_dataset *d, hear_error *err)
{
    for (int v = 0; v < 2; v++) {
        t->speech[v] = hear_alloc(d->n_clips, sizeof *t->speech[v]);
        t->noise[v] = hear_alloc(d->n_clips, sizeof *t->noise[v]);
        if (!t->speech[v] || !t->noise[v])
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        t->sounds[v].speech = t->speech[v];
        t->sounds[v].noise = t->noise[v];
    }
    for (size_t i = 0; i < d->n_clips; i++) {
        const hear_status s = load_clip(t, d, &d->clips[i], err);
        if (s != HEAR_OK)
            return s;
        if (!t->config->on_load(t->config->user, i + 1, d->n_clips))
            return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    }
    if (t->sounds[0].n_speech == 0 || t->sounds[0].n_noise == 0)
        return hear_fail(err, HEAR_ERR_DATA, "has no %s to learn from (labels \"%s\")",
                         t->sounds[0].n_speech ? "noise" : "speech",
                         t->sounds[0].n_speech ? "other, noise..." : "speech...");
    return HEAR_OK;
}

static hear_status make_shard(trainer *t, size_t i, hear_error *err)
{
    shard *s = &t->shards[i];
    if (i > 0 && hear_graph_copy(&s->graph, t->shards[0].graph) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_plan_config config = { .batch = t->n_shard, .training = true };
    hear_status status = hear_plan_create(&s->plan, s->graph, &config, err);
    if (status != HEAR_OK)
        return status;
    hear_plan_freeze_fixed(s->plan);
    s->scratch = hear_alloc(1, sizeof *s->scratch);
    s->targets = hear_alloc(t->n_shard * CELLS, sizeof *s->targets);
    if (!s->scratch || !s->targets)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    status =
        hear_stft_create(&s->scratch->stft, HEAR_DENOISE_FFT, HEAR_DENOISE_FFT, HEAR_PLACE_CENTER);
    return status == HEAR_OK ? status : hear_fail(err, status, NULL);
}

static hear_status prepare(trainer *t, hear_error *err)
{
    t->n_shard = t->config->batch / SHARDS;
    for (size_t i = 0; i < SHARDS; i++) {
        const hear_status s = make_shard(t, i, err);
        if (s != HEAR_OK)
            return s;
    }
    t->n_weights = hear_weights_count(t->shards[0].graph);
    t->mean = hear_alloc(t->n_weights, sizeof *t->mean);
    t->best = hear_alloc(t->n_weights, sizeof *t->best);
    t->kept = hear_alloc(t->n_weights, sizeof *t->kept);
    if (!t->mean || !t->best || !t->kept)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_optim_config optim = { .kind = HEAR_OPTIM_ADAMW,
                                      .weight_decay = t->config->weight_decay };
    const hear_status s = hear_optim_create(&t->optim, &optim, t->shards[0].plan);
    return s == HEAR_OK ? s : hear_fail(err, s, NULL);
}

/* Before any shard learns: batch normalisation moves the first one's running statistics. */
static void copy_weights(void *user, size_t i)
{
    trainer *const t = user;
    hear_weights_copy(t->shards[i + 1].graph, t->shards[0].graph);
}

static void run_shard(void *user, size_t i)
{
    trainer *const t = user;
    shard *s = &t->shards[i];
    float *in = hear_plan_input(s->plan, 0)->data;
    for (size_t k = 0; k < t->n_shard; k++)
        hear_pair_make(&t->sounds[t->judging], t->config->seed, t->first + i * t->n_shard + k,
                       s->scratch, in + k * CELLS, s->targets + k * CELLS);
    hear_plan_set_training(s->plan, !t->judging, t->config->seed + t->step * SHARDS + i);
    hear_plan_run(s->plan);
    const hear_loss_config loss = { .kind = HEAR_LOSS_LOG_MSE };
    float *grad = t->judging ? NULL : hear_plan_output_grad(s->plan, 0);
    s->loss =
        hear_loss(&loss, hear_plan_output(s->plan, 0)->data, s->targets, t->n_shard, CELLS, grad);
    if (t->judging)
        return;
    for (size_t k = 0; k < t->n_shard * CELLS; k++)
        grad[k] *= 1.0f / SHARDS;
    hear_plan_zero_grad(s->plan);
    hear_plan_backward(s->plan);
}

static double run_all(trainer *t, uint64_t first)
{
    double loss = 0.0;
    t->first = first;
    hear_pool_run(t->config->pool, copy_weights, t, SHARDS - 1);
    hear_pool_run(t->config->pool, run_shard, t, SHARDS);
    for (size_t i = 0; i < SHARDS; i++)
        loss += t->shards[i].loss / SHARDS;
    return loss;
}

/* Judges the averaged weights, and keeps them where they are the best so far. */
static void end_epoch(trainer *t, hear_progress *p)
{
    hear_graph *graph = t->shards[0].graph;
    hear_weights_get(graph, t->kept);
    hear_weights_set(graph, t->mean);
    p->has_valid = t->sounds[1].n_speech && t->sounds[1].n_noise;
    p->valid_accuracy = p->valid_balanced = NAN;
    if (p->has_valid) {
        const size_t n = (VALID + t->config->batch - 1) / t->config->batch;
        p->valid_loss = 0.0;
        t->judging = true;
        for (size_t k = 0; k < n; k++) /* the same pairs each time, and none to learn from */
            p->valid_loss += run_all(t, UINT64_MAX / 2 + k * t->config->batch) / (double)n;
        t->judging = false;
    }
    p->best = !t->has_best || !p->has_valid || p->valid_loss < t->best_loss;
    if (p->best) {
        memcpy(t->best, t->mean, t->n_weights * sizeof *t->best);
        t->best_loss = p->valid_loss;
        t->has_best = true;
    }
    hear_weights_set(graph, t->kept);
    t->config->on_epoch(t->config->user, p);
}

uint64_t hear_denoiser_print(const hear_denoiser_config *c)
{
    const double numbers[] = { c->lr, c->weight_decay, c->averaging };
    const uint64_t counts[] = { c->epochs, c->batch, c->seed, c->from != NULL };
    return hear_print_add(hear_print_add(HEAR_PRINT, numbers, sizeof numbers), counts,
                          sizeof counts);
}

/* Of all that the weights at the end depend on; those at the start are among it. */
static uint64_t take_print(trainer *t)
{
    uint64_t print = hear_denoiser_print(t->config);
    for (int v = 0; v < 2; v++) {
        const hear_pair_sounds *const s = &t->sounds[v];
        for (size_t i = 0; i < s->n_speech; i++)
            print = hear_print_add(print, &s->speech[i].power, sizeof s->speech[i].power);
        for (size_t i = 0; i < s->n_noise; i++)
            print = hear_print_add(print, &s->noise[i].power, sizeof s->noise[i].power);
    }
    hear_weights_get(t->shards[0].graph, t->kept);
    return hear_print_add(print, t->kept, t->n_weights * sizeof *t->kept);
}

static hear_checkpoint checkpoint_of(const trainer *t)
{
    return (hear_checkpoint){ .print = t->print,
                              .asked = hear_denoiser_print(t->config),
                              .epoch = t->epoch,
                              .step = t->step,
                              .best_loss = t->best_loss,
                              .has_best = t->has_best,
                              .n_weights = t->n_weights,
                              .weights = t->kept,
                              .mean = t->mean,
                              .best = t->best,
                              .optim = t->optim };
}

static hear_status resume(trainer *t, hear_error *err)
{
    bool found;
    t->print = take_print(t);
    hear_checkpoint c = checkpoint_of(t);
    const hear_status s = hear_checkpoint_read(&c, &found, t->config->checkpoint, err);
    if (s != HEAR_OK || !found)
        return s;
    hear_weights_set(t->shards[0].graph, t->kept);
    t->epoch = c.epoch;
    t->step = c.step;
    t->best_loss = c.best_loss;
    t->has_best = c.has_best;
    return HEAR_OK;
}

static hear_status run_epochs(trainer *t, hear_error *err)
{
    const hear_denoiser_config *c = t->config;
    const size_t n_steps = (t->sounds[0].n_speech + c->batch - 1) / c->batch;
    const hear_schedule schedule = { .kind = HEAR_SCHEDULE_COSINE,
                                     .lr = c->lr,
                                     .warm_up = 50,
                                     .total = (uint64_t)c->epochs * n_steps };
    while (t->epoch < c->epochs) {
        hear_progress p = { .epoch = (size_t)t->epoch + 1,
                            .n_epochs = c->epochs,
                            .n_steps = n_steps,
                            .accuracy = NAN };
        while (p.step < n_steps) {
            const double loss = run_all(t, (c->from ? PAIRS_ON : 0) + t->step * c->batch);
            if (!isfinite(loss))
                return hear_fail(err, HEAR_ERR_DATA, "the loss is no longer a number in epoch %zu",
                                 p.epoch);
            for (size_t i = 1; i < SHARDS; i++) /* in order: the same bits whoever was first */
                hear_plan_add_grad(t->shards[0].plan, t->shards[i].plan);
            hear_optim_clip(t->shards[0].plan, 5.0);
            p.lr = hear_schedule_lr(&schedule, t->step);
            hear_optim_step(t->optim, t->shards[0].plan, p.lr);
            hear_weights_get(t->shards[0].graph, t->kept);
            hear_weights_average(t->mean, t->kept, t->n_weights, t->step, c->averaging);
            t->step++;
            p.loss = (p.loss * (double)p.step + loss) / (double)(p.step + 1);
            p.step++;
            if (!c->on_step(c->user, &p))
                return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        }
        end_epoch(t, &p);
        t->epoch++;
        if (c->checkpoint) {
            const hear_checkpoint done = checkpoint_of(t);
            const hear_status s = hear_checkpoint_write(&done, c->checkpoint, err);
            if (s != HEAR_OK)
                return s;
        }
    }
    return HEAR_OK;
}

static hear_status begin(hear_graph **out, const hear_denoiser_config *config, hear_error *err)
{
    hear_status s;
    if (config->from) {
        s = hear_graph_copy(out, config->from);
    } else {
        s = hear_denoiser_build(out);
        if (s == HEAR_OK)
            s = hear_init_weights(*out, HEAR_INIT_HE, config->seed);
    }
    if (s == HEAR_OK)
        return s;
    hear_graph_destroy(*out);
    *out = NULL;
    return hear_fail(err, s, NULL);
}

hear_status hear_denoiser_train(hear_graph **out, const hear_dataset *d,
                                const hear_denoiser_config *config, hear_error *err)
{
    trainer t = { .config = config };
    hear_graph *graph;
    *out = NULL;
    if (config->batch < SHARDS || config->batch % SHARDS != 0)
        return hear_fail(err, HEAR_ERR_ARG, "a denoiser's batch is a multiple of %d", SHARDS);
    hear_status s = begin(&graph, config, err);
    if (s != HEAR_OK)
        return s;
    t.shards[0].graph = graph;
    s = load(&t, d, err);
    if (s == HEAR_OK)
        s = prepare(&t, err);
    if (s == HEAR_OK && config->checkpoint)
        s = resume(&t, err);
    if (s == HEAR_OK)
        s = run_epochs(&t, err);
    if ((s == HEAR_OK || s == HEAR_ERR_INTERRUPTED) && t.has_best) {
        hear_weights_set(graph, t.best);
        *out = graph;
    }
    release(&t);
    if (!*out)
        hear_graph_destroy(graph);
    return s;
}
