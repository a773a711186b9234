/* checkpoint.h - a training under way as a file, so that it can go on as if it had never ended.
 *
 * All numbers are written as they are in memory: a checkpoint is for the machine and build that
 * made it. It tells the training apart from another one by `print`. Threads: one owner at a time.
 */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "base/digest.h"
#include "nn/optim.h"

typedef struct {
    uint64_t print;                   /* hear_print_add of all that the result depends on */
    uint64_t asked;                   /* the same of what is known before recordings are loaded */
    uint64_t epoch, step, since_best; /* done */
    double best_loss;
    bool has_best;
    size_t n_weights;
    float *weights, *mean, *best; /* [n_weights], the caller's */
    hear_optim *optim;            /* its moments and steps */
} hear_checkpoint;

/* Beside the name, then renamed. Errors: HEAR_ERR_IO, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_checkpoint_write(const hear_checkpoint *c, const char *path,
                                                  hear_error *err);
/* print, asked, n_weights, the arrays and optim are given, all else is filled; *found is false, and
 * nothing changed, where there is no such file. Errors: HEAR_ERR_DATA (no checkpoint, of another
 * training, or cut short: the arrays may then hold anything), HEAR_ERR_IO, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_checkpoint_read(hear_checkpoint *c, bool *found, const char *path,
                                                 hear_error *err);
/* Whether there is none at path, or one that begins as one of such a training does: the rest shows
 * when it is read. Errors: HEAR_ERR_DATA, HEAR_ERR_IO. */
HEAR_MUST_CHECK hear_status hear_checkpoint_check(const char *path, uint64_t asked,
                                                  hear_error *err);
#endif
