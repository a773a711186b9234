/* view.h - the display of a live stream: reads the pipeline's snapshots and fills the screen.
 *
 * Threads: the main thread only; nothing here keeps the stream waiting. */
#ifndef APP_VIEW_H
#define APP_VIEW_H

#include "app/classes.h"
#include "app/live.h"

typedef struct hear_view hear_view;

typedef struct {
    const hear_model *model;
    const hear_classes *classes; /* that are shown */
    const char *model_name;
    const char *source;     /* device or file */
    const char *tty;        /* NULL for stdin and stdout */
    bool live;              /* a microphone, not a recording */
    size_t top;             /* classes as bars */
    uint32_t rate_hz;       /* of the source */
    double input_latency_s; /* of the device */
} hear_view_config;

/* Takes the terminal over. Errors: HEAR_ERR_IO (no terminal, or not one to draw on), HEAR_ERR_MEM.
 */
HEAR_MUST_CHECK hear_status hear_view_create(hear_view **out, const hear_view_config *config,
                                             hear_error *err);
void hear_view_destroy(hear_view *v); /* gives the terminal back; NULL is allowed */

/* Draws what is new and takes keys, for about a frame's time; false after 'q'. mic is NULL for a
 * recording. */
bool hear_view_update(hear_view *v, hear_live *live, const hear_mic *mic);
/* SIGTSTP and SIGCONT. */
void hear_view_suspend(hear_view *v);
void hear_view_resume(hear_view *v);
#endif
