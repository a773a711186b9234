/* pipeline.h - the threads of a running stream.
 *
 *   source thread or callback -> ring -> dsp thread -> windows -> inference thread -> results ->
 *   reader
 *
 * One rule for overload: live, when inference cannot keep up, whole windows are skipped and
 * counted, audio never; and when the reader does not, results are dropped and counted. From a
 * recording everything waits instead (back-pressure), so nothing is lost, skipped or dropped.
 * Threads: create, start, stop and destroy by one thread; each function below says whose it is.
 * Who waits sleeps on a semaphore of its own (wake.h). Real-time: after start neither the dsp nor
 * the inference thread allocates, locks, logs or opens files. */
#ifndef STREAM_PIPELINE_H
#define STREAM_PIPELINE_H

#include "hearsay/event.h"
#include "hearsay/model.h"

#include <stdbool.h>

typedef struct hear_pipeline hear_pipeline;

typedef struct {
    const hear_model *model;
    uint32_t rate_hz; /* of the samples that the source writes */
    double hop_s;     /* 0 takes the model's */
    bool live;        /* the source cannot wait: count what does not fit; otherwise write blocks */
    double ring_s;    /* room between source and dsp; 0 takes 2 seconds */
} hear_pipeline_config;

/* The model must outlive the pipeline. On failure *out is NULL. Errors: HEAR_ERR_ARG (a field out
 * of its range), HEAR_ERR_MODEL (as hear_classifier_create's), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_pipeline_create(hear_pipeline **out,
                                                 const hear_pipeline_config *config,
                                                 hear_error *err);
/* Stops first; NULL is allowed. Source, reader and display must have ended. */
void hear_pipeline_destroy(hear_pipeline *p);
/* Returns once the network has been warmed up on its thread. Once only. Errors: HEAR_ERR_INTERNAL
 * (no more threads). */
HEAR_MUST_CHECK hear_status hear_pipeline_start(hear_pipeline *p, hear_error *err);
/* At once: what is under way is dropped. Results that are ready can still be read. */
void hear_pipeline_stop(hear_pipeline *p);

/* The source's side: one thread, or the audio callback. Mono, full scale ±1. Live: never waits,
 * counts what did not fit (its place in the stream is kept); recorded: waits for room, returns
 * early when stopped. */
void hear_pipeline_write(hear_pipeline *p, const float *samples, size_t n);
void hear_pipeline_write_lost(hear_pipeline *p,
                              uint64_t n); /* samples known to be lost before they got here */
void hear_pipeline_end(hear_pipeline *p);  /* no more will come: the last window is flushed */

/* The reader's side: one thread. Copies the next result; its probs point into the pipeline until
 * the next call. Waits at most timeout_ms (0 polls). */
typedef enum { HEAR_READ_RESULT, HEAR_READ_NOTHING, HEAR_READ_END } hear_read;
hear_read hear_pipeline_read(hear_pipeline *p, hear_window_result *result, int timeout_ms);

/* The display's side: one thread; it may miss what it does not fetch in time, never delays
 * anything. */
typedef struct {
    double position_s;  /* of the stream: heard so far */
    float peak, rms;    /* since the last snapshot, 0..1 */
    double lost_s;      /* in the ring, and by write_lost */
    uint64_t n_windows; /* classified */
    uint64_t n_skipped; /* windows that inference could not keep up with */
    uint64_t n_dropped; /* results that the reader could not keep up with */
    double infer_p50_ms, infer_p99_ms, infer_worst_ms; /* of a window, so far */
    double latency_ms; /* from a window's last sample in the ring to its result, last window */
} hear_pipeline_snapshot;
void hear_pipeline_snapshot_get(hear_pipeline *p, hear_pipeline_snapshot *snapshot);
/* The newest raw frames of hear_frontend_view of the model's front end, [..][width], oldest first,
 * at most max; the return value says how many. */
size_t hear_pipeline_peek_frames(hear_pipeline *p, float *frames, size_t max);
/* The newest results for a display, apart from hear_pipeline_read; same contract as peek_frames:
 * copies at most one result into probs [n_labels] and *result (probs pointing there); false where
 * there is none that is new. */
bool hear_pipeline_peek_result(hear_pipeline *p, hear_window_result *result, float *probs);
double hear_pipeline_hop_s(const hear_pipeline *p); /* the true hop */
#endif
