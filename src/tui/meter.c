/* meter.c - see meter.h. */
#include "config.h"

#include "tui/meter.h"

#include "tui/view.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>

static const double fall_db_s = 24.0; /* of the bars */
static const double hold_s = 1.5;     /* the peak mark stays, then falls */
static const double hold_fall_db_s = 16.0;
static const double clip_hold_s = 2.0;
static const double text_s = 0.25;
static const double clip_amplitude = 0.9999; /* 32767/32768 is full scale too */
static const double silence_db = -120.0;     /* shown as -inf from here on down */

double hear_meter_db(double amplitude)
{
    return amplitude > 0.0 ? 20.0 * log10(amplitude) : -INFINITY;
}

double hear_meter_share(double db)
{
    const double share = 1.0 - db / HEAR_METER_FLOOR_DB;
    return share > 0.0 ? fmin(share, 1.0) : 0.0;
}

void hear_meter_update(hear_meter *m, double peak, double rms, double now_s)
{
    const double peak_db = fmax(hear_meter_db(peak), silence_db);
    const double rms_db = fmax(hear_meter_db(rms), silence_db);
    if (!m->started) {
        *m = (hear_meter){ .started = true,
                           .then_s = now_s,
                           .peak_db = silence_db,
                           .rms_db = silence_db,
                           .hold_db = silence_db,
                           .clip_s = -INFINITY,
                           .next_text_s = now_s,
                           .most_db = silence_db };
    }
    const double step_s = fmax(now_s - m->then_s, 0.0);
    m->then_s = now_s;
    m->peak_db = fmax(peak_db, m->peak_db - fall_db_s * step_s);
    m->rms_db = fmax(rms_db, m->rms_db - fall_db_s * step_s);
    if (now_s >= m->hold_s)
        m->hold_db -= hold_fall_db_s * step_s;
    if (peak_db >= m->hold_db) {
        m->hold_db = peak_db;
        m->hold_s = now_s + hold_s;
    }
    if (peak >= clip_amplitude)
        m->clip_s = now_s + clip_hold_s;
    m->most_db = fmax(m->most_db, peak_db);
    m->sum_square += rms * rms;
    m->n_square++;
    if (now_s >= m->next_text_s) { /* both of the same sound: the peak is never below */
        m->text_peak_db = m->most_db;
        m->text_rms_db = fmax(hear_meter_db(sqrt(m->sum_square / (double)m->n_square)), silence_db);
        m->most_db = silence_db;
        m->sum_square = 0.0;
        m->n_square = 0;
        m->next_text_s = now_s + text_s;
    }
}

bool hear_meter_clips(const hear_meter *m)
{
    return m->started && m->then_s < m->clip_s;
}

static void format_db(char *out, size_t room, double db)
{
    char number[40];
    hear_format_fixed(number, sizeof number, db <= silence_db ? -INFINITY : db, 1);
    snprintf(out, room, "%6s", number);
}

static hear_style style_at(double db)
{
    return db >= -6.0 ? HEAR_STYLE_BAD : db >= -18.0 ? HEAR_STYLE_WARN : HEAR_STYLE_GOOD;
}

/* The numbers at the right; returns the columns that they take. */
static int draw_numbers(const hear_meter *m, hear_canvas *c, hear_rect r)
{
    char peak[48], rms[48];
    format_db(peak, sizeof peak, m->text_peak_db);
    format_db(rms, sizeof rms, m->text_rms_db);
    if (r.n_cols < 24)
        return 0;
    const int end = r.x + r.n_cols - 1;
    int x = end;
    if (r.n_cols >= 56)
        x -= hear_canvas_text_right(c, r.y, x, 5, HEAR_STYLE_DIM, " dBFS");
    if (r.n_cols >= 40) {
        x -= hear_canvas_text_right(c, r.y, x, 6, HEAR_STYLE_TEXT, rms);
        x -= hear_canvas_text_right(c, r.y, x, 5, HEAR_STYLE_DIM, "  rms");
    }
    x -= hear_canvas_text_right(c, r.y, x, 6, HEAR_STYLE_TEXT, peak);
    if (hear_meter_clips(m))
        x -= hear_canvas_text_right(c, r.y, x, 4, HEAR_STYLE_ALERT, "CLIP");
    else if (r.n_cols >= 40)
        x -= hear_canvas_text_right(c, r.y, x, 4, HEAR_STYLE_DIM, "peak");
    return end - x;
}

/* The scale under the bar: a number where its level stands. */
static void draw_scale(hear_canvas *c, int y, int x, int n_cols)
{
    static const int marks[] = { -60, -48, -36, -24, -12, -6, 0 };
    int free_from = x;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        char text[8];
        const int n = snprintf(text, sizeof text, "%d", marks[i]);
        const int at = x + (int)lround(hear_meter_share(marks[i]) * (n_cols - 1)) - n / 2;
        const int from = at < x ? x : at + n > x + n_cols ? x + n_cols - n : at;
        if (from < free_from)
            continue;
        hear_canvas_text(c, y, from, n, HEAR_STYLE_DIM, text);
        free_from = from + n + 2;
    }
}

static void draw(const hear_view *v, hear_canvas *c, hear_rect r)
{
    const hear_meter *m = &v->meter;
    const int numbers = draw_numbers(m, c, r);
    const int x = r.x + 1, n_cols = r.n_cols - 2 - (numbers > 0 ? numbers + 2 : 0);
    const double rms = hear_meter_share(m->rms_db) * n_cols;
    const double peak = hear_meter_share(m->peak_db) * n_cols;
    for (int i = 0; i < n_cols; i++) {
        const double db = HEAR_METER_FLOOR_DB * (1.0 - (i + 0.5) / n_cols);
        if (i < rms)
            hear_canvas_block(c, r.y, x + i, style_at(db), rms - i);
        else if (i < peak)
            hear_canvas_glyph(c, r.y, x + i, style_at(db), HEAR_GLYPH_LINE);
        else
            hear_canvas_block(c, r.y, x + i, HEAR_STYLE_TRACK, 0.0);
    }
    if (n_cols > 0 && m->hold_db > HEAR_METER_FLOOR_DB) {
        const int i = (int)(hear_meter_share(m->hold_db) * (n_cols - 1) + 0.5);
        hear_canvas_glyph(c, r.y, x + i, style_at(m->hold_db), HEAR_GLYPH_TICK);
    }
    if (r.n_rows >= 2)
        draw_scale(c, r.y + 1, x, n_cols);
}

const hear_widget hear_widget_meter = { draw };
