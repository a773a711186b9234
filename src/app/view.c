/* view.c - see view.h. */
#include "config.h"

#include "app/view.h"

#include "app/signals.h"
#include "base/clock.h"
#include "base/error.h"
#include "io/quiet.h"
#include "stream/model_info.h"
#include "tui/screen.h"

#include <stdlib.h>

enum {
    FRAME_MS = 40,     /* 25 pictures a second */
    MAX_FRAMES = 64,   /* fetched at a time */
    CPU_SPAN_MS = 1000 /* over which the CPU share is taken */
};

struct hear_view {
    hear_view_config config;
    hear_screen *screen;
    float *frames; /* [MAX_FRAMES][width] */
    float *probs;  /* [n_labels] */
    float *shown;  /* of the classes */
    hear_screen_status status;
    uint64_t wall_ns, cpu_ns; /* where the span of the CPU share began */
};

static void restore(void)
{
    hear_screen_restore();
    hear_quiet_restore();
}

hear_status hear_view_create(hear_view **out, const hear_view_config *config, hear_error *err)
{
    *out = NULL;
    const hear_frontend_config front = hear_frontend_view(&config->model->info.frontend);
    hear_view *v = calloc(1, sizeof *v);
    if (v) {
        v->config = *config;
        v->frames = calloc((size_t)MAX_FRAMES * front.n_mels, sizeof v->frames[0]);
        v->probs = calloc(hear_model_n_labels(config->model), sizeof v->probs[0]);
        v->shown = calloc(hear_model_n_labels(config->model), sizeof v->shown[0]);
    }
    if (!v || !v->frames || !v->probs || !v->shown) {
        hear_view_destroy(v);
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    v->wall_ns = hear_now_ns();
    v->cpu_ns = hear_cpu_ns();
    v->status = (hear_screen_status){ .rate_hz = config->rate_hz,
                                      .window_s = hear_model_window_s(config->model) };
    const hear_screen_config screen = { .model = hear_classes_model(config->classes),
                                        .source = config->source,
                                        .model_name = config->model_name,
                                        .tty = config->tty,
                                        .live = config->live,
                                        .n_mels = front.n_mels,
                                        .frame_s = (double)front.hop / front.rate_hz,
                                        .top = config->top };
    const hear_status s = hear_screen_create(&v->screen, &screen, err);
    if (s != HEAR_OK) {
        hear_view_destroy(v);
        return s;
    }
    hear_signals_guard_terminal(restore);
    *out = v;
    return HEAR_OK;
}

void hear_view_destroy(hear_view *v)
{
    if (!v)
        return;
    hear_screen_destroy(v->screen);
    free(v->frames);
    free(v->probs);
    free(v->shown);
    free(v);
}

static void update_cpu_share(hear_view *v)
{
    const uint64_t wall_ns = hear_now_ns(), cpu_ns = hear_cpu_ns();
    if (wall_ns - v->wall_ns < CPU_SPAN_MS * 1000000u)
        return;
    v->status.cpu_share = (double)(cpu_ns - v->cpu_ns) / (double)(wall_ns - v->wall_ns);
    v->wall_ns = wall_ns;
    v->cpu_ns = cpu_ns;
}

static void update_status(hear_view *v, hear_live *live, const hear_mic *mic)
{
    hear_pipeline_snapshot p;
    double overflow_s;
    hear_pipeline_snapshot_get(hear_live_pipeline(live), &p);
    hear_screen_status *const s = &v->status;
    s->position_s = p.position_s;
    s->peak = p.peak;
    s->rms = p.rms;
    s->latency_ms = p.latency_ms + v->config.input_latency_s * 1e3;
    s->lost_s = p.lost_s;
    s->hop_s = hear_pipeline_hop_s(hear_live_pipeline(live)); /* the true one: whole frames */
    s->n_skipped = p.n_skipped;
    if (mic)
        hear_mic_overflows(mic, &s->n_overflows, &overflow_s);
    s->ended = hear_live_played(live) && !hear_live_running(live);
    update_cpu_share(v);
    hear_screen_set_status(v->screen, s);
}

bool hear_view_update(hear_view *v, hear_live *live, const hear_mic *mic)
{
    hear_pipeline *const pipeline = hear_live_pipeline(live);
    size_t n;
    while ((n = hear_pipeline_peek_frames(pipeline, v->frames, MAX_FRAMES)) > 0)
        hear_screen_add_frames(v->screen, v->frames, n);
    hear_window_result r;
    while (hear_pipeline_peek_result(pipeline, &r, v->probs)) {
        const hear_window_result shown = hear_classes_take(v->config.classes, &r, v->shown);
        hear_screen_add_result(v->screen, &shown);
    }
    update_status(v, live, mic);
    return hear_screen_update(v->screen, FRAME_MS) != HEAR_KEY_QUIT;
}

void hear_view_suspend(hear_view *v)
{
    hear_screen_suspend(v->screen);
    hear_signals_suspend();
    hear_screen_resume(v->screen);
}

void hear_view_resume(hear_view *v)
{
    hear_screen_resume(v->screen);
}
