/* summary.c - see summary.h. */
#include "config.h"

#include "train/summary.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

size_t hear_best(const float *probs, size_t n_labels)
{
    size_t best = 0;
    for (size_t l = 1; l < n_labels; l++)
        if (probs[l] > probs[best])
            best = l;
    return best;
}

void hear_summary_destroy(hear_summary *s)
{
    if (!s)
        return;
    for (size_t l = 0; s->curves && l < s->n_labels; l++)
        hear_curve_destroy(s->curves[l]);
    hear_free(s->curves);
    hear_free(s->labels);
    hear_metrics_destroy(s->clips);
    hear_metrics_destroy(s->windows);
    hear_alarms_destroy(s->alarms);
    free(s);
}

static void count(hear_summary *s, const hear_evaluation *e)
{
    for (size_t i = 0; i < e->n_clips; i++) {
        const hear_evaluated_clip *c = &e->clips[i];
        hear_metrics_add(s->clips, c->truth, e->clip_probs + i * e->n_labels);
        for (size_t w = c->first_window; w < c->first_window + c->n_windows; w++)
            hear_metrics_add(s->windows, c->truth, e->window_probs + w * e->n_labels);
    }
}

static hear_status draw_curves(hear_summary *s, const hear_evaluation *e, float *score,
                               bool *positive)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t l = 0; l < e->n_labels; l++) {
        for (size_t i = 0; i < e->n_clips; i++) {
            score[i] = e->clip_probs[i * e->n_labels + l];
            positive[i] = e->clips[i].truth == l;
        }
        if (hear_curve_create(&s->curves[l], score, positive, e->n_clips) != HEAR_OK)
            return HEAR_ERR_MEM;
        s->labels[l].auc = hear_curve_auc(s->curves[l]);
        s->labels[l].average_precision = hear_curve_average_precision(s->curves[l]);
        if (!isnan(s->labels[l].auc)) {
            sum += s->labels[l].auc;
            n++;
        }
    }
    s->macro_auc = n ? sum / (double)n : NAN;
    return HEAR_OK;
}

static void calibrate(hear_summary *s, const hear_evaluation *e, float *score, bool *right)
{
    for (size_t i = 0; i < e->n_clips; i++) {
        const float *probs = e->clip_probs + i * e->n_labels;
        const size_t said = hear_best(probs, e->n_labels);
        score[i] = probs[said];
        right[i] = said == e->clips[i].truth;
    }
    hear_calibration_bins(score, right, e->n_clips, s->bins, HEAR_SUMMARY_BINS);
    s->calibration_error = hear_calibration_error(s->bins, HEAR_SUMMARY_BINS);
}

/* said: [the most windows of a recording] */
static void raise_alarms(hear_summary *s, const hear_evaluation *e, hear_said *said)
{
    for (size_t i = 0; i < e->n_clips; i++) {
        const hear_evaluated_clip *c = &e->clips[i];
        for (size_t k = 0; k < c->n_windows; k++) {
            const size_t w = c->first_window + k;
            said[k] = (hear_said){ e->window_start_s[w], e->window_end_s[w],
                                   hear_alarms_said(e->window_probs + w * e->n_labels, e->n_labels,
                                                    s->threshold) };
        }
        const hear_stretch all = { .end_s = c->seconds, .label = c->truth };
        hear_alarms_add(s->alarms, said, c->n_windows, &all, 1);
    }
}

static size_t most_windows(const hear_evaluation *e)
{
    size_t most = 0;
    for (size_t i = 0; i < e->n_clips; i++)
        most = e->clips[i].n_windows > most ? e->clips[i].n_windows : most;
    return most;
}

hear_status hear_summary_create(hear_summary **out, const hear_evaluation *e, double threshold)
{
    *out = NULL;
    hear_summary *s = calloc(1, sizeof *s);
    if (!s)
        return HEAR_ERR_MEM;
    s->n_labels = e->n_labels;
    s->threshold = threshold;
    s->curves = hear_alloc(e->n_labels, sizeof(hear_curve *));
    s->labels = hear_alloc(e->n_labels, sizeof *s->labels);
    float *score = hear_alloc(e->n_clips, sizeof *score);
    bool *flags = hear_alloc(e->n_clips, sizeof *flags);
    hear_said *said = hear_alloc(most_windows(e), sizeof *said);
    hear_status status = HEAR_ERR_MEM;
    if (s->curves && s->labels && score && flags && said &&
        hear_alarms_create(&s->alarms, e->n_labels) == HEAR_OK &&
        hear_metrics_create(&s->clips, e->n_labels) == HEAR_OK &&
        hear_metrics_create(&s->windows, e->n_labels) == HEAR_OK)
        status = draw_curves(s, e, score, flags);
    if (status == HEAR_OK) {
        count(s, e);
        calibrate(s, e, score, flags);
        raise_alarms(s, e, said);
        *out = s;
    } else {
        hear_summary_destroy(s);
    }
    hear_free(score);
    hear_free(flags);
    hear_free(said);
    return status;
}

size_t hear_worst_mistakes(const hear_evaluation *e, size_t *worst, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_clips && max > 0; i++) {
        const float *probs = e->clip_probs + i * e->n_labels;
        const size_t said = hear_best(probs, e->n_labels);
        if (said == e->clips[i].truth)
            continue;
        size_t at = n < max ? n++ : max; /* insertion: max is small */
        for (; at > 0; at--) {
            const float *other = e->clip_probs + worst[at - 1] * e->n_labels;
            if (other[hear_best(other, e->n_labels)] >= probs[said])
                break;
            if (at < max)
                worst[at] = worst[at - 1];
        }
        if (at < max)
            worst[at] = i;
    }
    return n;
}
