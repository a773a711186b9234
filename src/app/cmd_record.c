/* cmd_record.c - hearsay record: clips of one label from a microphone, for training. */
#include "config.h"

#include "app/cmd.h"
#include "app/keys.h"
#include "app/signals.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/quiet.h"
#include "io/source_portaudio.h"
#include "io/wav_writer.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const char *label, *device, *out;
    uint64_t n;
    double seconds;
} args;

static const hear_option options[] = {
    { 'l', "label", "LABEL", HEAR_OPT_TEXT, offsetof(args, label), .required = true,
      .help = "what is heard in these clips" },
    { 'd', "device", "DEVICE", HEAR_OPT_TEXT, offsetof(args, device),
      .help = "an index, a name or a part of one, or\nHOSTAPI:part (see hearsay devices)" },
    { 'n', "clips", "N", HEAR_OPT_COUNT, offsetof(args, n), .min = 1, .max = 10000,
      .help = "how many clips (default: 10)" },
    { 0, "seconds", "S", HEAR_OPT_REAL, offsetof(args, seconds), .min = 0.1, .max = 600,
      .help = "the length of each (default: 3)" },
    { 'o', "output", "DIR", HEAR_OPT_TEXT, offsetof(args, out),
      .help = "they go to DIR/LABEL/*.wav (default: sounds)" },
    { 0 },
};

enum {
    COUNTDOWN_S = 3,
    DRAW_MS = 80,
    BAR = 30, /* columns of the level */
    LOWEST_DB = -60
};

typedef struct {
    const args *args;
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
                 (unsigned long long)j->args->n, left_ms / 1000 + 1);
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

/* The first number that no clip has yet. */
static hear_status name_clip(const job *j, char *path, size_t room, hear_error *err)
{
    struct stat st;
    for (unsigned i = 1; i < 1000000; i++) {
        const int n = snprintf(path, room, "%s/%s/%04u.wav", j->args->out, j->args->label, i);
        if (n < 0 || (size_t)n >= room)
            return hear_fail(err, HEAR_ERR_IO, "its path is too long");
        if (stat(path, &st) != 0 && errno == ENOENT)
            return HEAR_OK;
    }
    return hear_fail(err, HEAR_ERR_IO, "no number is left for another clip");
}

static hear_status save(const job *j, char *path, size_t room, hear_error *err)
{
    hear_wav_writer *w;
    hear_status s = name_clip(j, path, room, err);
    if (s == HEAR_OK)
        s = hear_wav_writer_open(&w, path, j->rate_hz, err);
    if (s != HEAR_OK)
        return s;
    s = hear_wav_writer_write(w, j->samples, j->n_samples, err);
    if (s == HEAR_OK)
        return hear_wav_writer_commit(w, err);
    hear_wav_writer_discard(w);
    return s;
}

static int record_all(job *j)
{
    char path[PATH_MAX];
    for (uint64_t i = 0; i < j->args->n;) {
        const bool whole = count_down(j, i) && record(j);
        if (!whole && !hear_signals_caught() && !hear_mic_running(j->mic))
            return hear_report_text(HEAR_ERR_DEVICE, hear_mic_device(j->mic)->name,
                                    "the device went away");
        const answer a = whole ? ask(j) : QUIT;
        if (a == QUIT)
            return HEAR_EXIT_OK;
        if (a == AGAIN)
            continue;
        hear_error err = { .status = HEAR_OK };
        if (save(j, path, sizeof path, &err) != HEAR_OK) {
            put_line(j, "");
            return hear_report(path, &err);
        }
        put_line(j, "");
        puts(path);
        if (fflush(stdout) != 0)
            return hear_finish_stdout(HEAR_EXIT_OK);
        i++;
    }
    return HEAR_EXIT_OK;
}

static int make_folders(const args *a)
{
    char path[PATH_MAX];
    const int n = snprintf(path, sizeof path, "%s/%s", a->out, a->label);
    if (n < 0 || (size_t)n >= sizeof path)
        return hear_report_text(HEAR_ERR_IO, a->out, "its path is too long");
    const char *const folders[] = { a->out, path };
    for (int i = 0; i < 2; i++)
        if (mkdir(folders[i], 0777) != 0 && errno != EEXIST)
            return hear_report_text(HEAR_ERR_IO, folders[i], "cannot make it: %s", strerror(errno));
    return HEAR_EXIT_OK;
}

static int stream(job *j)
{
    hear_error err = { .status = HEAR_OK };
    hear_status s = hear_mic_open(&j->mic, j->args->device, 0, &err);
    if (s == HEAR_OK)
        s = hear_signals_catch(&err);
    if (s != HEAR_OK)
        return hear_report(j->args->device, &err);
    j->rate_hz = hear_mic_rate_hz(j->mic);
    j->n_samples = (size_t)llrint(j->args->seconds * j->rate_hz);
    j->samples = hear_alloc(j->n_samples, sizeof j->samples[0]);
    if (!j->samples)
        return hear_report_text(HEAR_ERR_MEM, NULL, "%s", hear_status_text(HEAR_ERR_MEM));
    int code = make_folders(j->args);
    if (code != HEAR_EXIT_OK)
        return code;
    s = hear_mic_start(j->mic, on_sound, j, &err);
    if (s != HEAR_OK)
        return hear_report(j->args->device, &err);
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

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .n = 10, .seconds = 3.0, .out = "sounds" };
    int first, code = HEAR_EXIT_OK;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first < argc)
        return hear_report_usage(cmd->name, "'%s': takes no operands", argv[first]);
    if (strchr(a.label, '/') || a.label[0] == '.' || hear_has_hidden(a.label))
        return hear_report_usage(cmd->name,
                                 "--label '%s': names a folder: no '/', no '.' in front, "
                                 "nothing that cannot be seen",
                                 a.label);
    job j = { .args = &a };
    code = stream(&j);
    hear_mic_close(j.mic);
    hear_free(j.samples);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_record = {
    .name = "record",
    .summary = "Record labelled clips for training",
    .operands = "",
    .options = options,
    .notes = "On a terminal it counts down, shows the level, and asks after each clip: Enter\n"
             "keeps it, r records it again, q ends. Elsewhere it records N clips and ends.",
    .run = run,
};
