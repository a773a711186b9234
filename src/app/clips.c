/* clips.c - see clips.h. */
#include "config.h"

#include "app/clips.h"

#include "app/keys.h"
#include "app/report.h"
#include "app/signals.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/quiet.h"
#include "io/source_portaudio.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    COUNTDOWN_S = 3,
    DRAW_MS = 80,
    BAR = 30, /* columns of the level */
    LOWEST_DB = -60
};

typedef struct {
    const hear_clips_config *config;
    bool asks; /* a terminal: countdown, level, keys */
    hear_mic *mic;
    uint32_t rate_hz;
    float *samples; /* [n_samples], the callback's while armed */
    size_t n_samples, at;
    /* main -> callback: record from here on (release; the callback acquires). Callback -> main: the
     * clip is full (release; main acquires). */
    atomic_bool armed;
    atomic_uint peak; /* since it was last asked for, millionths; stands for itself */
    float top;        /* highest of the clip */
} job;

typedef enum { KEEP, AGAIN, QUIT } answer;

static void on_sound(void *user, const float *mono, size_t n)
{
    job *const j = user;
    float peak = 0.0f;
    for (size_t i = 0; i < n; i++)
        peak = fabsf(mono[i]) > peak ? fabsf(mono[i]) : peak;
    const unsigned level = (unsigned)(fminf(peak, 1.0f) * 1e6f);
    if (level > atomic_load_explicit(&j->peak, memory_order_relaxed))
        atomic_store_explicit(&j->peak, level, memory_order_relaxed);
    if (!atomic_load_explicit(&j->armed, memory_order_acquire)) /* with record's release */
        return;
    const size_t left = j->n_samples - j->at, part = n < left ? n : left;
    memcpy(j->samples + j->at, mono, part * sizeof mono[0]);
    j->at += part;
    if (j->at == j->n_samples)
        atomic_store_explicit(&j->armed, false, memory_order_release); /* with record's acquire */
}

/* A line on the terminal in place of the last one; PortAudio has descriptor 2 led away. */
static void put_line(const job *j, const char *text)
{
    char line[512];
    const int n = snprintf(line, sizeof line, "\r%s\033[K", text);
    if (j->asks && n > 0 && write(hear_quiet_fd(), line, strlen(line)) < 0)
        return; /* nobody looks */
}

static double to_db(float level)
{
    return level > 1e-6f ? 20.0 * log10(level) : -120.0;
}

static void put_level(job *j, const char *what)
{
    const float peak = (float)atomic_exchange(&j->peak, 0) * 1e-6f;
    const double db = to_db(peak);
    char text[256], bar[BAR + 1], number[40];
    const double share = fmax(0.0, fmin(1.0, 1.0 - db / LOWEST_DB));
    memset(bar, ' ', BAR);
    memset(bar, '#', (size_t)(share * BAR));
    bar[BAR] = '\0';
    hear_format_fixed(number, sizeof number, db, 0);
    snprintf(text, sizeof text, "%-24s [%s] %4s dB%s", what, bar, number,
             peak > 0.999f ? " CLIP" : "");
    put_line(j, text);
}

/* Time passes, with the level to be seen; false where the device or the user has gone. */
static bool go_on(job *j, const char *what, int wait_ms)
{
    put_level(j, what);
    const int key = hear_keys_wait(wait_ms < DRAW_MS ? wait_ms : DRAW_MS);
    return key != HEAR_KEYS_END && key != 'q' && key != 'Q' && hear_mic_running(j->mic);
}

static bool count_down(job *j, uint64_t i)
{
    char text[64];
    for (int left_ms = COUNTDOWN_S * 1000; j->asks && left_ms > 0; left_ms -= DRAW_MS) {
        snprintf(text, sizeof text, "clip %llu of %llu in %d", (unsigned long long)i + 1,
                 (unsigned long long)j->config->n, left_ms / 1000 + 1);
        if (!go_on(j, text, left_ms))
            return false;
    }
    return true;
}

