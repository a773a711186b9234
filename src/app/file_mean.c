/* file_mean.c - see file_mean.h. */
#include "config.h"

#include "app/file_mean.h"

#include "base/error.h"
#include "stream/clip_mean.h"

#include <stdlib.h>

struct hear_file_mean {
    size_t n_labels, n_windows;
    double start_s, end_s;
    hear_clip_mean *mean;
    float probs[]; /* [n_labels] */
};

hear_status hear_file_mean_create(hear_file_mean **out, const hear_model *model, hear_error *err)
{
    const size_t n_labels = hear_model_n_labels(model);
    hear_file_mean *m = calloc(1, sizeof *m + n_labels * sizeof m->probs[0]);
    *out = m;
    if (m && hear_clip_mean_create(&m->mean, n_labels) == HEAR_OK) {
        m->n_labels = n_labels;
        return HEAR_OK;
    }
    hear_file_mean_destroy(m);
    *out = NULL;
    return hear_fail(err, HEAR_ERR_MEM, NULL);
}

void hear_file_mean_destroy(hear_file_mean *m)
{
    if (m)
        hear_clip_mean_destroy(m->mean);
    free(m);
}

void hear_file_mean_add(hear_file_mean *m, const hear_window_result *r)
{
    if (m->n_windows++ == 0)
        m->start_s = r->start_s;
    m->end_s = r->end_s;
    hear_clip_mean_add(m->mean, r->own, r->own_weight);
}

bool hear_file_mean_take(hear_file_mean *m, hear_window_result *mean)
{
    if (!hear_clip_mean_take(m->mean, m->probs))
        return false;
    *mean = (hear_window_result){ .index = 0,
                                  .start_s = m->start_s,
                                  .end_s = m->end_s,
                                  .n_labels = m->n_labels,
                                  .probs = m->probs };
    m->n_windows = 0;
    return true;
}
