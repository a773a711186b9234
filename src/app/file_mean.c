/* file_mean.c - see file_mean.h. */
#include "config.h"

#include "app/file_mean.h"

#include "base/error.h"

#include <stdlib.h>

struct hear_file_mean {
    size_t n_labels, n_windows;
    double start_s, end_s;
    float *mean;  /* [n_labels] */
    double sum[]; /* [n_labels] */
};

hear_status hear_file_mean_create(hear_file_mean **out, size_t n_labels, hear_error *err)
{
    hear_file_mean *m = calloc(1, sizeof *m + n_labels * sizeof m->sum[0]);
    *out = m;
    if (m)
        m->mean = calloc(n_labels, sizeof m->mean[0]);
    if (m && m->mean) {
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
        free(m->mean);
    free(m);
}

void hear_file_mean_add(hear_file_mean *m, const hear_window_result *r)
{
    if (m->n_windows++ == 0)
        m->start_s = r->start_s;
    m->end_s = r->end_s;
    for (size_t i = 0; i < m->n_labels; i++)
        m->sum[i] += (double)r->probs[i];
}

bool hear_file_mean_take(hear_file_mean *m, hear_window_result *mean)
{
    const size_t n = m->n_windows;
    if (n == 0)
        return false;
    for (size_t i = 0; i < m->n_labels; i++) {
        m->mean[i] = (float)(m->sum[i] / (double)n);
        m->sum[i] = 0.0;
    }
    *mean = (hear_window_result){ .index = 0,
                                  .start_s = m->start_s,
                                  .end_s = m->end_s,
                                  .n_labels = m->n_labels,
                                  .probs = m->mean };
    m->n_windows = 0;
    return true;
}
