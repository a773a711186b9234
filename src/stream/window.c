/* window.c - see window.h. */
#include "config.h"

#include "stream/window.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MIN_ROOM = 64, /* frames that the front end may give at once */
    MAX_GAPS = 64  /* that are told apart; further ones are put together with the last */
};

/* Samples start .. end, `lost` of them lost: all but where gaps were put together. */
typedef struct {
    uint64_t start, end, lost;
} gap;

struct hear_windows {
    hear_frontend *frontend;
    hear_model_info shape;      /* its frames, hops and patches; no texts */
    size_t width, window, hop;  /* window and hop in frames */
    uint64_t span, hop_samples; /* of a window, of a hop, at the model's rate */
    double rate_hz, rate_in;
    uint64_t index; /* of the next window */
    uint64_t n_in;  /* samples written */
    bool ending;    /* n_in is the recording's length */
    size_t start;   /* frame of `frames` that the next window starts at */
    size_t end;     /* behind the last frame in `frames` */
    size_t room;    /* frames that `frames` holds */
    float *frames;  /* [room][width] */
    size_t n_gaps;
    gap gaps[MAX_GAPS];
};

static hear_status find_hop(size_t *hop, const hear_model_info *info, double hop_s, hear_error *err)
{
    const hear_frontend_config *const f = &info->frontend;
    if (hop_s == 0.0) {
        *hop = info->hop;
        return HEAR_OK;
    }
    const double window_s = (double)hear_frontend_span(f, info->window) / f->rate_hz;
    if (!(hop_s >= fmin(0.05, window_s) && hop_s <= window_s))
        return hear_fail(err, HEAR_ERR_ARG, "a hop of %g s; 0.05 to the window's %.3f s are taken",
                         hop_s, window_s);
    const size_t step = info->patch ? info->patch_hop : 1, most = info->window / step;
    const double steps = round(hop_s * f->rate_hz / f->hop / (double)step);
    *hop = step * (steps < 1.0 ? 1 : steps > (double)most ? most : (size_t)steps);
    return HEAR_OK;
}

size_t hear_window_patches(const hear_model_info *info, uint64_t n_samples)
{
    const size_t n = hear_model_info_n_patches(info);
    size_t i = 1;
    for (; i < n; i++) {
        const uint64_t hop = (uint64_t)info->patch_hop * info->frontend.hop;
        const uint64_t told = (i - 1) * hop + hear_frontend_span(&info->frontend, info->patch);
        if (n_samples <= told || 2 * (n_samples - told) <= hop)
            break;
    }
    return i;
}

hear_status hear_windows_create(hear_windows **out, const hear_model_info *info, double rate_hz,
                                double hop_s, hear_error *err)
{
    *out = NULL;
    size_t hop = 0;
    hear_status status = find_hop(&hop, info, hop_s, err);
    if (status != HEAR_OK)
        return status;
    if (!(rate_hz >= 1000.0 && rate_hz <= 768000.0) || rate_hz != floor(rate_hz))
        return hear_fail(err, HEAR_ERR_ARG,
                         "a rate of %g Hz; whole numbers from 1000 to 768000 are taken", rate_hz);
    hear_windows *w = calloc(1, sizeof *w);
    if (!w)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    w->shape = *info;
    w->shape.labels = NULL;
    w->shape.embedding = w->shape.weight = w->shape.card = NULL;
    w->width = hear_frontend_width(&info->frontend);
    w->window = info->window;
    w->hop = hop;
    w->span = hear_frontend_span(&info->frontend, info->window);
    w->hop_samples = (uint64_t)hop * info->frontend.hop;
    w->rate_hz = info->frontend.rate_hz;
    w->rate_in = rate_hz;
    /* as much again as a window: what stays is moved once for as many new frames */
    w->room = info->window + (info->window > MIN_ROOM ? info->window : MIN_ROOM);
    size_t count;
    if (hear_mul(w->room, w->width, &count))
        w->frames = hear_alloc(count, sizeof *w->frames);
    if (!w->frames)
        status = hear_fail(err, HEAR_ERR_MEM, NULL);
    else
        status = hear_frontend_create(&w->frontend, &info->frontend, (uint32_t)rate_hz, err);
    if (status != HEAR_OK) {
        hear_windows_destroy(w);
        return status;
    }
    *out = w;
    return HEAR_OK;
}

void hear_windows_destroy(hear_windows *w)
{
    if (!w)
        return;
    hear_frontend_destroy(w->frontend);
    hear_free(w->frames);
    free(w);
}

void hear_windows_reset(hear_windows *w)
{
    hear_frontend_reset(w->frontend);
    w->index = w->n_in = 0;
    w->ending = false;
    w->start = w->end = w->n_gaps = 0;
}

