/* relay.c - see relay.h. */
#include "config.h"

#include "train/relay.h"

#include "hearsay/classifier.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "io/recording.h"
#include "stream/model_info.h"

#include <stdlib.h>

typedef struct {
    double threshold;
    size_t n, room;
    hear_said *windows; /* [n] */
    bool no_memory;
} listener;

static void listen(void *user, const hear_window_result *r)
{
    listener *const to = user;
    to->no_memory =
        to->no_memory || !hear_grow(&to->windows, &to->room, to->n, sizeof *to->windows);
    if (!to->no_memory)
        to->windows[to->n++] =
            (hear_said){ r->start_s, r->end_s,
                         hear_alarms_said(r->probs, r->n_labels, to->threshold) };
}

static hear_status play(hear_classifier *c, const char *path, uint32_t rate_hz, listener *to,
                        hear_stretch *stretch, hear_error *err)
{
    hear_recording r;
    hear_status s = hear_recording_read(&r, path, 0, err);
    if (s != HEAR_OK)
        return s;
    s = hear_recording_resample(&r, rate_hz);
    if (s == HEAR_OK) {
        hear_classifier_write(c, r.samples, r.n, listen, to);
        stretch->end_s = stretch->begin_s + (double)r.n / rate_hz;
    }
    hear_recording_clear(&r);
    return s == HEAR_OK && !to->no_memory ? HEAR_OK
                                          : hear_fail(err, s == HEAR_OK ? HEAR_ERR_MEM : s, NULL);
}

hear_status hear_relay(hear_alarms *a, const hear_evaluation *e, const hear_model *model,
                       const hear_dataset *d, double threshold, hear_evaluate_progress *progress,
                       void *user, hear_error *err)
{
    const uint32_t rate_hz = model->info.frontend.rate_hz;
    const hear_classifier_config config = { .rate_hz = rate_hz };
    hear_classifier *c;
    hear_status s = hear_classifier_create(&c, model, &config, err);
    if (s != HEAR_OK)
        return s;
    listener to = { .threshold = threshold };
    size_t *order = hear_alloc(e->n_clips, sizeof *order);
    hear_stretch *stretches = hear_alloc(e->n_clips, sizeof *stretches);
    if (!order || !stretches)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_rng random;
    hear_rng_seed(&random, 0);
    for (size_t i = 0; s == HEAR_OK && i < e->n_clips; i++)
        order[i] = i;
    if (s == HEAR_OK)
        hear_rng_shuffle(&random, order, e->n_clips);
    for (size_t i = 0; s == HEAR_OK && i < e->n_clips; i++) {
        const hear_evaluated_clip *clip = &e->clips[order[i]];
        stretches[i] =
            (hear_stretch){ .label = clip->truth, .begin_s = i ? stretches[i - 1].end_s : 0.0 };
        if (progress && !progress(user, i, e->n_clips))
            s = hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        else
            s = play(c, d->clips[clip->clip].path, rate_hz, &to, &stretches[i], err);
    }
    if (s == HEAR_OK) {
        hear_classifier_finish(c, listen, &to);
        s = to.no_memory ? hear_fail(err, HEAR_ERR_MEM, NULL) : HEAR_OK;
    }
    if (s == HEAR_OK)
        hear_alarms_add(a, to.windows, to.n, stretches, e->n_clips);
    free(to.windows);
    hear_free(order);
    hear_free(stretches);
    hear_classifier_destroy(c);
    return s;
}
