/* source_portaudio.h - microphones. PortAudio's and ALSA's writing to descriptor 2 is kept off it.
 *
 * Threads: one at a time; only hear_mic_write_fn runs on PortAudio's callback thread. */
#ifndef IO_SOURCE_PORTAUDIO_H
#define IO_SOURCE_PORTAUDIO_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int index; /* as -d takes it */
    char name[128];
    char host_api[64];
    unsigned n_channels; /* at most, of input */
    double rate_hz;      /* the one that it likes */
    double latency_s;
    bool is_default;
} hear_device;

/* Input devices only; *devices is freed with free(). None at all is HEAR_OK with *n = 0. Errors:
 * HEAR_ERR_DEVICE, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_devices_list(hear_device **devices, size_t *n, hear_error *err);

/* Real-time: called on the audio thread; must copy and return. n samples, mono. */
typedef void hear_mic_write_fn(void *user, const float *mono, size_t n);

typedef struct hear_mic hear_mic;

/* name: NULL for the default; an index, a name, a part of one, or HOSTAPI:part. want_rate_hz: used
 * where the device takes it, its own rate otherwise. Errors: HEAR_ERR_DEVICE (none, none of that
 * name, several, refused: err says which). */
HEAR_MUST_CHECK hear_status hear_mic_open(hear_mic **out, const char *name, uint32_t want_rate_hz,
                                          hear_error *err);
uint32_t hear_mic_rate_hz(const hear_mic *mic);
const hear_device *hear_mic_device(const hear_mic *mic);
HEAR_MUST_CHECK hear_status hear_mic_start(hear_mic *mic, hear_mic_write_fn *write, void *user,
                                           hear_error *err);
/* Stops and closes; NULL is allowed. */
void hear_mic_close(hear_mic *mic);
bool hear_mic_running(const hear_mic *mic); /* false once the device went away */
double hear_mic_latency_s(const hear_mic *mic);
/* PortAudio's overflow flags so far carry no count: how often, and an estimate from the stream
 * time. */
void hear_mic_overflows(const hear_mic *mic, uint64_t *n, double *estimated_s);
#endif
