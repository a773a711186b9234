/* cmd_tune.c - hearsay tune: the same training with each of several settings, tested on folds. */
#include "config.h"

#include "app/cmd.h"
#include "app/signals.h"
#include "app/train_data.h"
#include "app/train_options.h"
#include "app/train_progress.h"
#include "app/tune_table.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "train/cross.h"
#include "train/page_tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    hear_train_args train; /* first: the options that train has too are the same */
    hear_texts grid;
    const char *format, *report;
    uint64_t folds;
} args;

static const hear_option options[] = {
#define AT(field) offsetof(hear_train_args, field)
#include "app/train_options.inc"
#undef AT
    { 0, "grid", "NAME=V,... ...", HEAR_OPT_TEXTS, offsetof(args, grid),
      .help = "values of options to be tried, each with each:\n\"hidden=2,4,8 lr=0.01,0.001\"; "
              "'+' stands for a comma\nin a value" },
    { 0, "folds", "K", HEAR_OPT_COUNT, offsetof(args, folds), .min = 2, .max = 1000,
      .help = "train and test K times, groups kept together\n(default: 5)" },
    { 'f', "format", "text|tsv|jsonl", HEAR_OPT_CHOICE, offsetof(args, format),
      .help = "(default: text)" },
    { 0, "report", "OUT.html", HEAR_OPT_TEXT, offsetof(args, report),
      .help = "also write a page: how much is right against each\noption's values" },
    { 0 },
};

typedef struct {
    const hear_cmd *cmd;
    const args *args;
    hear_grid grid;
    hear_pool *pool;
    hear_train_progress progress;
    hear_train_base base;
    hear_dataset *data;
    hear_sounds *sounds;
    hear_rows *rows; /* of a head, for as long as rows_augment and rows_copies are the job's */
    unsigned rows_augment;
    size_t rows_copies;
    hear_frontend_config frontend; /* that the sounds were loaded with */
    double made_s;
    size_t point;
    const char *at;
    int exit_code;
} tuning;

static bool on_load(void *user, size_t done, size_t of)
{
    tuning *const t = user;
    hear_train_progress_load(&t->progress, done, of);
    return hear_signals_caught() == 0;
}

static bool on_step(void *user, const hear_progress *p)
{
    tuning *const t = user;
    if (t->progress.terminal)
        hear_train_progress_step(&t->progress, p);
    return hear_signals_caught() == 0;
}

static bool is_stopped(void *user)
{
    (void)user;
    return hear_signals_caught() != 0;
}

/* The frames that a job wants, made anew only where they are others. */
static hear_status load(tuning *t, const hear_job *job, hear_error *err)
{
    const double made_s = job->settings.window_s + 1.0;
    if (t->sounds && memcmp(&t->frontend, &job->settings.frontend, sizeof t->frontend) == 0 &&
        t->made_s == made_s)
        return HEAR_OK;
    hear_rows_destroy(t->rows);
    hear_sounds_destroy(t->sounds);
    t->rows = NULL;
    t->sounds = NULL;
    memcpy(&t->frontend, &job->settings.frontend, sizeof t->frontend);
    t->made_s = made_s;
    const hear_sounds_config config = { .frontend = &job->settings.frontend,
                                        .seed = t->args->train.seed,
                                        .made_s = made_s,
                                        .made_db = hear_train_made_db(&t->args->train),
                                        .n_threads = hear_pool_n_threads(t->pool),
                                        .progress = on_load,
                                        .user = t };
    const hear_status s = hear_sounds_load(&t->sounds, t->data, &config, err);
    hear_train_progress_clear(&t->progress);
    return s;
}

