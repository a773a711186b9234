/* pump.h - a thread that carries an input into a pipe, for libraries that read descriptors and
 * block in them: interrupting the input ends the pipe, and with it their read.
 *
 * Threads: one owner at a time, besides the pump's own. */
#ifndef IO_PUMP_H
#define IO_PUMP_H

#include "io/input.h"

typedef struct hear_pump hear_pump;

/* From here on only the pump reads the input, which must outlive it. Errors: HEAR_ERR_IO,
 * HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_pump_start(hear_pump **out, hear_input *in, hear_error *err);
int hear_pump_fd(const hear_pump *p); /* to read from; closed by stop */
/* How the input ended: HEAR_OK (also while it has not), HEAR_ERR_IO, HEAR_ERR_INTERRUPTED. */
hear_status hear_pump_status(hear_pump *p, hear_error *err);
/* Interrupts the input for good, and ends the thread; NULL is allowed. */
void hear_pump_stop(hear_pump *p);
#endif
