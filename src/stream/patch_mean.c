/* patch_mean.c - see patch_mean.h. */
#include "config.h"

#include "stream/patch_mean.h"

#include <stdlib.h>
#include <string.h>

#define SILENCE "silence" /* the label */
/* What counts for nothing still counts so much: with nothing else there, it decides. */
#define LEAST_WEIGHT 1e-6

typedef struct {
    double weight;
    double *sum; /* [n_labels] */
} mean;

struct hear_patch_mean {
    size_t n_labels, silence; /* silence: n_labels where no label is */
    bool whole;               /* the window was taken: the next patch begins another */
    uint64_t next;            /* patches from here on no window held yet */
    mean window, own;
    double sums[]; /* [2][n_labels] */
};

hear_status hear_patch_mean_create(hear_patch_mean **out, const hear_model_info *info)
{
    const size_t n = info->n_labels;
    hear_patch_mean *m = calloc(1, sizeof *m + 2 * n * sizeof m->sums[0]);
    *out = m;
    if (!m)
        return HEAR_ERR_MEM;
    m->n_labels = n;
    m->window.sum = m->sums;
    m->own.sum = m->sums + n;
    while (m->silence < n && strcmp(info->labels[m->silence], SILENCE) != 0)
        m->silence++;
    return HEAR_OK;
}

void hear_patch_mean_destroy(hear_patch_mean *m)
{
    free(m);
}

static void clear(hear_patch_mean *m)
{
    m->whole = false;
    m->window.weight = m->own.weight = 0.0;
    memset(m->sums, 0, 2 * m->n_labels * sizeof m->sums[0]);
}

void hear_patch_mean_reset(hear_patch_mean *m)
{
    m->next = 0;
    clear(m);
}

static double bounded(double weight)
{
    return weight >= 1.0 ? 1.0 : weight >= LEAST_WEIGHT ? weight : LEAST_WEIGHT; /* NaN too */
}

static void add(const hear_patch_mean *m, mean *to, const float *probs, double weight)
{
    to->weight += weight;
    for (size_t i = 0; i < m->n_labels; i++)
        to->sum[i] += weight * (double)probs[i];
}

void hear_patch_mean_add(hear_patch_mean *m, uint64_t patch, const float *probs, double weight)
{
    double part = bounded(weight);
    if (m->whole)
        clear(m);
    add(m, &m->window, probs, part);
    if (patch < m->next)
        return;
    m->next = patch + 1;
    if (m->silence < m->n_labels)
        part = bounded(part * (1.0 - (double)probs[m->silence]));
    add(m, &m->own, probs, part);
}

static void put(const hear_patch_mean *m, const mean *from, float *probs)
{
    for (size_t i = 0; i < m->n_labels; i++)
        probs[i] = from->weight > 0.0 ? (float)(from->sum[i] / from->weight) : 0.0f;
}

void hear_patch_mean_take(hear_patch_mean *m, float *probs)
{
    put(m, &m->window, probs);
    m->whole = true;
}

double hear_patch_mean_own(const hear_patch_mean *m, float *probs)
{
    put(m, &m->own, probs);
    return m->own.weight;
}
