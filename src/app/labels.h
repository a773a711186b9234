/* labels.h - what listen and classify share: the model, how labels are written, and the checks that
 * need both.
 *
 * Threads: the main thread, but for the sink itself. */
#ifndef APP_LABELS_H
#define APP_LABELS_H

#include "app/classes.h"
#include "app/cmd.h"
#include "app/find_model.h"
#include "hearsay/model.h"
#include "io/sink.h"

#include <math.h>

typedef struct {
    const char *model;  /* as given by -m; NULL takes the default */
    const char *format; /* NULL takes text on a terminal, tsv otherwise */
    double hop_s;       /* 0 takes the model's */
    uint64_t top;       /* 0 takes 1 in a table, and otherwise 3, or as many as there are */
    double threshold;
    hear_texts only, without; /* lists of labels */
    hear_classes *classes;    /* what comes of them; hear_labels_close frees it */
} hear_label_options;

/* The rows of a table that listen and classify share; the command's struct of values has a member
 * hear_label_options labels. */
/* clang-format off */
#define HEAR_LABEL_OPTIONS(args)                                                                   \
    { 'm', "model", "MODEL", HEAR_OPT_TEXT, offsetof(args, labels.model),                          \
      .help = "the model: a file, or a name to look for\n"                                         \
              "(default: " HEAR_DEFAULT_MODEL ")" },                                               \
    { 'f', "format", "text|tsv|jsonl", HEAR_OPT_CHOICE, offsetof(args, labels.format),             \
      .help = "how labels are written (default: text on a\nterminal, otherwise tsv)" },            \
    { 0, "hop", "S", HEAR_OPT_REAL, offsetof(args, labels.hop_s), .min = 0.05, .max = INFINITY,    \
      .help = "seconds from a window to the next, from 0.05 to\n"                                  \
              "the window (default: the model's)" },                                               \
    { 0, "top", "K", HEAR_OPT_COUNT, offsetof(args, labels.top), .min = 1,                         \
      .max = HEAR_MAX_CLASSES, .help = "classes in a line (default: 3; in tsv 1)" },               \
    { 0, "classes", "LIST", HEAR_OPT_TEXTS, offsetof(args, labels.only),                           \
      .help = "only these of the model's labels, with commas\nbetween them" },                     \
    { 0, "without", "LIST", HEAR_OPT_TEXTS, offsetof(args, labels.without),                        \
      .help = "never these of the model's labels" }
/* clang-format on */

/* Opens the model and checks the options against it; reports what is wrong. False with *exit_code.
 * Afterwards format, top and classes have their values; hop_s stays 0 for the model's, which
 * may be shorter than what --hop takes. */
bool hear_labels_open(const hear_cmd *cmd, hear_label_options *options, hear_model **model,
                      int *exit_code);

void hear_labels_close(hear_label_options *options, hear_model *model);

/* Labels to standard output; after hear_signals_catch. */
hear_sink_config hear_labels_sink_config(const hear_label_options *options);
#endif
