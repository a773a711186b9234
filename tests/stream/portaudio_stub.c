/* portaudio_stub.c - see portaudio_stub.h. */
#include "config.h"

#include "portaudio_stub.h"

#include "base/clock.h"

#include <portaudio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CHANNELS = 8, MAX_BLOCK = 2048 };

static stub_setup setup;
static stub_script script;
static PaHostApiInfo api_info[8];
static PaDeviceInfo device_info[16];
static PaStreamInfo stream_info;
static int n_apis, n_initialised, n_streams;

static struct {
    PaStreamCallback *callback;
    void *user;
    double rate_hz;
    int n_channels;
    pthread_t thread;
    bool started;
} stream;
static atomic_bool stop, played, active;

static void chatter(void)
{
    static const char text[] = "ALSA lib stub.c:1:(noise) this must not be seen\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        return;
}

void stub_begin(const stub_setup *given)
{
    setup = *given;
    n_apis = 0;
    for (; setup.apis[n_apis]; n_apis++)
        api_info[n_apis] =
            (PaHostApiInfo){ .name = setup.apis[n_apis], .defaultInputDevice = paNoDevice };
    for (int i = 0; i < setup.n_devices; i++) {
        const stub_device *d = &setup.devices[i];
        device_info[i] = (PaDeviceInfo){ .name = d->name,
                                         .hostApi = d->api,
                                         .maxInputChannels = d->n_channels,
                                         .defaultHighInputLatency = 0.035,
                                         .defaultSampleRate = d->rate_hz };
        if (d->n_channels > 0 && api_info[d->api].defaultInputDevice == paNoDevice)
            api_info[d->api].defaultInputDevice = i;
    }
}

void stub_play(const stub_script *given)
{
    script = *given;
    atomic_store(&played, false);
}

bool stub_played(void)
{
    return atomic_load(&played);
}

int stub_n_open(void)
{
    return n_initialised + n_streams;
}

PaError Pa_Initialize(void)
{
    chatter();
    if (setup.broken)
        return paInternalError;
    n_initialised++;
    return paNoError;
}

PaError Pa_Terminate(void)
{
    chatter();
    n_initialised--;
    return paNoError;
}

const char *Pa_GetErrorText(PaError why)
{
    return why == paInvalidSampleRate     ? "Invalid sample rate"
           : why == paDeviceUnavailable   ? "Device unavailable"
           : why == paInvalidChannelCount ? "Invalid number of channels"
                                          : "Internal PortAudio error";
}

const PaHostErrorInfo *Pa_GetLastHostErrorInfo(void)
{
    return NULL;
}

PaHostApiIndex Pa_GetHostApiCount(void)
{
    return n_apis;
}

PaHostApiIndex Pa_GetDefaultHostApi(void)
{
    return 0;
}

const PaHostApiInfo *Pa_GetHostApiInfo(PaHostApiIndex i)
{
    return i >= 0 && i < n_apis ? &api_info[i] : NULL;
}

PaDeviceIndex Pa_GetDeviceCount(void)
{
    return setup.n_devices;
}

PaDeviceIndex Pa_GetDefaultInputDevice(void)
{
    return setup.default_device < 0 ? paNoDevice : setup.default_device;
}

const PaDeviceInfo *Pa_GetDeviceInfo(PaDeviceIndex i)
{
    return i >= 0 && i < setup.n_devices ? &device_info[i] : NULL;
}

PaError Pa_OpenStream(PaStream **out, const PaStreamParameters *in, const PaStreamParameters *to,
                      double rate_hz, unsigned long n_block, PaStreamFlags flags,
                      PaStreamCallback *callback, void *user)
{
    (void)n_block;
    (void)flags;
    chatter();
    const stub_device *d = &setup.devices[in->device];
    if (to || in->sampleFormat != paFloat32)
        return paSampleFormatNotSupported;
    if (d->busy)
        return paDeviceUnavailable;
    if (in->channelCount < d->min_channels || in->channelCount > d->n_channels ||
        in->channelCount > MAX_CHANNELS)
        return paInvalidChannelCount;
    bool takes = !d->rates;
    for (const double *r = d->rates; r && *r > 0.0; r++)
        takes = takes || *r == rate_hz;
    if (!takes)
        return paInvalidSampleRate;
    stream.callback = callback;
    stream.user = user;
    stream.rate_hz = rate_hz;
    stream.n_channels = in->channelCount;
    stream.started = false;
    stream_info = (PaStreamInfo){ .inputLatency = in->suggestedLatency, .sampleRate = rate_hz };
    n_streams++;
    *out = &stream;
    return paNoError;
}

const PaStreamInfo *Pa_GetStreamInfo(PaStream *s)
{
    (void)s;
    return &stream_info;
}

/* Gains of the channels differ, but their mean is 1. */
static void fill(float *block, const float *mono, size_t n)
{
    const int c = stream.n_channels;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < c; k++) /* 0.5 and 1.5 for two: exact in float */
            block[i * (size_t)c + (size_t)k] =
                mono[i] * (c == 1 ? 1.0f : (float)(2 * k + 1) / (float)c);
}

static void *deliver(void *arg)
{
    static const size_t sizes[] = { 1, 17, 480, 1023, 64, 2048, 333 };
    static float block[MAX_BLOCK * MAX_CHANNELS];
    const uint64_t start_ns = hear_now_ns();
    double jump_s = 0.0;
    bool flagged = script.overflow_at == 0;
    size_t at = 0;
    for (size_t k = 0; at < script.n_frames && !atomic_load(&stop); k++) {
        size_t n = sizes[k % 7];
        n = n < script.n_frames - at ? n : script.n_frames - at;
        PaStreamCallbackFlags flags = 0;
        if (!flagged && at >= script.overflow_at) {
            flagged = true;
            flags = paInputOverflow;
            jump_s = (double)script.overflow_samples / stream.rate_hz;
        }
        const PaStreamCallbackTimeInfo times = { .inputBufferAdcTime =
                                                     100.0 + (double)at / stream.rate_hz + jump_s };
        fill(block, script.samples + at, n);
        stream.callback(block, NULL, n, &times, flags, stream.user);
        at += n;
        if (script.pace > 0.0) {
            const uint64_t due =
                start_ns + (uint64_t)(1e9 * (double)at / stream.rate_hz / script.pace);
            const uint64_t now = hear_now_ns();
            if (due > now)
                hear_sleep_ns(due - now);
        }
    }
    atomic_store(&active, !script.lose);
    atomic_store(&played, true);
    return arg;
}

PaError Pa_StartStream(PaStream *s)
{
    (void)s;
    chatter();
    atomic_store(&stop, false);
    atomic_store(&active, true);
    stream.started = pthread_create(&stream.thread, NULL, deliver, NULL) == 0;
    return stream.started ? paNoError : paInternalError;
}

PaError Pa_IsStreamActive(PaStream *s)
{
    (void)s;
    return atomic_load(&active) ? 1 : 0;
}

PaError Pa_AbortStream(PaStream *s)
{
    (void)s;
    chatter();
    atomic_store(&stop, true);
    if (stream.started)
        pthread_join(stream.thread, NULL);
    stream.started = false;
    atomic_store(&active, false);
    return paNoError;
}

PaError Pa_CloseStream(PaStream *s)
{
    chatter();
    Pa_AbortStream(s);
    n_streams--;
    return paNoError;
}
