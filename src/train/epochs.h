/* epochs.h - how a training went, from the log that train --log wrote: a JSON object an epoch. */
#ifndef TRAIN_EPOCHS_H
#define TRAIN_EPOCHS_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t number; /* 1 .. */
    double loss, accuracy;
    double valid_loss, valid_accuracy; /* NaN where nothing was there to choose by */
    bool best;                         /* until then */
} hear_epoch;

typedef struct {
    size_t n, room;
    hear_epoch *epoch; /* [n], numbers rise */
} hear_epochs;

/* An epoch that was done again, after a training was gone on with, takes the place of the first one
 * and of what came behind. A training that is solved at once has none. Lines of other types are
 * passed over, and a last line that was cut while it was written. Errors: as hear_file_read's,
 * HEAR_ERR_DATA (err names the line, or that it is no log). On failure *e is empty. */
HEAR_MUST_CHECK hear_status hear_epochs_read(hear_epochs *e, const char *path, hear_error *err);
void hear_epochs_clear(hear_epochs *e);
#endif
