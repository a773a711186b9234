/* bench_live.c - what a live stream costs: a microphone's blocks at their own pace through the
 * threads of hearsay listen.
 *
 *   bench_live [MODEL[:HOP]...]    HOP in seconds; speech-music with its own hop by default
 * One line a model: a window's work on the inference thread, from a window's last sample to its
 * result, and the share of a core that all threads took. */
#include "config.h"

#include "base/clock.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/thread.h"
#include "stream/pipeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, BLOCK = RATE / 50, SECONDS = 60 };

#define BUDGET_MS 5.0 /* p99 of a window */

typedef struct {
    hear_pipeline *pipeline;
    double latency_ms; /* the worst */
    size_t n_windows;
} reader;

static void *read_results(void *arg)
{
    reader *const r = arg;
    hear_window_result result;
    hear_pipeline_snapshot s;
    for (hear_read what; (what = hear_pipeline_read(r->pipeline, &result, 1000)) != HEAR_READ_END;)
        if (what == HEAR_READ_RESULT) {
            hear_pipeline_snapshot_get(r->pipeline, &s);
            r->latency_ms = fmax(r->latency_ms, s.latency_ms);
            r->n_windows++;
        }
    return NULL;
}

static void play(hear_pipeline *p)
{
    static float block[BLOCK];
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    const uint64_t start_ns = hear_now_ns();
    for (uint64_t i = 1; i <= (uint64_t)SECONDS * 50; i++) {
        for (size_t k = 0; k < BLOCK; k++)
            block[k] = 0.1f * (float)(hear_rng_uniform(&rng) - 0.5);
        for (uint64_t now; (now = hear_now_ns()) < start_ns + i * 20000000u;)
            hear_sleep_ns(start_ns + i * 20000000u - now);
        hear_pipeline_write(p, block, BLOCK);
    }
    hear_pipeline_end(p);
}

static int run(hear_pipeline *p, const char *name)
{
    reader r = { .pipeline = p };
    pthread_t thread;
    if (hear_pipeline_start(p, NULL) != HEAR_OK ||
        hear_thread_start(&thread, read_results, &r) != 0)
        return 1;
    const uint64_t cpu_ns = hear_cpu_ns(), wall_ns = hear_now_ns();
    play(p);
    pthread_join(thread, NULL);
    const double share =
        100.0 * (double)(hear_cpu_ns() - cpu_ns) / (double)(hear_now_ns() - wall_ns);
    hear_pipeline_snapshot s;
    hear_pipeline_snapshot_get(p, &s);
    printf("live/%s   hop %.2f s   p50 %.2f ms   p99 %.2f ms   worst %.2f ms   latency at worst "
           "%.1f ms   %.2f %% of a core   %zu windows, %llu skipped\n",
           name, hear_pipeline_hop_s(p), s.infer_p50_ms, s.infer_p99_ms, s.infer_worst_ms,
           r.latency_ms, share, r.n_windows, (unsigned long long)s.n_skipped);
    return s.infer_p99_ms > BUDGET_MS;
}

static int bench(const char *text)
{
    char path[4096];
    hear_error err = { .text = "" };
    hear_pipeline_config config = { .rate_hz = RATE, .live = true };
    snprintf(path, sizeof path, "%s", text);
    char *const colon = strrchr(path, ':');
    if (colon && hear_parse_double(colon + 1, &config.hop_s))
        *colon = '\0';
    hear_model *model;
    hear_pipeline *p = NULL;
    int status = 1;
    if (hear_model_open(&model, path, &err) == HEAR_OK) {
        config.model = model;
        const char *const slash = strrchr(path, '/');
        if (hear_pipeline_create(&p, &config, &err) == HEAR_OK)
            status = run(p, slash ? slash + 1 : path);
    }
    if (!p)
        printf("%s: %s\n", path, err.text);
    hear_pipeline_destroy(p);
    hear_model_close(model);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++)
        status |= bench(argv[i]);
    if (argc > 1)
        return status;
    const char *const srcdir = getenv("srcdir");
    char path[4096];
    snprintf(path, sizeof path, "%s/models/speech-music.onnx", srcdir ? srcdir : ".");
    return bench(path);
}
