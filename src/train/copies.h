/* copies.h - augmented copies of a data set's recordings, as files and a table of them.
 *
 *   FOLDER/LABEL/NAME-CLIP-COPY.wav, FOLDER/table.tsv
 *
 * A copy keeps label, group, split, source and licence of its original, so it never leaves its
 * group. Copy c of clip i is drawn from the seed, i and c alone. */
#ifndef TRAIN_COPIES_H
#define TRAIN_COPIES_H

#include "train/dataset.h"
#include "train/effect.h"

#include <stdint.h>

typedef struct {
    const char *folder; /* there already */
    hear_effect_range range[HEAR_N_EFFECTS];
    double chance;              /* 0 .. 1, of each effect */
    size_t n_copies;            /* of each clip, >= 1 */
    bool all_splits;            /* false: only clips of train are copied */
    bool originals;             /* the table names them too */
    const hear_dataset *noises; /* for HEAR_EFFECT_NOISE; clips of the same split are drawn */
    uint64_t seed;
    int stop_fd; /* as hear_source_open's */
    /* Called after each clip; false stops. May be NULL. */
    bool (*on_clip)(void *user, size_t done, size_t of);
    /* A recording, or a noise, that cannot be read: the copy is left out. */
    void (*on_unread)(void *user, const char *path, const hear_error *err);
    void *user;
} hear_copies_config;

/* *n_made: copies written. Errors: HEAR_ERR_IO, HEAR_ERR_MEM, HEAR_ERR_INTERRUPTED,
 * HEAR_ERR_DATA (a path or name that a table cannot hold; no noise of a clip's split). err says
 * what it is about. The table is written where all went well, and names what was. */
HEAR_MUST_CHECK hear_status hear_copies_make(const hear_dataset *d,
                                             const hear_copies_config *config, size_t *n_made,
                                             hear_error *err);
#endif
