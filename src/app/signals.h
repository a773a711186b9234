/* signals.h - what the terminal and the system ask of a running stream.
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT end the program in order: what waits for sound stops at once,
 * what is known is written, the terminal is put back, and the program ends by that very signal. A
 * write that still waits for its reader after two seconds is given up; who is asked twice ends at
 * once. A signal that was ignored when the program started (nohup) stays ignored. Threads: the main
 * thread, but for hurry and wake. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include "hearsay/status.h"

#include <stdbool.h>

/* From here on they are caught; before, they end the program. Errors: HEAR_ERR_INTERNAL (the system
 * gives no pipe). */
HEAR_MUST_CHECK hear_status hear_signals_catch(hear_error *err);
/* The first of them that came, 0 for none. */
int hear_signals_caught(void);
/* Descriptors that get readable and stay so: once a signal was caught, for sources; and once it is
 * too late to write, for sinks. */
int hear_signals_stop_fd(void);
int hear_signals_hurry_fd(void);
/* No signal, but the same for what waits for sound: stop_fd gets readable. Any thread. */
void hear_signals_stop(void);
bool hear_signals_stopped(void); /* a signal was caught, or stop called; any thread */
void hear_signals_hurry(void);   /* makes it too late now; any thread */

/* Also SIGTSTP and SIGCONT come through hear_signals_wait; a crash or an end at once calls
 * restore, which is async-signal-safe. */
void hear_signals_guard_terminal(void (*restore)(void));
/* Stops the program as SIGTSTP would have; returns when it goes on. */
void hear_signals_suspend(void);

/* Waits for a signal at most timeout_ms (-1: for ever): its number, or 0 for time out and wake. */
int hear_signals_wait(int timeout_ms);
/* Makes a wait return 0 now. Any thread. */
void hear_signals_wake(void);

/* Ends by the signal that was caught, so that the shell sees 128 + its number; returns where none
 * was. */
void hear_signals_end(void);
#endif
