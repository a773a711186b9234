/* screen.h - the live display.
 *
 * Threads: the main thread only; it shows what the caller gives it from pipeline snapshots. The
 * program has called setlocale(LC_CTYPE, ""), or all that is not ASCII is drawn as '?'. Signals
 * stay the program's: a new window size is noticed without one. Nothing is written to stderr. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "hearsay/event.h"
#include "hearsay/model.h"

#include <stdbool.h>

typedef struct hear_screen hear_screen;

typedef struct {
    const hear_model *model; /* must outlive the screen */
    const char *source;      /* device or file; UTF-8, copied */
    const char *model_name;  /* copied; NULL leaves it out */
    const char *tty;         /* terminal to draw on: "/dev/tty", or NULL for stdout and stdin */
    bool live;               /* a microphone, not a recording */
    size_t n_mels;           /* of the frames given, >= 1 */
    double frame_s;          /* seconds between frames, > 0 */
    size_t top;              /* classes as bars, at most */
} hear_screen_config;

/* Puts the terminal into its state; it is put back by destroy, and by hear_screen_restore on any
 * way out. One screen at a time. NO_COLOR in the environment leaves colours out. Errors:
 * HEAR_ERR_IO (no terminal, or one that curses does not know: err says it in one line),
 * HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_screen_create(hear_screen **out, const hear_screen_config *config,
                                               hear_error *err);
/* Whether TERM names a type that curses can draw on. Errors: HEAR_ERR_IO, err says why not. */
HEAR_MUST_CHECK hear_status hear_screen_check(hear_error *err);
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

/* frames: [n][n_mels], raw log-mel; no heap. */
void hear_screen_add_frames(hear_screen *s, const float *frames, size_t n);
void hear_screen_add_result(hear_screen *s, const hear_window_result *r);
void hear_screen_set_status(hear_screen *s, const hear_screen_status *status);

typedef enum { HEAR_KEY_NONE, HEAR_KEY_QUIT } hear_screen_key;
/* Draws, then waits for keys (q, space, ?) at most wait_ms, less at a key or a signal. Call it 20
 * to 30 times a second. HEAR_KEY_QUIT also where the terminal is gone. */
hear_screen_key hear_screen_update(hear_screen *s, int wait_ms);
/* Ctrl-Z: suspend puts the terminal back, resume (at SIGCONT) takes it again and redraws, also
 * where there was no time to suspend. */
void hear_screen_suspend(hear_screen *s);
void hear_screen_resume(hear_screen *s);
#endif
