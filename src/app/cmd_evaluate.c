/* cmd_evaluate.c - hearsay evaluate: how good models are on labelled recordings. */
#include "config.h"

#include "app/cmd.h"
#include "app/evaluate_text.h"
#include "app/find_model.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "train/epochs.h"
#include "train/page.h"
#include "train/relay.h"

#include <string.h>
#include <unistd.h>

typedef struct {
    hear_texts models, logs;
    const char *data, *root, *split, *by, *format, *report;
    double threshold;
    bool stream;
} args;

static const hear_option options[] = {
    { 'm', "model", "MODEL", HEAR_OPT_TEXTS, offsetof(args, models),
      .help = "the model: a file, or a name to look for\n(default: " HEAR_DEFAULT_MODEL
              "); give it again to see several\nside by side" },
    { 0, "data", "DATA", HEAR_OPT_TEXT, offsetof(args, data), .required = true,
      .help = "labelled recordings: a folder DATA/LABEL/…, or a\ntable" },
    { 0, "root", "DIR", HEAR_OPT_TEXT, offsetof(args, root),
      .help = "where the table's paths begin (default: its folder)" },
    { 0, "split", "all|train|valid|test", HEAR_OPT_CHOICE, offsetof(args, split),
      .help = "which recordings (default: test where the table\nhas splits, otherwise all)" },
    { 0, "by", "label|group|source", HEAR_OPT_CHOICE, offsetof(args, by),
      .help = "a line for each label; speaker or take; or source\n(default: label)" },
    { 0, "threshold", "P", HEAR_OPT_REAL, offsetof(args, threshold), .max = 1,
      .help =
          "windows whose best class is less probable raise no\nalarm, as in listen (default: 0)" },
    { 0, "stream", NULL, HEAR_OPT_FLAG, offsetof(args, stream),
      .help = "also hear the recordings one behind the other:\nfalse alarms an hour, and delay" },
    { 'f', "format", "text|jsonl", HEAR_OPT_CHOICE, offsetof(args, format),
      .help = "tables, or an object a model (default: text)" },
    { 0, "report", "OUT.html", HEAR_OPT_TEXT, offsetof(args, report),
      .help = "also write a page with curves, and the worst\nmistakes to look at and listen to" },
    { 0, "log", "FILE.jsonl", HEAR_OPT_TEXTS, offsetof(args, logs),
      .help = "what train --log wrote: its learning curves are on\nthe page; the first belongs to "
              "the first model" },
    { 0 },
};

typedef struct {
    hear_dataset *data;
    hear_split split;
    const char *split_name; /* as it was asked for */
    size_t n;
    hear_judged judged[HEAR_MAX_TEXTS];
    hear_model *models[HEAR_MAX_TEXTS];
    hear_evaluation *evaluations[HEAR_MAX_TEXTS];
    hear_summary *summaries[HEAR_MAX_TEXTS];
    hear_alarms *streams[HEAR_MAX_TEXTS];
    hear_epochs logs[HEAR_MAX_TEXTS];
} session;

static void close_session(session *s)
{
    for (size_t i = 0; i < HEAR_MAX_TEXTS; i++) {
        hear_epochs_clear(&s->logs[i]);
        hear_alarms_destroy(s->streams[i]);
        hear_summary_destroy(s->summaries[i]);
        hear_evaluation_destroy(s->evaluations[i]);
        hear_model_close(s->models[i]);
    }
    hear_dataset_destroy(s->data);
}

/* The wanted clips all become of one split, so that evaluate need know of one only. */
static void choose_split(session *s, const char *name)
{
    s->split = HEAR_SPLIT_TEST;
    if (!name)
        name = s->data->has_split ? "test" : "all";
    s->split_name = name;
    for (int split = 0; split < HEAR_N_SPLITS; split++)
        if (strcmp(name, hear_split_name((hear_split)split)) == 0)
            s->split = (hear_split)split;
    if (strcmp(name, "all") == 0)
        for (size_t i = 0; i < s->data->n_clips; i++)
            s->data->clips[i].split = s->split;
}

static bool show_progress(void *user, size_t n_done, size_t n_all)
{
    const char *name = user;
    if (name && isatty(STDERR_FILENO) && n_done % 10 == 0)
        dprintf(STDERR_FILENO, "\r\033[K%s: %zu of %zu", name, n_done, n_all);
    return true;
}

/* All that is to be known of models[i]. */
static hear_status measure(session *s, size_t i, const args *a, void *name, hear_error *err)
{
    hear_status status = hear_evaluate(&s->evaluations[i], s->models[i], s->data, s->split,
                                       show_progress, name, err);
    if (status != HEAR_OK)
        return status;
    status = hear_summary_create(&s->summaries[i], s->evaluations[i], a->threshold);
    if (status == HEAR_OK && a->stream)
        status = hear_alarms_create(&s->streams[i], hear_model_n_labels(s->models[i]));
    if (status != HEAR_OK)
        return hear_fail(err, status, NULL);
    return a->stream ? hear_relay(s->streams[i], s->evaluations[i], s->models[i], s->data,
                                  a->threshold, show_progress, name, err)
                     : HEAR_OK;
}

