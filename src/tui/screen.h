/* screen.h - the live display.
 *
 * Threads: the main thread only. It reads a view, which the caller fills from pipeline snapshots.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "hearsay/event.h"
#include "hearsay/model.h"

#include <stdbool.h>

typedef struct hear_screen hear_screen;

typedef struct {
    const hear_model *model;
    const char *source; /* device or file, for the status line */
    const char *tty;    /* terminal to draw on: "/dev/tty", or NULL for stdout and stdin */
    size_t n_mels;      /* of the frames given */
    double frame_s;     /* seconds between frames */
    size_t top;         /* classes as bars */
} hear_screen_config;

/* Puts the terminal into its state; it is put back by destroy, and by hear_screen_restore on any
 * way out. Errors: HEAR_ERR_IO (no terminal, or one that curses does not know). */
HEAR_MUST_CHECK hear_status hear_screen_create(hear_screen **out, const hear_screen_config *config,
                                               hear_error *err);
void hear_screen_destroy(hear_screen *s); /* NULL is allowed */
/* Async-signal-safe: for crashes; leaves the alternate screen and restores the terminal's modes. */
void hear_screen_restore(void);

typedef struct {
    double position_s;
    float peak, rms; /* 0..1 */
    uint32_t rate_hz;
    double latency_ms;
    double lost_s;
    uint64_t n_skipped;
    uint64_t n_overflows; /* PortAudio's own, uncounted ones */
    double cpu_share;     /* 0..n_cores */
    double hop_s, window_s;
    bool ended; /* the recording is over */
} hear_screen_status;

void hear_screen_add_frames(hear_screen *s, const float *frames,
                            size_t n); /* [n][n_mels], raw log-mel */
void hear_screen_add_result(hear_screen *s, const hear_window_result *r);
void hear_screen_set_status(hear_screen *s, const hear_screen_status *status);

typedef enum { HEAR_KEY_NONE, HEAR_KEY_QUIT } hear_screen_key;
/* Handles keys (q, space, ?, resize) and draws; waits for a key at most wait_ms. */
hear_screen_key hear_screen_update(hear_screen *s, int wait_ms);
/* Ctrl-Z: suspend puts the terminal back, resume takes it again and redraws. */
void hear_screen_suspend(hear_screen *s);
void hear_screen_resume(hear_screen *s);
#endif
