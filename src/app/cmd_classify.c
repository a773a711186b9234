/* cmd_classify.c - hearsay classify: recordings in, labels out. Never a device: nothing of
 * source_portaudio.h is used here. */
#include "config.h"

#include "app/cmd.h"
#include "app/file_mean.h"
#include "app/labels.h"
#include "app/live.h"
#include "app/signals.h"
#include "base/error.h"
#include "hearsay/classifier.h"
#include "io/source.h"

#include <math.h>
#include <string.h>

typedef struct {
    hear_label_options labels;
    const char *by, *source, *raw;
    double start_s, duration_s;
    bool realtime;
} args;

static const hear_option options[] = {
    HEAR_LABEL_OPTIONS(args),
    { 0, "by", "window|file", HEAR_OPT_CHOICE, offsetof(args, by),
      .help = "a line for each window, or one for each FILE: the\nmean of its windows (default: "
              "window)" },
    { 0, "start", "S", HEAR_OPT_REAL, offsetof(args, start_s), .max = INFINITY,
      .help = "skip the first S seconds; times stay those of FILE" },
    { 0, "duration", "S", HEAR_OPT_REAL, offsetof(args, duration_s), .max = INFINITY,
      .help = "hear S seconds at most (default 0: to the end)" },
    { 0, "source", "NAME", HEAR_OPT_TEXT, offsetof(args, source),
      .help = "what the lines call the source (default: FILE)" },
    { 0, "raw", "SPEC", HEAR_OPT_TEXT, offsetof(args, raw),
      .help = "FILE has no header: RATE:CHANNELS:s16le|f32le,\nas in 16000:1:s16le" },
    { 0, "realtime", NULL, HEAR_OPT_FLAG, offsetof(args, realtime),
      .help = "play FILE at its own pace through the threads\nof hearsay listen" },
    { 0 },
};

enum { BLOCK = 8192 }; /* samples read at a time */

typedef struct {
    const args *args;
    const hear_model *model;
    hear_sink *sink;
    bool begun; /* the header is written */
    hear_raw_spec raw;
    hear_classifier *classifier; /* kept while files have the same rate */
    uint32_t rate_hz;            /* of it */

    /* of the file at hand */
    const char *name;     /* in the lines */
    double start_s;       /* of its first sample heard: a whole number of samples */
    hear_file_mean *mean; /* with --by file */
    hear_error output;    /* what went wrong with writing */
} job;

/* The header line, before the first recording that can be heard. */
static hear_status begin(void *user, hear_error *err)
{
    job *const j = user;
    if (j->begun)
        return HEAR_OK;
    j->begun = true;
    return hear_sink_begin(j->sink, err);
}

static hear_status take_window(void *user, const hear_window_result *r, hear_error *err)
{
    job *const j = user;
    hear_window_result moved = *r;
    moved.start_s += j->start_s;
    moved.end_s += j->start_s;
    if (!j->mean)
        return hear_sink_window(j->sink, j->name, &moved, err);
    hear_file_mean_add(j->mean, &moved);
    return HEAR_OK;
}

static void on_window(void *user, const hear_window_result *r)
{
    job *const j = user;
    if (j->output.status == HEAR_OK)
        j->output.status = take_window(j, r, &j->output);
}

static hear_status prepare_classifier(job *j, uint32_t rate_hz, hear_error *err)
{
    if (j->classifier && j->rate_hz == rate_hz) {
        hear_classifier_reset(j->classifier);
        return HEAR_OK;
    }
    hear_classifier_destroy(j->classifier);
    j->rate_hz = rate_hz;
    const hear_classifier_config config = { .rate_hz = rate_hz, .hop_s = j->args->labels.hop_s };
    return hear_classifier_create(&j->classifier, j->model, &config, err);
}

/* What was heard before an error or a signal is finished all the same. */
static hear_status hear_at_once(job *j, hear_source *source, hear_error *err)
{
    hear_status s = prepare_classifier(j, hear_source_rate_hz(source), err);
    if (s != HEAR_OK)
        return s;
    j->output.status = begin(j, &j->output);
    if (j->output.status != HEAR_OK)
        return HEAR_OK;
    static float samples[BLOCK];
    bool heard = false;
    for (size_t got = 1; s == HEAR_OK && got > 0 && j->output.status == HEAR_OK;) {
        s = hear_source_read(source, samples, BLOCK, &got, err);
        hear_classifier_write(j->classifier, samples, got, on_window, j);
        heard = heard || got > 0;
    }
    if (heard && j->output.status == HEAR_OK)
        hear_classifier_finish(j->classifier, on_window, j);
    else if (s == HEAR_OK && !heard)
        s = hear_fail(err, HEAR_ERR_DATA, "there is no sound in it");
    return s;
}

