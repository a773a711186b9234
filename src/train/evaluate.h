/* evaluate.h - what a model says of every recording of a split, next to the truth.
 *
 * Each recording goes through the very classifier that `hearsay classify` runs; a recording's
 * probabilities are clip_mean.h's. Threads: one owner at a time. */
#ifndef TRAIN_EVALUATE_H
#define TRAIN_EVALUATE_H

#include "hearsay/model.h"
#include "stream/clip_mean.h"
#include "train/dataset.h"

typedef struct {
    size_t clip;         /* number in the data set */
    size_t truth;        /* label of the model */
    size_t first_window; /* its windows are first_window .. first_window + n_windows */
    size_t n_windows;    /* >= 1 */
    double seconds;      /* of sound */
} hear_evaluated_clip;

typedef struct {
    size_t clip;
    char why[160];
} hear_unread_clip;

typedef struct {
    size_t n_labels; /* the model's */
    size_t n_clips;
    hear_evaluated_clip *clips;
    float *clip_probs; /* [n_clips][n_labels] */
    size_t n_windows;
    float *window_probs;                   /* [n_windows][n_labels] */
    double *window_start_s, *window_end_s; /* [n_windows], within its clip */
    size_t n_unread;                       /* recordings that could not be read, or held no sound */
    hear_unread_clip *unread;
    size_t room_clips, room_starts, room_ends, room_unread; /* evaluate.c's own */
    size_t room_clip_probs, room_window_probs;
    hear_clip_mean *mean;
} hear_evaluation;

/* Called before each recording: how many are done of how many. false stops. May be NULL. */
typedef bool hear_evaluate_progress(void *user, size_t n_done, size_t n_all);

/* Errors: HEAR_ERR_DATA (a label of the split that the model does not have: err names it; no
 * recording in the split), HEAR_ERR_INTERRUPTED (by progress), HEAR_ERR_MODEL, HEAR_ERR_MEM. On
 * failure *out is NULL. A recording that cannot be read is no failure: it is in unread. */
HEAR_MUST_CHECK hear_status hear_evaluate(hear_evaluation **out, const hear_model *model,
                                          const hear_dataset *d, hear_split split,
                                          hear_evaluate_progress *progress, void *user,
                                          hear_error *err);
void hear_evaluation_destroy(hear_evaluation *e); /* NULL is allowed */
#endif
