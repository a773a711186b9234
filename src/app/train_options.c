/* train_options.c - see train_options.h. */
#include "config.h"

#include "app/train_options.h"

#include "app/find_model.h"
#include "app/report.h"
#include "base/error.h"
#include "base/text.h"
#include "train/augment.h"
#include "train/transfer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const hear_train_args hear_train_defaults = {
    .optimizer = "adamw",
    .schedule = "cosine",
    .balance = "sample",
    .lr = NAN,
    .step_factor = NAN,
    .clip = 5.0,
    .weight_decay = NAN,
    .momentum = 0.0,
    .smoothing = NAN,
    .averaging = NAN,
    .dropout = NAN,
    .window_s = NAN,
    .hop_s = NAN,
    .valid = 0.15,
    .epochs = UINT64_MAX,
    .patience = UINT64_MAX,
    .copies = UINT64_MAX,
};

#define AT(field) offsetof(hear_train_args, field)
const hear_option hear_train_options[] = {
#define HEAR_TRAIN_ITSELF
#include "app/train_options.inc"
#undef HEAR_TRAIN_ITSELF
    { 0 },
};
#undef AT

const char hear_train_notes[] = "Augmentations: shift, speed, pitch, mix, background, eq, room, "
                                "noise, band,\ngain, mask; and, not in all, blur and quiet.";

/* yamnet.onnx of any folder is yamnet. */
static void take_name(hear_train_base *base, const char *from)
{
    const char *const slash = strrchr(from, '/'), *const name = slash ? slash + 1 : from;
    const size_t n = strlen(name), end = n > 5 && strcmp(name + n - 5, ".onnx") == 0 ? n - 5 : n;
    snprintf(base->name, sizeof base->name, "%.*s", end < 63 ? (int)end : 63, name);
}

bool hear_train_base_open(hear_train_base *base, const hear_train_args *a, int *exit_code)
{
    hear_error err = { 0 };
    *base = (hear_train_base){ 0 };
    if (!a->from)
        return true;
    take_name(base, a->from);
    if (!hear_open_model(&base->model, a->from, exit_code))
        return false;
    if (a->groups &&
        hear_groups_open(&base->groups, a->groups, &base->model->info, &err) != HEAR_OK) {
        *exit_code = hear_report(a->groups, &err);
        hear_train_base_close(base);
        return false;
    }
    return true;
}

void hear_train_base_close(hear_train_base *base)
{
    hear_groups_destroy(base->groups);
    hear_model_close(base->model);
    *base = (hear_train_base){ 0 };
}

static hear_status parse_hidden(hear_arch_options *o, const char *text, hear_error *err)
{
    for (const char *word = text; *word;) {
        char number[24];
        uint64_t v;
        const size_t n = strcspn(word, ",");
        snprintf(number, sizeof number, "%.*s", n < 20 ? (int)n : 20, word);
        if (!hear_parse_uint(number, &v) || v < 1 || v > 65536)
            return hear_fail(err, HEAR_ERR_ARG, "--hidden takes numbers from 1 to 65536, not '%s'",
                             text);
        if (o->n_hidden == HEAR_MAX_HIDDEN)
            return hear_fail(err, HEAR_ERR_ARG, "--hidden takes %d layers at most",
                             HEAR_MAX_HIDDEN);
        o->hidden[o->n_hidden++] = (size_t)v;
        word += n + (word[n] == ',');
    }
    return o->n_hidden ? HEAR_OK : hear_fail(err, HEAR_ERR_ARG, "--hidden is empty");
}

static hear_status parse_batch(hear_job *job, const char *text, hear_error *err)
{
    uint64_t v = 0;
    if (strcmp(text, "all") != 0 && (!hear_parse_uint(text, &v) || v < 1 || v > 65536))
        return hear_fail(err, HEAR_ERR_ARG, "--batch takes a number from 1 to 65536, or all");
    job->settings.batch = (size_t)v;
    return HEAR_OK;
}

