/* cmd_train.c - hearsay train: recordings in, a model out. */
#include "config.h"

#include "app/cmd.h"
#include "app/find_model.h"
#include "app/signals.h"
#include "app/train_data.h"
#include "app/train_denoiser.h"
#include "app/train_options.h"
#include "app/train_progress.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "nn/onnx.h"
#include "train/card.h"
#include "train/cross.h"
#include "train/scores.h"
#include "train/split.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const hear_train_args *args;
    hear_job job;
    hear_train_progress progress;
    hear_fit_result fit;
    hear_train_base base;
    hear_dataset *data;
    hear_sounds *sounds;
    hear_rows *rows;  /* what --from's network makes of them; NULL where it is not kept */
    char splits[256]; /* how they came about */
    const char *at;   /* what an error is about, for the message */
} training;

static bool on_load(void *user, size_t done, size_t of)
{
    training *const t = user;
    hear_train_progress_load(&t->progress, done, of);
    return hear_signals_caught() == 0;
}

static bool on_step(void *user, const hear_progress *p)
{
    training *const t = user;
    hear_train_progress_step(&t->progress, p);
    return hear_signals_caught() == 0;
}

static void on_epoch(void *user, const hear_progress *p)
{
    training *const t = user;
    hear_train_progress_epoch(&t->progress, p);
}

static void on_fit(void *user, const hear_fit_result *r)
{
    training *const t = user;
    t->fit = *r;
    if (r->solved && !r->converged)
        hear_note(t->args->data, "not solved to convergence after %zu steps", r->n_steps);
    else if (r->solved && !t->args->quiet)
        hear_note(t->args->data, "solved in %zu steps, objective %.9g", r->n_steps, r->objective);
}

static bool is_stopped(void *user)
{
    (void)user;
    return hear_signals_caught() != 0;
}

static void tell_splits(training *t, bool drawn)
{
    const hear_dataset *d = t->data;
    hear_train_splits(t->splits, sizeof t->splits, d, t->args, drawn);
    if (!t->args->quiet)
        hear_note(t->args->data, "%s", t->splits);
    if (!t->args->quiet && hear_dataset_count(d, HEAR_SPLIT_VALID) == 0 && t->args->valid > 0.0)
        hear_note(t->args->data, "no label has a second group to choose the best epoch by: the "
                                 "last one is kept");
}

static hear_status open_data(training *t, hear_error *err)
{
    const hear_train_args *a = t->args;
    t->at = a->data;
    hear_status s = hear_train_open_data(&t->data, a, err);
    if (s != HEAR_OK)
        return s;
    const bool drawn = hear_dataset_count(t->data, HEAR_SPLIT_VALID) == 0;
    if (!a->cross || a->out) {
        s = hear_split_validation(t->data, a->valid, a->seed);
        if (s != HEAR_OK)
            return hear_fail(err, s, NULL);
        tell_splits(t, drawn);
    }
    if (!a->quiet)
        hear_note(a->data, "%s", hear_train_balance(&t->job));
    bool at_checkpoint;
    s = hear_job_check(&t->job, t->data, &at_checkpoint, err);
    if (s != HEAR_OK) {
        t->at = at_checkpoint ? a->resume : s == HEAR_ERR_ARG && a->from ? a->from : a->data;
        return s;
    }
    const hear_sounds_config config = { .frontend = &t->job.settings.frontend,
                                        .seed = a->seed,
                                        .made_s = t->job.settings.window_s + 1.0,
                                        .made_db = hear_train_made_db(a),
                                        .n_threads = hear_pool_n_threads(t->job.pool),
                                        .progress = on_load,
                                        .user = t };
    s = hear_sounds_load(&t->sounds, t->data, &config, err);
    if (s == HEAR_OK && hear_job_is_head(&t->job)) {
        s = hear_job_rows(&t->rows, &t->job, t->data, t->sounds, on_load, err);
        t->job.rows = t->rows;
        if (s == HEAR_ERR_ARG)
            t->at = a->from;
    }
    hear_train_progress_clear(&t->progress);
    return s;
}

static void put_evaluation(const training *t, const char *name, const hear_judgement *e)
{
    if (e->clips->n == 0)
        return;
    printf("%s, by recording: ", name);
    hear_scores_line(stdout, e->clips);
    putchar('\n');
    hear_scores_table(stdout, e->clips, t->data->labels.name);
    printf("%s, by window:    ", name);
    hear_scores_line(stdout, e->windows);
    putchar('\n');
}

