/* train_options.c - see train_options.h. */
#include "config.h"

#include "app/train_options.h"

#include "base/error.h"
#include "base/text.h"
#include "train/augment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const hear_train_args hear_train_defaults = {
    .optimizer = "adamw",
    .schedule = "cosine",
    .balance = "sample",
    .lr = NAN,
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
};

#define AT(field) offsetof(hear_train_args, field)
const hear_option hear_train_options[] = {
    { 'a', "arch", "logreg|mlp|forest|cnn|cnn5", HEAR_OPT_CHOICE, AT(arch), .required = true,
      .help = "the architecture; what is not given, it sets" },
    { 'd', "data", "DATA", HEAR_OPT_TEXT, AT(data), .required = true,
      .help = "a folder LABEL/RECORDING, or a table (tab separated,\nwith a header line: path, "
              "label, group, split,\nsource, licence; the first two are needed)" },
    { 'o', "output", "MODEL", HEAR_OPT_TEXT, AT(out), .help = "write the model to this file" },
    { 0, "root", "FOLDER", HEAR_OPT_TEXT, AT(root),
      .help = "what paths in the table are relative to (default:\nthe table's folder)" },
    { 0, "hidden", "N,...", HEAR_OPT_TEXT, AT(hidden), .help = "units of each hidden layer" },
    { 0, "activation", "relu|leaky_relu|tanh|sigmoid", HEAR_OPT_CHOICE, AT(activation),
      .help = "of the hidden layers (default: relu)" },
    { 0, "input", "stats|flat|descriptors", HEAR_OPT_CHOICE, AT(input),
      .help = "of logreg, mlp and forest: statistics of the frames\nover the window, the frames "
              "themselves, or mean and\ndeviation of six descriptors (default: stats, of\n"
              "forest descriptors)" },
    { 0, "C", "X", HEAR_OPT_REAL, AT(c), .max = 1e12,
      .help = "of logreg: solve to convergence, C times the loss\nplus the penalty, as "
              "scikit-learn" },
    { 0, "penalty", "l2|l1", HEAR_OPT_CHOICE, AT(penalty), .help = "with --C (default: l2)" },
    { 0, "trees", "N", HEAR_OPT_COUNT, AT(trees), .min = 1, .max = 10000,
      .help = "of forest (default: 100)" },
    { 0, "depth", "N", HEAR_OPT_COUNT, AT(depth), .min = 1, .max = 64,
      .help = "of its trees (default: 2)" },
    { 0, "sigmoid", NULL, HEAR_OPT_FLAG, AT(sigmoid),
      .help = "one sigmoid unit for two labels instead of softmax" },
    { 0, "dropout", "P", HEAR_OPT_REAL, AT(dropout), .max = 0.99,
      .help = "share of hidden units left out in training" },
    { 0, "init", "he|xavier|numpy", HEAR_OPT_CHOICE, AT(init),
      .help = "first weights; numpy: 0.01 randn (default: he,\nxavier for tanh and sigmoid)" },
    { 0, "epochs", "N", HEAR_OPT_COUNT, AT(epochs), .min = 1, .max = 1e9,
      .help = "as many examples as there are recordings, N times" },
    { 0, "batch", "N|all", HEAR_OPT_TEXT, AT(batch),
      .help = "examples a step; all: every window of every\nrecording, without augmentation" },
    { 0, "optimizer", "adamw|adam|sgd", HEAR_OPT_CHOICE, AT(optimizer),
      .help = "(default: adamw)" },
    { 0, "lr", "X", HEAR_OPT_REAL, AT(lr), .max = INFINITY, .help = "learning rate" },
    { 0, "schedule", "cosine|constant", HEAR_OPT_CHOICE, AT(schedule),
      .help = "of the learning rate (default: cosine)" },
    { 0, "momentum", "X", HEAR_OPT_REAL, AT(momentum), .max = 0.999,
      .help = "of sgd (default: 0)" },
    { 0, "weight-decay", "X", HEAR_OPT_REAL, AT(weight_decay), .max = INFINITY,
      .help = "pulls weights to 0" },
    { 0, "smoothing", "P", HEAR_OPT_REAL, AT(smoothing), .max = 0.99,
      .help = "share of each target spread over all labels" },
    { 0, "averaging", "P", HEAR_OPT_REAL, AT(averaging), .max = 0.99999,
      .help = "keep a running mean of the weights, this share of\nit each step" },
    { 0, "patience", "N", HEAR_OPT_COUNT, AT(patience), .max = 1e9,
      .help = "end after N epochs without a better validation;\n0: never" },
    { 0, "augment", "NAME,...|all|none", HEAR_OPT_TEXT, AT(augment),
      .help = "what may happen to recordings: see below" },
    { 0, "balance", "sample|none", HEAR_OPT_CHOICE, AT(balance),
      .help = "sample: labels alike, then sources and groups by\nthe root of their size (default: "
              "sample)" },
    { 0, "silence", "LABEL[:N]", HEAR_OPT_TEXT, AT(silence),
      .help = "add N (default 64) made recordings of silence,\ndigital zero to quiet noise, as "
              "LABEL" },
    { 0, "valid", "P", HEAR_OPT_REAL, AT(valid), .max = 0.9,
      .help = "share of the groups to choose the best epoch by,\nwhere the table names none "
              "(default: 0.15; 0: none)" },
    { 0, "cross", "source|K", HEAR_OPT_TEXT, AT(cross),
      .help = "train and test K times by groups, or once without\neach source; no model unless "
              "--output is given too" },
    { 0, "window", "S", HEAR_OPT_REAL, AT(window_s), .min = 0.05, .max = 60.0,
      .help = "seconds that the model hears at once" },
    { 0, "hop", "S", HEAR_OPT_REAL, AT(hop_s), .min = 0.05, .max = 60.0,
      .help = "seconds between windows, kept in the model" },
    { 0, "seed", "N", HEAR_OPT_COUNT, AT(seed), .max = 9e15,
      .help = "of all that is drawn at random (default: 0)" },
    { 0, "threads", "N", HEAR_OPT_COUNT, AT(threads), .min = 1, .max = 64,
      .help = "(default: one a core; the model does not depend\non it)" },
    { 0, "log", "FILE", HEAR_OPT_TEXT, AT(log), .help = "write a JSON object for each epoch" },
    { 'q', "quiet", NULL, HEAR_OPT_FLAG, AT(quiet), .help = "no progress" },
    { 0 },
};
#undef AT

