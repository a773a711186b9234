/* dataset_read.h - the two ways in which a data set is laid out; see dataset.h, whose inside this
 * is.
 */
#ifndef TRAIN_DATASET_READ_H
#define TRAIN_DATASET_READ_H

#include "train/dataset.h"

/* Both add what they find to d. Errors: as hear_dataset_open. */
HEAR_MUST_CHECK hear_status hear_dataset_read_folder(hear_dataset *d, const char *path,
                                                     hear_error *err);
HEAR_MUST_CHECK hear_status hear_dataset_read_table(hear_dataset *d, const char *path,
                                                    const char *root, hear_error *err);
#endif
