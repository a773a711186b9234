/* pipeline.c - see pipeline.h: its life, and the sides of source, reader and display. */
#include "config.h"

#include "stream/pipeline_impl.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

#include <math.h>
#include <string.h>

enum { N_GAPS = 256, TAP_RESULTS = 64 };

/* ---- the source's side */

static bool source_ready(void *arg)
{
    hear_pipeline *p = arg;
    const size_t n_items = hear_ring_n_items(p->ring);
    return hear_flag_is_set(&p->stopped) || n_items - hear_ring_n_ready(p->ring) >= n_items / 4;
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
    while (n > 0 && !hear_flag_is_set(&p->stopped)) {
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
    hear_flag_set(&p->ended);
    hear_wake_post(&p->dsp_wake);
}

/* ---- the reader's side */

static bool reader_ready(void *arg)
{
    hear_pipeline *p = arg;
    return hear_ring_n_ready(p->results) > 0 || hear_flag_is_set(&p->infer_done);
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
        .own = slot->probs + n_labels,
        .own_weight = slot->own_weight,
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
    const bool last = hear_flag_is_set(&p->infer_done);
    const result_slot *const slot = hear_front(p->results);
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
        .infer_p99_ms = m.p99_ms,
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
    const hear_frontend_config f = hear_frontend_view(&p->config.model->info.frontend);
    const double hop_s = hear_windows_hop_s(p->windows);
    p->wake_at = p->config.rate_hz / 25; /* 40 ms, as a display draws: each waking costs, too */
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
    const double frames_per_s = (double)f.rate_hz / f.hop;
    p->frame_tap = hear_tap_create(p->view_width, between(8.0 * frames_per_s, 64, 8192));
    p->result_tap = hear_tap_create(p->result_bytes / 4, TAP_RESULTS);
    p->found = hear_alloc(1, p->result_bytes);
    p->shown = hear_alloc(1, p->result_bytes);
    return p->frame_tap && p->result_tap && p->found && p->shown ? HEAR_OK : HEAR_ERR_MEM;
}

static hear_status make_view(hear_pipeline *p, hear_error *err)
{
    const hear_frontend_config *const own = &p->config.model->info.frontend;
    const hear_frontend_config shown = hear_frontend_view(own);
    p->view_width = hear_frontend_width(&shown);
    if (shown.features == own->features)
        return HEAR_OK;
    p->view_frames = hear_alloc(HEAR_VIEW_FRAMES * p->view_width, sizeof *p->view_frames);
    return p->view_frames ? hear_frontend_create(&p->view, &shown, p->config.rate_hz, err)
                          : hear_fail(err, HEAR_ERR_MEM, NULL);
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
    p->result_bytes = slot_bytes(sizeof(result_slot), 2 * p->n_labels);
    hear_status status =
        hear_windows_create(&p->windows, info, config->rate_hz, config->hop_s, err);
    if (status == HEAR_OK)
        status = make_view(p, err);
    if (status == HEAR_OK)
        status = hear_infer_create(&p->infer, config->model, err);
    if (status == HEAR_OK) {
        p->n_frame_floats =
            info->window *
            hear_frontend_width(&info->frontend); /* hear_windows_create saw that it fits */
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
    hear_frontend_destroy(p->view);
    hear_free(p->view_frames);
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
    return hear_flag_is_set(&((hear_pipeline *)arg)->warm);
}

hear_status hear_pipeline_start(hear_pipeline *p, hear_error *err)
{
    int why = hear_thread_start(&p->infer_thread, hear_pipeline_run_infer, p);
    if (why == 0) {
        why = hear_thread_start(&p->dsp_thread, hear_pipeline_run_dsp, p);
        p->running = why == 0;
        if (why != 0) {
            hear_flag_set(&p->stopped);
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
    hear_flag_set(&p->stopped);
    hear_wake_post(&p->source_wake);
    hear_wake_post(&p->dsp_wake);
    hear_wake_post(&p->infer_wake);
    if (p->running) {
        pthread_join(p->dsp_thread, NULL);
        pthread_join(p->infer_thread, NULL);
        p->running = false;
    }
    hear_flag_set(&p->infer_done); /* also where it never started: a reader is told the end */
    hear_wake_post(&p->reader_wake);
}
