/* train_progress.h - tells how training goes: a line that is written over on a terminal, a line an
 * epoch elsewhere, and a JSON object an epoch in a log.
 *
 * Threads: the main thread only. */
#ifndef APP_TRAIN_PROGRESS_H
#define APP_TRAIN_PROGRESS_H

#include "base/file.h"
#include "train/trainer.h"

#include <stdio.h>

typedef struct {
    bool quiet;
    bool terminal;  /* stderr is one */
    bool line_open; /* a line is there to be written over */
    FILE *log;      /* NULL where there is none */
    uint64_t begin_ns, told_ns;
    size_t n_begun; /* steps done when begin_ns was taken */
    size_t best;    /* epoch, of those that were told; 0: none */
} hear_train_progress;

/* log: NULL for none; append: behind what is in it. Errors: HEAR_ERR_IO. */
HEAR_MUST_CHECK hear_status hear_train_progress_open(hear_train_progress *p, bool quiet,
                                                     const char *log, bool append, hear_error *err);
/* Errors: HEAR_ERR_IO (the log could not be written). */
HEAR_MUST_CHECK hear_status hear_train_progress_close(hear_train_progress *p, hear_error *err);

/* The log's first line: the command, how the recordings are shared out, how labels are balanced. */
void hear_train_progress_begin(hear_train_progress *p, const char *command, const char *splits,
                               const char *balance);
void hear_train_progress_load(hear_train_progress *p, size_t done, size_t of);
void hear_train_progress_step(hear_train_progress *p, const hear_progress *now);
void hear_train_progress_epoch(hear_train_progress *p, const hear_progress *now);
/* Which epoch the model is of, where one was chosen. */
void hear_train_progress_kept(hear_train_progress *p, const char *model);
/* Before anything else is written to stderr. */
void hear_train_progress_clear(hear_train_progress *p);
#endif