double hear_windows_hop_s(const hear_windows *w)
{
    return (double)w->hop_samples / w->rate_hz;
}

/* How many of the samples start .. end are lost; gaps that end before `start` are forgotten, since
 * no later window starts earlier. */
static double count_lost(hear_windows *w, double start, double end)
{
    size_t n_past = 0;
    while (n_past < w->n_gaps && (double)w->gaps[n_past].end <= start)
        n_past++;
    w->n_gaps -= n_past;
    memmove(w->gaps, w->gaps + n_past, w->n_gaps * sizeof w->gaps[0]);
    double lost = 0.0;
    for (size_t i = 0; i < w->n_gaps; i++) {
        const gap *const g = &w->gaps[i];
        const double overlap = fmin((double)g->end, end) - fmax((double)g->start, start);
        if (overlap > 0.0)
            lost += overlap * (double)g->lost / (double)(g->end - g->start);
    }
    return lost;
}

static void give_window(hear_windows *w, const hear_windows_to *to)
{
    const double scale = w->rate_in / w->rate_hz;
    const double start = (double)(w->index * w->hop_samples);
    const double end = start + (double)w->span;
    const uint64_t first = w->index * w->hop_samples, heard = hear_frontend_position(w->frontend);
    hear_window window = {
        .index = w->index,
        .start_s = start / w->rate_hz,
        .end_s = end / w->rate_hz,
        .lost_s = count_lost(w, start * scale, end * scale) / w->rate_in,
        .n_heard = w->n_in,
        .patch = w->shape.patch ? w->index * (w->hop / w->shape.patch_hop) : w->index,
        .n_patches = hear_window_patches(&w->shape, heard > first ? heard - first : 0),
        .frames = w->frames + w->start * w->width,
    };
    if (w->ending)
        window.end_s = fmin(window.end_s, (double)w->n_in / w->rate_in);
    to->on_window(to->user, &window);
    w->start += w->hop;
    w->index++;
}

/* Room for more frames behind those that windows to come still need; *n says how many. */
static float *room(hear_windows *w, size_t *n)
{
    if (w->room - w->end < MIN_ROOM) {
        w->end -= w->start;
        memmove(w->frames, w->frames + w->start * w->width,
                w->end * w->width * sizeof w->frames[0]);
        w->start = 0;
    }
    *n = w->room - w->end;
    return w->frames + w->end * w->width;
}

static void added(hear_windows *w, size_t n, const hear_windows_to *to)
{
    if (n > 0 && to->on_frames)
        to->on_frames(to->user, w->frames + w->end * w->width, n);
    w->end += n;
    while (w->end >= w->start + w->window)
        give_window(w, to);
}

void hear_windows_write(hear_windows *w, const float *samples, size_t n, const hear_windows_to *to)
{
    size_t n_frames, n_room;
    do {
        size_t n_taken;
        float *const frames = room(w, &n_room);
        n_frames = hear_frontend_process(w->frontend, samples, n, &n_taken, frames, n_room);
        samples = samples ? samples + n_taken : NULL;
        n -= n_taken;
        w->n_in += n_taken;
        added(w, n_frames, to);
    } while (n > 0 || n_frames == n_room);
}

void hear_windows_write_lost(hear_windows *w, uint64_t n, const hear_windows_to *to)
{
    gap *const last = w->n_gaps > 0 ? &w->gaps[w->n_gaps - 1] : NULL;
    if (last && (last->end == w->n_in || w->n_gaps == MAX_GAPS)) {
        last->end = w->n_in + n;
        last->lost += n;
    } else if (n > 0) {
        w->gaps[w->n_gaps++] = (gap){ w->n_in, w->n_in + n, n };
    }
    while (n > 0) {
        const size_t part = n < SIZE_MAX ? (size_t)n : SIZE_MAX;
        hear_windows_write(w, NULL, part, to);
        n -= part;
    }
}

static void flush(hear_windows *w, uint64_t n_zeros, const hear_windows_to *to)
{
    size_t n_frames, n_room;
    do {
        float *const frames = room(w, &n_room);
        n_frames = hear_frontend_flush(w->frontend, n_zeros, frames, n_room);
        added(w, n_frames, to);
    } while (n_frames == n_room);
}

void hear_windows_finish(hear_windows *w, const hear_windows_to *to)
{
    w->ending = true;
    flush(w, 0, to);
    if (w->n_in == 0)
        return;
    const uint64_t heard = hear_frontend_position(w->frontend); /* 0 where one sample became none */
    const uint64_t end = w->index * w->hop_samples + w->span;   /* of the window to come */
    if (w->index > 0) {
        const uint64_t told = end - w->hop_samples;
        if (heard <= told || 2 * (heard - told) <= w->hop_samples)
            return;
    }
    flush(w, end - heard, to);
}
