/* portaudio_stub.h - a scripted PortAudio, linked in place of the library: devices, refusals, and
 * sound in odd blocks from a thread of its own.
 *
 * It writes to descriptor 2 in every call, as the real one does. Threads: the test's, one. */
#ifndef TESTS_PORTAUDIO_STUB_H
#define TESTS_PORTAUDIO_STUB_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *name;
    int api; /* index into the host APIs */
    int n_channels;
    double rate_hz;      /* its own */
    const double *rates; /* those that it takes, 0 at the end; NULL takes all */
    int min_channels;    /* fewer are refused */
    bool busy;
} stub_device;

typedef struct {
    const char *const *apis; /* NULL at the end; the first is the default */
    const stub_device *devices;
    int n_devices;
    int default_device; /* -1 for none */
    bool broken;        /* Pa_Initialize fails */
} stub_setup;

typedef struct {
    const float *samples; /* [n_frames], given to each channel with its own gain, mean 1 */
    size_t n_frames;
    double pace;             /* times real time; 0 as fast as the callback takes them */
    size_t overflow_at;      /* the block that begins there or behind it is flagged; 0 for none */
    size_t overflow_samples; /* that its stream time jumps by */
    bool lose;               /* the stream ends once all is played; it falls silent otherwise */
} stub_script;

void stub_begin(const stub_setup *setup);
void stub_play(const stub_script *script); /* by the next Pa_StartStream */
bool stub_played(void);                    /* all of it */
int stub_n_open(void);                     /* initialised and not terminated, and streams */
#endif
