/* quiet.h - keeps libraries' own writing to descriptor 2 (PortAudio, ALSA, JACK, libmpg123) off the
 * terminal and out of the display.
 *
 * Between begin and end descriptor 2 leads to /dev/null; the true one is kept in a descriptor of
 * its own, to which our own messages go. Begin and end may be nested, also by several threads.
 * Threads: any; a lock is taken: not for the audio callback. */
#ifndef IO_QUIET_H
#define IO_QUIET_H

void hear_quiet_begin(void);
void hear_quiet_end(void);
/* Where our own messages are to be written: 2, or what stands for it at the time.
 * Async-signal-safe. */
int hear_quiet_fd(void);
/* Puts descriptor 2 back whatever was begun: for crash handlers. Async-signal-safe. */
void hear_quiet_restore(void);
#endif