/* What a job's head learns from, made anew only where it is other. */
static hear_status load_rows(tuning *t, hear_job *job, hear_error *err)
{
    hear_status s = HEAR_OK;
    if (!hear_job_is_head(job))
        return HEAR_OK;
    if (!t->rows || t->rows_augment != job->augment || t->rows_copies != job->n_copies) {
        hear_rows_destroy(t->rows);
        t->rows = NULL;
        s = hear_job_rows(&t->rows, job, t->data, t->sounds, on_load, err);
        hear_train_progress_clear(&t->progress);
        t->rows_augment = job->augment;
        t->rows_copies = job->n_copies;
    }
    job->rows = t->rows;
    return s;
}

/* The train options of a point of the grid; false: a value was refused, and it is told. */
static bool options_of(tuning *t, size_t point, hear_train_args *a)
{
    *a = t->args->train;
    for (size_t i = 0; i < t->grid.n; i++)
        if (!hear_option_store(t->cmd, t->grid.option[i], hear_grid_value(&t->grid, point, i), a,
                               &t->exit_code))
            return false;
    return true;
}

static bool make_job(tuning *t, size_t point, hear_job *job)
{
    hear_train_args a;
    hear_error err;
    if (!options_of(t, point, &a))
        return false;
    if (hear_train_job(job, &a, &t->base, &err) != HEAR_OK) {
        t->exit_code = hear_report_usage(t->cmd->name, "%s", hear_error_text(&err));
        return false;
    }
    job->pool = t->pool;
    job->on_step = on_step;
    job->stop = is_stopped;
    job->user = t;
    return true;
}

static hear_status try_point(tuning *t, hear_job *job, hear_tuned *out, hear_error *err)
{
    bool at_checkpoint; /* there is none */
    hear_status s = hear_job_check(job, t->data, &at_checkpoint, err);
    if (s != HEAR_OK && s == HEAR_ERR_ARG && t->base.model)
        t->at = t->args->train.from;
    if (s == HEAR_OK)
        s = load(t, job, err);
    if (s == HEAR_OK)
        s = load_rows(t, job, err);
    if (s == HEAR_OK && hear_metrics_create(&out->clips, t->data->labels.n) != HEAR_OK)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK)
        s = hear_cross_run(job, t->data, t->sounds, (size_t)t->args->folds, t->args->train.valid,
                           out->clips, NULL, err);
    hear_train_progress_clear(&t->progress);
    return s;
}

static hear_status tune(tuning *t, hear_tuned *results, hear_error *err)
{
    hear_status s = HEAR_OK;
    for (size_t i = 0; s == HEAR_OK && i < t->grid.n_points; i++) {
        hear_job job;
        if (!make_job(t, i, &job))
            return HEAR_ERR_ARG;
        if (!t->args->train.quiet && t->progress.terminal)
            hear_note(t->args->train.data, "%zu of %zu", i + 1, t->grid.n_points);
        s = try_point(t, &job, &results[i], err);
        if (s == HEAR_OK && i == 0)
            hear_tune_head(t->args->format, &t->grid);
        if (s == HEAR_OK)
            hear_tune_row(t->args->format, &t->grid, i, results[i].clips);
        if (s == HEAR_OK && !t->args->report && !hear_flush_stdout())
            return HEAR_ERR_INTERRUPTED; /* for nobody */
    }
    if (s == HEAR_OK)
        hear_tune_best(t->args->format, &t->grid, results);
    return s;
}

/* What is trained, for the page's title. */
static const char *name_tried(const tuning *t, char *out, size_t room)
{
    if (t->args->train.arch)
        return t->args->train.arch;
    if (!t->base.model)
        return "several architectures"; /* which the grid names */
    snprintf(out, room, "%s further", t->base.name);
    return out;
}

