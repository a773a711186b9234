/* waterfall.c - see waterfall.h. */
#include "config.h"

#include "tui/waterfall.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

static const double column_s = 0.1;     /* about, in whole frames */
static const double range_db = 65.0;    /* from black to white */
static const double reference_db = 0.0; /* at least: a quiet room stays dark */
static const double fall_db_s = 1.5;    /* of the reference */
static const double resync_s = 0.25;    /* time this far off is put right */

struct hear_waterfall {
    hear_frontend_config frontend;
    size_t n_bands;
    double frame_s;
    size_t frames_each; /* frames in a column */
    double reference;   /* in dB, shown as the brightest */
    double position_s;  /* where the newest frame ends */
    size_t n_gathered;  /* frames in the column that is growing */
    uint64_t n_columns; /* ever completed */
    float *growing;     /* [n_bands], dB, the largest so far */
    uint8_t *levels;    /* [HEAR_WATERFALL_COLUMNS][n_bands], a ring */
    double *middles;    /* [HEAR_WATERFALL_COLUMNS], seconds */
};

hear_waterfall *hear_waterfall_create(const hear_frontend_config *frontend, size_t n_bands,
                                      double frame_s)
{
    hear_waterfall *w = hear_alloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->frontend = *frontend;
    w->n_bands = n_bands;
    w->frame_s = frame_s;
    const double each = round(column_s / frame_s);
    w->frames_each = each >= 1.0 && each <= 1e6 ? (size_t)each : 1;
    w->reference = reference_db;
    w->growing = hear_alloc(n_bands, sizeof *w->growing);
    w->levels = hear_alloc(n_bands, HEAR_WATERFALL_COLUMNS);
    w->middles = hear_alloc(HEAR_WATERFALL_COLUMNS, sizeof *w->middles);
    if (!w->growing || !w->levels || !w->middles) {
        hear_waterfall_destroy(w);
        return NULL;
    }
    return w;
}

void hear_waterfall_destroy(hear_waterfall *w)
{
    if (!w)
        return;
    hear_free(w->growing);
    hear_free(w->levels);
    hear_free(w->middles);
    hear_free(w);
}

void hear_waterfall_copy(hear_waterfall *to, const hear_waterfall *from)
{
    to->reference = from->reference;
    to->position_s = from->position_s;
    to->n_gathered = from->n_gathered;
    to->n_columns = from->n_columns;
    memcpy(to->growing, from->growing, from->n_bands * sizeof *from->growing);
    memcpy(to->levels, from->levels, from->n_bands * HEAR_WATERFALL_COLUMNS);
    memcpy(to->middles, from->middles, HEAR_WATERFALL_COLUMNS * sizeof *from->middles);
}

/* A frame's number in decibels of power, whatever scale the model hears in. */
static float decibels(const hear_frontend_config *f, float x)
{
    const float per_unit = f->power == 1 ? 20.0f : 10.0f;
    const float full_scale = f->int16_scale ? 90.308998f : 0.0f; /* 20 log10(32768) */
    switch (f->log) {
    case HEAR_LOG_DB:
        break;
    case HEAR_LOG_LN:
        x *= per_unit * 0.43429448f; /* log10(e) */
        break;
    case HEAR_LOG_NONE:
        x = per_unit * log10f(fmaxf(x, 1e-10f));
        break;
    }
    return isfinite(x) ? x - full_scale : -200.0f;
}

static void complete(hear_waterfall *w)
{
    float loudest = -200.0f;
    for (size_t b = 0; b < w->n_bands; b++)
        loudest = fmaxf(loudest, w->growing[b]);
    const double length_s = (double)w->frames_each * w->frame_s;
    w->reference = fmax(fmax(w->reference - fall_db_s * length_s, loudest), reference_db);

    const size_t at = w->n_columns % HEAR_WATERFALL_COLUMNS;
    w->middles[at] = w->position_s - 0.5 * length_s;
    for (size_t b = 0; b < w->n_bands; b++) {
        const double share = (w->growing[b] - w->reference) / range_db + 1.0;
        w->levels[at * w->n_bands + b] =
            share <= 0.0 ? 0 : (uint8_t)lrint(pow(fmin(share, 1.0), 1.7) * 255.0);
    }
    w->n_columns++;
    w->n_gathered = 0;
}

void hear_waterfall_add(hear_waterfall *w, const float *frames, size_t n)
{
    for (; n > 0; n--, frames += w->n_bands) {
        for (size_t b = 0; b < w->n_bands; b++) {
            const float db = decibels(&w->frontend, frames[b]);
            w->growing[b] = w->n_gathered == 0 ? db : fmaxf(w->growing[b], db);
        }
        w->position_s += w->frame_s;
        if (++w->n_gathered >= w->frames_each)
            complete(w);
    }
}

void hear_waterfall_sync(hear_waterfall *w, double position_s)
{
    if (fabs(position_s - w->position_s) > resync_s)
        w->position_s = position_s;
}

double hear_waterfall_column_s(const hear_waterfall *w)
{
    return (double)w->frames_each * w->frame_s;
}

const uint8_t *hear_waterfall_column(const hear_waterfall *w, size_t i, double *middle_s)
{
    if (i >= w->n_columns || i >= HEAR_WATERFALL_COLUMNS)
        return NULL;
    const size_t at = (w->n_columns - 1 - i) % HEAR_WATERFALL_COLUMNS;
    *middle_s = w->middles[at];
    return w->levels + at * w->n_bands;
}

uint8_t hear_waterfall_row(const uint8_t *bands, size_t n_bands, size_t i, size_t n_rows)
{
    const size_t from = i * n_bands / n_rows;
    size_t to = (i + 1) * n_bands / n_rows;
    to = to > from ? to : from + 1;
    uint8_t most = 0;
    for (size_t b = from; b < to; b++)
        most = bands[b] > most ? bands[b] : most;
    return most;
}

/* Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz; O'Shaughnessy's, as in HTK. */
static double mel(hear_mel_scale scale, double hz)
{
    if (scale == HEAR_MEL_HTK)
        return 2595.0 * log10(1.0 + hz / 700.0);
    return hz < 1000.0 ? hz * 3.0 / 200.0 : 15.0 + 27.0 * log(hz / 1000.0) / log(6.4);
}

double hear_waterfall_place(const hear_frontend_config *f, size_t n_bands, double hz)
{
    const double low = mel(f->mel_scale, f->fmin_hz), high = mel(f->mel_scale, f->fmax_hz);
    const double step = (high - low) / (double)(n_bands + 1);
    const double band = (mel(f->mel_scale, hz) - low) / step - 1.0;
    return n_bands > 1 ? band / (double)(n_bands - 1) : 0.5;
}
