/* cmd_denoise.c - hearsay denoise: speech without its noise. */
#include "config.h"

#include "app/cmd.h"
#include "app/find_model.h"
#include "app/signals.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "dsp/resample.h"
#include "io/recording.h"
#include "io/source.h"
#include "io/wav_writer.h"
#include "nn/onnx.h"
#include "stream/denoise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_DENOISER "denoiser"

typedef struct {
    const char *model, *reference;
} args;

#define AT(field) offsetof(args, field)
static const hear_option options[] = {
    { 'm', "model", "MODEL", HEAR_OPT_TEXT, AT(model),
      .help = "the denoiser: a file, or a name to look for\n(default: " DEFAULT_DENOISER ")" },
    { 0, "reference", "FILE", HEAR_OPT_TEXT, AT(reference),
      .help = "the clean recording: tell the signal-to-noise ratio\nbefore and after" },
    { 0 },
};
#undef AT

enum { BLOCK = 512 };

/* source -> 16 kHz -> network -> the source's rate -> writer; what goes through and what came out
 * is kept where it is to be compared. */
typedef struct {
    hear_source *source;
    hear_resample *down, *up;
    hear_denoise *denoise;
    hear_wav_writer *writer;
    bool keep;
    bool cannot_write; /* what went wrong is the output's */
    hear_recording before, after;
    size_t room_before, room_after;
    uint64_t n_read, n_written;
} chain;

static hear_status append(hear_recording *r, size_t *room, const float *x, size_t n)
{
    if (r->n + n > *room) {
        const size_t wanted = 2 * (r->n + n);
        float *grown = realloc(r->samples, wanted * sizeof *grown);
        if (!grown)
            return HEAR_ERR_MEM;
        r->samples = grown;
        *room = wanted;
    }
    memcpy(r->samples + r->n, x, n * sizeof *x);
    r->n += n;
    return HEAR_OK;
}

