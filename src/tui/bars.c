/* bars.c - what is heard now: the best class in its colour, and the probabilities as bars. */
#include "config.h"

#include "tui/view.h"

#include "tui/cells.h"

#include "base/text.h"

#include <stdio.h>

enum { MAX_BARS = 256, MAX_NAME = 24 };

size_t hear_view_best(const hear_view *v, size_t *labels, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < v->info->n_labels; i++) {
        size_t at = found < n ? found : n;
        while (at > 0 && v->probs[i] > v->probs[labels[at - 1]])
            at--;
        if (at >= n)
            continue;
        for (size_t k = found < n ? found : n - 1; k > at; k--)
            labels[k] = labels[k - 1];
        labels[at] = i;
        found += found < n;
    }
    return found;
}

static void format_percent(char *out, size_t room, double prob)
{
    char number[40];
    hear_format_fixed(number, sizeof number, prob * 100.0, 1);
    snprintf(out, room, "%s %%", number);
}

static void draw_label(const hear_view *v, hear_canvas *c, hear_rect r)
{
    if (!v->heard) {
        hear_canvas_text(c, r.y, r.x + 1, r.n_cols - 1, HEAR_STYLE_DIM,
                         v->status.ended ? "nothing was heard" : "listening");
        return;
    }
    size_t best;
    hear_view_best(v, &best, 1);
    char percent[48];
    format_percent(percent, sizeof percent, v->probs[best]);
    const bool utf8 = hear_canvas_utf8(c);
    const char *label = v->info->labels[best];
    const bool with_gap = v->last.lost_s > 0.0 && r.n_cols >= 34;
    const int room = r.n_cols - 3 - (r.n_cols >= 16 ? 9 : 0) - (with_gap ? 12 : 0);
    const int width = (int)hear_cells_width(label, utf8);
    const int used = width < room ? width : room;
    const hear_style patch = hear_style_patch_of_class(best);
    if (used < 1) {
        hear_canvas_text(c, r.y, r.x, r.n_cols, patch, label);
        return;
    }
    hear_canvas_fill(c, (hear_rect){ r.y, r.x + 1, 1, used + 2 }, patch);
    hear_canvas_text(c, r.y, r.x + 2, used, patch, label);
    int x = r.x + used + 4;
    x += hear_canvas_text(c, r.y, x, r.x + r.n_cols - x, HEAR_STYLE_STRONG, percent);
    if (with_gap)
        hear_canvas_text(c, r.y, x + 2, r.x + r.n_cols - x - 2, HEAR_STYLE_WARN, "with a gap");
}

static void draw_bar(const hear_view *v, hear_canvas *c, hear_rect r, size_t label, bool best,
                     int name_cols)
{
    char percent[48];
    format_percent(percent, sizeof percent, v->probs[label]);
    hear_canvas_text(c, r.y, r.x + 1, name_cols, best ? HEAR_STYLE_STRONG : HEAR_STYLE_TEXT,
                     v->info->labels[label]);
    const int x = r.x + 2 + name_cols;
    int end = r.x + r.n_cols - 1;
    if (r.n_cols >= name_cols + 13) {
        hear_canvas_text_right(c, r.y, end, 7, best ? HEAR_STYLE_STRONG : HEAR_STYLE_DIM, percent);
        end -= 8;
    }
    hear_canvas_bar(c, r.y, x, end - x, hear_style_of_class(label), v->probs[label]);
}

static void draw_bars(const hear_view *v, hear_canvas *c, hear_rect r)
{
    if (!v->heard)
        return;
    size_t n = (size_t)r.n_rows;
    n = n < v->config->top ? n : v->config->top;
    n = n < MAX_BARS ? n : MAX_BARS;
    size_t labels[MAX_BARS];
    n = hear_view_best(v, labels, n);
    const size_t best = labels[0];
    if (n == v->info->n_labels) /* all are there: each keeps its row */
        for (size_t i = 0; i < n; i++)
            labels[i] = i;

    const int most = r.n_cols / 3 < MAX_NAME ? r.n_cols / 3 : MAX_NAME;
    const int name_cols = v->label_cols < most ? v->label_cols : most;
    for (size_t i = 0; i < n; i++)
        draw_bar(v, c, (hear_rect){ r.y + (int)i, r.x, 1, r.n_cols }, labels[i], labels[i] == best,
                 name_cols);
}

const hear_widget hear_widget_label = { draw_label };
const hear_widget hear_widget_bars = { draw_bars };
