/* job.c - see job.h. */
#include "config.h"

#include "train/job.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/checksum.h"
#include "train/checkpoint.h"
#include "train/transfer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t hear_job_window(const hear_job *job)
{
    return hear_frontend_frames_for(&job->settings.frontend, job->settings.window_s);
}

size_t hear_job_hop(const hear_job *job)
{
    const hear_frontend_config *f = &job->settings.frontend;
    const double frames = rint(job->settings.hop_s * f->rate_hz / f->hop);
    const size_t window = hear_job_window(job);
    return frames < 1.0 ? 1 : frames > (double)window ? window : (size_t)frames;
}

bool hear_job_is_head(const hear_job *job)
{
    return job->base && job->arch != &hear_arch_further;
}

typedef struct {
    const hear_job *job;
    const hear_dataset *data;
    const hear_sounds *sounds;
    const hear_arch_options *options; /* the job's, with the data set's labels */
    const hear_rows *rows;            /* NULL where a whole network is trained */
    bool has_best;                    /* an epoch was whole */
    hear_model_info info;             /* labels are the data set's */
} run;

static hear_status validate(void *user, hear_graph *graph, hear_progress *p, hear_error *err)
{
    run *const r = user;
    const hear_model model = { .graph = graph, .info = r->info };
    const hear_judge_config config = { .model = &model,
                                       .data = r->data,
                                       .sounds = r->sounds,
                                       .split = HEAR_SPLIT_VALID,
                                       .rows = r->rows,
                                       .pool = r->job->pool,
                                       .stop = r->job->stop,
                                       .user = r->job->user };
    hear_judgement e;
    const hear_status s = hear_judge(&e, &config, err);
    if (s != HEAR_OK)
        return s;
    p->has_valid = true;
    p->valid_loss = e.loss;
    p->valid_accuracy = hear_metrics_accuracy(e.clips);
    p->valid_balanced = hear_metrics_balanced(e.clips);
    hear_judgement_clear(&e);
    return HEAR_OK;
}

static bool on_step(void *user, const hear_progress *p)
{
    const run *const r = user;
    return !r->job->on_step || r->job->on_step(r->job->user, p);
}

static void on_epoch(void *user, const hear_progress *p)
{
    const run *const r = user;
    if (r->job->on_epoch)
        r->job->on_epoch(r->job->user, p);
}

static bool has_valid(const hear_dataset *d, const hear_sounds *sounds)
{
    for (size_t i = 0; i < d->n_clips; i++)
        if (d->clips[i].split == HEAR_SPLIT_VALID && sounds->sound[i].frames)
            return true;
    return false;
}

/* For what learns from all windows at once. */
static hear_status fit(run *r, hear_graph *graph, const hear_trainer_config *config,
                       hear_error *err)
{
    const hear_job *job = r->job;
    hear_matrix matrix;
    hear_fit_result result = { 0 };
    hear_status s = HEAR_OK;
    if (strcmp(job->arch->fit_value, "features") != 0)
        s = hear_train_standardise(graph, config, err);
    if (s == HEAR_OK)
        s = hear_matrix_make(&matrix, graph, job->arch->fit_value, config->examples, job->sampling,
                             job->pool, err);
    if (s != HEAR_OK)
        return s;
    const hear_fit with = { .options = r->options,
                            .matrix = &matrix,
                            .labels = r->data->labels.name,
                            .seed = job->seed,
                            .pool = job->pool,
                            .stop = job->stop,
                            .user = job->user };
    s = job->arch->fit(graph, &with, &result, err);
    hear_matrix_clear(&matrix);
    if (s == HEAR_OK && job->on_fit)
        job->on_fit(job->user, &result);
    return s;
}

static hear_status train(run *r, hear_graph *graph, const hear_sampler *sampler, hear_error *err)
{
    const hear_job *job = r->job;
    const hear_examples examples = { .data = r->data,
                                     .sounds = r->sounds,
                                     .sampler = sampler,
                                     .window = hear_model_info_input(&r->info),
                                     .hop = r->info.patch ? r->info.patch_hop : r->info.hop,
                                     .augment = job->augment,
                                     .seed = job->seed,
                                     .rows = r->rows };
    hear_trainer_config config = { .examples = &examples,
                                   .sigmoid = job->options.sigmoid,
                                   .mel_time = r->info.layout == HEAR_LAYOUT_MEL_TIME,
                                   .optim = job->optim,
                                   .schedule = job->schedule,
                                   .step_epochs = job->step_epochs,
                                   .step_factor = job->step_factor,
                                   .clip = job->clip,
                                   .weigh_labels = job->sampling == HEAR_SAMPLE_WEIGHTED,
                                   .lr = job->settings.lr,
                                   .epochs = job->settings.epochs,
                                   .batch = job->settings.batch,
                                   .averaging = job->settings.averaging,
                                   .smoothing = job->settings.smoothing,
                                   .patience = job->settings.patience,
                                   .seed = job->seed,
                                   .pool = job->pool,
                                   .checkpoint = job->checkpoint,
                                   .asked = hear_job_print(job, r->data),
                                   .validate = has_valid(r->data, r->sounds) ? validate : NULL,
                                   .on_step = on_step,
                                   .on_epoch = on_epoch,
                                   .user = r,
                                   .has_best = &r->has_best };
    config.optim.weight_decay = job->settings.weight_decay;
    if (hear_arch_fits(job->arch, &job->options))
        return fit(r, graph, &config, err);
    const bool drawn = job->arch == &hear_arch_further; /* what is to be drawn, is */
    hear_status s = drawn ? HEAR_OK : hear_init_weights(graph, job->init, job->seed);
    if (s != HEAR_OK)
        return hear_fail(err, s, "NumPy's generator takes seeds below 2^32");
    s = hear_train_standardise(graph, &config, err);
    return s == HEAR_OK ? hear_train(graph, &config, err) : s;
}