static void take_real(double *to, double given)
{
    if (!isnan(given))
        *to = given;
}

static void take_settings(hear_arch_settings *s, const hear_train_args *a)
{
    take_real(&s->lr, a->lr);
    take_real(&s->weight_decay, a->weight_decay);
    take_real(&s->smoothing, a->smoothing);
    take_real(&s->averaging, a->averaging);
    take_real(&s->window_s, a->window_s);
    take_real(&s->hop_s, a->hop_s);
    if (a->epochs != UINT64_MAX)
        s->epochs = (size_t)a->epochs;
    if (a->patience != UINT64_MAX)
        s->patience = (size_t)a->patience;
}

static hear_status take_schedule(hear_job *job, const hear_train_args *a, hear_error *err)
{
    job->schedule = strcmp(a->schedule, "cosine") == 0 ? HEAR_SCHEDULE_COSINE
                    : strcmp(a->schedule, "step") == 0 ? HEAR_SCHEDULE_STEP
                                                       : HEAR_SCHEDULE_CONSTANT;
    if (job->schedule != HEAR_SCHEDULE_STEP && (a->step_epochs || !isnan(a->step_factor)))
        return hear_fail(err, HEAR_ERR_ARG,
                         "--step-epochs and --step-factor go with --schedule step");
    job->step_epochs = a->step_epochs ? (size_t)a->step_epochs : (job->settings.epochs + 2) / 3;
    job->step_factor = isnan(a->step_factor) ? 0.1 : a->step_factor;
    return HEAR_OK;
}

static hear_status find_arch(hear_job *job, const hear_train_args *a, const hear_model *base,
                             hear_error *err)
{
    job->arch = a->arch ? hear_arch_find(a->arch) : base ? &hear_arch_further : NULL;
    if (!job->arch)
        return a->arch ? hear_fail(err, HEAR_ERR_ARG, "there is no architecture '%s'", a->arch)
                       : hear_fail(err, HEAR_ERR_ARG, "--arch is missing, or --from");
    const bool head = base && job->arch != &hear_arch_further;
    if (a->freeze && !base)
        return hear_fail(err, HEAR_ERR_ARG, "--freeze goes with --from");
    if ((a->copies != UINT64_MAX || a->apart || a->groups) && !head)
        return hear_fail(err, HEAR_ERR_ARG,
                         "--copies, --groups and --apart go with --from and --arch");
    if (head && !job->arch->head)
        return hear_fail(err, HEAR_ERR_ARG, "--from goes with --arch logreg or mlp, or without");
    if (a->groups && job->arch != &hear_arch_logreg)
        return hear_fail(err, HEAR_ERR_ARG, "--groups goes with --arch logreg");
    if (base && (a->input || !isnan(a->window_s) || !isnan(a->hop_s)))
        return hear_fail(err, HEAR_ERR_ARG, "--input, --window and --hop are those of --from");
    if (a->groups)
        job->arch = &hear_arch_groups;
    return HEAR_OK;
}

enum { COPIES = 3 };
/* On folds with YAMNet's embedding: few animals like 0.001, voices 0.01, all sounds 0.005. */
#define C_OF_HEADS 0.01
/* Women's and men's voices from sources left out hardly care, from 0.003 to 0.03. */
#define C_OF_GROUPS 0.01

/* The network and how it hears are base's. */
static hear_status take_base(hear_job *job, const hear_train_args *a, const hear_train_base *base,
                             hear_error *err)
{
    const bool head = job->arch != &hear_arch_further;
    if (base->model->backbone)
        return hear_fail(err, HEAR_ERR_ARG,
                         "--from %s: it is a head, without a network of its own; --from %s trains "
                         "another on what it stands on",
                         base->name, base->model->info.backbone);
    job->base = base->model;
    job->options.groups = base->groups;
    job->apart = a->apart ? base->name : NULL;
    job->cut = a->freeze ? a->freeze : head ? hear_transfer_cut(job->base) : NULL;
    if (head && !job->cut)
        return hear_fail(err, HEAR_ERR_ARG, "--freeze is missing: the model names no embedding");
    if (head && job->arch->takes_c && !(job->options.c > 0.0) && (!a->batch || a->groups))
        job->options.c = a->groups ? C_OF_GROUPS : C_OF_HEADS;
    hear_arch_settings_of(job->arch, &job->options, &job->settings);
    job->settings.frontend = job->base->info.frontend;
    job->settings.layout = job->base->info.layout;
    job->settings.window_s = hear_model_window_s(job->base);
    if (head)
        job->settings.augment = "none";
    return HEAR_OK;
}

