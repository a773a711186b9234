/* split.h - which recordings to learn from and which to be tested on; whole groups only.
 *
 * Deterministic: the same data set and seed give the same split on every machine. */
#ifndef TRAIN_SPLIT_H
#define TRAIN_SPLIT_H

#include "train/dataset.h"

#include <stdint.h>

/* Moves about share of each label's clips, 0 <= share < 1, from train to valid, in whole groups
 * drawn at random: of a label with two groups or more at least one goes and one stays. A label
 * with one group stays in train. Does nothing where there are clips in valid already.
 * Errors: HEAR_ERR_ARG (share), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_split_validation(hear_dataset *d, double share, uint64_t seed);

/* fold [d->n_groups]: 0 .. n_folds - 1 for the groups that have clips in train or valid, of like
 * size in every label; SIZE_MAX for the others. Errors: HEAR_ERR_ARG (n_folds < 2, or more than
 * such groups), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_split_folds(const hear_dataset *d, size_t n_folds, uint64_t seed,
                                             size_t *fold);
#endif
