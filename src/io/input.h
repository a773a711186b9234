/* input.h - bytes from a file, a pipe or standard input; a wait for them can be ended at once.
 *
 * Descriptors that can wait are polled together with a wake-up descriptor before each read, so no
 * read ever blocks in the kernel.
 * Threads: one owner at a time; hear_input_interrupt from any thread and from signal handlers. */
#ifndef IO_INPUT_H
#define IO_INPUT_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAR_INPUT_HEAD 4096 /* bytes that can be looked at ahead */

typedef struct hear_input hear_input;

/* path: "-" and "/dev/stdin" are standard input, which is not closed. stop_fd: once it is readable
 * (and it must stay so) waits end; 0 for none. Opening a FIFO does not wait for its writer.
 * Errors: HEAR_ERR_NO_INPUT, HEAR_ERR_DATA (a folder), HEAR_ERR_IO, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_input_open(hear_input **out, const char *path, int stop_fd,
                                            hear_error *err);
void hear_input_close(hear_input *in); /* NULL is allowed */

/* A plain file: it can be sought in, and never waits. */
bool hear_input_is_file(const hear_input *in);
int hear_input_fd(const hear_input *in);

/* At least one byte, as many as are there, at most n; *got == 0 is the end. Errors: HEAR_ERR_IO,
 * HEAR_ERR_INTERRUPTED. */
HEAR_MUST_CHECK hear_status hear_input_read(hear_input *in, void *bytes, size_t n, size_t *got,
                                            hear_error *err);
/* The next n bytes, n <= HEAR_INPUT_HEAD, without taking them, valid until the next call; *have < n
 * only at the end. Errors: as hear_input_read's. */
HEAR_MUST_CHECK hear_status hear_input_peek(hear_input *in, size_t n, const unsigned char **head,
                                            size_t *have, hear_error *err);
/* Waits until fd, which someone else reads, can be written to. Errors: HEAR_ERR_INTERRUPTED. */
HEAR_MUST_CHECK hear_status hear_input_wait_writable(hear_input *in, int fd);
/* Copies what is left into an unlinked temporary file, which takes the input's place. Errors:
 * HEAR_ERR_IO, HEAR_ERR_INTERRUPTED, HEAR_ERR_DATA (more than max_bytes). */
HEAR_MUST_CHECK hear_status hear_input_spool(hear_input *in, uint64_t max_bytes, hear_error *err);

void hear_input_interrupt(hear_input *in); /* async-signal-safe */
bool hear_input_interrupted(const hear_input *in);
#endif