/* mix and background want a second recording, and the rows of a head are made of one. */
static hear_status take_copies(hear_job *job, const hear_train_args *a, hear_error *err)
{
    const unsigned two = 1u << HEAR_AUGMENT_MIX | 1u << HEAR_AUGMENT_BACKGROUND;
    if (a->augment && strncmp(a->augment, "all", 3) != 0 && (job->augment & two))
        return hear_fail(err, HEAR_ERR_ARG, "mix and background cannot be done to heads' copies");
    job->augment &= ~two;
    job->n_copies = a->copies != UINT64_MAX ? (size_t)a->copies : job->augment ? COPIES : 0;
    return HEAR_OK;
}

hear_status hear_train_job(hear_job *job, const hear_train_args *a, const hear_train_base *base,
                           hear_error *err)
{
    *job = (hear_job){ .seed = a->seed };
    hear_status s = find_arch(job, a, base->model, err);
    if (s != HEAR_OK)
        return s;
    job->options = (hear_arch_options){ .activation = a->activation,
                                        .input = a->input,
                                        .dropout = isnan(a->dropout) ? -1.0 : a->dropout,
                                        .sigmoid = a->sigmoid,
                                        .c = a->c,
                                        .l1 = a->penalty && strcmp(a->penalty, "l1") == 0,
                                        .n_trees = (size_t)a->trees,
                                        .depth = (size_t)a->depth };
    if (a->hidden)
        s = parse_hidden(&job->options, a->hidden, err);
    if (base->model && s == HEAR_OK)
        s = take_base(job, a, base, err);
    else
        hear_arch_settings_of(job->arch, &job->options, &job->settings);
    take_settings(&job->settings, a);
    if (s == HEAR_OK && !isnan(a->hop_s) && a->hop_s > job->settings.window_s)
        s = hear_fail(err, HEAR_ERR_ARG, "--hop %g is more than the window's %g seconds", a->hop_s,
                      job->settings.window_s);
    if (s == HEAR_OK)
        s = hear_arch_check(job->arch, &job->options, err);
    if (s == HEAR_OK && a->penalty && !(a->c > 0.0))
        s = hear_fail(err, HEAR_ERR_ARG, "--penalty goes with --C");
    if (s == HEAR_OK && a->batch && !hear_arch_fits(job->arch, &job->options))
        s = parse_batch(job, a->batch, err);
    const char *augment = a->augment ? a->augment : job->settings.augment;
    if (job->settings.batch == 0 && !hear_job_is_head(job))
        augment = "none";
    if (s == HEAR_OK)
        s = hear_augment_parse(&job->augment, augment, job->settings.frontend.features, err);
    if (s == HEAR_OK && hear_job_is_head(job))
        s = take_copies(job, a, err);
    if (s != HEAR_OK)
        return s;
    job->init = !a->init                        ? hear_arch_init(&job->options)
                : strcmp(a->init, "he") == 0    ? HEAR_INIT_HE
                : strcmp(a->init, "numpy") == 0 ? HEAR_INIT_NUMPY
                                                : HEAR_INIT_XAVIER;
    job->optim.kind = strcmp(a->optimizer, "sgd") == 0    ? HEAR_OPTIM_SGD
                      : strcmp(a->optimizer, "adam") == 0 ? HEAR_OPTIM_ADAM
                                                          : HEAR_OPTIM_ADAMW;
    job->optim.momentum = a->momentum;
    job->clip = a->clip;
    job->sampling = strcmp(a->balance, "sample") == 0   ? HEAR_SAMPLE_BALANCED
                    : strcmp(a->balance, "weight") == 0 ? HEAR_SAMPLE_WEIGHTED
                                                        : HEAR_SAMPLE_PLAIN;
    return take_schedule(job, a, err);
}

