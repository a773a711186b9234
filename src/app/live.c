/* live.c - see live.h. */
#include "config.h"

#include "app/live.h"

#include "app/signals.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "io/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct hear_live {
    hear_live_config config;
    hear_pipeline *pipeline;
    hear_writer *writer;
    pthread_t feeder;
    bool has_feeder;
    atomic_bool stop;   /* main -> feeder: no more sound */
    atomic_bool played; /* feeder -> main, release: feed_error is set */
    hear_error feed_error;
    bool heard_nothing; /* before played */
};

enum { BLOCK_MS = 20 }; /* as much as the dsp thread takes up at once */

/* Sleeps in short pieces until `until`, so that a stop is heard. */
static void wait_until(const hear_live *live, uint64_t until_ns)
{
    const uint64_t piece_ns = BLOCK_MS * 1000000u;
    for (uint64_t now; (now = hear_now_ns()) < until_ns && !live->stop;)
        hear_sleep_ns(until_ns - now < piece_ns ? until_ns - now : piece_ns);
}

/* The recording at the pace of a microphone: a block is written once it would have been heard. */
static void *feed(void *arg)
{
    hear_live *const live = arg;
    const uint32_t rate_hz = hear_source_rate_hz(live->config.source);
    const size_t block = rate_hz * BLOCK_MS / 1000 + 1;
    const uint64_t late_ns = 500000000u; /* stopped in between: goes on from now, not faster */
    float *samples = malloc(block * sizeof samples[0]);
    uint64_t start_ns = hear_now_ns(), n_heard = 0;
    if (!samples)
        hear_fail(&live->feed_error, HEAR_ERR_MEM, NULL);
    while (samples && !live->stop) {
        size_t got = 0;
        const hear_status s =
            hear_source_read(live->config.source, samples, block, &got, &live->feed_error);
        if (got > 0) {
            n_heard += got;
            const uint64_t due_ns = start_ns + (uint64_t)((double)n_heard / rate_hz * 1e9);
            const uint64_t now_ns = hear_now_ns();
            if (now_ns > due_ns + late_ns)
                start_ns += now_ns - due_ns;
            wait_until(live, due_ns);
            hear_pipeline_write(live->pipeline, samples, got);
        }
        if (s != HEAR_OK || got == 0)
            break;
    }
    free(samples);
    if (n_heard > 0)
        hear_pipeline_end(live->pipeline);
    else if (live->feed_error.status == HEAR_OK && !live->stop)
        hear_fail(&live->feed_error, HEAR_ERR_DATA, "there is no sound in it");
    live->heard_nothing = n_heard == 0;
    atomic_store_explicit(&live->played, true, memory_order_release); /* with hear_live_played */
    hear_signals_wake();
    return NULL;
}

static void hear_microphone(void *user, const float *mono, size_t n)
{
    hear_pipeline_write(user, mono, n);
}

static bool is_set(const atomic_bool *flag)
{
    return atomic_load_explicit(flag, memory_order_acquire); /* with the thread's release */
}

hear_pipeline *hear_live_pipeline(hear_live *live)
{
    return live->pipeline;
}

bool hear_live_played(const hear_live *live)
{
    return is_set(&live->played);
}

bool hear_live_running(const hear_live *live)
{
    return !hear_writer_done(live->writer) && !(is_set(&live->played) && live->heard_nothing);
}

static bool is_error(const hear_error *err)
{
    return err->status != HEAR_OK && err->status != HEAR_ERR_INTERRUPTED;
}

bool hear_live_failed(const hear_live *live)
{
    return hear_writer_status(live->writer, NULL) != HEAR_OK ||
           (is_set(&live->played) && is_error(&live->feed_error));
}

static hear_status start_feeder(hear_live *live, hear_error *err)
{
    const int why = hear_thread_start(&live->feeder, feed, live);
    live->has_feeder = why == 0;
    if (why != 0)
        return hear_fail(err, HEAR_ERR_INTERNAL, "cannot start a thread: %s", strerror(why));
    return HEAR_OK;
}

