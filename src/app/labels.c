/* labels.c - see labels.h. */
#include "config.h"

#include "app/labels.h"

#include "app/signals.h"
#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool check(const hear_cmd *cmd, hear_label_options *o, const hear_model *model,
                  int *exit_code)
{
    char number[40];
    const double window_s = hear_model_window_s(model);
    const double rounding_s = 0.0005; /* of the window's length as it is shown */
    if (o->hop_s > window_s + rounding_s) {
        hear_format_fixed(number, sizeof number, window_s, 3);
        *exit_code = hear_report_usage(
            cmd->name, "--hop: must be from 0.05 to this model's window, %s seconds", number);
        return false;
    }
    if (o->hop_s > window_s)
        o->hop_s = window_s;
    hear_error err = { .status = HEAR_OK };
    err.status = hear_classes_create(&o->classes, model, &o->only, &o->without, &err);
    if (err.status != HEAR_OK) {
        *exit_code = err.status == HEAR_ERR_ARG
                         ? hear_report_usage(cmd->name, "%s", hear_error_text(&err))
                         : hear_report(NULL, &err);
        return false;
    }
    const size_t n_labels = hear_model_n_labels(hear_classes_model(o->classes));
    if (o->top > n_labels) {
        *exit_code =
            hear_report_usage(cmd->name, "--top: must be from 1 to %zu, the labels of %s", n_labels,
                              o->only.n || o->without.n ? "this choice" : "this model");
        return false;
    }
    if (!o->format)
        o->format = isatty(STDOUT_FILENO) ? "text" : "tsv";
    const uint64_t usual = strcmp(o->format, "tsv") == 0 ? 1 : 3;
    if (o->top == 0)
        o->top = n_labels < usual ? n_labels : usual;
    return true;
}

bool hear_labels_open(const hear_cmd *cmd, hear_label_options *options, hear_model **model,
                      int *exit_code)
{
    if (!hear_open_model(model, options->model, exit_code))
        return false;
    if (check(cmd, options, *model, exit_code))
        return true;
    hear_labels_close(options, *model);
    *model = NULL;
    return false;
}

void hear_labels_close(hear_label_options *options, hear_model *model)
{
    hear_classes_destroy(options->classes);
    options->classes = NULL;
    hear_model_close(model);
}

hear_sink_config hear_labels_sink_config(const hear_label_options *options)
{
    const bool terminal = isatty(STDOUT_FILENO);
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    return (hear_sink_config){
        .format = options->format ? options->format
                  : terminal      ? "text"
                                  : "tsv",
        .fd = STDOUT_FILENO,
        .top = (size_t)options->top,
        .threshold = options->threshold,
        .stop_fd = hear_signals_hurry_fd(),
        .color = terminal && term && strcmp(term, "dumb") != 0 && !(no_color && no_color[0]),
    };
}