static hear_status write_page(tuning *t, const hear_tuned *results, hear_error *err)
{
    const char *names[HEAR_GRID_MAX] = { NULL };
    char tried[sizeof t->base.name + 16];
    for (size_t i = 0; i < t->grid.n; i++)
        names[i] = t->grid.option[i]->name;
    const hear_metrics **points = calloc(t->grid.n_points, sizeof *points);
    hear_outfile *file;
    t->at = t->args->report;
    hear_status s = points ? hear_outfile_open(&file, t->args->report, err)
                           : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK) {
        for (size_t i = 0; i < t->grid.n_points; i++)
            points[i] = results[i].clips;
        const hear_page_tune page = { .arch = name_tried(t, tried, sizeof tried),
                                      .data = t->args->train.data,
                                      .n_folds = (size_t)t->args->folds,
                                      .n_options = t->grid.n,
                                      .option = names,
                                      .n_values = t->grid.n_values,
                                      .value = (char *const *const *)t->grid.values,
                                      .n_points = t->grid.n_points,
                                      .points = points };
        s = hear_page_tune_write(hear_outfile_stream(file), &page);
        if (s == HEAR_OK) {
            s = hear_outfile_commit(file, err);
        } else {
            hear_outfile_discard(file);
            hear_fail(err, s, NULL);
        }
    }
    free(points);
    return s;
}

/* Every point is looked at before the first is tried. */
static bool check_points(tuning *t)
{
    for (size_t i = 0; i < t->grid.n_points; i++) {
        hear_job job;
        if (!make_job(t, i, &job))
            return false;
    }
    return true;
}

static hear_status run_all(tuning *t, hear_error *err)
{
    hear_status s = HEAR_OK;
    t->at = t->args->report;
    if (t->args->report)
        s = hear_outfile_check(t->args->report, err);
    if (s != HEAR_OK)
        return s;
    t->at = t->args->train.data;
    s = hear_train_open_data(&t->data, &t->args->train, err);
    hear_tuned *results = calloc(t->grid.n_points, sizeof *results);
    if (s == HEAR_OK && !results)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK)
        s = tune(t, results, err);
    if (s == HEAR_OK && t->args->report)
        s = write_page(t, results, err);
    for (size_t i = 0; results && i < t->grid.n_points; i++)
        hear_metrics_destroy(results[i].clips);
    free(results);
    return s;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .train = hear_train_defaults, .format = "text", .folds = 5 };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first < argc)
        return hear_report_usage(cmd->name, "'%s' is one word too many", argv[first]);
    hear_error err = { 0 };
    tuning t = { .cmd = cmd, .args = &a };
    if (hear_train_check_data(&a.train, &err) != HEAR_OK)
        return hear_report_usage(cmd->name, "%s", hear_error_text(&err));
    if (!hear_train_base_open(&t.base, &a.train, &code))
        return code;
    if (!hear_grid_parse(&t.grid, cmd, &a.grid, &code) || !check_points(&t)) {
        hear_grid_clear(&t.grid);
        hear_train_base_close(&t.base);
        return code ? code : t.exit_code;
    }
    hear_status s = hear_pool_create(&t.pool, hear_train_n_threads(&a.train));
    if (s != HEAR_OK)
        hear_fail(&err, s, NULL);
    if (s == HEAR_OK)
        s = hear_signals_catch(&err);
    if (s == HEAR_OK)
        s = hear_train_progress_open(&t.progress, a.train.quiet, NULL, false, &err);
    if (s == HEAR_OK)
        s = run_all(&t, &err);
    hear_train_progress_clear(&t.progress);
    code = s == HEAR_OK ? HEAR_EXIT_OK : hear_report(t.at, &err);
    const int unreadable = hear_train_tell_unreadable(t.data, t.sounds, a.train.data);
    hear_rows_destroy(t.rows);
    hear_sounds_destroy(t.sounds);
    hear_dataset_destroy(t.data);
    hear_train_base_close(&t.base);
    hear_pool_destroy(t.pool);
    hear_grid_clear(&t.grid);
    code = hear_finish_stdout(code ? code : unreadable);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_tune = {
    .name = "tune",
    .summary = "Try settings of training on folds",
    .operands = "",
    .options = options,
    .notes = hear_train_notes,
    .run = run,
};
