/* cross.h - trains as often as there are folds, each time without one, and is tested on that one.
 *
 * By source: each source that a label can spare is left out in turn, which is as near as a table
 * comes to recordings of another kind than those learnt from; what another source has of a group
 * that is left out is not learnt from either. By group: folds of hear_split_folds, but
 * for the only group of a label, which is always learnt from.
 * Clips of test are never looked at. */
#ifndef TRAIN_CROSS_H
#define TRAIN_CROSS_H

#include "train/job.h"

typedef struct {
    size_t fold, n_folds;
    const char *name;          /* of the source; NULL for groups */
    const hear_metrics *clips; /* of what was left out; NULL where a label has no other source */
} hear_cross_result;

/* n_folds 0: by source. on_fold is called behind each fold. all [data's labels]: the scores of all
 * folds together. Errors: as hear_job_run's, HEAR_ERR_DATA (fewer groups than folds; no fold that
 * the labels can spare). */
HEAR_MUST_CHECK hear_status hear_cross_run(const hear_job *job, const hear_dataset *d,
                                           const hear_sounds *sounds, size_t n_folds,
                                           double valid_share, hear_metrics *all,
                                           void (*on_fold)(void *user, const hear_cross_result *r),
                                           hear_error *err);
#endif
