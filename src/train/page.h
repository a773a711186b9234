/* page.h - an evaluation as one HTML page that needs no network and no other file. */
#ifndef TRAIN_PAGE_H
#define TRAIN_PAGE_H

#include "train/epochs.h"
#include "train/summary.h"

#include <stdio.h>

typedef struct {
    const char *name; /* of the model, as the user gave it */
    const hear_model *model;
    const hear_evaluation *evaluation;
    const hear_summary *summary;
    const hear_alarms *stream; /* the recordings as one stream; NULL where not asked for */
    const hear_epochs *epochs; /* of its training; NULL or none where they are not known */
} hear_judged;

typedef struct {
    const char *data;  /* what was evaluated, as the user gave it */
    const char *split; /* "test", or "all" */
    const hear_dataset *dataset;
    size_t n_models;
    const hear_judged *models;
} hear_page;

/* Scores side by side; for each model its tables, ROC and calibration curves, and its surest
 * mistakes, each with spectrogram and player. Errors of writing are the stream's own; HEAR_ERR_MEM.
 */
HEAR_MUST_CHECK hear_status hear_page_write(FILE *out, const hear_page *page, hear_error *err);
#endif
