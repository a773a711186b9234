/* pipeline_impl.h - the inside of a pipeline, for stream/pipeline*.c alone. */
#ifndef STREAM_PIPELINE_IMPL_H
#define STREAM_PIPELINE_IMPL_H

#include "dsp/ring.h"
#include "stream/frontend.h"
#include "stream/gauge.h"
#include "stream/infer.h"
#include "stream/pipeline.h"
#include "stream/tap.h"
#include "stream/wake.h"
#include "stream/window.h"

#include <pthread.h>

#define HEAR_VIEW_FRAMES 16

typedef struct {
    hear_window window;  /* its frames are these */
    uint64_t arrival_ns; /* of its last sample */
    float frames[];      /* [window][width] */
} window_slot;

typedef struct { /* what the display and the reader get alike */
    uint64_t index;
    double start_s, end_s, lost_s, own_weight;
    float probs[]; /* [2][n_labels]: the window's, and its own part's */
} result_slot;

struct hear_pipeline {
    hear_pipeline_config config;
    size_t n_labels, n_frame_floats; /* the last: of a window */
    size_t result_bytes;             /* of a result_slot */
    size_t wake_at;                  /* samples that the dsp thread is woken for */
    hear_windows *windows;
    size_t view_width;   /* of a frame for the display */
    hear_frontend *view; /* makes these, where the model's own are no picture; NULL otherwise */
    float *view_frames;  /* [HEAR_VIEW_FRAMES][view_width], with it */
    hear_infer *infer;
    hear_ring *ring;    /* of samples */
    hear_ring *queue;   /* of window_slot: dsp to inference */
    hear_ring *results; /* of result_slot: inference to reader */
    hear_tap *frame_tap, *result_tap;
    result_slot *found; /* the inference thread's: the result under way */
    result_slot *shown; /* the display's */
    bool holds_result;  /* the reader's: read returned one that is not yet released */

    pthread_t dsp_thread, infer_thread;
    bool running; /* both threads are to be joined */
    hear_wake source_wake, dsp_wake, infer_wake, reader_wake;
    /* Set once. Each is stored with release before its sleepers are posted to, and acquired where
     * it is looked at. */
    atomic_bool stopped, ended, warm, dsp_done, infer_done;

    hear_gauge gauge;
    _Atomic uint64_t n_heard; /* samples that the dsp thread has taken, lost ones too */
    _Atomic uint64_t n_windows, n_skipped, n_dropped;
    _Atomic uint64_t n_written, written_ns; /* by the source: samples so far, and when */
};

/* The threads: arg is the pipeline. */
void *hear_pipeline_run_dsp(void *arg);
void *hear_pipeline_run_infer(void *arg);

static inline bool hear_flag_is_set(atomic_bool *flag)
{
    return atomic_load_explicit(flag, memory_order_acquire);
}

static inline void hear_flag_set(atomic_bool *flag)
{
    atomic_store_explicit(flag, true, memory_order_release);
}

static inline void *hear_free_slot(hear_ring *queue)
{
    hear_ring_space space;
    return hear_ring_write_begin(queue, 1, &space) == 1 ? space.first : NULL;
}

static inline const void *hear_front(hear_ring *queue)
{
    hear_ring_view view;
    return hear_ring_read_begin(queue, 1, &view) == 1 ? view.first : NULL;
}
#endif
