/* source_portaudio.c - see source_portaudio.h. */
#include "config.h"

#include "io/source_portaudio.h"

#include "base/clock.h"
#include "base/error.h"
#include "io/mixdown.h"
#include "io/source_portaudio_devices.h"
#include "io/quiet.h"

#include <math.h>
#include <portaudio.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_NS 5000000000u  /* gives nothing for as long: gone; some take seconds to start */
#define STOPPED_NS 1000000000u /* who asks no more often was stopped himself */

enum { BLOCK = 512, MIN_RATE = 1000, MAX_RATE = 768000 };

struct hear_mic {
    PaStream *stream;
    hear_device device;
    int n_channels;
    uint32_t rate_hz;
    double latency_s;
    bool initialised, started;
    hear_mic_write_fn *write;
    void *user;
    uint64_t asked_ns; /* when running was last asked */
    double expected; /* the callback's: stream time of the next block's first sample; 0 at first */
    /* Written by the callback, read by others; each stands for itself. */
    atomic_uint_fast64_t heard_ns; /* when the callback last ran */
    atomic_uint_fast64_t n_overflows;
    atomic_uint_fast64_t overflow_ns;
};

/* Blocks whose flag says that something before them is gone: how much, only the times tell. */
static void count_overflow(hear_mic *mic, double adc_time)
{
    atomic_fetch_add_explicit(&mic->n_overflows, 1, memory_order_relaxed);
    const double gap_s = adc_time - mic->expected;
    if (mic->expected > 0.0 && gap_s > 0.0 && gap_s < 3600.0)
        atomic_fetch_add_explicit(&mic->overflow_ns, (uint64_t)(gap_s * 1e9), memory_order_relaxed);
}

static int on_sound(const void *input, void *output, unsigned long n_frames,
                    const PaStreamCallbackTimeInfo *times, PaStreamCallbackFlags flags, void *user)
{
    (void)output;
    hear_mic *mic = user;
    atomic_store_explicit(&mic->heard_ns, hear_now_ns(), memory_order_relaxed);
    const double adc_time = times ? times->inputBufferAdcTime : 0.0;
    if (flags & paInputOverflow)
        count_overflow(mic, adc_time);
    mic->expected = adc_time > 0.0 ? adc_time + (double)n_frames / mic->rate_hz : 0.0;
    const float *in = input;
    float mono[BLOCK];
    while (in && n_frames > 0) {
        const size_t n = n_frames < BLOCK ? n_frames : BLOCK;
        hear_mixdown(in, n, (size_t)mic->n_channels, mono);
        mic->write(mic->user, mono, n);
        in += n * (size_t)mic->n_channels;
        n_frames -= n;
    }
    return paContinue;
}

static PaError try_open(hear_mic *mic, double rate_hz, int n_channels)
{
    const PaStreamParameters in = {
        .device = mic->device.index,
        .channelCount = n_channels,
        .sampleFormat = paFloat32,
        /* half a hop late is early enough, and a long buffer bears a busy machine */
        .suggestedLatency = fmax(mic->device.latency_s, 0.1),
    };
    return Pa_OpenStream(&mic->stream, &in, NULL, rate_hz, paFramesPerBufferUnspecified, paNoFlag,
                         on_sound, mic);
}

static hear_status refused(const hear_mic *mic, PaError why, hear_error *err)
{
    const PaHostErrorInfo *const host =
        why == paUnanticipatedHostError ? Pa_GetLastHostErrorInfo() : NULL;
    const char *const text =
        host && host->errorText && *host->errorText ? host->errorText : Pa_GetErrorText(why);
    return hear_fail(err, HEAR_ERR_DEVICE, "%s: %s", mic->device.name, text);
}

