/* metrics.c - see metrics.h. */
#include "config.h"

#include "train/metrics.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hear_status hear_metrics_create(hear_metrics **out, size_t n_labels)
{
    size_t cells;
    *out = NULL;
    if (!hear_mul(n_labels, n_labels, &cells))
        return HEAR_ERR_MEM;
    hear_metrics *m = calloc(1, sizeof *m);
    if (!m)
        return HEAR_ERR_MEM;
    m->n_labels = n_labels;
    m->confusion = hear_alloc(cells, sizeof *m->confusion);
    if (!m->confusion) {
        free(m);
        return HEAR_ERR_MEM;
    }
    *out = m;
    return HEAR_OK;
}

void hear_metrics_destroy(hear_metrics *m)
{
    if (!m)
        return;
    hear_free(m->confusion);
    free(m);
}

void hear_metrics_reset(hear_metrics *m)
{
    memset(m->confusion, 0, m->n_labels * m->n_labels * sizeof *m->confusion);
    m->n = 0;
    m->loss_sum = 0.0;
}

void hear_metrics_add(hear_metrics *m, size_t truth, const float *probs)
{
    size_t said = 0;
    for (size_t l = 1; l < m->n_labels; l++)
        if (probs[l] > probs[said])
            said = l;
    m->confusion[truth * m->n_labels + said]++;
    m->loss_sum -= log(fmax((double)probs[truth], 1e-15));
    m->n++;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0.0;
}

size_t hear_metrics_support(const hear_metrics *m, size_t label)
{
    size_t n = 0;
    for (size_t l = 0; l < m->n_labels; l++)
        n += m->confusion[label * m->n_labels + l];
    return n;
}

static size_t said(const hear_metrics *m, size_t label)
{
    size_t n = 0;
    for (size_t l = 0; l < m->n_labels; l++)
        n += m->confusion[l * m->n_labels + label];
    return n;
}

static size_t hits(const hear_metrics *m, size_t label)
{
    return m->confusion[label * m->n_labels + label];
}

size_t hear_metrics_right(const hear_metrics *m)
{
    size_t n = 0;
    for (size_t l = 0; l < m->n_labels; l++)
        n += hits(m, l);
    return n;
}

double hear_metrics_accuracy(const hear_metrics *m)
{
    return share(hear_metrics_right(m), m->n);
}

double hear_metrics_balanced(const hear_metrics *m)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t l = 0; l < m->n_labels; l++)
        if (hear_metrics_support(m, l) > 0) {
            sum += hear_metrics_recall(m, l);
            n++;
        }
    return n ? sum / (double)n : 0.0;
}

double hear_metrics_log_loss(const hear_metrics *m)
{
    return m->n ? m->loss_sum / (double)m->n : 0.0;
}

static double part_of(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : (double)NAN;
}

double hear_metrics_precision(const hear_metrics *m, size_t label)
{
    return part_of(hits(m, label), said(m, label));
}

double hear_metrics_recall(const hear_metrics *m, size_t label)
{
    return part_of(hits(m, label), hear_metrics_support(m, label));
}

double hear_metrics_f1(const hear_metrics *m, size_t label)
{
    return part_of(2 * hits(m, label), said(m, label) + hear_metrics_support(m, label));
}

double hear_metrics_macro_f1(const hear_metrics *m)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t l = 0; l < m->n_labels; l++) {
        const double f1 = hear_metrics_f1(m, l);
        if (isnan(f1))
            continue;
        sum += f1;
        n++;
    }
    return n ? sum / (double)n : 0.0;
}

hear_interval hear_wilson(size_t k, size_t n)
{
    if (n == 0)
        return (hear_interval){ 0.0, 1.0 };
    const double z = 1.959963984540054; /* normal quantile of 0.975 */
    const double p = (double)k / (double)n, zz = z * z / (double)n;
    const double middle = (p + zz / 2.0) / (1.0 + zz);
    const double half = z / (1.0 + zz) * sqrt(p * (1.0 - p) / (double)n + zz / (4.0 * (double)n));
    return (hear_interval){ k == 0 ? 0.0 : middle - half, k == n ? 1.0 : middle + half };
}
