/* dataset.h - what there is to learn from: recordings, each with a label and a group.
 *
 * A group is what two recordings share beside their label (a speaker, a take, a track): it never
 * straddles two splits. A source is where a group comes from, for balanced sampling and for leaving
 * a source out. Nothing is decoded here. Threads: one owner at a time; a data set that nobody
 * changes may be shared. */
#ifndef TRAIN_DATASET_H
#define TRAIN_DATASET_H

#include "hearsay/status.h"
#include "train/names.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HEAR_SPLIT_TRAIN,
    HEAR_SPLIT_VALID,
    HEAR_SPLIT_TEST,
    HEAR_N_SPLITS,
    HEAR_SPLIT_UNUSED = HEAR_N_SPLITS /* in none: never in a table */
} hear_split;
const char *hear_split_name(hear_split split); /* "train", "valid", "test", "unused" */

typedef struct {
    char *path; /* as it can be opened; NULL for one that is made, not recorded */
    size_t label, group, source, licence;
    hear_split split; /* TRAIN where nothing says otherwise */
} hear_clip;

typedef struct {
    hear_names labels; /* sorted by their bytes */
    hear_names groups; /* in order of their first clip, as sources are */
    hear_names sources;
    hear_names licences;
    size_t n_clips;
    hear_clip *clips;
    bool has_split;    /* the table says which clips are for testing */
    bool has_group;    /* otherwise each recording is a group */
    size_t room_clips; /* dataset.c's own */
} hear_dataset;

/* path is a folder or a table.
 *
 * A folder: PATH/LABEL/FILE, each file a group of its own, and PATH/LABEL/GROUP/…/FILE; a group's
 * name means the same under every label. Names that begin with a dot are left out. All else is
 * taken for a recording: one that is none is told when it is read.
 *
 * A table: tab separated with a header line; columns path and label, and where they are there
 * group, split ("train", "valid", "test"), source and licence; others are ignored. Paths are
 * relative to root, or to the table's folder where root is NULL. A line that does not fit, a
 * recording listed twice and a group in two splits are errors that name line or group.
 *
 * Errors: HEAR_ERR_NO_INPUT, HEAR_ERR_DATA, HEAR_ERR_IO, HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_dataset_open(hear_dataset **out, const char *path,
                                              const char *root, hear_error *err);
/* Two labels at least, all such as a model may have, none without a recording to learn from.
 * Errors: HEAR_ERR_DATA. */
HEAR_MUST_CHECK hear_status hear_dataset_check(const hear_dataset *d, hear_error *err);
void hear_dataset_destroy(hear_dataset *d); /* NULL is allowed */

/* For those who build one by hand: open calls these. Finish sorts the labels, and refuses a group
 * in two splits (HEAR_ERR_DATA, err names it). */
HEAR_MUST_CHECK hear_status hear_dataset_create(hear_dataset **out);
typedef struct {
    const char *path; /* copied, as all of these; NULL for a made one */
    const char *label, *group;
    const char *source, *licence; /* NULL and "" where it is not known */
    hear_split split;
} hear_clip_entry;
HEAR_MUST_CHECK hear_status hear_dataset_add(hear_dataset *d, const hear_clip_entry *entry);
HEAR_MUST_CHECK hear_status hear_dataset_finish(hear_dataset *d, hear_error *err);

size_t hear_dataset_count(const hear_dataset *d, hear_split split); /* clips */
#endif