static hear_status open_stream(hear_mic *mic, uint32_t want_rate_hz, hear_error *err)
{
    const double rates[] = { want_rate_hz, round(mic->device.rate_hz),
                             48000,        44100,
                             32000,        96000,
                             16000,        22050,
                             88200,        192000,
                             11025,        8000 };
    const int most = (int)mic->device.n_channels;
    const int channels[] = { most < 2 ? most : 2, 1, most };
    PaError why = paInvalidSampleRate;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        if (!(rates[i] >= MIN_RATE && rates[i] <= MAX_RATE))
            continue;
        for (size_t k = 0; k < sizeof channels / sizeof channels[0]; k++) {
            if (k > 0 && channels[k] == channels[0])
                continue;
            why = try_open(mic, rates[i], channels[k]);
            if (why == paNoError) {
                mic->rate_hz = (uint32_t)rates[i];
                mic->n_channels = channels[k];
                const PaStreamInfo *const info = Pa_GetStreamInfo(mic->stream);
                mic->latency_s = info ? info->inputLatency : 0.0;
                return HEAR_OK;
            }
            mic->stream = NULL;
            if (why == paDeviceUnavailable)
                return refused(mic, why, err); /* in use: no other rate helps */
        }
    }
    return refused(mic, why, err);
}

hear_status hear_mic_open(hear_mic **out, const char *name, uint32_t want_rate_hz, hear_error *err)
{
    *out = NULL;
    hear_mic *mic = calloc(1, sizeof *mic);
    if (!mic)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_quiet_begin();
    const PaError why = Pa_Initialize();
    mic->initialised = why == paNoError;
    hear_status status = HEAR_OK;
    if (!mic->initialised)
        status = hear_fail(err, HEAR_ERR_DEVICE, "PortAudio: %s", Pa_GetErrorText(why));
    int index;
    if (status == HEAR_OK)
        status = hear_device_find(&index, name, err);
    if (status == HEAR_OK) {
        hear_device_describe(index, &mic->device);
        status = open_stream(mic, want_rate_hz, err);
    }
    if (status != HEAR_OK) {
        hear_mic_close(mic);
        return status;
    }
    *out = mic;
    return HEAR_OK;
}

void hear_mic_close(hear_mic *mic)
{
    if (!mic)
        return;
    if (mic->started)
        Pa_AbortStream(mic->stream);
    if (mic->stream)
        Pa_CloseStream(mic->stream);
    if (mic->initialised)
        Pa_Terminate();
    hear_quiet_end();
    free(mic);
}

uint32_t hear_mic_rate_hz(const hear_mic *mic)
{
    return mic->rate_hz;
}

const hear_device *hear_mic_device(const hear_mic *mic)
{
    return &mic->device;
}

hear_status hear_mic_start(hear_mic *mic, hear_mic_write_fn *write, void *user, hear_error *err)
{
    mic->write = write;
    mic->user = user;
    mic->asked_ns = hear_now_ns();
    atomic_store(&mic->heard_ns, mic->asked_ns);
    const PaError why = Pa_StartStream(mic->stream);
    if (why != paNoError)
        return refused(mic, why, err);
    mic->started = true;
    return HEAR_OK;
}

bool hear_mic_running(hear_mic *mic)
{
    if (!mic->started || Pa_IsStreamActive(mic->stream) != 1)
        return false;
    const uint64_t now = hear_now_ns();
    if (now - mic->asked_ns > STOPPED_NS)
        atomic_store_explicit(&mic->heard_ns, now, memory_order_relaxed);
    mic->asked_ns = now;
    const uint64_t heard = atomic_load_explicit(&mic->heard_ns, memory_order_relaxed);
    return now < heard || now - heard < SILENT_NS;
}

double hear_mic_latency_s(const hear_mic *mic)
{
    return mic->latency_s;
}

void hear_mic_overflows(const hear_mic *mic, uint64_t *n, double *estimated_s)
{
    *n = atomic_load_explicit(&mic->n_overflows, memory_order_relaxed);
    *estimated_s = 1e-9 * (double)atomic_load_explicit(&mic->overflow_ns, memory_order_relaxed);
}