static void put_out_of_bag(const hear_fit_result *r)
{
    if (r->n_out_of_bag == 0)
        return;
    char interval[HEAR_INTERVAL_TEXT];
    hear_interval_text(interval, hear_wilson(r->n_out_of_bag_right, r->n_out_of_bag));
    printf("out of bag, by window: accuracy %.1f %% (95 %% interval %s), n %zu\n",
           100.0 * (double)r->n_out_of_bag_right / (double)r->n_out_of_bag, interval,
           r->n_out_of_bag);
}

static hear_status evaluate(const training *t, const hear_model *model, hear_split split,
                            hear_judgement *e, hear_error *err)
{
    const hear_judge_config config = {
        .model = model, .data = t->data, .sounds = t->sounds, .split = split, .pool = t->job.pool
    };
    return hear_judge(e, &config, err);
}

/* Scores, card and file of a trained model. */
static hear_status keep(training *t, hear_model *model, bool interrupted, hear_error *err)
{
    hear_judgement valid = { 0 }, test = { 0 };
    hear_status s = evaluate(t, model, HEAR_SPLIT_VALID, &valid, err);
    if (s == HEAR_OK && !interrupted) /* looked at once, when all is chosen */
        s = evaluate(t, model, HEAR_SPLIT_TEST, &test, err);
    char *command = s == HEAR_OK ? hear_train_command(t->args) : NULL;
    const hear_card card = { .command = command,
                             .data = t->data,
                             .sounds = t->sounds,
                             .splits = t->splits,
                             .interrupted = interrupted,
                             .valid = &valid,
                             .test = interrupted ? NULL : &test };
    char *text = command ? hear_card_write(&card) : NULL;
    if (s == HEAR_OK && !text)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK) {
        free(model->info.card);
        model->info.card = text;
        text = NULL;
        s = hear_model_info_store(&model->info, model->graph);
        if (s != HEAR_OK)
            hear_fail(err, s, NULL);
    }
    t->at = t->args->out;
    if (s == HEAR_OK)
        s = hear_onnx_write(model->graph, t->args->out, err);
    if (s == HEAR_OK) {
        hear_train_progress_kept(&t->progress, t->args->out);
        put_out_of_bag(&t->fit);
        put_evaluation(t, "valid", &valid);
        if (!interrupted)
            put_evaluation(t, "test", &test);
    }
    free(command);
    free(text);
    hear_judgement_clear(&valid);
    hear_judgement_clear(&test);
    return s;
}

static hear_status train(training *t, hear_error *err)
{
    hear_model *model;
    char *command = hear_train_command(t->args);
    if (!command)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_train_progress_begin(&t->progress, command, t->splits, hear_train_balance(&t->job));
    free(command);
    hear_status s = hear_job_run(&model, &t->job, t->data, t->sounds, err);
    hear_train_progress_clear(&t->progress);
    if (s == HEAR_ERR_ARG && t->args->from)
        t->at = t->args->from;
    else if (s == HEAR_ERR_IO && t->args->resume)
        t->at = t->args->resume;
    if (model) {
        const bool interrupted = s == HEAR_ERR_INTERRUPTED;
        const hear_status kept = keep(t, model, interrupted, err);
        if (interrupted && kept == HEAR_OK && !t->args->quiet)
            hear_note(t->args->out, "interrupted: the best weights until now are kept");
        s = kept != HEAR_OK ? kept : s;
    }
    hear_model_close(model);
    return s;
}

static void on_fold(void *user, const hear_cross_result *r)
{
    const training *const t = user;
    char name[1024] = "";
    size_t used = 0;
    if (!r->name)
        snprintf(name, sizeof name, "fold %zu", r->fold + 1);
    else
        hear_append_clean(name, sizeof name, &used, r->name);
    printf("without %s: ", name[0] ? name : "a source not named");
    if (!r->clips) {
        printf("a label would have nothing to learn from\n");
        return;
    }
    hear_scores_line(stdout, r->clips);
    putchar('\n');
    hear_scores_table(stdout, r->clips, t->data->labels.name);
    hear_flush_stdout();
}