static hear_arch_options options_for(const hear_job *job, const hear_dataset *d)
{
    hear_arch_options options = job->options;
    options.n_labels = d->labels.n;
    options.labels = d->labels.name;
    return options;
}

/* What only the labels tell wrong; of options.groups each belongs to one. */
static hear_status check_labels(const hear_job *job, const hear_arch_options *options,
                                hear_error *err)
{
    for (size_t i = 0; options->groups && i < options->n_labels; i++)
        if (hear_groups_of(options->groups, options->labels[i]) == options->groups->names.n)
            return hear_fail(err, HEAR_ERR_DATA, "the label \"%.80s\" belongs to no group",
                             options->labels[i]);
    return hear_arch_check(job->arch, options, err);
}

hear_status hear_job_rows(hear_rows **out, const hear_job *job, const hear_dataset *d,
                          const hear_sounds *sounds,
                          bool (*progress)(void *user, size_t done, size_t of), hear_error *err)
{
    const hear_arch_options options = options_for(job, d);
    hear_graph *built = NULL;
    *out = NULL;
    hear_status s = check_labels(job, &options, err);
    if (s == HEAR_OK)
        s = hear_transfer_build(&built, job->base, job->cut, job->arch, &options, false, err);
    const hear_rows_config config = { .graph = built,
                                      .info = &job->base->info,
                                      .data = d,
                                      .sounds = sounds,
                                      .n_copies = job->n_copies,
                                      .augment = job->augment,
                                      .seed = job->seed,
                                      .pool = job->pool,
                                      .progress = progress,
                                      .user = job->user };
    if (s == HEAR_OK)
        s = hear_rows_create(out, &config, err);
    hear_graph_destroy(built);
    return s;
}

/* Trains the head on what the network before it says, and puts what it learnt into built. */
static hear_status train_head(run *r, hear_graph *built, const hear_sampler *sampler,
                              hear_error *err)
{
    const hear_job *job = r->job;
    hear_rows *own = NULL;
    hear_graph *head = NULL;
    hear_status s = HEAR_OK;
    if (!job->rows)
        s = hear_job_rows(&own, job, r->data, r->sounds, NULL, err);
    r->rows = own ? own : job->rows;
    if (s == HEAR_OK)
        s = hear_transfer_head(&head, job->arch, r->options, r->rows->n_features, err);
    if (s == HEAR_OK)
        s = train(r, head, sampler, err);
    if (s == HEAR_OK || s == HEAR_ERR_INTERRUPTED)
        hear_transfer_put(built, head);
    hear_graph_destroy(head);
    hear_rows_destroy(own);
    r->rows = NULL;
    return s;
}

/* A head that stands on base: joined here, wherever base's file lies. */
static hear_status make_apart(hear_model **out, const run *r, hear_graph *graph, hear_error *err)
{
    char sum[HEAR_DIGEST_TEXT], name[HEAR_MAX_BACKBONE];
    hear_model_info info = r->info;
    hear_graph_sha256(r->job->base->graph, sum);
    snprintf(name, sizeof name, "%s", r->job->apart);
    info.backbone = name;
    info.backbone_sha256 = sum;
    hear_status s = hear_model_info_store(&info, graph);
    hear_model *const m = calloc(1, sizeof *m);
    if (s == HEAR_OK && !m)
        s = HEAR_ERR_MEM;
    if (s == HEAR_OK)
        s = hear_model_info_load(&m->info, graph, err);
    if (s == HEAR_OK)
        s = hear_graph_copy(&m->backbone, r->job->base->graph);
    if (s == HEAR_OK) {
        m->graph = graph;
        *out = m;
        return HEAR_OK;
    }
    hear_graph_destroy(graph);
    hear_model_close(m);
    return hear_fail(err, s, NULL);
}

