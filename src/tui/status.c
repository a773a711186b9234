/* status.c - the line at the top, which says what is listened to, and the one at the bottom, which
 * says how well it goes and which keys there are. */
#include "config.h"

#include "tui/view.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* The name alone of a file: the path to it has no room here. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void draw_header(const hear_view *v, hear_canvas *c, hear_rect r)
{
    const int end = r.x + r.n_cols - 1;
    int x = r.x + 1, right = end;
    char clock[32];
    hear_timeline_clock(clock, sizeof clock, v->status.position_s);
    right -= hear_canvas_text_right(c, r.y, right, right - x, HEAR_STYLE_STRONG, clock) + 2;
    if (v->paused)
        right -=
            hear_canvas_text_right(c, r.y, right, right - x, HEAR_STYLE_NOTICE, " PAUSED ") + 2;

    if (r.n_cols >= 48)
        x += hear_canvas_text(c, r.y, x, right - x, HEAR_STYLE_BRAND, "hearsay") + 2;
    if (right - x < 4)
        return;
    if (v->status.ended)
        hear_canvas_glyph(c, r.y, x, HEAR_STYLE_DIM, HEAR_GLYPH_ENDED);
    else if (v->config->live)
        hear_canvas_glyph(c, r.y, x, HEAR_STYLE_BAD, HEAR_GLYPH_LIVE);
    else
        hear_canvas_glyph(c, r.y, x, HEAR_STYLE_GOOD, HEAR_GLYPH_PLAYING);
    x += 2;
    x += hear_canvas_text(c, r.y, x, right - x, HEAR_STYLE_TEXT,
                          v->config->live ? v->config->source : name_of(v->config->source)) +
         2;
    if (v->status.rate_hz > 0 && right - x >= 8) {
        char number[40], rate[48];
        hear_format_fixed(number, sizeof number, v->status.rate_hz / 1000.0,
                          v->status.rate_hz % 1000 ? 1 : 0);
        snprintf(rate, sizeof rate, "%s kHz", number);
        x += hear_canvas_text(c, r.y, x, right - x, HEAR_STYLE_DIM, rate) + 2;
    }
    if (v->config->model_name)
        hear_canvas_text(c, r.y, x, right - x, HEAR_STYLE_DIM, name_of(v->config->model_name));
}

typedef struct {
    char name[16], value[48];
    int rank; /* what gives way first has the highest; 0 is what has gone wrong */
    bool shown;
} item;

enum { MAX_ITEMS = 5, N_RANKS = 5, GAP = 3 };

static void set_item(item *i, int rank, const char *name, double value, int decimals,
                     const char *unit)
{
    char number[40];
    hear_format_fixed(number, sizeof number, value, decimals);
    *i = (item){ .rank = rank };
    snprintf(i->name, sizeof i->name, "%s", name);
    snprintf(i->value, sizeof i->value, "%s%s", number, unit);
}

/* From the left to the right; returns how many. */
static size_t list_items(const hear_view *v, item *items)
{
    const hear_screen_status *s = &v->status;
    const bool lost = s->lost_s > 0.0, skipped = s->n_skipped > 0;
    size_t n = 0;
    set_item(&items[n++], 2, "latency", s->latency_ms, s->latency_ms < 9.95 ? 1 : 0, " ms");
    set_item(&items[n++], lost ? 0 : 1, "lost", s->lost_s, lost && s->lost_s < 10.0 ? 2 : 0, " s");
    set_item(&items[n++], skipped ? 0 : 4, "skipped", (double)s->n_skipped, 0, "");
    if (s->n_overflows > 0)
        set_item(&items[n++], 0, "overflows", (double)s->n_overflows, 0, "");
    set_item(&items[n++], 3, "cpu", s->cpu_share * 100.0, 0, " %");
    return n;
}

static int item_cols(const item *i)
{
    return (int)(strlen(i->name) + 1 + strlen(i->value)) + GAP;
}

static const struct {
    const char *key, *what;
} hints[] = { { "q", "quit" }, { "?", "help" }, { "space", "pause" } }; /* by importance */
enum { N_HINTS = sizeof hints / sizeof hints[0] };

static int hint_cols(size_t i, bool words)
{
    return (int)(strlen(hints[i].key) + (words ? 1 + strlen(hints[i].what) : 0)) + (i > 0 ? 2 : 0);
}

/* What is wrong comes first, then the keys, then all the rest that fits. */
static void draw_status(const hear_view *v, hear_canvas *c, hear_rect r)
{
    item items[MAX_ITEMS];
    const size_t n_items = list_items(v, items);
    const bool words = r.n_cols >= 36;
    int left = r.n_cols - 2 + GAP, hints_cols = 0;
    size_t n_hints = 0;
    for (int rank = 0; rank < N_RANKS; rank++) {
        for (size_t i = 0; i < n_items; i++) {
            items[i].shown |= items[i].rank == rank && item_cols(&items[i]) <= left;
            left -= items[i].rank == rank && items[i].shown ? item_cols(&items[i]) : 0;
        }
        for (; rank == 0 && n_hints < N_HINTS; n_hints++) {
            if (hint_cols(n_hints, words) + GAP > left)
                break;
            left -= hint_cols(n_hints, words);
            hints_cols += hint_cols(n_hints, words);
        }
        if (rank == 0)
            left -= GAP;
    }

    int x = r.x + 1;
    for (size_t i = 0; i < n_items; i++) {
        if (!items[i].shown)
            continue;
        const bool bad = items[i].rank == 0;
        x += 1 + hear_canvas_text(c, r.y, x, r.n_cols, bad ? HEAR_STYLE_BAD : HEAR_STYLE_DIM,
                                  items[i].name);
        x += GAP + hear_canvas_text(c, r.y, x, r.n_cols, bad ? HEAR_STYLE_BAD : HEAR_STYLE_TEXT,
                                    items[i].value);
    }
    x = r.x + r.n_cols - 1 - hints_cols;
    for (size_t i = n_hints; i-- > 0;) {
        x += hear_canvas_text(c, r.y, x, r.n_cols, HEAR_STYLE_KEY, hints[i].key);
        if (words)
            x += 1 + hear_canvas_text(c, r.y, x + 1, r.n_cols, HEAR_STYLE_DIM, hints[i].what);
        x += 2;
    }
}

const hear_widget hear_widget_header = { draw_header };
const hear_widget hear_widget_status = { draw_status };
