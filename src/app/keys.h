/* keys.h - single keys from the terminal on standard input.
 *
 * Threads: the main thread; one at a time. Ctrl-C and Ctrl-Z stay the terminal's. */
#ifndef APP_KEYS_H
#define APP_KEYS_H

#include <stdbool.h>

/* False where standard input or standard error is no terminal: nothing was changed then. */
bool hear_keys_take(void);
void hear_keys_give_back(void); /* as it was; async-signal-safe, also where it was not taken */

/* Waits for a key at most wait_ms: the character, or HEAR_KEYS_NONE; HEAR_KEYS_END where the
 * terminal is gone or a signal that ends the program was caught. Ctrl-Z stops the program here. */
enum { HEAR_KEYS_NONE = -1, HEAR_KEYS_END = -2 };
int hear_keys_wait(int wait_ms);
#endif
