/* alarms.h - how often a model says what is not there, and how long it takes to say what is.
 *
 * What is scored is a stream: stretches of sound that have one label each, and windows over them. A
 * recording by itself is a stream of one stretch.
 *
 * A window says its best label where that has the threshold's probability at least. Windows in a
 * row that say l are one alarm of l; it is false where they touch no stretch of l. False alarms an
 * hour of l: false alarms of l, divided by the hours of all other sound. Stretches in a row with
 * the same label are one event. It is found by the first window that touches it and says its label;
 * the delay is from the event's beginning to that window's end. Threads: one owner at a time.
 * Nothing here allocates but create. */
#ifndef TRAIN_ALARMS_H
#define TRAIN_ALARMS_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdint.h>

#define HEAR_SAYS_NOTHING SIZE_MAX

typedef struct {
    double start_s, end_s;
    size_t label; /* or HEAR_SAYS_NOTHING */
} hear_said;

typedef struct {
    double begin_s, end_s;
    size_t label;
} hear_stretch;

typedef struct {
    size_t n_false;     /* alarms */
    double elsewhere_s; /* of sound that is not of the label */
    size_t n_events, n_found;
    double delay_s; /* the sum over those found */
} hear_alarm_count;

typedef struct {
    size_t n_labels;
    double seconds;           /* of sound */
    hear_alarm_count *labels; /* [n_labels] */
} hear_alarms;

HEAR_MUST_CHECK hear_status hear_alarms_create(hear_alarms **out, size_t n_labels);
void hear_alarms_destroy(hear_alarms *a); /* NULL is allowed */

/* What a window says; probs: [n_labels]. */
size_t hear_alarms_said(const float *probs, size_t n_labels, double threshold);
/* One stream. Stretches follow each other without gaps; windows by their time. */
void hear_alarms_add(hear_alarms *a, const hear_said *windows, size_t n_windows,
                     const hear_stretch *stretches, size_t n_stretches);

/* Of all labels together: false alarms of any label, and all sound as elsewhere_s. */
hear_alarm_count hear_alarms_all(const hear_alarms *a);
double hear_alarms_per_hour(const hear_alarm_count *c); /* NaN where there is no other sound */
double hear_alarms_missed(const hear_alarm_count *c);   /* share of events; NaN of none */
double hear_alarms_delay_s(const hear_alarm_count *c);  /* the mean; NaN where none was found */
#endif
