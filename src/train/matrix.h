/* matrix.h - rows of features to learn from, for what learns from all of them at once: one row for
 * each window of each recording. */
#ifndef TRAIN_MATRIX_H
#define TRAIN_MATRIX_H

#include "nn/graph.h"
#include "train/example.h"
#include "train/pool.h"

typedef struct {
    size_t n, n_features, n_labels, n_groups;
    float *x;       /* [n][n_features] */
    size_t *label;  /* [n] */
    size_t *group;  /* [n] 0 .. n_groups - 1, each with a row at least: what must stay together */
    double *weight; /* [n] > 0, mean 1 */
} hear_matrix;

/* What the value of that name comes to in graph, for every window of the examples, without
 * augmentation. BALANCED weighs as the sampler draws, a recording's share divided among its
 * windows; with PLAIN every window counts alike, and WEIGHTED weighs by label. Errors:
 * HEAR_ERR_MODEL, HEAR_ERR_MEM. On failure *m is empty. */
HEAR_MUST_CHECK hear_status hear_matrix_make(hear_matrix *m, hear_graph *graph, const char *value,
                                             const hear_examples *examples, hear_sampling sampling,
                                             hear_pool *pool, hear_error *err);
void hear_matrix_clear(hear_matrix *m); /* one of zeros is allowed */
#endif
