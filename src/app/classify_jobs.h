/* classify_jobs.h - many recordings, one after the other or several at a time, and where their
 * lines go: standard output, in the order of the recordings, or a file for each in a folder.
 *
 * Threads: the main thread; it starts n_jobs others where that is more than 1, and it alone writes
 * on standard output and standard error. The bytes do not depend on n_jobs. */
#ifndef APP_CLASSIFY_JOBS_H
#define APP_CLASSIFY_JOBS_H

#include "app/ear.h"
#include "io/sink.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    hear_ear_config ear;
    hear_sink_config sink; /* of standard output; with a folder its fd is of no use */
    const char *folder;    /* label_folder.h; NULL: standard output */
    bool missing;          /* with a folder: leave out what has its labels there */
    size_t n_jobs;         /* 1 .. HEAR_MAX_JOBS; 1 with ear.realtime */
    char *const *paths;    /* [n_paths] */
    size_t n_paths;
} hear_classify_config;

#define HEAR_MAX_JOBS 256

/* Reports what goes wrong; the exit code. After hear_signals_catch. */
int hear_classify_all(const hear_classify_config *config);
#endif
