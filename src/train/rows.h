/* rows.h - what a network that stays as it is makes of recordings, kept: each patch goes through it
 * once, however many epochs then learn from it.
 *
 *   sounds -> (augment) -> the network up to "features" -> [rows] -> head
 *
 * Of each recording: its patches as classify takes them, then those of copies, windows made by
 * chance. The rows do not depend on the number of threads. Where the graph has a value "weight"
 * (transfer.h), each row has one, too. */
#ifndef TRAIN_ROWS_H
#define TRAIN_ROWS_H

#include "nn/graph.h"
#include "stream/model_info.h"
#include "train/dataset.h"
#include "train/pool.h"
#include "train/sounds.h"

#include <stdint.h>

typedef struct {
    hear_graph
        *graph; /* with a value "features" of float32; "row" is added where it has a weight */
    const hear_model_info *info;
    const hear_dataset *data; /* clips of test and unused have no rows */
    const hear_sounds *sounds;
    size_t n_copies;
    unsigned augment; /* set of bits, see augment.h; copies are alike where it is empty */
    uint64_t seed;
    hear_pool *pool;
    /* Called by the calling thread now and then; false stops. May be NULL. */
    bool (*progress)(void *user, size_t done, size_t of);
    void *user;
} hear_rows_config;

typedef struct {
    size_t n_features, n_clips;
    size_t *first; /* [n_clips + 1]: rows first[c] .. first[c + 1] - 1 are of clip c */
    size_t *n_own; /* [n_clips]: the first of them, as they are */
    float *x;      /* [rows][n_features] */
    float *weight; /* [rows]: how much it counts in its recording, 0 .. 1; NULL: all alike */
    double *sum;   /* [n_clips] of these; NULL where they are */
} hear_rows;

/* HEAR_AUGMENT_MIX and HEAR_AUGMENT_BACKGROUND, which want a second recording, are not done: it
 * might be one that is to be tested on. Errors: HEAR_ERR_MODEL, HEAR_ERR_MEM, HEAR_ERR_INTERRUPTED.
 * On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_rows_create(hear_rows **out, const hear_rows_config *config,
                                             hear_error *err);
void hear_rows_destroy(hear_rows *r); /* NULL is allowed */
#endif
