/* classifier.c - see hearsay/classifier.h: both halves on the caller's thread. */
#include "config.h"

#include "hearsay/classifier.h"

#include "base/error.h"
#include "base/mem.h"
#include "stream/infer.h"
#include "stream/window.h"

#include <stdlib.h>

struct hear_classifier {
    hear_windows *windows;
    hear_infer *infer;
    size_t n_labels;
    float *probs; /* [2][n_labels]: the window's, and its own part's */
    hear_window_fn *on_window;
    void *user;
};

hear_status hear_classifier_create(hear_classifier **out, const hear_model *model,
                                   const hear_classifier_config *config, hear_error *err)
{
    *out = NULL;
    hear_classifier *c = calloc(1, sizeof *c);
    if (!c)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    c->n_labels = model->info.n_labels;
    c->probs = hear_alloc(2 * c->n_labels, sizeof *c->probs);
    hear_status status = c->probs ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (status == HEAR_OK)
        status =
            hear_windows_create(&c->windows, &model->info, config->rate_hz, config->hop_s, err);
    if (status == HEAR_OK)
        status = hear_infer_create(&c->infer, model, err);
    if (status != HEAR_OK) {
        hear_classifier_destroy(c);
        return status;
    }
    hear_infer_run(c->infer, NULL, c->probs);
    *out = c;
    return HEAR_OK;
}

void hear_classifier_destroy(hear_classifier *c)
{
    if (!c)
        return;
    hear_windows_destroy(c->windows);
    hear_infer_destroy(c->infer);
    hear_free(c->probs);
    free(c);
}

void hear_classifier_reset(hear_classifier *c)
{
    hear_windows_reset(c->windows);
    hear_infer_reset(c->infer);
}

double hear_classifier_hop_s(const hear_classifier *c)
{
    return hear_windows_hop_s(c->windows);
}

static void classify(void *user, const hear_window *w)
{
    hear_classifier *c = user;
    hear_infer_window(c->infer, w, c->probs);
    const hear_window_result result = {
        .index = w->index,
        .start_s = w->start_s,
        .end_s = w->end_s,
        .lost_s = w->lost_s,
        .n_labels = c->n_labels,
        .probs = c->probs,
        .own = c->probs + c->n_labels,
        .own_weight = hear_infer_own(c->infer, c->probs + c->n_labels),
    };
    c->on_window(c->user, &result);
}

static hear_windows_to into(hear_classifier *c, hear_window_fn *on_window, void *user)
{
    c->on_window = on_window;
    c->user = user;
    return (hear_windows_to){ .on_window = classify, .user = c };
}

void hear_classifier_write(hear_classifier *c, const float *samples, size_t n,
                           hear_window_fn *on_window, void *user)
{
    const hear_windows_to to = into(c, on_window, user);
    hear_windows_write(c->windows, samples, n, &to);
}

void hear_classifier_write_lost(hear_classifier *c, uint64_t n, hear_window_fn *on_window,
                                void *user)
{
    const hear_windows_to to = into(c, on_window, user);
    hear_windows_write_lost(c->windows, n, &to);
}

void hear_classifier_finish(hear_classifier *c, hear_window_fn *on_window, void *user)
{
    const hear_windows_to to = into(c, on_window, user);
    hear_windows_finish(c->windows, &to);
}
