/* term.h - the terminal: taken, given back, and given back in a hurry.
 *
 * Threads: one owner, and one terminal at a time; hear_term_restore from anywhere. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "hearsay/status.h"

#include <stdbool.h>

typedef struct hear_term hear_term;

/* tty: its path, or NULL for that of stdout, with stdin for keys if it is a terminal too. The
 * terminal is in curses' hands afterwards: alternate screen, no echo, no cursor, keys at once.
 * Errors: HEAR_ERR_IO (no terminal; TERM missing, unknown or without a cursor that moves),
 * HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_term_open(hear_term **out, const char *tty, hear_error *err);
/* Whether TERM names a type that can be drawn on. Errors: HEAR_ERR_IO, err says why not. */
HEAR_MUST_CHECK hear_status hear_term_check(hear_error *err);
void hear_term_close(hear_term *t); /* gives it back; NULL is allowed */

void hear_term_suspend(hear_term *t); /* gives it back for now */
/* Takes it again, also where it was only lost to a stop that could not be seen coming; everything
 * must be drawn anew. */
void hear_term_resume(hear_term *t);
bool hear_term_suspended(const hear_term *t);

/* True where the window has another size than curses thought; curses knows it afterwards. */
bool hear_term_follow_size(hear_term *t);

/* Waits for a key at most wait_ms, less at a signal: curses' code or character. */
enum { HEAR_TERM_NO_KEY = -1, HEAR_TERM_GONE = -2 };
int hear_term_key(hear_term *t, int wait_ms);

/* Async-signal-safe. Gives the terminal back by the bytes and modes saved when it was taken. */
void hear_term_restore(void);
#endif
