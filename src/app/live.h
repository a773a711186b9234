/* live.h - a stream under way: a microphone or a recording at 1x, the pipeline, and the thread that
 * writes its results.
 *
 *   microphone's callback, or feeder thread -> pipeline -> writer thread -> begin, window
 *
 * Threads: the main thread; the two functions of the configuration run on the writer thread, and
 * whatever they wait for keeps neither the sound nor the main thread waiting. */
#ifndef APP_LIVE_H
#define APP_LIVE_H

#include "io/source.h"
#include "io/source_portaudio.h"
#include "stream/pipeline.h"

typedef struct hear_live hear_live;

typedef struct {
    const hear_model *model;
    double hop_s;        /* 0 takes the model's */
    hear_mic *mic;       /* opened, not started; taken over, also on failure */
    hear_source *source; /* or this, which must outlive the stream */
    /* Other than HEAR_OK ends the stream. */
    hear_status (*begin)(void *user, hear_error *err); /* before the first window; may be NULL */
    hear_status (*window)(void *user, const hear_window_result *r, hear_error *err);
    void *user;
} hear_live_config;

/* Starts everything. Errors: those of the pipeline and the microphone, HEAR_ERR_MEM,
 * HEAR_ERR_INTERNAL (no more threads). On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_live_start(hear_live **out, const hear_live_config *config,
                                            hear_error *err);
hear_pipeline *hear_live_pipeline(hear_live *live);
/* False once the last window is written or writing failed; hear_signals_wait wakes up then. */
bool hear_live_running(const hear_live *live);
/* The recording has been played, though results may still be under way. */
bool hear_live_played(const hear_live *live);
/* The source, begin or window gave an error: hear_live_end says which. */
bool hear_live_failed(const hear_live *live);

typedef struct {
    double lost_s;        /* of sound, between the microphone and the front end */
    uint64_t n_skipped;   /* windows that inference could not keep up with */
    uint64_t n_dropped;   /* results that the writer's reader could not keep up with */
    uint64_t n_overflows; /* the sound system's own, which it does not count in samples, */
    double overflow_s;    /* and an estimate of their length */
    bool output_failed;   /* the error is begin's or window's, not the source's */
} hear_live_outcome;

/* No more sound, from now; what was heard is classified and written. Whoever reads the labels has
 * wait_ms for it (-1: as long as it takes), then hear_signals_hurry ends the wait. *live is gone in
 * any case. Returns how the stream went: HEAR_OK, or what begin or window gave, or the source. */
HEAR_MUST_CHECK hear_status hear_live_end(hear_live **live, int wait_ms, hear_live_outcome *outcome,
                                          hear_error *err);
#endif