static hear_status hear_at_its_pace(job *j, hear_source *source, hear_error *err)
{
    const hear_live_config config = {
        .model = j->model,
        .hop_s = j->args->labels.hop_s,
        .source = source,
        .begin = begin,
        .window = take_window,
        .user = j,
    };
    hear_live *live;
    hear_live_outcome outcome;
    hear_status s = hear_live_start(&live, &config, err);
    if (s != HEAR_OK)
        return s;
    while (hear_live_running(live) && !hear_signals_caught())
        hear_signals_wait(-1);
    s = hear_live_end(&live, -1, &outcome, err);
    if (!outcome.output_failed)
        return s;
    j->output = *err;
    return HEAR_OK;
}

/* One file; its status is of the file itself, j->output of writing. */
static hear_status classify(job *j, const char *path, hear_error *err)
{
    const args *const a = j->args;
    const hear_source_config config = { .raw = a->raw ? &j->raw : NULL,
                                        .start_s = a->start_s,
                                        .duration_s = a->duration_s,
                                        .stop_fd = hear_signals_stop_fd() };
    hear_source *source;
    hear_status s = hear_source_open(&source, path, &config, err);
    if (s != HEAR_OK)
        return s;
    const double rate_hz = hear_source_rate_hz(source);
    j->name = a->source ? a->source : path;
    j->start_s = round(a->start_s * rate_hz) / rate_hz;
    s = a->realtime ? hear_at_its_pace(j, source, err) : hear_at_once(j, source, err);
    hear_window_result mean;
    if (j->mean && j->output.status == HEAR_OK && hear_file_mean_take(j->mean, &mean))
        j->output.status = hear_sink_file(j->sink, j->name, &mean, &j->output);
    hear_source_close(source);
    return s;
}

/* The code of what went wrong with the files: the one that all share, otherwise 65. */
static int worse(int code, int another)
{
    if (code == HEAR_EXIT_OK || code == another)
        return another;
    return another == HEAR_EXIT_OK ? code : HEAR_EXIT_DATA;
}

static int classify_all(job *j, char *const *paths)
{
    int code = HEAR_EXIT_OK;
    for (; *paths && j->output.status == HEAR_OK && !hear_signals_caught(); paths++) {
        hear_error err = { .status = HEAR_OK };
        err.status = classify(j, *paths, &err);
        const int file_code = hear_report(*paths, &err);
        if (err.status == HEAR_ERR_MODEL || err.status == HEAR_ERR_MEM ||
            err.status == HEAR_ERR_INTERNAL)
            return file_code; /* no other file would fare better */
        code = worse(code, file_code);
    }
    return j->output.status == HEAR_OK ? code : hear_report("standard output", &j->output);
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .by = "window" };
    int first, code = HEAR_EXIT_OK;
    hear_error err = { .status = HEAR_OK };
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first == argc)
        return hear_report_usage(cmd->name, "no FILE is given; '-' is standard input");
    job j = { .args = &a };
    if (a.raw && hear_raw_parse(&j.raw, a.raw, &err) != HEAR_OK)
        return hear_report_usage(cmd->name, "--raw '%s': %s", a.raw, hear_error_text(&err));
    hear_model *model;
    if (!hear_labels_open(cmd, &a.labels, &model, &code))
        return code;
    j.model = model;
    err.status = hear_signals_catch(&err);
    if (err.status == HEAR_OK)
        err.status = hear_labels_sink(&j.sink, &a.labels, model, &err);
    if (err.status == HEAR_OK && strcmp(a.by, "file") == 0)
        err.status = hear_file_mean_create(&j.mean, model, &err);
    code = err.status == HEAR_OK ? classify_all(&j, argv + first) : hear_report(NULL, &err);
    hear_file_mean_destroy(j.mean);
    hear_classifier_destroy(j.classifier);
    hear_sink_destroy(j.sink);
    hear_model_close(model);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_classify = {
    .name = "classify",
    .summary = "Label recordings",
    .operands = "FILE... | -",
    .options = options,
    .notes = "FILE is what libsndfile reads (wav, flac, ogg, mp3, ...); - is standard input.",
    .run = run,
};