static hear_status make_model(hear_model **out, const run *r, hear_graph *graph, hear_error *err)
{
    if (hear_job_is_head(r->job) && r->job->apart)
        return make_apart(out, r, graph, err);
    const hear_status s = hear_model_info_store(&r->info, graph);
    if (s != HEAR_OK) {
        hear_graph_destroy(graph);
        return hear_fail(err, s, NULL);
    }
    return hear_model_from_graph(out, graph, err);
}

/* The network that is to learn; options: the job's, with the labels of d. */
static hear_status build(hear_graph **out, const hear_job *job, const hear_arch_options *options,
                         const hear_dataset *d, hear_error *err)
{
    *out = NULL;
    const hear_status s = check_labels(job, options, err);
    if (s != HEAR_OK)
        return s;
    if (hear_job_is_head(job))
        return hear_transfer_build(out, job->base, job->cut, job->arch, options, job->apart != NULL,
                                   err);
    if (job->base)
        return hear_transfer_further(out, job->base, job->cut, options, d->labels.name, job->init,
                                     job->seed, err);
    return hear_arch_build(out, job->arch, options, hear_job_window(job),
                           hear_frontend_width(&job->settings.frontend), err);
}

hear_status hear_job_check(const hear_job *job, const hear_dataset *d, bool *at_checkpoint,
                           hear_error *err)
{
    const hear_arch_options options = options_for(job, d);
    hear_graph *graph = NULL;
    *at_checkpoint = false;
    hear_status s = build(&graph, job, &options, d, err);
    hear_graph_destroy(graph);
    if (s == HEAR_OK && job->checkpoint) {
        s = hear_checkpoint_check(job->checkpoint, hear_job_print(job, d), err);
        *at_checkpoint = s != HEAR_OK;
    }
    return s;
}

hear_status hear_job_run(hear_model **out, const hear_job *job, const hear_dataset *d,
                         const hear_sounds *sounds, hear_error *err)
{
    *out = NULL;
    char no_card[] = "", weight[] = HEAR_TRANSFER_WEIGHT;
    run r = { .job = job,
              .data = d,
              .sounds = sounds,
              .info = { .frontend = job->settings.frontend,
                        .n_labels = d->labels.n,
                        .labels = d->labels.name,
                        .output = HEAR_OUTPUT_SOFTMAX,
                        .window = hear_job_window(job),
                        .hop = hear_job_hop(job),
                        .layout = job->settings.layout,
                        .card = no_card } };
    if (job->base) {
        const hear_model_info *const base = &job->base->info;
        r.info.window = base->window;
        r.info.hop = base->hop;
        r.info.layout = base->layout;
        r.info.patch = base->patch;
        r.info.patch_hop = base->patch_hop;
    }
    const hear_arch_options options = options_for(job, d);
    r.options = &options;
    hear_sampler *sampler = NULL;
    hear_graph *graph = NULL;
    hear_status s = hear_model_info_check(&r.info, err);
    if (s == HEAR_OK)
        s = hear_sampler_create(&sampler, d, sounds, HEAR_SPLIT_TRAIN, job->sampling, err);
    if (s == HEAR_OK)
        s = build(&graph, job, &options, d, err);
    if (s == HEAR_OK && hear_job_is_head(job) &&
        hear_graph_find(graph, HEAR_TRANSFER_WEIGHT) != HEAR_NO_VALUE)
        r.info.weight = weight;
    if (s == HEAR_OK)
        s = hear_job_is_head(job) ? train_head(&r, graph, sampler, err)
                                  : train(&r, graph, sampler, err);
    hear_sampler_destroy(sampler);
    if (s != HEAR_OK && !(s == HEAR_ERR_INTERRUPTED && r.has_best)) {
        hear_graph_destroy(graph);
        return s;
    }
    const hear_status made = make_model(out, &r, graph, err);
    return made == HEAR_OK ? s : made;
}

hear_status hear_job_judge(hear_judgement *e, const hear_job *job, const hear_model *model,
                           const hear_dataset *d, const hear_sounds *sounds, hear_split split,
                           hear_error *err)
{
    hear_model head = { .info = model->info };
    hear_judge_config config = { .model = model,
                                 .data = d,
                                 .sounds = sounds,
                                 .split = split,
                                 .pool = job->pool,
                                 .stop = job->stop,
                                 .user = job->user };
    hear_status s = HEAR_OK;
    *e = (hear_judgement){ 0 };
    if (hear_job_is_head(job) && job->rows) {
        const hear_arch_options options = options_for(job, d);
        s = hear_transfer_head(&head.graph, job->arch, &options, job->rows->n_features, err);
        if (s == HEAR_OK)
            hear_transfer_put(head.graph, model->graph);
        config.model = &head;
        config.rows = job->rows;
    }
    if (s == HEAR_OK)
        s = hear_judge(e, &config, err);
    hear_graph_destroy(head.graph);
    return s;
}
