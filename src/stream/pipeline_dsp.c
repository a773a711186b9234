/* pipeline_dsp.c - the dsp thread: samples from the ring into windows. */
#include "config.h"

#include "stream/pipeline_impl.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 1024 }; /* samples taken up at once: how late a stop is seen */

static bool dsp_ready(void *arg)
{
    hear_pipeline *p = arg;
    return hear_flag_is_set(&p->stopped) || hear_flag_is_set(&p->ended) ||
           hear_ring_n_ready(p->ring) >= p->wake_at;
}

static bool queue_ready(void *arg)
{
    hear_pipeline *p = arg;
    return hear_flag_is_set(&p->stopped) ||
           hear_ring_n_ready(p->queue) < hear_ring_n_items(p->queue);
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
    window_slot *slot = hear_free_slot(p->queue);
    if (!slot && p->config.live) {
        atomic_fetch_add_explicit(&p->n_skipped, 1, memory_order_relaxed);
        return;
    }
    while (!slot) {
        hear_wake_wait(&p->dsp_wake, queue_ready, p, -1);
        if (hear_flag_is_set(&p->stopped))
            return;
        slot = hear_free_slot(p->queue);
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
        hear_tap_write(p->frame_tap, frames + i * p->view_width);
}

/* samples NULL stands for zeros. */
static void show(hear_pipeline *p, const float *samples, uint64_t n)
{
    size_t n_frames = HEAR_VIEW_FRAMES;
    while (p->view && (n > 0 || n_frames == HEAR_VIEW_FRAMES)) {
        const size_t part = n < SIZE_MAX ? (size_t)n : SIZE_MAX;
        size_t taken;
        n_frames =
            hear_frontend_process(p->view, samples, part, &taken, p->view_frames, HEAR_VIEW_FRAMES);
        samples = samples ? samples + taken : NULL;
        n -= taken;
        on_frames(p, p->view_frames, n_frames);
    }
}

static void hear_lost(hear_pipeline *p, uint64_t n, const hear_windows_to *to)
{
    const uint64_t second = p->config.rate_hz;
    for (uint64_t part; n > 0 && !hear_flag_is_set(&p->stopped); n -= part) {
        part = n < second ? n : second;
        hear_windows_write_lost(p->windows, part, to);
        show(p, NULL, part);
    }
}

static void hear_view(hear_pipeline *p, const hear_ring_view *v, const hear_windows_to *to)
{
    hear_lost(p, v->lost, to);
    hear_gauge_level(&p->gauge, v->first, v->n_first);
    hear_windows_write(p->windows, v->first, v->n_first, to);
    show(p, v->first, v->n_first);
    if (v->n_second > 0) {
        hear_gauge_level(&p->gauge, v->second, v->n_second);
        hear_windows_write(p->windows, v->second, v->n_second, to);
        show(p, v->second, v->n_second);
    }
    atomic_fetch_add_explicit(&p->n_heard, v->lost + v->n_first + v->n_second,
                              memory_order_relaxed);
}

void *hear_pipeline_run_dsp(void *arg)
{
    hear_pipeline *p = arg;
    const hear_windows_to to = { on_window, p->view ? NULL : on_frames, p };
    while (!hear_flag_is_set(&p->stopped)) {
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
    hear_flag_set(&p->dsp_done);
    hear_wake_post(&p->infer_wake);
    return NULL;
}