static int judge(session *s, const args *a, const char *name)
{
    hear_error err;
    int exit_code;
    const size_t i = s->n;
    if (!hear_open_model(&s->models[i], name, &exit_code))
        return exit_code;
    if (!name)
        name = HEAR_DEFAULT_MODEL;
    const hear_status status = measure(s, i, a, (void *)(uintptr_t)name, &err);
    if (isatty(STDERR_FILENO))
        dprintf(STDERR_FILENO, "\r\033[K");
    if (status != HEAR_OK)
        return hear_report(name, &err);
    s->judged[s->n++] = (hear_judged){ .name = name,
                                       .model = s->models[i],
                                       .evaluation = s->evaluations[i],
                                       .summary = s->summaries[i],
                                       .stream = s->streams[i],
                                       .epochs = &s->logs[i] };
    return HEAR_EXIT_OK;
}

static int write_page(const hear_page *page, const char *path)
{
    hear_error err;
    hear_outfile *file;
    hear_status status = hear_outfile_open(&file, path, &err);
    if (status != HEAR_OK)
        return hear_report(path, &err);
    status = hear_page_write(hear_outfile_stream(file), page, &err);
    if (status == HEAR_OK)
        status = hear_outfile_commit(file, &err);
    else
        hear_outfile_discard(file);
    return status == HEAR_OK ? HEAR_EXIT_OK : hear_report(path, &err);
}

/* What could not be heard is told last, and makes the result that of the rest only. */
static int tell_unread(const session *s)
{
    const hear_evaluation *e = s->evaluations[0];
    for (size_t i = 0; i < e->n_unread; i++)
        hear_report_text(HEAR_ERR_DATA, s->data->clips[e->unread[i].clip].path, "%s",
                         e->unread[i].why);
    return e->n_unread ? HEAR_EXIT_DATA : HEAR_EXIT_OK;
}

static int evaluate(session *s, const args *a)
{
    hear_error err;
    if (a->report && hear_outfile_check(a->report, &err) != HEAR_OK)
        return hear_report(a->report, &err);
    if (hear_dataset_open(&s->data, a->data, a->root, &err) != HEAR_OK)
        return hear_report(a->data, &err);
    choose_split(s, a->split);
    if (s->data->n_clips == 0)
        return hear_report_text(HEAR_ERR_DATA, a->data, "has no recordings");
    if (hear_dataset_count(s->data, s->split) == 0)
        return hear_report_text(HEAR_ERR_DATA, a->data, "has no recording in the split '%s'",
                                s->split_name);
    for (size_t i = 0; i < a->logs.n; i++)
        if (hear_epochs_read(&s->logs[i], a->logs.item[i], &err) != HEAR_OK)
            return hear_report(a->logs.item[i], &err);
    const size_t n = a->models.n ? a->models.n : 1;
    for (size_t i = 0; i < n; i++) {
        const int code = judge(s, a, a->models.n ? a->models.item[i] : NULL);
        if (code != HEAR_EXIT_OK)
            return code;
    }
    if (s->evaluations[0]->n_clips == 0) {
        tell_unread(s);
        return hear_report_text(HEAR_ERR_DATA, a->data, "no recording could be read");
    }
    const hear_page page = { a->data, s->split_name, s->data, s->n, s->judged };
    if (strcmp(a->format, "jsonl") == 0)
        hear_evaluate_jsonl(&page);
    else
        hear_evaluate_text(&page, a->by);
    int code = hear_finish_stdout(HEAR_EXIT_OK);
    if (code == HEAR_EXIT_OK && a->report)
        code = write_page(&page, a->report);
    return code == HEAR_EXIT_OK ? tell_unread(s) : code;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .by = "label", .format = "text" };
    int first, exit_code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &exit_code))
        return exit_code;
    if (first < argc)
        return hear_report_usage(cmd->name, "'%s': recordings are named by --data", argv[first]);
    if (a.logs.n > (a.models.n ? a.models.n : 1))
        return hear_report_usage(cmd->name, "there are more logs than models");
    if (a.logs.n && !a.report)
        return hear_report_usage(cmd->name, "--log goes with --report");
    session s = { .n = 0 };
    exit_code = evaluate(&s, &a);
    close_session(&s);
    return exit_code;
}

const hear_cmd hear_cmd_evaluate = {
    .name = "evaluate",
    .summary = "Tell how good models are on labelled recordings",
    .operands = "",
    .options = options,
    .notes = "A recording's probabilities are the means over its windows. Intervals are\n"
             "Wilson's, of 95 %.",
    .run = run,
};
