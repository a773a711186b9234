/* page_tune.h - what tune found, as one HTML page that needs no network and no other file: all
 * points as a table, and for each setting the share that is right against its values. */
#ifndef TRAIN_PAGE_TUNE_H
#define TRAIN_PAGE_TUNE_H

#include "train/metrics.h"

#include <stdio.h>

typedef struct {
    const char *arch, *data; /* as the user gave them */
    size_t n_folds;
    size_t n_options;          /* of the grid */
    const char *const *option; /* [n_options] names */
    const size_t *n_values;    /* [n_options] */
    char *const *const *value; /* [n_options][n_values] */
    size_t n_points;           /* every value with every one of the others, the last fastest */
    const hear_metrics *const *points; /* [n_points] of what was left out, all folds */
} hear_page_tune;

/* Errors: HEAR_ERR_MEM; those of writing are the stream's own. */
HEAR_MUST_CHECK hear_status hear_page_tune_write(FILE *out, const hear_page_tune *page);
#endif
