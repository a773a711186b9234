/* view.h - what is to be seen, and the widgets that show it.
 *
 * A view is plain state without a terminal: screen.c fills one, and while the display is paused it
 * shows a copy. A widget is one file; it draws a view into its rectangle and keeps nothing. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "tui/canvas.h"
#include "tui/layout.h"
#include "tui/meter.h"
#include "tui/screen.h"
#include "tui/timeline.h"
#include "tui/waterfall.h"

#include "stream/model_info.h"

typedef struct {
    const hear_screen_config *config;
    const hear_model_info *info; /* of the model: labels, front end */
    int label_cols;              /* of the longest label */
    hear_screen_status status;
    hear_meter meter;
    hear_waterfall *waterfall;
    hear_timeline timeline;
    bool heard; /* a window has been classified */
    hear_window_result last;
    float *probs; /* [n_labels], of the last window */
    bool paused;
} hear_view;

/* The n best classes of the view's last window, best first; ties in the model's order. Returns how
 * many. */
size_t hear_view_best(const hear_view *v, size_t *labels, size_t n);

typedef struct {
    /* r has at least one row and one column */
    void (*draw)(const hear_view *v, hear_canvas *c, hear_rect r);
} hear_widget;

extern const hear_widget hear_widget_header, hear_widget_meter, hear_widget_waterfall,
    hear_widget_ribbon, hear_widget_axis, hear_widget_label, hear_widget_bars, hear_widget_timeline,
    hear_widget_status, hear_widget_help;
#endif
