/* judge.h - runs a model over recordings, as classify does, and scores what it says.
 *
 * A window's probabilities are the very bits that classify gives; a recording's are
 * clip_mean.h's. */
#ifndef TRAIN_JUDGE_H
#define TRAIN_JUDGE_H

#include "stream/model_info.h"
#include "train/dataset.h"
#include "train/metrics.h"
#include "train/pool.h"
#include "train/rows.h"
#include "train/sounds.h"

typedef struct {
    const hear_model *model; /* its labels are the data set's, in the same order */
    const hear_dataset *data;
    const hear_sounds *sounds; /* loaded with the model's front end */
    hear_split split;
    const hear_rows *rows; /* NULL, or what the recordings come to: model->graph is then the head
                              alone, whose output is probabilities */
    hear_pool *pool;
    /* Called by each thread before each recording; true ends it. May be NULL. */
    bool (*stop)(void *user);
    void *user;
} hear_judge_config;

typedef struct {
    hear_metrics *windows, *clips;
    double loss;  /* mean over labels of the recordings' mean -log p */
    float *probs; /* [data->n_clips][n_labels]; zeros where not of the split, or not readable */
} hear_judgement;

/* Errors: HEAR_ERR_MODEL (the model cannot be run; err says why), HEAR_ERR_MEM,
 * HEAR_ERR_INTERRUPTED. On failure *e is empty. */
HEAR_MUST_CHECK hear_status hear_judge(hear_judgement *e, const hear_judge_config *config,
                                       hear_error *err);
void hear_judgement_clear(hear_judgement *e); /* one of zeros is allowed */
#endif
