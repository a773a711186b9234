/* alarms.c - see alarms.h. */
#include "config.h"

#include "train/alarms.h"

#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

hear_status hear_alarms_create(hear_alarms **out, size_t n_labels)
{
    *out = NULL;
    hear_alarms *a = calloc(1, sizeof *a);
    if (a)
        a->labels = hear_alloc(n_labels, sizeof *a->labels);
    if (!a || !a->labels) {
        hear_alarms_destroy(a);
        return HEAR_ERR_MEM;
    }
    a->n_labels = n_labels;
    *out = a;
    return HEAR_OK;
}

void hear_alarms_destroy(hear_alarms *a)
{
    if (!a)
        return;
    hear_free(a->labels);
    free(a);
}

size_t hear_alarms_said(const float *probs, size_t n_labels, double threshold)
{
    size_t best = 0;
    for (size_t l = 1; l < n_labels; l++)
        if (probs[l] > probs[best])
            best = l;
    return (double)probs[best] >= threshold ? best : HEAR_SAYS_NOTHING;
}

static bool is_there(const hear_stretch *stretches, size_t n, size_t label, double start_s,
                     double end_s)
{
    for (size_t i = 0; i < n; i++)
        if (stretches[i].label == label && stretches[i].begin_s < end_s &&
            stretches[i].end_s > start_s)
            return true;
    return false;
}

static void count_alarms(hear_alarms *a, const hear_said *windows, size_t n,
                         const hear_stretch *stretches, size_t n_stretches)
{
    for (size_t i = 0, next; i < n; i = next) {
        const size_t label = windows[i].label;
        for (next = i + 1; next < n && windows[next].label == label;)
            next++;
        /* windows lie side by side or overlap, so that what touches the run touches one of them */
        if (label != HEAR_SAYS_NOTHING &&
            !is_there(stretches, n_stretches, label, windows[i].start_s, windows[next - 1].end_s))
            a->labels[label].n_false++;
    }
}

static void count_events(hear_alarms *a, const hear_said *windows, size_t n,
                         const hear_stretch *stretches, size_t n_stretches)
{
    size_t from = 0; /* the first window that ends behind the event's beginning */
    for (size_t i = 0, next; i < n_stretches; i = next) {
        for (next = i + 1; next < n_stretches && stretches[next].label == stretches[i].label;)
            next++;
        const double begin_s = stretches[i].begin_s, end_s = stretches[next - 1].end_s;
        hear_alarm_count *c = &a->labels[stretches[i].label];
        c->n_events++;
        while (from < n && windows[from].end_s <= begin_s)
            from++;
        for (size_t w = from; w < n && windows[w].start_s < end_s; w++)
            if (windows[w].label == stretches[i].label) {
                c->n_found++;
                c->delay_s += windows[w].end_s - begin_s;
                break;
            }
    }
}

void hear_alarms_add(hear_alarms *a, const hear_said *windows, size_t n_windows,
                     const hear_stretch *stretches, size_t n_stretches)
{
    for (size_t i = 0; i < n_stretches; i++) {
        const double seconds = stretches[i].end_s - stretches[i].begin_s;
        a->seconds += seconds;
        for (size_t l = 0; l < a->n_labels; l++)
            a->labels[l].elsewhere_s += l == stretches[i].label ? 0.0 : seconds;
    }
    count_alarms(a, windows, n_windows, stretches, n_stretches);
    count_events(a, windows, n_windows, stretches, n_stretches);
}

hear_alarm_count hear_alarms_all(const hear_alarms *a)
{
    hear_alarm_count all = { .elsewhere_s = a->seconds };
    for (size_t l = 0; l < a->n_labels; l++) {
        all.n_false += a->labels[l].n_false;
        all.n_events += a->labels[l].n_events;
        all.n_found += a->labels[l].n_found;
        all.delay_s += a->labels[l].delay_s;
    }
    return all;
}

double hear_alarms_per_hour(const hear_alarm_count *c)
{
    return c->elsewhere_s > 0.0 ? (double)c->n_false * 3600.0 / c->elsewhere_s : NAN;
}

double hear_alarms_missed(const hear_alarm_count *c)
{
    return c->n_events ? (double)(c->n_events - c->n_found) / (double)c->n_events : NAN;
}

double hear_alarms_delay_s(const hear_alarm_count *c)
{
    return c->n_found ? c->delay_s / (double)c->n_found : NAN;
}