static bool record(job *j)
{
    j->at = 0;
    atomic_store_explicit(&j->armed, true, memory_order_release); /* with on_sound's acquire */
    while (atomic_load_explicit(&j->armed, memory_order_acquire)) /* with on_sound's release */
        if (!go_on(j, "RECORDING", DRAW_MS))
            return false;
    j->top = 0.0f;
    for (size_t i = 0; i < j->n_samples; i++)
        j->top = fabsf(j->samples[i]) > j->top ? fabsf(j->samples[i]) : j->top;
    return true;
}

static answer ask(const job *j)
{
    char text[160], number[40];
    if (!j->asks)
        return KEEP;
    hear_format_fixed(number, sizeof number, to_db(j->top), 1);
    snprintf(text, sizeof text, "peak %s dB%s: Enter or k keeps it, r again, q ends without it",
             number,
             j->top > 0.999f   ? ", too loud"
             : j->top < 0.001f ? ", next to nothing"
                               : "");
    put_line(j, text);
    for (;;) {
        switch (hear_keys_wait(1000)) {
        case '\r':
        case '\n':
        case 'k':
        case 'K':
            return KEEP;
        case 'r':
        case 'R':
            return AGAIN;
        case 'q':
        case 'Q':
        case HEAR_KEYS_END:
            return QUIT;
        default:
            break;
        }
    }
}

static int record_all(job *j)
{
    const hear_clips_config *const c = j->config;
    for (uint64_t i = 0; i < c->n;) {
        const bool whole = count_down(j, i) && record(j);
        if (!whole && !hear_signals_caught() && !hear_mic_running(j->mic))
            return hear_report_text(HEAR_ERR_DEVICE, hear_mic_device(j->mic)->name,
                                    "the device went away");
        const answer a = whole ? ask(j) : QUIT;
        if (a == QUIT)
            return HEAR_EXIT_OK;
        if (a == AGAIN)
            continue;
        put_line(j, "");
        bool go_on = true;
        const int code = c->keep(c->user, j->samples, j->n_samples, j->rate_hz, &go_on);
        if (code != HEAR_EXIT_OK || !go_on)
            return code;
        i++;
    }
    return HEAR_EXIT_OK;
}

static int stream(job *j)
{
    const hear_clips_config *const c = j->config;
    hear_error err = { .status = HEAR_OK };
    hear_status s = hear_mic_open(&j->mic, c->device, 0, &err);
    if (s == HEAR_OK)
        s = hear_signals_catch(&err);
    if (s != HEAR_OK)
        return hear_report(c->device, &err);
    j->rate_hz = hear_mic_rate_hz(j->mic);
    j->n_samples = (size_t)llrint(c->seconds * j->rate_hz);
    j->samples = hear_alloc(j->n_samples, sizeof j->samples[0]);
    if (!j->samples)
        return hear_report_text(HEAR_ERR_MEM, NULL, "%s", hear_status_text(HEAR_ERR_MEM));
    int code = c->begin ? c->begin(c->user) : HEAR_EXIT_OK;
    if (code != HEAR_EXIT_OK)
        return code;
    s = hear_mic_start(j->mic, on_sound, j, &err);
    if (s != HEAR_OK)
        return hear_report(c->device, &err);
    j->asks = hear_keys_take();
    code = record_all(j);
    put_line(j, "");
    hear_keys_give_back();
    uint64_t n_overflows;
    double lost_s;
    hear_mic_overflows(j->mic, &n_overflows, &lost_s);
    if (n_overflows > 0)
        hear_note(hear_mic_device(j->mic)->name, "the sound system lost samples %llu times",
                  (unsigned long long)n_overflows);
    return code;
}

int hear_clips_record(const hear_clips_config *config)
{
    job j = { .config = config };
    const int code = stream(&j);
    hear_mic_close(j.mic);
    hear_free(j.samples);
    hear_signals_end();
    return code;
}
