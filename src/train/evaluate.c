/* evaluate.c - see evaluate.h. */
#include "config.h"

#include "train/evaluate.h"

#include "hearsay/classifier.h"

#include "base/error.h"
#include "base/mem.h"
#include "io/source.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384 }; /* samples read at a time */

void hear_evaluation_destroy(hear_evaluation *e)
{
    if (!e)
        return;
    free(e->clips);
    free(e->clip_probs);
    free(e->window_probs);
    free(e->window_start_s);
    free(e->window_end_s);
    free(e->unread);
    hear_clip_mean_destroy(e->mean);
    free(e);
}

/* model_label [d->labels.n]: where each label of the data set is in the model. */
static hear_status match_labels(const hear_model *model, const hear_dataset *d, hear_split split,
                                size_t *model_label, hear_error *err)
{
    for (size_t l = 0; l < d->labels.n; l++) {
        model_label[l] = SIZE_MAX;
        for (size_t m = 0; m < hear_model_n_labels(model); m++)
            if (strcmp(d->labels.name[l], hear_model_label(model, m)) == 0)
                model_label[l] = m;
    }
    for (size_t i = 0; i < d->n_clips; i++)
        if (d->clips[i].split == split && model_label[d->clips[i].label] == SIZE_MAX)
            return hear_fail(err, HEAR_ERR_DATA, "the model has no label '%s'",
                             d->labels.name[d->clips[i].label]);
    return HEAR_OK;
}

/* What the classifier's callback adds to. */
typedef struct {
    hear_evaluation *e;
    bool no_memory;
} collector;

static void collect(void *user, const hear_window_result *r)
{
    collector *c = user;
    hear_evaluation *e = c->e;
    const size_t row = e->n_labels * sizeof(float);
    if (c->no_memory || !hear_grow(&e->window_probs, &e->room_window_probs, e->n_windows, row) ||
        !hear_grow(&e->window_start_s, &e->room_starts, e->n_windows, sizeof(double)) ||
        !hear_grow(&e->window_end_s, &e->room_ends, e->n_windows, sizeof(double))) {
        c->no_memory = true;
        return;
    }
    memcpy(e->window_probs + e->n_windows * e->n_labels, r->probs, row);
    hear_clip_mean_add(e->mean, r->own, r->own_weight);
    e->window_start_s[e->n_windows] = r->start_s;
    e->window_end_s[e->n_windows++] = r->end_s;
}

static hear_status hear_all(hear_classifier **c, const hear_model *model, uint32_t *rate_hz,
                            const char *path, collector *into, double *seconds, hear_error *err)
{
    hear_source *source;
    const hear_source_config config = { 0 };
    hear_status status = hear_source_open(&source, path, &config, err);
    if (status != HEAR_OK)
        return status;
    if (!*c || *rate_hz != hear_source_rate_hz(source)) { /* a classifier serves many recordings */
        hear_classifier_destroy(*c);
        *c = NULL;
        *rate_hz = hear_source_rate_hz(source);
        const hear_classifier_config as = { .rate_hz = *rate_hz };
        status = hear_classifier_create(c, model, &as, err);
    } else {
        hear_classifier_reset(*c);
    }
    float block[BLOCK];
    uint64_t n = 0;
    for (size_t got = 1; status == HEAR_OK && got > 0;) {
        status = hear_source_read(source, block, BLOCK, &got, err);
        if (status == HEAR_OK && got > 0)
            hear_classifier_write(*c, block, got, collect, into);
        n += status == HEAR_OK ? got : 0;
    }
    if (status == HEAR_OK)
        hear_classifier_finish(*c, collect, into);
    hear_source_close(source);
    *seconds = (double)n / (double)*rate_hz;
    if (status == HEAR_OK && into->no_memory)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    return status;
}

static bool add_unread(hear_evaluation *e, size_t clip, const char *why)
{
    if (!hear_grow(&e->unread, &e->room_unread, e->n_unread, sizeof *e->unread))
        return false;
    hear_unread_clip *u = &e->unread[e->n_unread++];
    u->clip = clip;
    snprintf(u->why, sizeof u->why, "%s", why);
    return true;
}

/* The last clip's probabilities, from what collect added to the mean since it began. */
static bool add_clip(hear_evaluation *e, size_t clip, size_t truth, size_t first, double seconds)
{
    if (!hear_grow(&e->clips, &e->room_clips, e->n_clips, sizeof *e->clips) ||
        !hear_grow(&e->clip_probs, &e->room_clip_probs, e->n_clips, e->n_labels * sizeof(float)))
        return false;
    const size_t n = e->n_windows - first;
    e->clips[e->n_clips] = (hear_evaluated_clip){ clip, truth, first, n, seconds };
    return hear_clip_mean_take(e->mean, e->clip_probs + e->n_clips++ * e->n_labels);
}

static hear_status evaluate_clip(hear_evaluation *e, hear_classifier **c, uint32_t *rate_hz,
                                 const hear_model *model, const hear_dataset *d, size_t clip,
                                 size_t truth, hear_error *err)
{
    collector into = { .e = e };
    const size_t first = e->n_windows;
    double seconds = 0.0;
    hear_error why = { HEAR_OK, "" };
    hear_clip_mean_reset(e->mean);
    const hear_status status =
        hear_all(c, model, rate_hz, d->clips[clip].path, &into, &seconds, &why);
    if (status == HEAR_ERR_MEM || status == HEAR_ERR_MODEL || status == HEAR_ERR_INTERNAL)
        return hear_fail(err, status, "%s", hear_error_text(&why));
    bool kept;
    if (status != HEAR_OK || e->n_windows == first) {
        e->n_windows = first; /* a recording counts whole or not at all */
        kept = add_unread(e, clip, status == HEAR_OK ? "no sound in it" : hear_error_text(&why));
    } else {
        kept = add_clip(e, clip, truth, first, seconds);
    }
    return kept ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

hear_status hear_evaluate(hear_evaluation **out, const hear_model *model, const hear_dataset *d,
                          hear_split split, hear_evaluate_progress *progress, void *user,
                          hear_error *err)
{
    *out = NULL;
    hear_classifier *c = NULL;
    uint32_t rate_hz = 0;
    hear_evaluation *e = calloc(1, sizeof *e);
    size_t *model_label = hear_alloc(d->labels.n, sizeof *model_label);
    hear_status status = e && model_label ? match_labels(model, d, split, model_label, err)
                                          : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (status == HEAR_OK)
        e->n_labels = hear_model_n_labels(model);
    if (status == HEAR_OK && hear_clip_mean_create(&e->mean, e->n_labels) != HEAR_OK)
        status = hear_fail(err, HEAR_ERR_MEM, NULL);
    const size_t n_all = hear_dataset_count(d, split);
    if (status == HEAR_OK && n_all == 0)
        status =
            hear_fail(err, HEAR_ERR_DATA, "no recording in the split '%s'", hear_split_name(split));
    for (size_t i = 0, n_done = 0; status == HEAR_OK && i < d->n_clips; i++) {
        if (d->clips[i].split != split || !d->clips[i].path)
            continue;
        if (progress && !progress(user, n_done++, n_all))
            status = hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        else
            status =
                evaluate_clip(e, &c, &rate_hz, model, d, i, model_label[d->clips[i].label], err);
    }
    hear_classifier_destroy(c);
    hear_free(model_label);
    if (status != HEAR_OK) {
        hear_evaluation_destroy(e);
        return status;
    }
    *out = e;
    return HEAR_OK;
}
