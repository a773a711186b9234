/* cross.c - see cross.h. */
#include "config.h"

#include "train/cross.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/split.h"

#include <string.h>

typedef struct {
    const hear_job *job;
    const hear_sounds *sounds;
    hear_dataset data;        /* the caller's, with clips of its own */
    const hear_split *splits; /* [n_clips] what they were; valid counts as train */
    const size_t *fold;       /* [n_clips] or SIZE_MAX */
    bool *left_out;           /* [groups] with a clip in the fold at hand */
    double valid_share;
    hear_metrics *all;
} crossing;

/* Has every label of the fold's clips others to learn from? */
static bool can_spare(const crossing *c)
{
    for (size_t l = 0; l < c->data.labels.n; l++) {
        bool asked = false, there = false;
        for (size_t i = 0; i < c->data.n_clips; i++)
            if (c->data.clips[i].label == l) {
                asked = asked || c->data.clips[i].split == HEAR_SPLIT_TEST;
                there = there || c->data.clips[i].split == HEAR_SPLIT_TRAIN;
            }
        if (asked && !there)
            return false;
    }
    return true;
}

static bool set_splits(crossing *c, size_t fold)
{
    bool any = false;
    memset(c->left_out, 0, c->data.groups.n * sizeof *c->left_out);
    for (size_t i = 0; i < c->data.n_clips; i++) {
        const bool unused = c->splits[i] == HEAR_SPLIT_TEST || c->splits[i] == HEAR_SPLIT_UNUSED;
        c->data.clips[i].split = unused               ? HEAR_SPLIT_UNUSED
                                 : c->fold[i] == fold ? HEAR_SPLIT_TEST
                                                      : HEAR_SPLIT_TRAIN;
        if (c->data.clips[i].split == HEAR_SPLIT_TEST)
            any = c->left_out[c->data.clips[i].group] = true;
    }
    for (size_t i = 0; i < c->data.n_clips; i++)
        if (c->data.clips[i].split == HEAR_SPLIT_TRAIN && c->left_out[c->data.clips[i].group])
            c->data.clips[i].split = HEAR_SPLIT_UNUSED; /* the same take from another source */
    return any;
}

static void add_all(hear_metrics *to, const hear_metrics *from)
{
    for (size_t i = 0; i < to->n_labels * to->n_labels; i++)
        to->confusion[i] += from->confusion[i];
    to->n += from->n;
    to->loss_sum += from->loss_sum;
}

static hear_status run_fold(crossing *c, hear_judgement *e, hear_error *err)
{
    hear_model *model;
    hear_status s = hear_split_validation(&c->data, c->valid_share, c->job->seed);
    if (s != HEAR_OK)
        return hear_fail(err, s, NULL);
    s = hear_job_run(&model, c->job, &c->data, c->sounds, err);
    if (s == HEAR_OK)
        s = hear_job_judge(e, c->job, model, &c->data, c->sounds, HEAR_SPLIT_TEST, err);
    hear_model_close(model);
    return s;
}

static hear_status run_folds(crossing *c, size_t n_folds, bool by_source,
                             void (*on_fold)(void *, const hear_cross_result *), hear_error *err)
{
    for (size_t f = 0; f < n_folds; f++) {
        hear_cross_result result = { .fold = f,
                                     .n_folds = n_folds,
                                     .name = by_source ? c->data.sources.name[f] : NULL };
        hear_judgement e = { 0 };
        if (!set_splits(c, f))
            continue; /* a source of test alone */
        if (can_spare(c)) {
            const hear_status s = run_fold(c, &e, err);
            if (s != HEAR_OK)
                return s;
            add_all(c->all, e.clips);
            result.clips = e.clips;
        }
        if (on_fold)
            on_fold(c->job->user, &result);
        hear_judgement_clear(&e);
    }
    return c->all->n
               ? HEAR_OK
               : hear_fail(err, HEAR_ERR_DATA,
                           "nothing can be left out: a label would have nothing to learn from");
}

/* As hear_split_validation has it: without it nothing of its label could be learnt. */
static void keep_only_groups(const hear_dataset *d, size_t *fold)
{
    for (size_t l = 0; l < d->labels.n; l++) {
        size_t only = SIZE_MAX;
        bool several = false;
        for (size_t i = 0; i < d->n_clips; i++) {
            const hear_clip *const clip = &d->clips[i];
            if (clip->label != l ||
                (clip->split != HEAR_SPLIT_TRAIN && clip->split != HEAR_SPLIT_VALID))
                continue;
            several = several || (only != SIZE_MAX && only != clip->group);
            only = clip->group;
        }
        if (only != SIZE_MAX && !several)
            fold[only] = SIZE_MAX;
    }
}

hear_status hear_cross_run(const hear_job *job, const hear_dataset *d, const hear_sounds *sounds,
                           size_t n_folds, double valid_share, hear_metrics *all,
                           void (*on_fold)(void *user, const hear_cross_result *r), hear_error *err)
{
    const bool by_source = n_folds == 0;
    hear_clip *clips = hear_alloc(d->n_clips, sizeof *clips);
    hear_split *splits = hear_alloc(d->n_clips, sizeof *splits);
    size_t *fold = hear_alloc(d->n_clips, sizeof *fold);
    size_t *of_group = hear_alloc(d->groups.n, sizeof *of_group);
    bool *left_out = hear_alloc(d->groups.n, sizeof *left_out);
    hear_status s = clips && splits && fold && of_group && left_out ? HEAR_OK : HEAR_ERR_MEM;
    if (s == HEAR_OK && !by_source)
        s = hear_split_folds(d, n_folds, job->seed, of_group);
    if (s != HEAR_OK) {
        s = s == HEAR_ERR_ARG ? HEAR_ERR_DATA : s;
        hear_fail(err, s, s == HEAR_ERR_DATA ? "has too few groups for %zu folds" : NULL, n_folds);
    } else {
        if (!by_source)
            keep_only_groups(d, of_group);
        memcpy(clips, d->clips, d->n_clips * sizeof *clips);
        for (size_t i = 0; i < d->n_clips; i++) {
            splits[i] = d->clips[i].split;
            fold[i] = by_source ? d->clips[i].source : of_group[d->clips[i].group];
        }
        crossing c = { .job = job,
                       .sounds = sounds,
                       .data = *d,
                       .splits = splits,
                       .fold = fold,
                       .left_out = left_out,
                       .valid_share = valid_share,
                       .all = all };
        c.data.clips = clips;
        s = run_folds(&c, by_source ? d->sources.n : n_folds, by_source, on_fold, err);
    }
    hear_free(clips);
    hear_free(splits);
    hear_free(fold);
    hear_free(of_group);
    hear_free(left_out);
    return s;
}
