/* timeline.h - the past as spans: consecutive windows of one label are one span.
 *
 * Windows overlap, spans do not: where the label changes, the border lies halfway between the
 * middles of the two windows. The newest span reaches to the end of the newest window.
 * Threads: one owner. No heap. */
#ifndef TUI_TIMELINE_H
#define TUI_TIMELINE_H

#include "hearsay/event.h"

#include <stdbool.h>
#include <stddef.h>

enum { HEAR_TIMELINE_SPANS = 256 }; /* remembered */

typedef struct {
    double start_s, end_s;
    size_t label;
    double prob_sum; /* of the windows' best class, for the mean */
    uint64_t n_windows;
    bool lost; /* samples are missing in one of its windows */
} hear_span;

typedef struct {
    hear_span spans[HEAR_TIMELINE_SPANS]; /* a ring */
    uint64_t n;                           /* spans ever begun */
    double middle_s;                      /* of the last window */
} hear_timeline;

void hear_timeline_add(hear_timeline *t, const hear_window_result *r);
/* i = 0 is the newest; NULL behind the oldest that is remembered. */
const hear_span *hear_timeline_get(const hear_timeline *t, size_t i);
/* The span that holds that time, NULL where there is none. */
const hear_span *hear_timeline_at(const hear_timeline *t, double time_s);
double hear_span_prob(const hear_span *s);

/* "00:12", "1:02:03" from an hour on; room of 24 bytes suffices. */
void hear_timeline_clock(char *out, size_t room, double time_s);
#endif
