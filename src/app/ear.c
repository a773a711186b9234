/* ear.c - see ear.h. */
#include "config.h"

#include "app/ear.h"

#include "app/file_mean.h"
#include "app/live.h"
#include "app/signals.h"
#include "base/error.h"
#include "hearsay/classifier.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 8192 }; /* samples read at a time */

struct hear_ear {
    hear_ear_config config;
    hear_classifier *classifier; /* kept while recordings have the same rate */
    uint32_t rate_hz;            /* of it */
    hear_file_mean *mean;        /* with by_file */

    /* of the recording at hand */
    hear_ear_begin *begin;
    void *user;
    hear_sink *sink;
    const char *name;   /* in the lines */
    double start_s;     /* of its first sample heard: a whole number of samples */
    hear_error *output; /* what went wrong with writing */
    float *probs;       /* of the classes */
    float samples[BLOCK];
};

hear_status hear_ear_create(hear_ear **out, const hear_ear_config *config, hear_error *err)
{
    hear_ear *e = calloc(1, sizeof *e);
    *out = NULL;
    if (!e)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    e->config = *config;
    e->probs = calloc(hear_model_n_labels(config->model), sizeof e->probs[0]);
    hear_status s = e->probs ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK && config->by_file)
        s = hear_file_mean_create(&e->mean, config->model, err);
    if (s == HEAR_OK)
        *out = e;
    else
        hear_ear_destroy(e);
    return s;
}

void hear_ear_destroy(hear_ear *e)
{
    if (!e)
        return;
    hear_file_mean_destroy(e->mean);
    hear_classifier_destroy(e->classifier);
    free(e->probs);
    free(e);
}

static hear_status begin(void *user, hear_error *err)
{
    hear_ear *const e = user;
    return e->begin(e->user, &e->sink, err);
}

static hear_status take_window(void *user, const hear_window_result *r, hear_error *err)
{
    hear_ear *const e = user;
    hear_window_result moved = *r;
    moved.start_s += e->start_s;
    moved.end_s += e->start_s;
    if (e->mean) { /* of the labels: a class is then one of their means */
        hear_file_mean_add(e->mean, &moved);
        return HEAR_OK;
    }
    moved = hear_classes_take(e->config.classes, &moved, e->probs);
    return hear_sink_window(e->sink, e->name, &moved, err);
}

static void on_window(void *user, const hear_window_result *r)
{
    hear_ear *const e = user;
    if (e->output->status == HEAR_OK)
        e->output->status = take_window(e, r, e->output);
}

static hear_status prepare_classifier(hear_ear *e, uint32_t rate_hz, hear_error *err)
{
    if (e->classifier && e->rate_hz == rate_hz) {
        hear_classifier_reset(e->classifier);
        return HEAR_OK;
    }
    hear_classifier_destroy(e->classifier);
    e->rate_hz = rate_hz;
    const hear_classifier_config config = { .rate_hz = rate_hz, .hop_s = e->config.hop_s };
    return hear_classifier_create(&e->classifier, e->config.model, &config, err);
}

static hear_status hear_at_once(hear_ear *e, hear_source *source, hear_error *err)
{
    hear_status s = prepare_classifier(e, hear_source_rate_hz(source), err);
    if (s != HEAR_OK)
        return s;
    e->output->status = begin(e, e->output);
    if (e->output->status != HEAR_OK)
        return HEAR_OK;
    bool heard = false;
    for (size_t got = 1; s == HEAR_OK && got > 0 && e->output->status == HEAR_OK;) {
        s = hear_source_read(source, e->samples, BLOCK, &got, err);
        hear_classifier_write(e->classifier, e->samples, got, on_window, e);
        heard = heard || got > 0;
        if (s == HEAR_OK && got > 0 && hear_signals_stopped()) /* a file never waits */
            s = hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    }
    if (heard && e->output->status == HEAR_OK)
        hear_classifier_finish(e->classifier, on_window, e);
    else if (s == HEAR_OK && !heard)
        s = hear_fail(err, HEAR_ERR_DATA, "there is no sound in it");
    return s;
}

static hear_status hear_at_its_pace(hear_ear *e, hear_source *source, hear_error *err)
{
    const hear_live_config config = {
        .model = e->config.model,
        .hop_s = e->config.hop_s,
        .source = source,
        .begin = begin,
        .window = take_window,
        .user = e,
    };
    hear_live *live;
    hear_live_outcome outcome;
    hear_status s = hear_live_start(&live, &config, err);
    if (s != HEAR_OK)
        return s;
    while (hear_live_running(live) && !hear_signals_caught())
        hear_signals_wait(-1);
    s = hear_live_end(&live, -1, &outcome, err);
    if (!outcome.output_failed)
        return s;
    *e->output = *err;
    return HEAR_OK;
}

hear_status hear_ear_hear(hear_ear *e, const char *path, hear_ear_begin *begin_fn, void *user,
                          hear_error *output, hear_error *err)
{
    const hear_ear_config *const c = &e->config;
    const hear_source_config config = { .raw = c->raw,
                                        .start_s = c->start_s,
                                        .duration_s = c->duration_s,
                                        .stop_fd = hear_signals_stop_fd() };
    *output = (hear_error){ .status = HEAR_OK };
    hear_source *source;
    hear_status s = hear_source_open(&source, path, &config, err);
    if (s != HEAR_OK)
        return s;
    const double rate_hz = hear_source_rate_hz(source);
    e->begin = begin_fn;
    e->user = user;
    e->sink = NULL;
    e->name = c->source ? c->source : path;
    e->start_s = rint(c->start_s * rate_hz) / rate_hz; /* as the source rounds */
    e->output = output;
    s = c->realtime ? hear_at_its_pace(e, source, err) : hear_at_once(e, source, err);
    hear_window_result mean;
    if (e->mean && output->status == HEAR_OK && hear_file_mean_take(e->mean, &mean)) {
        mean = hear_classes_take(c->classes, &mean, e->probs);
        output->status = hear_sink_file(e->sink, e->name, &mean, output);
    }
    hear_source_close(source);
    return s;
}