static hear_status start_writer(hear_live *live, hear_error *err)
{
    const hear_writer_config config = { .pipeline = live->pipeline,
                                        .begin = live->config.begin,
                                        .window = live->config.window,
                                        .done = hear_signals_wake,
                                        .user = live->config.user };
    return hear_writer_start(&live->writer, &config, err);
}

/* Drops what is under way and joins whoever is left. */
static void destroy(hear_live *live)
{
    live->stop = true;
    hear_mic_close(live->config.mic);
    if (live->pipeline)
        hear_pipeline_stop(live->pipeline);
    if (live->has_feeder) {
        hear_source_interrupt(live->config.source);
        pthread_join(live->feeder, NULL);
    }
    hear_writer_destroy(live->writer);
    hear_pipeline_destroy(live->pipeline);
    free(live);
}

static hear_status start(hear_live *live, hear_error *err)
{
    const hear_live_config *const c = &live->config;
    const hear_pipeline_config pipeline = {
        .model = c->model,
        .rate_hz = c->mic ? hear_mic_rate_hz(c->mic) : hear_source_rate_hz(c->source),
        .hop_s = c->hop_s,
        .live = c->mic != NULL,
    };
    hear_status s = hear_pipeline_create(&live->pipeline, &pipeline, err);
    if (s != HEAR_OK)
        return s;
    s = hear_pipeline_start(live->pipeline, err);
    if (s == HEAR_OK && c->mic)
        s = hear_mic_start(c->mic, hear_microphone, live->pipeline, err);
    if (s == HEAR_OK && !c->mic)
        s = start_feeder(live, err);
    if (s == HEAR_OK)
        s = start_writer(live, err);
    return s;
}

hear_status hear_live_start(hear_live **out, const hear_live_config *config, hear_error *err)
{
    *out = NULL;
    hear_live *live = calloc(1, sizeof *live);
    if (!live) {
        hear_mic_close(config->mic);
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    live->config = *config;
    const hear_status s = start(live, err);
    if (s == HEAR_OK)
        *out = live;
    else
        destroy(live);
    return s;
}

static void wait_for_writer(const hear_live *live, int wait_ms)
{
    const uint64_t start_ns = hear_now_ns();
    while (hear_live_running(live)) {
        const uint64_t waited_ms = (hear_now_ns() - start_ns) / 1000000u;
        if (wait_ms >= 0 && waited_ms >= (uint64_t)wait_ms) {
            hear_signals_hurry();
            wait_ms = -1;
            continue;
        }
        hear_signals_wait(wait_ms < 0 ? -1 : wait_ms - (int)waited_ms);
    }
}

hear_status hear_live_end(hear_live **at, int wait_ms, hear_live_outcome *outcome, hear_error *err)
{
    hear_live *const live = *at;
    *outcome = (hear_live_outcome){ .output_failed = false };
    live->stop = true;
    if (live->config.mic) {
        hear_mic_overflows(live->config.mic, &outcome->n_overflows, &outcome->overflow_s);
        hear_mic_close(live->config.mic);
        live->config.mic = NULL;
        hear_pipeline_end(live->pipeline); /* the feeder does it for a recording */
    } else {
        hear_source_interrupt(live->config.source);
    }
    wait_for_writer(live, wait_ms);
    hear_pipeline_snapshot snapshot;
    hear_pipeline_snapshot_get(live->pipeline, &snapshot);
    outcome->lost_s = snapshot.lost_s;
    outcome->n_skipped = snapshot.n_skipped;
    outcome->n_dropped = snapshot.n_dropped;
    if (hear_writer_status(live->writer, err) != HEAR_OK) {
        outcome->output_failed = true;
    } else {
        *err = is_error(&live->feed_error) ? live->feed_error : (hear_error){ .status = HEAR_OK };
    }
    destroy(live);
    *at = NULL;
    return err->status;
}
