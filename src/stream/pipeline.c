/* pipeline.c - see pipeline.h. */
#include "config.h"

#include "stream/pipeline.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "dsp/ring.h"
#include "stream/infer.h"
#include "stream/gauge.h"
#include "stream/tap.h"
#include "stream/wake.h"
#include "stream/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, N_GAPS = 256, TAP_RESULTS = 64 };

typedef struct {
    hear_window window;  /* its frames are these */
    uint64_t arrival_ns; /* of its last sample */
    float frames[];      /* [window][n_mels] */
} window_slot;

typedef struct { /* what the display and the reader get alike */
    uint64_t index;
    double start_s, end_s, lost_s;
    float probs[]; /* [n_labels] */
} result_slot;

struct hear_pipeline {
    hear_pipeline_config config;
    size_t n_labels, n_mels, n_frame_floats; /* the last: of a window */
    size_t result_bytes;                     /* of a result_slot */
    size_t wake_at;                          /* samples that the dsp thread is woken for */
    hear_windows *windows;
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

static bool is_set(atomic_bool *flag)
{
    return atomic_load_explicit(flag, memory_order_acquire);
}

static void set(atomic_bool *flag)
{
    atomic_store_explicit(flag, true, memory_order_release);
}

static void *free_slot(hear_ring *queue)
{
    hear_ring_space space;
    return hear_ring_write_begin(queue, 1, &space) == 1 ? space.first : NULL;
}

static const void *front(hear_ring *queue)
{
    hear_ring_view view;
    return hear_ring_read_begin(queue, 1, &view) == 1 ? view.first : NULL;
}

/* ---- the source's side */

static bool source_ready(void *arg)
{
    hear_pipeline *p = arg;
    const size_t n_items = hear_ring_n_items(p->ring);
    return is_set(&p->stopped) || n_items - hear_ring_n_ready(p->ring) >= n_items / 4;
}

static void wrote(hear_pipeline *p, uint64_t n)
{
    const uint64_t before = atomic_load_explicit(&p->n_written, memory_order_relaxed);
    atomic_store_explicit(&p->n_written, before + n, memory_order_relaxed);
    atomic_store_explicit(&p->written_ns, hear_now_ns(), memory_order_relaxed);
    if (hear_ring_n_ready(p->ring) >= p->wake_at)
        hear_wake_post(&p->dsp_wake);
}

void hear_pipeline_write(hear_pipeline *p, const float *samples, size_t n)
{
    if (p->config.live) {
        hear_ring_write(p->ring, samples, n);
        wrote(p, n);
        return;
    }
    while (n > 0 && !is_set(&p->stopped)) {
        hear_ring_space to;
        const size_t fits = hear_ring_write_begin(p->ring, n, &to);
        if (fits == 0) {
            hear_wake_wait(&p->source_wake, source_ready, p, -1);
            continue;
        }
        memcpy(to.first, samples, to.n_first * sizeof *samples);
        memcpy(to.second, samples + to.n_first, to.n_second * sizeof *samples);
        hear_ring_write_end(p->ring, fits);
        wrote(p, fits);
        samples += fits;
        n -= fits;
    }
}

void hear_pipeline_write_lost(hear_pipeline *p, uint64_t n)
{
    hear_ring_write_lost(p->ring, n);
    wrote(p, n);
}

void hear_pipeline_end(hear_pipeline *p)
{
    hear_ring_end(p->ring);
    set(&p->ended);
    hear_wake_post(&p->dsp_wake);
}

/* ---- the dsp thread */

/* Samples that are in the ring longer than this many wait no more. */
static bool dsp_ready(void *arg)
{
    hear_pipeline *p = arg;
    return is_set(&p->stopped) || is_set(&p->ended) || hear_ring_n_ready(p->ring) >= p->wake_at;
}

static bool queue_ready(void *arg)
{
    hear_pipeline *p = arg;
    return is_set(&p->stopped) || hear_ring_n_ready(p->queue) < hear_ring_n_items(p->queue);
}

/* When the window's last sample came: live from the clock, since what is behind it in the ring came
 * later; a recording's when it is taken up. */
static uint64_t arrival_ns(hear_pipeline *p, const hear_window *w)
{
    const uint64_t now = hear_now_ns();
    if (!p->config.live)
        return now;
    const double n_behind = (double)atomic_load_explicit(&p->n_written, memory_order_relaxed) -
                            w->end_s * p->config.rate_hz;
    const uint64_t written_ns = atomic_load_explicit(&p->written_ns, memory_order_relaxed);
    const double age_ns = 1e9 * fmax(n_behind, 0.0) / p->config.rate_hz;
    const uint64_t then = written_ns - (uint64_t)fmin(age_ns, (double)written_ns);
    return then < now ? then : now;
}

static void on_window(void *user, const hear_window *w)
{
    hear_pipeline *p = user;
    window_slot *slot = free_slot(p->queue);
    if (!slot && p->config.live) {
        atomic_fetch_add_explicit(&p->n_skipped, 1, memory_order_relaxed);
        return;
    }
    while (!slot) {
        hear_wake_wait(&p->dsp_wake, queue_ready, p, -1);
        if (is_set(&p->stopped))
            return;
        slot = free_slot(p->queue);
    }
    slot->window = *w;
    slot->arrival_ns = arrival_ns(p, w);
    memcpy(slot->frames, w->frames, p->n_frame_floats * sizeof slot->frames[0]);
    slot->window.frames = slot->frames;
    hear_ring_write_end(p->queue, 1);
    hear_wake_post(&p->infer_wake);
}

static void on_frames(void *user, const float *frames, size_t n)
{
    const hear_pipeline *p = user;
    for (size_t i = 0; i < n; i++)
        hear_tap_write(p->frame_tap, frames + i * p->n_mels);
}

static void hear_lost(hear_pipeline *p, uint64_t n, const hear_windows_to *to)
{
    const uint64_t second = p->config.rate_hz;
    for (uint64_t part; n > 0 && !is_set(&p->stopped); n -= part) {
        part = n < second ? n : second;
        hear_windows_write_lost(p->windows, part, to);
    }
}

static void hear_view(hear_pipeline *p, const hear_ring_view *v, const hear_windows_to *to)
{
    hear_lost(p, v->lost, to);
    hear_gauge_level(&p->gauge, v->first, v->n_first);
    hear_windows_write(p->windows, v->first, v->n_first, to);
    if (v->n_second > 0) {
        hear_gauge_level(&p->gauge, v->second, v->n_second);
        hear_windows_write(p->windows, v->second, v->n_second, to);
    }
    atomic_fetch_add_explicit(&p->n_heard, v->lost + v->n_first + v->n_second,
                              memory_order_relaxed);
}

static void *run_dsp(void *arg)
{
    hear_pipeline *p = arg;
    const hear_windows_to to = { on_window, on_frames, p };
    while (!is_set(&p->stopped)) {
        hear_ring_view view;
        const size_t n = hear_ring_read_begin(p->ring, CHUNK, &view);
        if (n > 0 || view.lost > 0) {
            hear_view(p, &view, &to);
            hear_ring_read_end(p->ring, n);
            if (!p->config.live)
                hear_wake_post(&p->source_wake);
        } else if (hear_ring_at_end(p->ring)) {
            hear_windows_finish(p->windows, &to);
            break;
        } else {
            hear_wake_wait(&p->dsp_wake, dsp_ready, p, -1);
        }
    }
    set(&p->dsp_done);
    hear_wake_post(&p->infer_wake);
    return NULL;
}

/* ---- the inference thread */

static bool infer_ready(void *arg)
{
    hear_pipeline *p = arg;
    return is_set(&p->stopped) || is_set(&p->dsp_done) || hear_ring_n_ready(p->queue) > 0;
}

static bool results_ready(void *arg)
{
    hear_pipeline *p = arg;
    return is_set(&p->stopped) || hear_ring_n_ready(p->results) < hear_ring_n_items(p->results);
}

static void give_result(hear_pipeline *p)
{
    hear_tap_write(p->result_tap, p->found);
    void *slot = free_slot(p->results);
    if (!slot && p->config.live) {
        atomic_fetch_add_explicit(&p->n_dropped, 1, memory_order_relaxed);
        return;
    }
    while (!slot) {
        hear_wake_wait(&p->infer_wake, results_ready, p, -1);
        if (is_set(&p->stopped))
            return;
        slot = free_slot(p->results);
    }
    memcpy(slot, p->found, p->result_bytes);
    hear_ring_write_end(p->results, 1);
    hear_wake_post(&p->reader_wake);
}

static void classify(hear_pipeline *p, const window_slot *slot)
{
    const uint64_t start_ns = hear_now_ns(), arrived_ns = slot->arrival_ns;
    hear_infer_run(p->infer, slot->frames, p->found->probs);
    p->found->index = slot->window.index;
    p->found->start_s = slot->window.start_s;
    p->found->end_s = slot->window.end_s;
    p->found->lost_s = slot->window.lost_s;
    hear_ring_read_end(p->queue, 1);
    if (!p->config.live)
        hear_wake_post(&p->dsp_wake);
    const uint64_t now_ns = hear_now_ns();
    hear_gauge_inference(&p->gauge, now_ns - start_ns, now_ns - arrived_ns);
    atomic_fetch_add_explicit(&p->n_windows, 1, memory_order_relaxed);
    give_result(p);
}

static void *run_infer(void *arg)
{
    hear_pipeline *p = arg;
    hear_infer_run(p->infer, NULL, p->found->probs);
    set(&p->warm);
    hear_wake_post(&p->reader_wake);
    while (!is_set(&p->stopped)) {
        const bool last = is_set(&p->dsp_done); /* before the look: then nothing comes behind it */
        const window_slot *const slot = front(p->queue);
        if (slot)
            classify(p, slot);
        else if (last)
            break;
        else
            hear_wake_wait(&p->infer_wake, infer_ready, p, -1);
    }
    set(&p->infer_done);
    hear_wake_post(&p->reader_wake);
    return NULL;
}

/* ---- the reader's side */

static bool reader_ready(void *arg)
{
    hear_pipeline *p = arg;
    return hear_ring_n_ready(p->results) > 0 || is_set(&p->infer_done);
}

static void fill_result(hear_window_result *result, const result_slot *slot, size_t n_labels,
                        const float *probs)
{
    *result = (hear_window_result){
        .index = slot->index,
        .start_s = slot->start_s,
        .end_s = slot->end_s,
        .lost_s = slot->lost_s,
        .n_labels = n_labels,
        .probs = probs,
    };
}

hear_read hear_pipeline_read(hear_pipeline *p, hear_window_result *result, int timeout_ms)
{
    if (p->holds_result) {
        p->holds_result = false;
        hear_ring_read_end(p->results, 1);
        if (!p->config.live)
            hear_wake_post(&p->infer_wake);
    }
    hear_wake_wait(&p->reader_wake, reader_ready, p, timeout_ms);
    const bool last = is_set(&p->infer_done);
    const result_slot *const slot = front(p->results);
    if (!slot)
        return last ? HEAR_READ_END : HEAR_READ_NOTHING;
    fill_result(result, slot, p->n_labels, slot->probs);
    p->holds_result = true;
    return HEAR_READ_RESULT;
}

/* ---- the display's side */

void hear_pipeline_snapshot_get(hear_pipeline *p, hear_pipeline_snapshot *snapshot)
{
    const hear_gauge_reading m = hear_gauge_read(&p->gauge);
    const double rate_hz = p->config.rate_hz;
    *snapshot = (hear_pipeline_snapshot){
        .position_s = (double)atomic_load_explicit(&p->n_heard, memory_order_relaxed) / rate_hz,
        .peak = m.peak,
        .rms = m.rms,
        .lost_s = (double)hear_ring_lost(p->ring) / rate_hz,
        .n_windows = atomic_load_explicit(&p->n_windows, memory_order_relaxed),
        .n_skipped = atomic_load_explicit(&p->n_skipped, memory_order_relaxed),
        .n_dropped = atomic_load_explicit(&p->n_dropped, memory_order_relaxed),
        .infer_p50_ms = m.p50_ms,
        .infer_worst_ms = m.worst_ms,
        .latency_ms = m.latency_ms,
    };
}

size_t hear_pipeline_peek_frames(hear_pipeline *p, float *frames, size_t max)
{
    return hear_tap_read_newest(p->frame_tap, frames, max);
}

bool hear_pipeline_peek_result(hear_pipeline *p, hear_window_result *result, float *probs)
{
    if (hear_tap_read(p->result_tap, p->shown, 1) == 0)
        return false;
    memcpy(probs, p->shown->probs, p->n_labels * sizeof *probs);
    fill_result(result, p->shown, p->n_labels, probs);
    return true;
}

double hear_pipeline_hop_s(const hear_pipeline *p)
{
    return hear_windows_hop_s(p->windows);
}

/* ---- its life */

static size_t between(double x, size_t low, size_t high)
{
    return x <= (double)low ? low : x >= (double)high ? high : (size_t)x;
}

/* Whole cache lines, so that each slot of a ring is aligned as the first one is. */
static size_t slot_bytes(size_t head, size_t n_floats)
{
    const size_t bytes = head + n_floats * sizeof(float);
    return (bytes + HEAR_ALIGN - 1) / HEAR_ALIGN * HEAR_ALIGN;
}

static hear_status make_ring(hear_ring **ring, size_t n_items, size_t item_bytes, size_t n_gaps)
{
    const hear_ring_config config = { n_items, item_bytes, n_gaps };
    return hear_ring_create(ring, &config);
}

static hear_status make_queues(hear_pipeline *p, double ring_s)
{
    const hear_frontend_config *const f = &p->config.model->info.frontend;
    const double hop_s = hear_windows_hop_s(p->windows);
    p->wake_at = p->config.rate_hz / 50; /* 20 ms: how seldom the dsp thread need be woken */
    const size_t n_samples = between(ring_s * p->config.rate_hz, 4 * p->wake_at, (size_t)1 << 31);
    hear_status status = make_ring(&p->ring, n_samples, sizeof(float), N_GAPS);
    /* one window under way and half a second of others: more would only be heard later */
    const size_t n_windows = 1 + between(ceil(0.5 / hop_s), 1, 15);
    if (status == HEAR_OK)
        status =
            make_ring(&p->queue, n_windows, slot_bytes(sizeof(window_slot), p->n_frame_floats), 1);
    const size_t n_results = between(4e6 / (double)p->result_bytes, 16, 256);
    if (status == HEAR_OK)
        status = make_ring(&p->results, n_results, p->result_bytes, 1);
    if (status != HEAR_OK)
        return status;
    const double frames_per_s = (double)f->rate_hz / f->hop;
    p->frame_tap = hear_tap_create(p->n_mels, between(8.0 * frames_per_s, 64, 8192));
    p->result_tap = hear_tap_create(p->result_bytes / 4, TAP_RESULTS);
    p->found = hear_alloc(1, p->result_bytes);
    p->shown = hear_alloc(1, p->result_bytes);
    return p->frame_tap && p->result_tap && p->found && p->shown ? HEAR_OK : HEAR_ERR_MEM;
}

hear_status hear_pipeline_create(hear_pipeline **out, const hear_pipeline_config *config,
                                 hear_error *err)
{
    *out = NULL;
    const double ring_s = config->ring_s == 0.0 ? 2.0 : config->ring_s;
    if (!(ring_s > 0.0 && ring_s <= 3600.0))
        return hear_fail(err, HEAR_ERR_ARG, "a ring of %g s; up to 3600 s are taken", ring_s);
    hear_pipeline *p = hear_alloc(1, sizeof *p);
    if (!p)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_wake_init(&p->source_wake);
    hear_wake_init(&p->dsp_wake);
    hear_wake_init(&p->infer_wake);
    hear_wake_init(&p->reader_wake);
    const hear_model_info *const info = &config->model->info;
    p->config = *config;
    p->n_labels = info->n_labels;
    p->n_mels = info->frontend.n_mels;
    p->result_bytes = slot_bytes(sizeof(result_slot), p->n_labels);
    hear_status status =
        hear_windows_create(&p->windows, info, config->rate_hz, config->hop_s, err);
    if (status == HEAR_OK)
        status = hear_infer_create(&p->infer, config->model, err);
    if (status == HEAR_OK) {
        p->n_frame_floats = info->window * p->n_mels; /* hear_windows_create saw that it fits */
        status = make_queues(p, ring_s);
        if (status != HEAR_OK)
            hear_fail(err, status, NULL);
    }
    if (status != HEAR_OK) {
        hear_pipeline_destroy(p);
        return status;
    }
    *out = p;
    return HEAR_OK;
}

void hear_pipeline_destroy(hear_pipeline *p)
{
    if (!p)
        return;
    hear_pipeline_stop(p);
    hear_windows_destroy(p->windows);
    hear_infer_destroy(p->infer);
    hear_ring_destroy(p->ring);
    hear_ring_destroy(p->queue);
    hear_ring_destroy(p->results);
    hear_tap_destroy(p->frame_tap);
    hear_tap_destroy(p->result_tap);
    hear_free(p->found);
    hear_free(p->shown);
    hear_wake_clear(&p->source_wake);
    hear_wake_clear(&p->dsp_wake);
    hear_wake_clear(&p->infer_wake);
    hear_wake_clear(&p->reader_wake);
    hear_free(p);
}

static bool is_warm(void *arg)
{
    return is_set(&((hear_pipeline *)arg)->warm);
}

hear_status hear_pipeline_start(hear_pipeline *p, hear_error *err)
{
    int why = hear_thread_start(&p->infer_thread, run_infer, p);
    if (why == 0) {
        why = hear_thread_start(&p->dsp_thread, run_dsp, p);
        p->running = why == 0;
        if (why != 0) {
            set(&p->stopped);
            hear_wake_post(&p->infer_wake);
            pthread_join(p->infer_thread, NULL);
        }
    }
    if (why != 0)
        return hear_fail(err, HEAR_ERR_INTERNAL, "no thread: %s", strerror(why));
    hear_wake_wait(&p->reader_wake, is_warm, p, -1);
    return HEAR_OK;
}

void hear_pipeline_stop(hear_pipeline *p)
{
    set(&p->stopped);
    hear_wake_post(&p->source_wake);
    hear_wake_post(&p->dsp_wake);
    hear_wake_post(&p->infer_wake);
    if (p->running) {
        pthread_join(p->dsp_thread, NULL);
        pthread_join(p->infer_thread, NULL);
        p->running = false;
    }
    set(&p->infer_done); /* also where it never started: a reader is told the end */
    hear_wake_post(&p->reader_wake);
}
