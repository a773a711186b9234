/* plot.h - pictures of a recording, as SVG or PNG. */
#ifndef TRAIN_PLOT_H
#define TRAIN_PLOT_H

#include "io/recording.h"
#include "train/pen.h"

#include <stdio.h>

typedef struct {
    const char *name; /* "wave" */
    /* Errors: HEAR_ERR_MEM, HEAR_ERR_ARG (a rate too low or high). */
    hear_status (*write)(FILE *out, const hear_pen_kind *pen, const hear_recording *r,
                         const char *title);
} hear_plot_kind;

const hear_plot_kind *hear_plot_find(const char *name); /* NULL where there is none */
#endif