const char hear_train_notes[] =
    "Augmentations: shift, speed, pitch, mix, background, eq, room, noise, band,\ngain, mask.";

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

hear_status hear_train_job(hear_job *job, const hear_train_args *a, hear_error *err)
{
    *job = (hear_job){ .arch = hear_arch_find(a->arch), .seed = a->seed };
    if (!job->arch)
        return hear_fail(err, HEAR_ERR_ARG, "there is no architecture '%s'", a->arch);
    job->options = (hear_arch_options){ .activation = a->activation,
                                        .input = a->input,
                                        .dropout = isnan(a->dropout) ? -1.0 : a->dropout,
                                        .sigmoid = a->sigmoid,
                                        .c = a->c,
                                        .l1 = a->penalty && strcmp(a->penalty, "l1") == 0,
                                        .n_trees = (size_t)a->trees,
                                        .depth = (size_t)a->depth };
    hear_arch_settings_of(job->arch, &job->options, &job->settings);
    take_settings(&job->settings, a);
    hear_status s = a->hidden ? parse_hidden(&job->options, a->hidden, err) : HEAR_OK;
    if (s == HEAR_OK)
        s = hear_arch_check(job->arch, &job->options, err);
    if (s == HEAR_OK && a->penalty && !(a->c > 0.0))
        s = hear_fail(err, HEAR_ERR_ARG, "--penalty goes with --C");
    if (s == HEAR_OK && a->batch && !hear_arch_fits(job->arch, &job->options))
        s = parse_batch(job, a->batch, err);
    const char *augment = a->augment ? a->augment : job->settings.augment;
    if (job->settings.batch == 0)
        augment = "none";
    if (s == HEAR_OK)
        s = hear_augment_parse(&job->augment, augment, job->settings.frontend.features, err);
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
    job->schedule =
        strcmp(a->schedule, "cosine") == 0 ? HEAR_SCHEDULE_COSINE : HEAR_SCHEDULE_CONSTANT;
    job->sampling = strcmp(a->balance, "sample") == 0 ? HEAR_SAMPLE_BALANCED : HEAR_SAMPLE_PLAIN;
    return HEAR_OK;
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
            put_word(out, folder ? "$DATA/" : "", folder || is_out ? last_name(v) : v);
        }
    }
}

char *hear_train_command(const hear_train_args *args)
{
    static const size_t silent[] = { offsetof(hear_train_args, threads),
                                     offsetof(hear_train_args, log),
                                     offsetof(hear_train_args, quiet),
                                     offsetof(hear_train_args, root),
                                     offsetof(hear_train_args, cross) };
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
