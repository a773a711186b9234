/* train_denoiser.c - see train_denoiser.h. */
#include "config.h"

#include "app/train_denoiser.h"

#include "app/find_model.h"
#include "app/signals.h"
#include "app/train_data.h"
#include "app/train_progress.h"
#include "app/unread.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "nn/onnx.h"
#include "stream/denoise.h"
#include "train/checkpoint.h"
#include "train/denoiser.h"
#include "train/split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const hear_train_args *args;
    hear_train_progress progress;
    hear_unread unread;
} session;

static bool on_load(void *user, size_t done, size_t of)
{
    session *const s = user;
    hear_train_progress_load(&s->progress, done, of);
    return hear_signals_caught() == 0;
}

static bool on_step(void *user, const hear_progress *p)
{
    session *const s = user;
    hear_train_progress_step(&s->progress, p);
    return hear_signals_caught() == 0;
}

static void on_epoch(void *user, const hear_progress *p)
{
    session *const s = user;
    hear_train_progress_epoch(&s->progress, p);
}

static void on_unread(void *user, const char *path, const hear_error *err)
{
    session *const s = user;
    hear_unread_add(&s->unread, path, err);
}

/* At the end, where they are seen. */
static int tell_unread(session *s)
{
    const size_t n = s->unread.n;
    const int code = hear_unread_tell(&s->unread);
    return code ? hear_report_text(HEAR_ERR_DATA, s->args->data, "%zu recordings could not be read",
                                   n)
                : code;
}

static hear_status set_card(hear_graph *graph, const hear_train_args *args)
{
    char *command = hear_train_command(args);
    hear_status s = HEAR_ERR_MEM;
    if (command) {
        const size_t room = strlen(command) + 80;
        char *card = malloc(room);
        if (card) {
            snprintf(card, room, "Takes noise out of speech. Made by\n  %s\n", command);
            s = hear_graph_set_prop(graph, "hearsay.card", card);
        }
        free(card);
    }
    free(command);
    return s;
}

static hear_status train(session *s, hear_dataset *d, const hear_graph *from, hear_pool *pool,
                         hear_error *err)
{
    const hear_train_args *a = s->args;
    uint64_t batch = 16;
    if (a->batch && (!hear_parse_uint(a->batch, &batch) || batch < 4 || batch > 1024 || batch % 4))
        return hear_fail(err, HEAR_ERR_ARG, "--batch of a denoiser is a multiple of 4 to 1024");
    const hear_denoiser_config config = {
        .epochs = a->epochs == UINT64_MAX ? 40 : (size_t)a->epochs,
        .batch = (size_t)batch,
        .lr = isnan(a->lr) ? 2e-3 : a->lr,
        .weight_decay = isnan(a->weight_decay) ? 1e-3 : a->weight_decay,
        .averaging = isnan(a->averaging) ? 0.99 : a->averaging,
        .seed = a->seed,
        .from = from,
        .pool = pool,
        .checkpoint = a->resume,
        .on_step = on_step,
        .on_epoch = on_epoch,
        .on_unread = on_unread,
        .on_load = on_load,
        .user = s,
    };
    hear_graph *graph;
    hear_status status =
        a->resume ? hear_checkpoint_check(a->resume, hear_denoiser_print(&config), err) : HEAR_OK;
    if (status != HEAR_OK)
        return status;
    status = hear_denoiser_train(&graph, d, &config, err);
    hear_train_progress_clear(&s->progress);
    if (graph) {
        hear_status kept = set_card(graph, a);
        if (kept != HEAR_OK)
            hear_fail(err, kept, NULL);
        else
            kept = hear_onnx_write(graph, a->out, err);
        if (status == HEAR_ERR_INTERRUPTED && kept == HEAR_OK && !a->quiet)
            hear_note(a->out, "interrupted: the best weights until now are kept");
        status = kept != HEAR_OK ? kept : status;
    }
    hear_graph_destroy(graph);
    return status;
}

/* As of other trainings, on standard error and in the log. */
static hear_status begin(session *s, hear_dataset *d, hear_error *err)
{
    const hear_train_args *const a = s->args;
    char splits[256];
    const bool drawn = hear_dataset_count(d, HEAR_SPLIT_VALID) == 0;
    const hear_status status = hear_split_validation(d, a->valid, a->seed);
    char *const command = status == HEAR_OK ? hear_train_command(a) : NULL;
    if (!command)
        return hear_fail(err, status == HEAR_OK ? HEAR_ERR_MEM : status, NULL);
    hear_train_splits(splits, sizeof splits, d, a, drawn);
    if (!a->quiet)
        hear_note(a->data, "%s", splits);
    hear_train_progress_begin(&s->progress, command, splits,
                              "every second of speech and of noise is drawn alike");
    free(command);
    return HEAR_OK;
}

static hear_status open_from(hear_graph **out, const char *name, hear_error *err)
{
    char *path;
    hear_status s = hear_find_model(&path, name, err);
    if (s != HEAR_OK)
        return s;
    s = hear_onnx_read(out, path, err);
    free(path);
    if (s == HEAR_OK && !hear_is_denoiser(*out))
        s = hear_fail(err, HEAR_ERR_MODEL, "is no denoiser: hearsay.kind does not say so");
    return s;
}

int hear_train_denoiser(const hear_cmd *cmd, const hear_train_args *args, size_t n_threads)
{
    if (!args->out || args->cross)
        return hear_report_usage(cmd->name, "a denoiser needs --output, and takes no --cross");
    session s = { .args = args };
    hear_error err = { .status = HEAR_OK };
    hear_dataset *d = NULL;
    hear_graph *from = NULL;
    hear_pool *pool = NULL;
    const char *at = args->out;
    hear_status status = hear_outfile_check(args->out, &err);
    const bool goes_on = args->resume && access(args->resume, F_OK) == 0;
    if (status == HEAR_OK && args->resume) {
        at = args->resume;
        status = hear_outfile_check(args->resume, &err);
    }
    if (status == HEAR_OK) {
        at = args->log;
        status = hear_train_progress_open(&s.progress, args->quiet, args->log, goes_on, &err);
    }
    if (status == HEAR_OK && (status = hear_pool_create(&pool, n_threads)) != HEAR_OK)
        hear_fail(&err, status, NULL);
    if (status == HEAR_OK)
        status = hear_signals_catch(&err);
    if (status == HEAR_OK) {
        at = args->data;
        status = hear_dataset_open(&d, args->data, args->root, &err);
    }
    if (status == HEAR_OK && args->from) {
        at = args->from;
        status = open_from(&from, args->from, &err);
    }
    if (status == HEAR_OK) {
        at = args->data;
        status = begin(&s, d, &err);
    }
    if (status == HEAR_OK) {
        at = goes_on ? args->resume : args->data;
        status = train(&s, d, from, pool, &err);
    }
    int code = status == HEAR_OK ? HEAR_EXIT_OK : hear_report(at, &err);
    if (hear_train_progress_close(&s.progress, &err) != HEAR_OK && code == HEAR_EXIT_OK)
        code = hear_report(args->log, &err);
    hear_graph_destroy(from);
    hear_dataset_destroy(d);
    hear_pool_destroy(pool);
    const int unread = tell_unread(&s);
    hear_signals_end();
    return code ? code : unread;
}
