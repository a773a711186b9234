/* source_portaudio.h - microphones.
 *
 * PortAudio and what lies under it write to descriptor 2 as they like: while devices are listed and
 * while a microphone is open it leads nowhere; our own messages go to hear_quiet_fd (quiet.h).
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

/* Input devices only; *devices is freed with free(). None at all is HEAR_OK with *n = 0 and NULL.
 * Errors: HEAR_ERR_DEVICE, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_devices_list(hear_device **devices, size_t *n, hear_error *err);

/* Real-time: called on the audio thread; must copy and return. n samples, mono. */
typedef void hear_mic_write_fn(void *user, const float *mono, size_t n);

typedef struct hear_mic hear_mic;

/* name: NULL for the default; an index; a name; HOSTAPI:part where that begins with the name of a
 * host API (part "" is its default); or a part of a name, upper and lower case alike.
 * want_rate_hz: tried first, where it is not 0; then the device's own, then common ones, so no rate
 * that is refused is an error. Up to two channels are opened and mixed to their mean.
 * Errors: HEAR_ERR_DEVICE (none, none of that name, several, refused: err says which). */
HEAR_MUST_CHECK hear_status hear_mic_open(hear_mic **out, const char *name, uint32_t want_rate_hz,
                                          hear_error *err);
uint32_t hear_mic_rate_hz(const hear_mic *mic);
const hear_device *hear_mic_device(const hear_mic *mic);
HEAR_MUST_CHECK hear_status hear_mic_start(hear_mic *mic, hear_mic_write_fn *write, void *user,
                                           hear_error *err);
/* Stops and closes; NULL is allowed. */
void hear_mic_close(hear_mic *mic);
/* False once the device went away: its stream ended, or gave nothing for 5 s. To be asked several
 * times a second: after a second without, the program itself was stopped (Ctrl-Z), and the silence
 * counts from then on. */
bool hear_mic_running(hear_mic *mic);
double hear_mic_latency_s(const hear_mic *mic);
/* PortAudio's overflow flags so far carry no count: how often, and an estimate from the stream
 * time. */
void hear_mic_overflows(const hear_mic *mic, uint64_t *n, double *estimated_s);
#endif
