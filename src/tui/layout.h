/* layout.h - which widget stands where in a window of any size.
 *
 * Rows go to the most important first: what is heard now, then the status, the level, the bars, the
 * spectrogram, the past. Pure: no terminal is needed. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stddef.h>

typedef struct {
    int y, x, n_rows, n_cols; /* n_rows 0: not shown */
} hear_rect;

/* From the top to the bottom. */
typedef enum {
    HEAR_PART_HEADER, /* name, source, position */
    HEAR_PART_METER,
    HEAR_PART_WATERFALL,
    HEAR_PART_RIBBON, /* the labels under the spectrogram, on its time axis */
    HEAR_PART_AXIS,   /* of time */
    HEAR_PART_LABEL,  /* what is heard now */
    HEAR_PART_BARS,
    HEAR_PART_TIMELINE,
    HEAR_PART_STATUS,
    HEAR_N_PARTS
} hear_part;

typedef struct {
    hear_rect part[HEAR_N_PARTS];
} hear_screen_layout;

/* n_bars: classes that there are to show, >= 1; n_bands: of the spectrogram, >= 1. */
hear_screen_layout hear_screen_layout_plan(int n_rows, int n_cols, size_t n_bars, size_t n_bands);
#endif
