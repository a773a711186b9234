/* pipeline_infer.c - the inference thread: windows into results. */
#include "config.h"

#include "stream/pipeline_impl.h"

#include "base/clock.h"

#include <string.h>

static bool infer_ready(void *arg)
{
    hear_pipeline *p = arg;
    return hear_flag_is_set(&p->stopped) || hear_flag_is_set(&p->dsp_done) ||
           hear_ring_n_ready(p->queue) > 0;
}

static bool results_ready(void *arg)
{
    hear_pipeline *p = arg;
    return hear_flag_is_set(&p->stopped) ||
           hear_ring_n_ready(p->results) < hear_ring_n_items(p->results);
}

static void give_result(hear_pipeline *p)
{
    hear_tap_write(p->result_tap, p->found);
    void *slot = hear_free_slot(p->results);
    if (!slot && p->config.live) {
        atomic_fetch_add_explicit(&p->n_dropped, 1, memory_order_relaxed);
        return;
    }
    while (!slot) {
        hear_wake_wait(&p->infer_wake, results_ready, p, -1);
        if (hear_flag_is_set(&p->stopped))
            return;
        slot = hear_free_slot(p->results);
    }
    memcpy(slot, p->found, p->result_bytes);
    hear_ring_write_end(p->results, 1);
    hear_wake_post(&p->reader_wake);
}

static void classify(hear_pipeline *p, const window_slot *slot)
{
    const uint64_t start_ns = hear_now_ns(), arrived_ns = slot->arrival_ns;
    hear_infer_window(p->infer, &slot->window, p->found->probs);
    p->found->own_weight = hear_infer_own(p->infer, p->found->probs + p->n_labels);
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

void *hear_pipeline_run_infer(void *arg)
{
    hear_pipeline *p = arg;
    hear_infer_run(p->infer, NULL, p->found->probs);
    hear_flag_set(&p->warm);
    hear_wake_post(&p->reader_wake);
    while (!hear_flag_is_set(&p->stopped)) {
        const bool last =
            hear_flag_is_set(&p->dsp_done); /* before the look: then nothing comes behind it */
        const window_slot *const slot = hear_front(p->queue);
        if (slot)
            classify(p, slot);
        else if (last)
            break;
        else
            hear_wake_wait(&p->infer_wake, infer_ready, p, -1);
    }
    hear_flag_set(&p->infer_done);
    hear_wake_post(&p->reader_wake);
    return NULL;
}
