/* meter.h - the level: peak and rms in dBFS, with a peak that holds.
 *
 * Bars rise at once and fall slowly, so that an eye can follow; the numbers change a few times a
 * second only. Threads: one owner. No heap. */
#ifndef TUI_METER_H
#define TUI_METER_H

#include <stdbool.h>
#include <stddef.h>

#define HEAR_METER_FLOOR_DB -60.0 /* the left end of the bar; the right one is 0 dBFS */

typedef struct {
    bool started;
    double then_s;          /* the last update's time */
    double peak_db, rms_db; /* of the bars */
    double hold_db, hold_s; /* the held peak, and until when it holds */
    double clip_s;          /* until when CLIP is shown */
    double next_text_s;     /* when the numbers may change again */
    double most_db;         /* the highest peak since they did */
    double sum_square;      /* of the rms since they did, */
    size_t n_square;        /* and of how many */
    double text_peak_db, text_rms_db;
} hear_meter;

/* -infinity for 0. */
double hear_meter_db(double amplitude);
/* Where on the bar a level stands: 0 at the floor and below, 1 at 0 dBFS and above. */
double hear_meter_share(double db);
/* peak, rms: 0..1, since the last call; now_s: any clock that goes forward. */
void hear_meter_update(hear_meter *m, double peak, double rms, double now_s);
bool hear_meter_clips(const hear_meter *m);
#endif
