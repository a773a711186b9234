/* canvas.h - what widgets draw with: text, bars and spectrogram cells in whatever the terminal has.
 *
 * Colour follows meaning: a style says what a thing is, the canvas how it looks with 256, 8 or no
 * colours, in UTF-8 or ASCII. Threads: the owner of the terminal. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "tui/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hear_canvas hear_canvas;

enum { HEAR_N_CLASS_STYLES = 8 };

typedef enum {
    HEAR_STYLE_TEXT,
    HEAR_STYLE_STRONG,
    HEAR_STYLE_DIM, /* what explains: units, axes, hints */
    HEAR_STYLE_BRAND,
    HEAR_STYLE_KEY,
    HEAR_STYLE_TRACK, /* the empty part of a bar */
    HEAR_STYLE_GOOD,
    HEAR_STYLE_WARN,
    HEAR_STYLE_BAD,
    HEAR_STYLE_NOTICE, /* as a patch: PAUSED */
    HEAR_STYLE_ALERT,  /* as a patch: CLIP */
    HEAR_STYLE_CLASS,  /* the first of the classes' colours, for text and bars … */
    HEAR_STYLE_PATCH = HEAR_STYLE_CLASS + HEAR_N_CLASS_STYLES, /* … and as a background */
    HEAR_N_STYLES = HEAR_STYLE_PATCH + HEAR_N_CLASS_STYLES
} hear_style;

typedef enum {
    HEAR_GLYPH_LINE,
    HEAR_GLYPH_TICK, /* a mark on a bar */
    HEAR_GLYPH_LIVE,
    HEAR_GLYPH_PLAYING,
    HEAR_GLYPH_ENDED,
    HEAR_GLYPH_EDGE, /* the frame of a box: the four corners and the side follow */
    HEAR_GLYPH_TOP_LEFT,
    HEAR_GLYPH_TOP_RIGHT,
    HEAR_GLYPH_BOTTOM_LEFT,
    HEAR_GLYPH_BOTTOM_RIGHT,
    HEAR_GLYPH_SIDE,
    HEAR_N_GLYPHS
} hear_glyph;

/* curses has been started. color: whether colours are wanted. NULL where memory runs out. */
hear_canvas *hear_canvas_create(bool color);
void hear_canvas_destroy(hear_canvas *c); /* NULL is allowed */
bool hear_canvas_utf8(const hear_canvas *c);
bool hear_canvas_half_rows(const hear_canvas *c); /* a spectrogram cell shows two levels */

/* A class's colour goes round by its index. */
hear_style hear_style_of_class(size_t label);
hear_style hear_style_patch_of_class(size_t label);

/* Clipped to n_cols columns (cells.h); returns the columns used. Nothing where n_cols <= 0. */
int hear_canvas_text(hear_canvas *c, int y, int x, int n_cols, hear_style style, const char *text);
/* The same, ending before column x_end. */
int hear_canvas_text_right(hear_canvas *c, int y, int x_end, int n_cols, hear_style style,
                           const char *text);
void hear_canvas_glyph(hear_canvas *c, int y, int x, hear_style style, hear_glyph glyph);
void hear_canvas_fill(hear_canvas *c, hear_rect r, hear_style style); /* with blanks */
/* One cell of a bar that is filled from the left by `fill` (0..1) of it, in eighths in UTF-8. */
void hear_canvas_block(hear_canvas *c, int y, int x, hear_style style, double fill);
/* A bar of n_cols cells, share (0..1) of it filled. */
void hear_canvas_bar(hear_canvas *c, int y, int x, int n_cols, hear_style style, double share);
/* One spectrogram cell; levels 0..255. Without half rows only the upper one is seen. */
void hear_canvas_heat(hear_canvas *c, int y, int x, uint8_t upper, uint8_t lower);
#endif
