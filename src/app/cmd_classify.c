/* cmd_classify.c - hearsay classify: recordings in, labels out. Never a device: nothing of
 * source_portaudio.h is used here. */
#include "config.h"

#include "app/classify_jobs.h"
#include "app/cmd.h"
#include "app/label_folder.h"
#include "app/labels.h"
#include "app/signals.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

typedef struct {
    hear_label_options labels;
    const char *by, *source, *raw, *folder;
    double start_s, duration_s;
    uint64_t n_jobs;
    bool realtime, missing;
} args;

static const hear_option options[] = {
    HEAR_LABEL_OPTIONS(args),
    { 0, "by", "window|file", HEAR_OPT_CHOICE, offsetof(args, by),
      .help = "a line for each window, or one for each FILE: the\nmean of its windows (default: "
              "window)" },
    { 'j', "jobs", "N", HEAR_OPT_COUNT, offsetof(args, n_jobs), .min = 1, .max = HEAR_MAX_JOBS,
      .help =
          "hear N recordings at a time; the lines and their\norder stay the same (default: 1)" },
    { 'o', "output", "DIR", HEAR_OPT_TEXT, offsetof(args, folder),
      .help = "a file of labels in DIR for each FILE, whole or\nnot there" },
    { 0, "missing", NULL, HEAR_OPT_FLAG, offsetof(args, missing),
      .help = "leave out FILEs whose labels are in DIR" },
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

/* What two options say of each other, before anything is opened. */
static bool check(const hear_cmd *cmd, const args *a, char *const *paths, size_t n, int *code)
{
    const char *first = NULL, *second = NULL;
    if (a->realtime && a->n_jobs > 1)
        *code = hear_report_usage(cmd->name, "--realtime and --jobs: one of the two");
    else if (a->missing && !a->folder)
        *code = hear_report_usage(cmd->name, "--missing: needs --output");
    if (*code != HEAR_EXIT_OK || !a->folder)
        return *code == HEAR_EXIT_OK;
    for (size_t i = 0; i < n; i++)
        if (strcmp(paths[i], "-") == 0) {
            *code =
                hear_report_usage(cmd->name, "--output: standard input has no name to write to");
            return false;
        }
    if (hear_label_places_check(a->folder, paths, n, a->labels.format, &first, &second) != HEAR_OK)
        *code = hear_report_text(HEAR_ERR_MEM, NULL, "out of memory");
    else if (first)
        *code = hear_report_usage(cmd->name, "--output: %s and %s would have one file of labels",
                                  first, second);
    return *code == HEAR_EXIT_OK;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .by = "window", .n_jobs = 1 };
    int first, code = HEAR_EXIT_OK;
    hear_error err = { .status = HEAR_OK };
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first == argc)
        return hear_report_usage(cmd->name, "no FILE is given; '-' is standard input");
    hear_raw_spec raw;
    if (a.raw && hear_raw_parse(&raw, a.raw, &err) != HEAR_OK)
        return hear_report_usage(cmd->name, "--raw '%s': %s", a.raw, hear_error_text(&err));
    if (a.folder && !a.labels.format)
        a.labels.format = "tsv";
    const size_t n_paths = (size_t)(argc - first);
    if (!check(cmd, &a, argv + first, n_paths, &code))
        return code;
    hear_model *model;
    if (!hear_labels_open(cmd, &a.labels, &model, &code))
        return code;
    err.status = hear_signals_catch(&err);
    if (err.status == HEAR_OK) {
        const hear_classify_config config = {
            .ear = { .model = model,
                     .classes = a.labels.classes,
                     .hop_s = a.labels.hop_s,
                     .by_file = strcmp(a.by, "file") == 0,
                     .realtime = a.realtime,
                     .source = a.source,
                     .raw = a.raw ? &raw : NULL,
                     .start_s = a.start_s,
                     .duration_s = a.duration_s },
            .sink = hear_labels_sink_config(&a.labels),
            .folder = a.folder,
            .missing = a.missing,
            .n_jobs = (size_t)a.n_jobs,
            .paths = argv + first,
            .n_paths = n_paths,
        };
        code = hear_classify_all(&config);
    } else {
        code = hear_report(NULL, &err);
    }
    hear_labels_close(&a.labels, model);
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
