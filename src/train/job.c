/* job.c - see job.h. */
#include "config.h"

#include "train/job.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/judge.h"
#include "train/transfer.h"

#include <math.h>
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

typedef struct {
    const hear_job *job;
    const hear_dataset *data;
    const hear_sounds *sounds;
    hear_model_info info; /* labels are the data set's */
} run;

static hear_status validate(void *user, hear_graph *graph, hear_progress *p, hear_error *err)
{
    run *const r = user;
    const hear_model model = { .graph = graph, .info = r->info };
    const hear_judge_config config = { .model = &model,
                                       .data = r->data,
                                       .sounds = r->sounds,
                                       .split = HEAR_SPLIT_VALID,
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
    const hear_fit with = { .options = &job->options,
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
                                     .seed = job->seed };
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
                                   .validate = has_valid(r->data, r->sounds) ? validate : NULL,
                                   .on_step = on_step,
                                   .on_epoch = on_epoch,
                                   .user = r };
    config.optim.weight_decay = job->settings.weight_decay;
    if (hear_arch_fits(job->arch, &job->options))
        return fit(r, graph, &config, err);
    hear_status s = hear_init_weights(graph, job->init, job->seed);
    if (s != HEAR_OK)
        return hear_fail(err, s, "NumPy's generator takes seeds below 2^32");
    s = hear_train_standardise(graph, &config, err);
    return s == HEAR_OK ? hear_train(graph, &config, err) : s;
}

static hear_status make_model(hear_model **out, const run *r, hear_graph *graph, hear_error *err)
{
    const hear_status s = hear_model_info_store(&r->info, graph);
    if (s != HEAR_OK) {
        hear_graph_destroy(graph);
        return hear_fail(err, s, NULL);
    }
    return hear_model_from_graph(out, graph, err);
}

hear_status hear_job_run(hear_model **out, const hear_job *job, const hear_dataset *d,
                         const hear_sounds *sounds, hear_error *err)
{
    *out = NULL;
    char no_card[] = "";
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
    hear_arch_options options = job->options;
    options.n_labels = d->labels.n;
    hear_sampler *sampler = NULL;
    hear_graph *graph = NULL;
    hear_status s = hear_model_info_check(&r.info, err);
    if (s == HEAR_OK)
        s = hear_sampler_create(&sampler, d, sounds, HEAR_SPLIT_TRAIN, job->sampling, err);
    if (s == HEAR_OK && job->base)
        s = hear_transfer_build(&graph, job->base, job->cut, &options, err);
    else if (s == HEAR_OK)
        s = hear_arch_build(&graph, job->arch, &options, r.info.window,
                            hear_frontend_width(&job->settings.frontend), err);
    if (s == HEAR_OK)
        s = train(&r, graph, sampler, err);
    hear_sampler_destroy(sampler);
    const bool in_part = s == HEAR_ERR_INTERRUPTED && !hear_arch_fits(job->arch, &job->options);
    if (s != HEAR_OK && !in_part) {
        hear_graph_destroy(graph);
        return s;
    }
    const hear_status made = make_model(out, &r, graph, err);
    return made == HEAR_OK ? s : made;
}
