/* clip_mean.c - see clip_mean.h. */
#include "config.h"

#include "stream/clip_mean.h"

#include <stdlib.h>
#include <string.h>

/* What a silent window still counts: with nothing else in a recording, these decide. */
#define LEAST_WEIGHT 1e-6

struct hear_clip_mean {
    size_t n_labels, silence; /* silence: n_labels where no label is */
    double weight;            /* of the windows so far */
    double sum[];             /* [n_labels] */
};

hear_status hear_clip_mean_create(hear_clip_mean **out, const hear_model *model)
{
    const size_t n = hear_model_n_labels(model);
    hear_clip_mean *m = calloc(1, sizeof *m + n * sizeof m->sum[0]);
    *out = m;
    if (!m)
        return HEAR_ERR_MEM;
    m->n_labels = n;
    while (m->silence < n && strcmp(hear_model_label(model, m->silence), HEAR_SILENCE) != 0)
        m->silence++;
    return HEAR_OK;
}

void hear_clip_mean_destroy(hear_clip_mean *m)
{
    free(m);
}

void hear_clip_mean_add(hear_clip_mean *m, const float *probs)
{
    double weight = 1.0;
    if (m->silence < m->n_labels)
        weight = 1.0 - (double)probs[m->silence];
    if (weight < LEAST_WEIGHT)
        weight = LEAST_WEIGHT;
    m->weight += weight;
    for (size_t i = 0; i < m->n_labels; i++)
        m->sum[i] += weight * (double)probs[i];
}

bool hear_clip_mean_take(hear_clip_mean *m, float *probs)
{
    if (!(m->weight > 0.0))
        return false;
    for (size_t i = 0; i < m->n_labels; i++) {
        probs[i] = (float)(m->sum[i] / m->weight);
        m->sum[i] = 0.0;
    }
    m->weight = 0.0;
    return true;
}