/* No more than was read: rates there and back may round to a sample more. */
static hear_status put(chain *c, const float *x, size_t n, hear_error *err)
{
    const uint64_t left = c->n_read - c->n_written;
    const size_t now = n < left ? n : (size_t)left;
    c->n_written += now;
    if (c->keep && append(&c->after, &c->room_after, x, now) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_status s = hear_wav_writer_write(c->writer, x, now, err);
    c->cannot_write = s != HEAR_OK;
    return s;
}

typedef hear_status put_samples(chain *c, const float *x, size_t n, hear_error *err);

static hear_status resample(chain *c, hear_resample *r, const float *x, size_t n, put_samples *next,
                            hear_error *err)
{
    float out[BLOCK];
    hear_status s = HEAR_OK;
    for (size_t used = 0; used < n && s == HEAR_OK;) {
        size_t taken;
        const size_t got = hear_resample_process(r, x + used, n - used, &taken, out, BLOCK);
        used += taken;
        s = next(c, out, got, err);
    }
    return s;
}

static hear_status put_up(chain *c, const float *x, size_t n, hear_error *err)
{
    return resample(c, c->up, x, n, put, err);
}

static hear_status put_clean(chain *c, const float *x, size_t n, hear_error *err)
{
    float out[BLOCK];
    hear_status s = HEAR_OK;
    for (size_t used = 0, got = BLOCK; (used < n || got == BLOCK) && s == HEAR_OK;) {
        size_t taken;
        got = hear_denoise_process(c->denoise, x + used, n - used, &taken, out, BLOCK);
        used += taken;
        s = put_up(c, out, got, err);
    }
    return s;
}

static hear_status put_down(chain *c, const float *x, size_t n, hear_error *err)
{
    return resample(c, c->down, x, n, put_clean, err);
}

static hear_status finish(chain *c, hear_error *err)
{
    float out[BLOCK];
    hear_status s = HEAR_OK;
    for (size_t got = BLOCK; got == BLOCK && s == HEAR_OK;) {
        got = hear_resample_flush(c->down, out, BLOCK);
        s = put_clean(c, out, got, err);
    }
    for (size_t got = 1; got > 0 && s == HEAR_OK;) {
        got = hear_denoise_flush(c->denoise, out, BLOCK);
        s = put_up(c, out, got, err);
    }
    for (size_t got = BLOCK; got == BLOCK && s == HEAR_OK;) {
        got = hear_resample_flush(c->up, out, BLOCK);
        s = put(c, out, got, err);
    }
    memset(out, 0, sizeof out);
    while (s == HEAR_OK && c->n_written < c->n_read) /* rounding, again */
        s = put(c, out, BLOCK, err);
    return s;
}

static hear_status run_chain(chain *c, hear_error *err)
{
    static float block[BLOCK];
    for (;;) {
        size_t got = 0;
        hear_status s = hear_source_read(c->source, block, BLOCK, &got, err);
        if (s != HEAR_OK)
            return s;
        if (got == 0)
            break;
        for (size_t i = 0; i < got; i++)
            block[i] = isfinite(block[i]) ? block[i] : 0.0f;
        c->n_read += got;
        if (c->keep && append(&c->before, &c->room_before, block, got) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        s = put_down(c, block, got, err);
        if (s != HEAR_OK)
            return s;
    }
    if (c->n_read == 0)
        return hear_fail(err, HEAR_ERR_DATA, "there is no sound in it");
    return finish(c, err);
}

/* 10 log10 of the signal's power over that of what differs from it; scaled: of the part of x that
 * is the signal, over the rest (J. Le Roux et al. 2019). */
static double ratio_db(const float *signal, const float *x, size_t n, bool scaled)
{
    double ss = 0.0, sx = 0.0, rest = 0.0;
    for (size_t i = 0; i < n; i++) {
        ss += (double)signal[i] * (double)signal[i];
        sx += (double)signal[i] * (double)x[i];
    }
    const double a = scaled && ss > 0.0 ? sx / ss : 1.0;
    for (size_t i = 0; i < n; i++)
        rest += (a * (double)signal[i] - (double)x[i]) * (a * (double)signal[i] - (double)x[i]);
    if (a * a * ss <= 0.0)
        return -INFINITY;
    return rest > 0.0 ? 10.0 * log10(a * a * ss / rest) : INFINITY;
}

static const char *ratio_text(char *text, size_t size, double db)
{
    if (!isfinite(db))
        return db > 0.0 ? "no noise" : "no signal";
    char number[40];
    hear_format_fixed(number, sizeof number, db, 2);
    snprintf(text, size, "%s dB", number);
    return text;
}

static void put_line(const char *name, double before, double after)
{
    char text[3][48];
    const bool gain = isfinite(before) && isfinite(after);
    fprintf(stderr, "%s: %s before, %s after", name, ratio_text(text[0], sizeof text[0], before),
            ratio_text(text[1], sizeof text[1], after));
    if (gain)
        fprintf(stderr, ", %s better", ratio_text(text[2], sizeof text[2], after - before));
    fputc('\n', stderr);
}

static int compare(const chain *c, const char *reference)
{
    hear_recording clean;
    hear_error err;
    if (hear_recording_read(&clean, reference, hear_signals_stop_fd(), &err) != HEAR_OK)
        return hear_report(reference, &err);
    int code = HEAR_EXIT_OK;
    double power = 0.0;
    for (size_t i = 0; i < clean.n; i++)
        power += (double)clean.samples[i] * (double)clean.samples[i];
    if (clean.rate_hz != c->before.rate_hz || clean.n != c->before.n) {
        code = hear_report_text(HEAR_ERR_DATA, reference,
                                "has %zu samples at %u Hz, the noisy recording %zu at %u", clean.n,
                                (unsigned)clean.rate_hz, c->before.n, (unsigned)c->before.rate_hz);
    } else if (power <= 0.0) {
        code = hear_report_text(HEAR_ERR_DATA, reference, "is silent: there is no ratio to it");
    } else {
        const float *s = clean.samples;
        put_line("SNR", ratio_db(s, c->before.samples, clean.n, false),
                 ratio_db(s, c->after.samples, clean.n, false));
        put_line("SI-SDR", ratio_db(s, c->before.samples, clean.n, true),
                 ratio_db(s, c->after.samples, clean.n, true));
    }
    hear_recording_clear(&clean);
    return code;
}

static hear_status open_chain(chain *c, const char *in, const char *out, hear_graph *graph,
                              const char **at, hear_error *err)
{
    const hear_source_config config = { .stop_fd = hear_signals_stop_fd() };
    hear_status s = hear_denoise_create(&c->denoise, graph, err);
    if (s != HEAR_OK)
        return s;
    *at = in;
    s = hear_source_open(&c->source, in, &config, err);
    if (s != HEAR_OK)
        return s;
    const uint32_t rate_hz = hear_source_rate_hz(c->source);
    c->before.rate_hz = rate_hz;
    s = hear_resample_create(&c->down, rate_hz, HEAR_DENOISE_HZ);
    if (s == HEAR_OK)
        s = hear_resample_create(&c->up, HEAR_DENOISE_HZ, rate_hz);
    if (s != HEAR_OK)
        return hear_fail(err, s == HEAR_ERR_ARG ? HEAR_ERR_DATA : s,
                         s == HEAR_ERR_ARG ? "a rate of %u Hz cannot be heard" : NULL,
                         (unsigned)rate_hz);
    *at = out;
    return hear_wav_writer_open(&c->writer, out, rate_hz, err);
}

static int denoise(const args *a, const char *in, const char *out)
{
    chain c = { .keep = a->reference != NULL };
    hear_error err = { .status = HEAR_OK };
    hear_graph *graph = NULL;
    char *path = NULL;
    const char *name = a->model ? a->model : DEFAULT_DENOISER, *at = name;
    hear_status s = hear_find_model(&path, name, &err);
    if (s == HEAR_OK)
        s = hear_onnx_read(&graph, path, &err);
    if (s == HEAR_OK)
        s = open_chain(&c, in, out, graph, &at, &err);
    if (s == HEAR_OK) {
        s = run_chain(&c, &err);
        at = c.cannot_write ? out : in;
    }
    if (s == HEAR_OK) {
        at = out;
        s = hear_wav_writer_commit(c.writer, &err);
        c.writer = NULL;
    }
    if (at == out && strcmp(out, "-") == 0)
        at = "standard output";
    int code = s == HEAR_OK ? HEAR_EXIT_OK : hear_report(at, &err);
    if (s == HEAR_OK && a->reference)
        code = compare(&c, a->reference);
    hear_wav_writer_discard(c.writer);
    hear_denoise_destroy(c.denoise);
    hear_resample_destroy(c.down);
    hear_resample_destroy(c.up);
    hear_source_close(c.source);
    hear_recording_clear(&c.before);
    hear_recording_clear(&c.after);
    hear_graph_destroy(graph);
    free(path);
    return code;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .model = NULL };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (argc - first != 2)
        return hear_report_usage(cmd->name, "IN and OUT are needed; '-' is standard input, output");
    const char *const ending = hear_file_ending(argv[first + 1]);
    if (*ending && strcasecmp(ending, "wav") != 0)
        return hear_report_usage(cmd->name, "%s: only WAV files are written", argv[first + 1]);
    hear_error err;
    if (hear_signals_catch(&err) != HEAR_OK)
        return hear_report(NULL, &err);
    code = denoise(&a, argv[first], argv[first + 1]);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_denoise = {
    .name = "denoise",
    .summary = "Take noise out of recorded speech",
    .operands = "IN OUT.wav",
    .options = options,
    .notes = "OUT.wav is mono, 16 bits, of IN's rate and length; nothing above 8 kHz is in it.",
    .run = run,
};
