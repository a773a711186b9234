/* chart.h - line charts for pages and files: axes from lo to hi, a grid, a legend.
 *
 * As SVG, text and axes have the page's own colour, which may follow the reader's dark mode. */
#ifndef TRAIN_CHART_H
#define TRAIN_CHART_H

#include "train/pen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    const char *name; /* for the legend; NULL leaves it out of it */
    size_t n;
    const double *x, *y;      /* [n]; a NaN interrupts the line */
    const double *low, *high; /* [n] a bar at each point, from low to high; NULL for none */
    bool dots;                /* marks at the points */
    bool faint;               /* dashed and grey: a line to compare with */
} hear_series;

typedef struct {
    const char *title, *x_label, *y_label;
    double x_low, x_high, y_low, y_high; /* low < high */
    int width, height;                   /* pixels */
    size_t n_y_ticks;                    /* 0: round numbers; otherwise these, as at y_tick */
    const double *y_tick, *y_tick_value;
    /* [n_png] a PNG over the whole area between the axes; NULL for none */
    const unsigned char *png;
    size_t n_png;
    size_t n_x_names; /* 0: round numbers; otherwise these texts at x = 0, 1, … */
    const char *const *x_name;
    bool legend_above; /* where the lines leave room: in the upper corner, not the lower one */
} hear_chart;

/* With that pen. Errors: HEAR_ERR_MEM; those of writing are the stream's own. */
HEAR_MUST_CHECK hear_status hear_chart_draw(FILE *out, const hear_pen_kind *pen,
                                            const hear_chart *chart, const hear_series *series,
                                            size_t n_series);
/* Writes one <svg> element. Errors are the stream's own. */
void hear_chart_write(FILE *out, const hear_chart *chart, const hear_series *series,
                      size_t n_series);

/* Writes text with & < > " ' escaped, for HTML, SVG and their attributes. */
void hear_put_escaped(FILE *out, const char *text);
/* The colour of series i, as CSS. */
const char *hear_series_color(size_t i);
#endif
