/* help.c - the keys, and how the model hears, in a box over the rest. */
#include "config.h"

#include "tui/view.h"

#include "tui/cells.h"

#include "base/text.h"

#include <stdio.h>

enum { N_LINES = 9, MARGIN = 2, NAME_COLS = 9 };

static void draw_frame(hear_canvas *c, hear_rect box)
{
    const int bottom = box.y + box.n_rows - 1, end = box.x + box.n_cols - 1;
    for (int x = box.x + 1; x < end; x++) {
        hear_canvas_glyph(c, box.y, x, HEAR_STYLE_DIM, HEAR_GLYPH_EDGE);
        hear_canvas_glyph(c, bottom, x, HEAR_STYLE_DIM, HEAR_GLYPH_EDGE);
    }
    for (int y = box.y + 1; y < bottom; y++) {
        hear_canvas_glyph(c, y, box.x, HEAR_STYLE_DIM, HEAR_GLYPH_SIDE);
        hear_canvas_glyph(c, y, end, HEAR_STYLE_DIM, HEAR_GLYPH_SIDE);
    }
    hear_canvas_glyph(c, box.y, box.x, HEAR_STYLE_DIM, HEAR_GLYPH_TOP_LEFT);
    hear_canvas_glyph(c, box.y, end, HEAR_STYLE_DIM, HEAR_GLYPH_TOP_RIGHT);
    hear_canvas_glyph(c, bottom, box.x, HEAR_STYLE_DIM, HEAR_GLYPH_BOTTOM_LEFT);
    hear_canvas_glyph(c, bottom, end, HEAR_STYLE_DIM, HEAR_GLYPH_BOTTOM_RIGHT);
}

static void draw(const hear_view *v, hear_canvas *c, hear_rect r)
{
    char window[40], hop[40], frame[40];
    hear_format_fixed(window, sizeof window, v->status.window_s, 3);
    hear_format_fixed(hop, sizeof hop, v->status.hop_s, 3);
    hear_format_fixed(frame, sizeof frame, v->config->frame_s * 1000.0, 1);
    struct {
        const char *name;
        char text[100];
    } lines[N_LINES] = { { "space", "pause the display; listening goes on" },
                         { "?", "this help" },
                         { "q", "quit" },
                         { "", "" },
                         { "window", "" },
                         { "hop", "" },
                         { "spectrum", "" },
                         { "classes", "" },
                         { "level", "line peak, bar rms, mark held peak" } };
    snprintf(lines[4].text, sizeof lines[4].text, "%s s", window);
    snprintf(lines[5].text, sizeof lines[5].text, "%s s", hop);
    snprintf(lines[6].text, sizeof lines[6].text, "%zu mel bands every %s ms", v->config->n_mels,
             frame);
    snprintf(lines[7].text, sizeof lines[7].text, "%zu", v->info->n_labels);

    const bool utf8 = hear_canvas_utf8(c);
    int n_cols = 0, n_rows = N_LINES + 2;
    for (int i = 0; i < N_LINES; i++) {
        const int cols = NAME_COLS + (int)hear_cells_width(lines[i].text, utf8);
        n_cols = cols > n_cols ? cols : n_cols;
    }
    n_cols += 2 * MARGIN + 2;
    n_cols = n_cols < r.n_cols ? n_cols : r.n_cols;
    n_rows = n_rows < r.n_rows ? n_rows : r.n_rows;
    const hear_rect box = { r.y + (r.n_rows - n_rows) / 2, r.x + (r.n_cols - n_cols) / 2, n_rows,
                            n_cols };
    hear_canvas_fill(c, box, HEAR_STYLE_TEXT);
    if (n_rows < 6) { /* no room for a frame: the keys alone */
        for (int i = 0; i < 3 && i < n_rows; i++) {
            hear_canvas_text(c, box.y + i, box.x, NAME_COLS, HEAR_STYLE_KEY, lines[i].name);
            hear_canvas_text(c, box.y + i, box.x + 6, n_cols - 6, HEAR_STYLE_TEXT, lines[i].text);
        }
        return;
    }
    draw_frame(c, box);
    hear_canvas_text(c, box.y, box.x + 2, n_cols - 4, HEAR_STYLE_BRAND,
                     " hearsay " PACKAGE_VERSION " ");
    for (int i = 0; i < n_rows - 2; i++) {
        const int x = box.x + 1 + MARGIN;
        hear_canvas_text(c, box.y + 1 + i, x, NAME_COLS, i < 3 ? HEAR_STYLE_KEY : HEAR_STYLE_DIM,
                         lines[i].name);
        hear_canvas_text(c, box.y + 1 + i, x + NAME_COLS, n_cols - 2 - MARGIN - NAME_COLS,
                         HEAR_STYLE_TEXT, lines[i].text);
    }
}

const hear_widget hear_widget_help = { draw };