static hear_status cross(training *t, hear_error *err)
{
    uint64_t n = 0;
    if (!hear_parse_uint(t->args->cross, &n))
        n = 0; /* sources */
    hear_metrics *all;
    if (hear_metrics_create(&all, t->data->labels.n) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_status s =
        hear_cross_run(&t->job, t->data, t->sounds, (size_t)n, t->args->valid, all, on_fold, err);
    hear_train_progress_clear(&t->progress);
    if (s == HEAR_OK) {
        printf("all left out: ");
        hear_scores_line(stdout, all);
        putchar('\n');
        hear_scores_table(stdout, all, t->data->labels.name);
    }
    hear_metrics_destroy(all);
    return s;
}

static hear_status run_all(training *t, hear_error *err)
{
    hear_status s = open_data(t, err);
    if (s == HEAR_OK && t->args->cross) {
        t->at = t->args->data;
        s = cross(t, err);
    }
    if (s == HEAR_OK && t->args->out) {
        t->at =
            t->args->resume && access(t->args->resume, F_OK) == 0 ? t->args->resume : t->args->data;
        s = train(t, err);
    }
    return s;
}

/* A head in the place of the network that it stands on would be the end of both. */
static bool is_own_backbone(const hear_train_args *a)
{
    struct stat out, from;
    char *path = NULL;
    hear_error err;
    const bool same = a->apart && a->out && hear_find_model(&path, a->from, &err) == HEAR_OK &&
                      stat(a->out, &out) == 0 && stat(path, &from) == 0 &&
                      out.st_dev == from.st_dev && out.st_ino == from.st_ino;
    free(path);
    return same;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    hear_train_args args = hear_train_defaults;
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &args, &first, &code))
        return code;
    if (first < argc)
        return hear_report_usage(cmd->name, "'%s' is one word too many", argv[first]);
    if (args.arch && strcmp(args.arch, "denoiser") == 0)
        return hear_train_denoiser(cmd, &args, hear_train_n_threads(&args));
    if (!args.out && !args.cross)
        return hear_report_usage(cmd->name, "--output or --cross is missing");
    if (args.resume && args.cross)
        return hear_report_usage(cmd->name, "--resume goes with one training, not with --cross");
    hear_error err = { 0 };
    training t = { .args = &args };
    if (!hear_train_base_open(&t.base, &args, &code))
        return code;
    code = 0;
    if (hear_train_check_data(&args, &err) != HEAR_OK ||
        hear_train_job(&t.job, &args, &t.base, &err) != HEAR_OK)
        code = hear_report_usage(cmd->name, "%s", hear_error_text(&err));
    else if (args.resume && hear_arch_fits(t.job.arch, &t.job.options))
        code = hear_report_usage(cmd->name, "--resume: %s is solved at once, without epochs",
                                 args.arch);
    else if (is_own_backbone(&args))
        code = hear_report_usage(cmd->name, "--output %s is the network that the head stands on",
                                 args.out);
    if (code) {
        hear_train_base_close(&t.base);
        return code;
    }
    t.job.checkpoint = args.resume;
    t.at = args.out;
    hear_status s = args.out ? hear_outfile_check(args.out, &err) : HEAR_OK;
    if (s == HEAR_OK && args.resume) {
        t.at = args.resume;
        s = hear_outfile_check(args.resume, &err);
    }
    if (s == HEAR_OK && (s = hear_pool_create(&t.job.pool, hear_train_n_threads(&args))) != HEAR_OK)
        hear_fail(&err, s, NULL);
    if (s == HEAR_OK) {
        t.at = NULL;
        s = hear_signals_catch(&err);
    }
    if (s == HEAR_OK) {
        t.at = args.log;
        const bool goes_on = args.resume && access(args.resume, F_OK) == 0;
        s = hear_train_progress_open(&t.progress, args.quiet, args.log, goes_on, &err);
    }
    t.job.on_step = on_step;
    t.job.on_epoch = on_epoch;
    t.job.on_fit = on_fit;
    t.job.stop = is_stopped;
    t.job.user = &t;
    if (s == HEAR_OK)
        s = run_all(&t, &err);
    hear_train_progress_clear(&t.progress);
    code = hear_report(t.at, &(hear_error){ .status = HEAR_OK });
    if (s != HEAR_OK)
        code = hear_report(t.at, &err);
    const int unreadable = hear_train_tell_unreadable(t.data, t.sounds, args.data);
    hear_error log_err = { 0 };
    if (hear_train_progress_close(&t.progress, &log_err) != HEAR_OK && code == HEAR_EXIT_OK)
        code = hear_report(args.log, &log_err);
    hear_rows_destroy(t.rows);
    hear_sounds_destroy(t.sounds);
    hear_dataset_destroy(t.data);
    hear_pool_destroy(t.job.pool);
    hear_train_base_close(&t.base);
    code = hear_finish_stdout(code ? code : unreadable);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_train = {
    .name = "train",
    .summary = "Train a model on labelled recordings",
    .operands = "",
    .options = hear_train_options,
    .notes = hear_train_notes,
    .run = run,
};
