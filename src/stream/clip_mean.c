/* clip_mean.c - see clip_mean.h. */
#include "config.h"

#include "stream/clip_mean.h"

#include <stdlib.h>
#include <string.h>

struct hear_clip_mean {
    size_t n_labels;
    double weight; /* of the windows so far */
    double sum[];  /* [n_labels] */
};

hear_status hear_clip_mean_create(hear_clip_mean **out, size_t n_labels)
{
    hear_clip_mean *m = calloc(1, sizeof *m + n_labels * sizeof m->sum[0]);
    *out = m;
    if (!m)
        return HEAR_ERR_MEM;
    m->n_labels = n_labels;
    return HEAR_OK;
}

void hear_clip_mean_destroy(hear_clip_mean *m)
{
    free(m);
}

void hear_clip_mean_reset(hear_clip_mean *m)
{
    m->weight = 0.0;
    memset(m->sum, 0, m->n_labels * sizeof m->sum[0]);
}

void hear_clip_mean_add(hear_clip_mean *m, const float *own, double weight)
{
    m->weight += weight;
    for (size_t i = 0; i < m->n_labels; i++)
        m->sum[i] += weight * (double)own[i];
}

bool hear_clip_mean_take(hear_clip_mean *m, float *probs)
{
    if (!(m->weight > 0.0))
        return false;
    for (size_t i = 0; i < m->n_labels; i++)
        probs[i] = (float)(m->sum[i] / m->weight);
    hear_clip_mean_reset(m);
    return true;
}
