/* wav_writer.h - mono samples as a WAV file of 16 bits.
 *
 * The file appears whole or not at all (base/file.h). What cannot be sought in (a pipe) gets a head
 * that names no length, which readers take as "to the end". Threads: one owner at a time. */
#ifndef IO_WAV_WRITER_H
#define IO_WAV_WRITER_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hear_wav_writer hear_wav_writer;

/* path "-" is standard output. Errors: HEAR_ERR_IO, HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_wav_writer_open(hear_wav_writer **out, const char *path,
                                                 uint32_t rate_hz, hear_error *err);
/* samples: [n], held within ±1; what is not finite becomes 0. Errors: HEAR_ERR_IO,
 * HEAR_ERR_INTERRUPTED (nobody reads the pipe any more), HEAR_ERR_DATA (more than the 4 GB that a
 * WAV file holds). */
HEAR_MUST_CHECK hear_status hear_wav_writer_write(hear_wav_writer *w, const float *samples,
                                                  size_t n, hear_error *err);
/* Both end w. Errors of commit: as write's. */
HEAR_MUST_CHECK hear_status hear_wav_writer_commit(hear_wav_writer *w, hear_error *err);
void hear_wav_writer_discard(hear_wav_writer *w); /* NULL is allowed */
#endif
