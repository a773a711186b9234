/* source.h - where samples come from. Recorded sources are pulled; the microphone pushes
 * (source_portaudio.h).
 *
 * Threads: one owner at a time. */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hear_source hear_source;

typedef enum { HEAR_PCM_S16LE, HEAR_PCM_F32LE } hear_pcm_format;
typedef struct {
    uint32_t rate_hz;
    uint32_t n_channels;
    hear_pcm_format format;
} hear_raw_spec;

/* "RATE:CHANNELS:s16le|f32le". Errors: HEAR_ERR_ARG. */
HEAR_MUST_CHECK hear_status hear_raw_parse(hear_raw_spec *spec, const char *text, hear_error *err);

typedef struct {
    const hear_raw_spec *raw; /* NULL: by its header */
    double start_s;           /* skipped first, >= 0 */
    double duration_s;        /* heard at most; 0: to the end */
    int stop_fd; /* once it is readable (and it must stay so) whatever waits, in open too, returns
                    HEAR_ERR_INTERRUPTED; 0 for none */
} hear_source_config;

/* path "-" is standard input. Waits for a pipe's header; what libsndfile cannot read from a pipe is
 * first read to its end into an unlinked temporary file. A WAV whose header says no length (0, or
 * next to 2^31 or 2^32) goes to its end. Errors: HEAR_ERR_NO_INPUT, HEAR_ERR_DATA (not a sound
 * file …), HEAR_ERR_IO, HEAR_ERR_MEM, HEAR_ERR_INTERRUPTED. */
HEAR_MUST_CHECK hear_status hear_source_open(hear_source **out, const char *path,
                                             const hear_source_config *config, hear_error *err);
void hear_source_close(hear_source *s); /* NULL is allowed */
uint32_t hear_source_rate_hz(const hear_source *s);
/* Seconds, or a negative number where it is not known beforehand. */
double hear_source_duration_s(const hear_source *s);

/* Mono samples, mixed down as the mean of the channels; *got < n only at the end or where a pipe
 * gives less for now; *got == 0 is the end. Errors: HEAR_ERR_IO, HEAR_ERR_DATA (broken in the
 * middle, or shorter than its header says: what came before has been given; or it ends before
 * start_s), HEAR_ERR_INTERRUPTED.
 * Part of a raw frame at the end is no sample. */
HEAR_MUST_CHECK hear_status hear_source_read(hear_source *s, float *mono, size_t n, size_t *got,
                                             hear_error *err);
/* Makes a read that waits return HEAR_ERR_INTERRUPTED at once, now and ever after. Any thread, and
 * signal handlers. */
void hear_source_interrupt(hear_source *s);
#endif
