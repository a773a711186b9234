/* window.h - samples in, whole windows of raw frames out: the first half of a classifier.
 *
 *   samples -> front end -> frames -> [windows]
 *
 * Window k is of the frames k hop .. k hop + window. What was lost is heard as zeros, and counted
 * in every window that it touches. The windows are the same bits whatever blocks the samples came
 * in. Threads: one owner at a time. Real-time: write, write_lost and finish neither allocate, lock,
 * log nor fail. */
#ifndef STREAM_WINDOW_H
#define STREAM_WINDOW_H

#include "stream/model_info.h"

#include <stdint.h>

typedef struct {
    uint64_t index; /* 0, 1, … */
    double start_s; /* of the first sample, in seconds from the stream's first sample */
    double end_s;   /* just behind the last one; never behind the recording's end */
    double lost_s;
    uint64_t n_heard;    /* samples written so far, lost ones too */
    uint64_t patch;      /* the number of its first patch, counted over the stream */
    size_t n_patches;    /* that count, from that one on: see hear_window_patches */
    const float *frames; /* [window][width], valid until the callback returns */
} hear_window;

/* How many of a window's patches count where only n_samples of its first samples, at the model's
 * rate, were heard and zeros stand behind: the first one, and each that holds more than half a
 * patch hop which no earlier one does. 1 where the model has no patches. */
size_t hear_window_patches(const hear_model_info *info, uint64_t n_samples);

typedef struct {
    /* Called for each window, in order; and, where not NULL, for frames as they come. */
    void (*on_window)(void *user, const hear_window *window);
    void (*on_frames)(void *user, const float *frames, size_t n);
    void *user;
} hear_windows_to;

typedef struct hear_windows hear_windows;

/* rate_hz: of the samples, 1000 .. 768000. hop_s: 0.05 .. the window, rounded to whole frames, at
 * least one, or to whole patch hops where the model has patches; 0 takes the model's. info need not
 * outlive the call. On failure *out is NULL. Errors: HEAR_ERR_ARG (err says which is out of its
 * range), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_windows_create(hear_windows **out, const hear_model_info *info,
                                                double rate_hz, double hop_s, hear_error *err);
void hear_windows_destroy(hear_windows *w); /* NULL is allowed */
void hear_windows_reset(hear_windows *w);   /* as if new */
double hear_windows_hop_s(const hear_windows *w);

void hear_windows_write(hear_windows *w, const float *samples, size_t n, const hear_windows_to *to);
void hear_windows_write_lost(hear_windows *w, uint64_t n, const hear_windows_to *to);
/* The end: what is shorter than a window, or more than half a hop that no window holds, gives one
 * more window with zeros behind. No samples give none. Afterwards only reset and destroy. */
void hear_windows_finish(hear_windows *w, const hear_windows_to *to);
#endif
