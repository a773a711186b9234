/* spectrogram.c - the spectrogram and what stands under it on the same time axis: the labels as a
 * ribbon, and the seconds. */
#include "config.h"

#include "tui/view.h"

#include "tui/cells.h"

#include <math.h>
#include <stdio.h>

enum { SCALE_FROM = 40, SCALE_COLS = 5 }; /* frequencies at the left, in windows from 40 columns */

static const double ribbon_beyond_s = 1.5; /* the newest label holds that much longer */

/* The picture within a part's rectangle: the same columns in all three. */
static hear_rect picture(hear_rect r)
{
    const int left = r.n_cols >= SCALE_FROM ? 1 + SCALE_COLS : r.n_cols >= 24 ? 1 : 0;
    const int right = r.n_cols >= 24 ? 1 : 0;
    return (hear_rect){ r.y, r.x + left, r.n_rows, r.n_cols - left - right };
}

static void draw_scale(const hear_view *v, hear_canvas *c, hear_rect r, hear_rect p)
{
    static const struct {
        int hz;
        const char *text;
    } marks[] = { { 1000, "1k" }, { 4000, "4k" }, { 250, "250" },   { 500, "500" },
                  { 2000, "2k" }, { 8000, "8k" }, { 16000, "16k" }, { 125, "125" },
                  { 3000, "3k" }, { 6000, "6k" }, { 11000, "11k" }, { 20000, "20k" } };
    const hear_frontend_config shown = hear_frontend_view(&v->info->frontend), *f = &shown;
    if (p.x - r.x < SCALE_COLS || v->config->n_mels != f->n_mels)
        return;
    uint64_t taken[8] = { 0 }; /* a bit a row, its neighbours too */
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (marks[i].hz < f->fmin_hz || marks[i].hz > f->fmax_hz)
            continue;
        const double place = hear_waterfall_place(f, v->config->n_mels, marks[i].hz);
        const int up = (int)(place * p.n_rows);
        const int row = p.n_rows - 1 - (up < 0 ? 0 : up >= p.n_rows ? p.n_rows - 1 : up);
        if (row >= 510 || (taken[row / 64] >> row % 64 & 1))
            continue;
        for (int k = row > 0 ? row - 1 : 0; k <= row + 1; k++)
            taken[k / 64] |= UINT64_C(1) << k % 64;
        hear_canvas_text_right(c, p.y + row, p.x - 1, SCALE_COLS, HEAR_STYLE_DIM, marks[i].text);
    }
}

static void draw_waterfall(const hear_view *v, hear_canvas *c, hear_rect r)
{
    const hear_rect p = picture(r);
    const size_t n_bands = v->config->n_mels;
    const size_t n_rows = (size_t)p.n_rows * (hear_canvas_half_rows(c) ? 2 : 1);
    draw_scale(v, c, r, p);
    for (int x = 0; x < p.n_cols; x++) {
        double middle_s;
        const uint8_t *bands =
            hear_waterfall_column(v->waterfall, (size_t)(p.n_cols - 1 - x), &middle_s);
        for (size_t y = 0; y < (size_t)p.n_rows; y++) {
            uint8_t upper = 0, lower = 0;
            if (bands && hear_canvas_half_rows(c)) {
                upper = hear_waterfall_row(bands, n_bands, n_rows - 1 - 2 * y, n_rows);
                lower = hear_waterfall_row(bands, n_bands, n_rows - 2 - 2 * y, n_rows);
            } else if (bands) {
                upper = lower = hear_waterfall_row(bands, n_bands, n_rows - 1 - y, n_rows);
            }
            hear_canvas_heat(c, p.y + (int)y, p.x + x, upper, lower);
        }
    }
}

/* The span under a column of the picture. */
static const hear_span *span_at(const hear_view *v, hear_rect p, int x)
{
    double time_s;
    if (!hear_waterfall_column(v->waterfall, (size_t)(p.n_cols - 1 - x), &time_s))
        return NULL;
    const hear_span *newest = hear_timeline_get(&v->timeline, 0);
    if (newest && time_s >= newest->end_s)
        return time_s < newest->end_s + ribbon_beyond_s ? newest : NULL;
    return hear_timeline_at(&v->timeline, time_s);
}

static void draw_ribbon(const hear_view *v, hear_canvas *c, hear_rect r)
{
    const hear_rect p = picture(r);
    for (int from = 0, to; from < p.n_cols; from = to) {
        const hear_span *s = span_at(v, p, from);
        for (to = from + 1; to < p.n_cols && span_at(v, p, to) == s; to++)
            ;
        if (!s)
            continue;
        const hear_style patch = hear_style_patch_of_class(s->label);
        const int gap = from > 0 ? 1 : 0; /* so that neighbours stay apart without colours too */
        const int n_cols = to - from - gap;
        if (n_cols < 1)
            continue;
        hear_canvas_fill(c, (hear_rect){ p.y, p.x + from + gap, 1, n_cols }, patch);
        if (n_cols >= 4)
            hear_canvas_text(c, p.y, p.x + from + gap + 1, n_cols - 2, patch,
                             v->info->labels[s->label]);
    }
}

static void draw_axis(const hear_view *v, hear_canvas *c, hear_rect r)
{
    const hear_rect p = picture(r);
    const double column_s = hear_waterfall_column_s(v->waterfall);
    static const double steps[] = { 0.5, 1, 2, 5, 10, 20, 60 };
    double step_s = steps[0];
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && step_s / column_s < 14.0; i++)
        step_s = steps[i];
    int right = p.n_cols - hear_canvas_text_right(c, p.y, p.x + p.n_cols, 3, HEAR_STYLE_DIM, "now");
    for (double back_s = step_s;; back_s += step_s) {
        char text[16];
        const int n = step_s < 1.0 ? snprintf(text, sizeof text, "-%d.%d s", (int)back_s,
                                              (int)(back_s * 10.0) % 10)
                                   : snprintf(text, sizeof text, "-%d s", (int)back_s);
        const int from = p.n_cols - (int)lround(back_s / column_s) - n / 2;
        if (from < 0 || n >= (int)sizeof text)
            return;
        if (from + n < right) {
            hear_canvas_text(c, p.y, p.x + from, n, HEAR_STYLE_DIM, text);
            right = from;
        }
    }
}

const hear_widget hear_widget_waterfall = { draw_waterfall };
const hear_widget hear_widget_ribbon = { draw_ribbon };
const hear_widget hear_widget_axis = { draw_axis };
