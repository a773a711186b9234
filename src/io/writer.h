/* writer.h - the thread behind a pipeline's bounded queue of results: whatever writing them waits
 * for keeps neither the sound nor the display waiting.
 *
 *   pipeline's results -> [writer] -> begin, window
 *
 * Threads: start, destroy and the questions are one thread's; begin, window and done run on the
 * writer's. */
#ifndef IO_WRITER_H
#define IO_WRITER_H

#include "stream/pipeline.h"

typedef struct hear_writer hear_writer;

typedef struct {
    hear_pipeline *pipeline; /* whose reader the writer is; must outlive it */
    /* Other than HEAR_OK ends the writing. */
    hear_status (*begin)(void *user, hear_error *err); /* before the first window; may be NULL */
    hear_status (*window)(void *user, const hear_window_result *r, hear_error *err);
    void (*done)(void); /* all is written or writing failed; may be NULL */
    void *user;
} hear_writer_config;

/* Errors: HEAR_ERR_MEM, HEAR_ERR_INTERNAL (no more threads). On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_writer_start(hear_writer **out, const hear_writer_config *config,
                                              hear_error *err);
/* The last window is written, or writing failed. */
bool hear_writer_done(const hear_writer *w);
/* What begin or window gave; HEAR_OK as long as the writer is not done. */
HEAR_MUST_CHECK hear_status hear_writer_status(const hear_writer *w, hear_error *err);
/* Waits for its thread: the pipeline must have ended or been stopped. NULL is allowed. */
void hear_writer_destroy(hear_writer *w);
#endif
