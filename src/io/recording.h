/* recording.h - the whole of a recording in memory. */
#ifndef IO_RECORDING_H
#define IO_RECORDING_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    float *samples; /* [n], mono as hear_source_read gives it; what is not finite is 0 */
    size_t n;       /* >= 1 */
    uint32_t rate_hz;
} hear_recording;

/* path: as hear_source_open's. stop_fd: as there. Errors: those of hear_source_open and read,
 * HEAR_ERR_DATA (there is no sound in it), HEAR_ERR_MEM. On failure *r is empty. */
HEAR_MUST_CHECK hear_status hear_recording_read(hear_recording *r, const char *path, int stop_fd,
                                                hear_error *err);
void hear_recording_clear(hear_recording *r);

/* As heard at another rate: round(n * to / rate) samples, at least 1, aligned in time. Errors:
 * HEAR_ERR_ARG (rates as in resample.h), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_recording_resample(hear_recording *r, uint32_t to);
#endif