const char *hear_train_balance(const hear_job *job)
{
    const bool all = job->settings.batch == 0; /* windows, without chance */
    if (job->sampling == HEAR_SAMPLE_WEIGHTED)
        return all ? "every window counts by how rare its label is"
                   : "recordings are drawn alike, and count by how rare their label is";
    if (all && (!hear_arch_fits(job->arch, &job->options) || job->sampling == HEAR_SAMPLE_PLAIN))
        return "every window of every recording counts alike";
    return job->sampling == HEAR_SAMPLE_BALANCED
               ? "labels count alike, sources and groups by the root of their size"
               : "recordings are drawn alike, whatever their label";
}

/* As a shell takes it: quoted where it must be. */
static void put_word(FILE *out, const char *before, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./,:+=@%";
    if (*text && strspn(text, plain) == strlen(text)) {
        fprintf(out, "%s%s", before, text);
        return;
    }
    fprintf(out, before[0] ? "\"%s\"'" : "%s'", before);
    for (; *text; text++)
        fprintf(out, *text == '\'' ? "'\\''" : "%c", *text);
    fprintf(out, "'");
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void put_real(FILE *out, double v)
{
    for (int digits = 1; digits <= 17; digits++) { /* as short as it can be */
        char text[40];
        double back;
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (digits == 17 || (hear_parse_double(text, &back) && back == v)) {
            fprintf(out, "%s", text);
            return;
        }
    }
}

/* One option with its value, where it is not the default. */
static void put_option(FILE *out, const hear_option *o, const hear_train_args *args)
{
    const void *given = (const char *)args + o->offset;
    const void *otherwise = (const char *)&hear_train_defaults + o->offset;
    if (o->kind == HEAR_OPT_FLAG) {
        if (*(const bool *)given)
            fprintf(out, " --%s", o->name);
    } else if (o->kind == HEAR_OPT_REAL) {
        const double v = *(const double *)given, d = *(const double *)otherwise;
        if (!(isnan(v) || v == d)) {
            fprintf(out, " --%s ", o->name);
            put_real(out, v);
        }
    } else if (o->kind == HEAR_OPT_COUNT) {
        const uint64_t v = *(const uint64_t *)given;
        if (v != *(const uint64_t *)otherwise)
            fprintf(out, " --%s %llu", o->name, (unsigned long long)v);
    } else {
        const char *v = *(const char *const *)given, *d = *(const char *const *)otherwise;
        const bool folder = o->offset == offsetof(hear_train_args, data);
        if (v && !(d && strcmp(v, d) == 0)) {
            fprintf(out, " --%s ", o->name);
            const bool is_out = o->offset == offsetof(hear_train_args, out);
            const bool is_file = is_out || o->offset == offsetof(hear_train_args, from) ||
                                 o->offset == offsetof(hear_train_args, groups);
            put_word(out, folder ? "$DATA/" : "", folder || is_file ? last_name(v) : v);
        }
    }
}

char *hear_train_command(const hear_train_args *args)
{
    static const size_t silent[] = {
        offsetof(hear_train_args, threads), offsetof(hear_train_args, log),
        offsetof(hear_train_args, resume),  offsetof(hear_train_args, quiet),
        offsetof(hear_train_args, root),    offsetof(hear_train_args, cross)
    };
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return NULL;
    fprintf(out, "hearsay train");
    for (const hear_option *o = hear_train_options; o->name; o++) {
        bool told = true;
        for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
            told = told && o->offset != silent[i];
        if (told)
            put_option(out, o, args);
    }
    const bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
