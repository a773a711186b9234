/* curve.c - see curve.h. */
#include "config.h"

#include "train/curve.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    float score;
    bool positive;
} scored;

static int falling(const void *a, const void *b)
{
    const float x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x < y) - (x > y);
}

hear_status hear_curve_create(hear_curve **out, const float *score, const bool *positive, size_t n)
{
    *out = NULL;
    hear_curve *c = calloc(1, sizeof *c);
    scored *sorted = hear_alloc(n, sizeof *sorted);
    if (c)
        c->points = hear_alloc(n, sizeof *c->points);
    if (!c || !sorted || !c->points) {
        hear_free(sorted);
        hear_curve_destroy(c);
        return HEAR_ERR_MEM;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = (scored){ score[i], positive[i] };
    qsort(sorted, n, sizeof *sorted, falling);
    for (size_t i = 0; i < n; i++) {
        if (sorted[i].positive)
            c->n_positive++;
        else
            c->n_negative++;
        if (i + 1 < n && sorted[i + 1].score == sorted[i].score)
            continue; /* no threshold parts the two */
        c->points[c->n_points++] =
            (hear_curve_point){ sorted[i].score, c->n_positive, c->n_negative };
    }
    hear_free(sorted);
    *out = c;
    return HEAR_OK;
}

void hear_curve_destroy(hear_curve *c)
{
    if (!c)
        return;
    hear_free(c->points);
    free(c);
}

double hear_curve_auc(const hear_curve *c)
{
    if (c->n_positive == 0 || c->n_negative == 0)
        return NAN;
    double area = 0.0;
    size_t tp = 0, fp = 0;
    for (size_t i = 0; i < c->n_points; i++) { /* trapezoids */
        const hear_curve_point *p = &c->points[i];
        area += (double)(p->fp - fp) * ((double)p->tp + (double)tp) / 2.0;
        tp = p->tp;
        fp = p->fp;
    }
    return area / ((double)c->n_positive * (double)c->n_negative);
}

double hear_curve_average_precision(const hear_curve *c)
{
    double sum = 0.0;
    size_t tp = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        const hear_curve_point *p = &c->points[i];
        sum += (double)(p->tp - tp) * (double)p->tp / (double)(p->tp + p->fp);
        tp = p->tp;
    }
    return c->n_positive ? sum / (double)c->n_positive : (double)NAN;
}

void hear_calibration_bins(const float *score, const bool *positive, size_t n, hear_bin *bins,
                           size_t n_bins)
{
    for (size_t b = 0; b < n_bins; b++)
        bins[b] = (hear_bin){ 0, 0.0, 0.0 };
    for (size_t i = 0; i < n; i++) {
        const double edge = ceil((double)score[i] * (double)n_bins) - 1.0;
        size_t b = edge > 0.0 ? (size_t)edge : 0;
        if (b >= n_bins)
            b = n_bins - 1;
        bins[b].n++;
        bins[b].mean_score += (double)score[i];
        bins[b].share += positive[i] ? 1.0 : 0.0;
    }
    for (size_t b = 0; b < n_bins; b++) {
        const double size = (double)bins[b].n;
        bins[b].mean_score = bins[b].n ? bins[b].mean_score / size : NAN;
        bins[b].share = bins[b].n ? bins[b].share / size : NAN;
    }
}

double hear_calibration_error(const hear_bin *bins, size_t n_bins)
{
    double sum = 0.0, n = 0.0;
    for (size_t b = 0; b < n_bins; b++)
        if (bins[b].n) {
            sum += (double)bins[b].n * fabs(bins[b].share - bins[b].mean_score);
            n += (double)bins[b].n;
        }
    return n > 0.0 ? sum / n : 0.0;
}
