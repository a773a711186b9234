/* pen.h - what charts are drawn with: one table of strokes, lettering and pictures for each form of
 * file. Lengths are pixels from the upper left corner. */
#ifndef TRAIN_PEN_H
#define TRAIN_PEN_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum {
    HEAR_STROKE_GRID, /* has a colour of its own, as FAINT */
    HEAR_STROKE_BAR,
    HEAR_STROKE_LINE,
    HEAR_STROKE_DASHED,
    HEAR_STROKE_FAINT,
    HEAR_N_STROKES
} hear_stroke;

typedef enum { HEAR_TEXT_PLAIN, HEAR_TEXT_TITLE, HEAR_TEXT_TURNED /* reads upwards */ } hear_text;
typedef enum { HEAR_ANCHOR_START, HEAR_ANCHOR_MIDDLE, HEAR_ANCHOR_END } hear_anchor;

typedef struct {
    FILE *file;
    void *surface, *context; /* the pen's own */
} hear_pen;

/* color: "#rgb" or "#rrggbb"; of texts NULL takes the page's own. Errors of writing are the
 * stream's; others come out of end. */
typedef struct {
    /* p->file is set. Errors: HEAR_ERR_MEM; then there is nothing to be ended. */
    hear_status (*begin)(hear_pen *p, int width, int height);
    void (*image)(hear_pen *p, int x, int y, int width, int height, const unsigned char *png,
                  size_t n_png);
    void (*line)(hear_pen *p, hear_stroke stroke, const char *color, double x1, double y1,
                 double x2, double y2);
    void (*path_begin)(hear_pen *p, hear_stroke stroke, const char *color);
    void (*path_to)(hear_pen *p, bool lifted, double x, double y);
    void (*path_end)(hear_pen *p);
    void (*dot)(hear_pen *p, const char *color, double x, double y);
    void (*text)(hear_pen *p, hear_text how, hear_anchor anchor, const char *color, double x,
                 double y, const char *text);
    hear_status (*end)(hear_pen *p); /* Errors: HEAR_ERR_MEM */
} hear_pen_kind;

extern const hear_pen_kind hear_pen_svg;
/* NULL without cairo. Threads: the main thread only. */
const hear_pen_kind *hear_pen_png(void);
#endif
