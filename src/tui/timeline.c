/* timeline.c - see timeline.h. */
#include "config.h"

#include "tui/timeline.h"

#include "tui/view.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t best_of(const hear_window_result *r)
{
    size_t best = 0;
    for (size_t i = 1; i < r->n_labels; i++)
        if (r->probs[i] > r->probs[best])
            best = i;
    return best;
}

static hear_span *newest(hear_timeline *t)
{
    return t->n > 0 ? &t->spans[(t->n - 1) % HEAR_TIMELINE_SPANS] : NULL;
}

void hear_timeline_add(hear_timeline *t, const hear_window_result *r)
{
    const size_t label = best_of(r);
    const double middle_s = 0.5 * (r->start_s + r->end_s);
    hear_span *span = newest(t);
    if (!span || span->label != label) {
        double border_s = r->start_s;
        if (span) {
            border_s = fmax(0.5 * (t->middle_s + middle_s), span->start_s);
            span->end_s = border_s;
        }
        t->n++;
        span = newest(t);
        *span = (hear_span){ .start_s = border_s, .label = label };
    }
    span->end_s = r->end_s;
    span->prob_sum += r->probs[label];
    span->n_windows++;
    span->lost = span->lost || r->lost_s > 0.0;
    t->middle_s = middle_s;
}

const hear_span *hear_timeline_get(const hear_timeline *t, size_t i)
{
    if (i >= t->n || i >= HEAR_TIMELINE_SPANS)
        return NULL;
    return &t->spans[(t->n - 1 - i) % HEAR_TIMELINE_SPANS];
}

const hear_span *hear_timeline_at(const hear_timeline *t, double time_s)
{
    const hear_span *s;
    for (size_t i = 0; (s = hear_timeline_get(t, i)); i++)
        if (time_s >= s->start_s)
            return time_s < s->end_s ? s : NULL;
    return NULL;
}

double hear_span_prob(const hear_span *s)
{
    return s->n_windows > 0 ? s->prob_sum / (double)s->n_windows : 0.0;
}

void hear_timeline_clock(char *out, size_t room, double time_s)
{
    const unsigned long s = time_s > 0.0 && time_s < 1e9 ? (unsigned long)time_s : 0;
    if (s >= 3600)
        snprintf(out, room, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, room, "%02lu:%02lu", s / 60, s % 60);
}

static void draw_span(const hear_view *v, hear_canvas *c, hear_rect r, const hear_span *s)
{
    char from[24], to[24], when[52], prob[40];
    hear_timeline_clock(from, sizeof from, s->start_s);
    hear_timeline_clock(to, sizeof to, s->end_s);
    snprintf(when, sizeof when, strcmp(from, to) ? "%s-%s" : "%s", from, to);
    hear_format_fixed(prob, sizeof prob, hear_span_prob(s), 2);

    char now[24]; /* the longest clock: hours get digits as they pass */
    hear_timeline_clock(now, sizeof now, fmax(v->status.position_s, s->end_s));
    const int clock_cols = 2 * (int)strlen(now) + 1;
    int x = r.x + 1;
    const int end = r.x + r.n_cols - 1;
    if (r.n_cols >= clock_cols + 9) {
        hear_canvas_text(c, r.y, x, clock_cols, HEAR_STYLE_DIM, when);
        x += clock_cols + 2;
    }
    const bool with_prob = end - x >= 11, with_gap = s->lost && end - x >= 16;
    const int room = end - x - (with_prob ? 6 : 0) - (with_gap ? 5 : 0);
    const int label_cols = v->label_cols < room ? v->label_cols : room;
    hear_canvas_text(c, r.y, x, label_cols, hear_style_of_class(s->label),
                     v->info->labels[s->label]);
    x += label_cols + 2;
    if (with_prob)
        hear_canvas_text(c, r.y, x, 4, HEAR_STYLE_DIM, prob);
    if (with_gap)
        hear_canvas_text(c, r.y, x + 6, 3, HEAR_STYLE_WARN, "gap");
}

static void draw(const hear_view *v, hear_canvas *c, hear_rect r)
{
    for (int i = 0; i < r.n_rows; i++) {
        const hear_span *s = hear_timeline_get(&v->timeline, (size_t)i);
        if (!s)
            return;
        draw_span(v, c, (hear_rect){ r.y + i, r.x, 1, r.n_cols }, s);
    }
}

const hear_widget hear_widget_timeline = { draw };
