/* cmd_listen.c - hearsay listen: a microphone, or a recording at its own pace, live. */
#include "config.h"

#include "app/cmd.h"
#include "app/labels.h"
#include "app/live.h"
#include "app/signals.h"
#include "app/view.h"
#include "base/error.h"
#include "base/text.h"
#include "tui/screen.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    hear_label_options labels;
    const char *device, *input;
    bool display;
} args;

static const hear_option options[] = {
    HEAR_LABEL_OPTIONS(args),
    { 0, "threshold", "P", HEAR_OPT_REAL, offsetof(args, labels.threshold), .max = 1,
      .help = "leave out windows whose best class is less probable\n(default: 0)" },
    { 'd', "device", "DEVICE", HEAR_OPT_TEXT, offsetof(args, device),
      .help = "an index, a name or a part of one, or\nHOSTAPI:part (see hearsay devices)" },
    { 0, "input", "FILE", HEAR_OPT_TEXT, offsetof(args, input),
      .help = "hear this recording, at its own pace" },
    { 0, "display", NULL, HEAR_OPT_FLAG, offsetof(args, display),
      .help = "draw on the terminal though labels go to standard\noutput" },
    { 0 },
};

enum {
    CHECK_MS = 200,  /* how often a device is asked whether it is still there */
    FLUSH_MS = 1500, /* for a reader of the labels, once the user has asked for the end */
    DISPLAY_TOP = 10 /* bars without --top */
};

typedef struct {
    args args;
    bool draws;  /* there is a display */
    bool writes; /* there are lines on standard output */
    hear_model *model;
    hear_source *source; /* one of the two */
    hear_mic *mic;       /* the stream's once it is started */
    hear_live *live;
    hear_view *view;  /* NULL without a display */
    hear_sink *sink;  /* NULL without labels */
    float *probs;     /* of the classes, for the sink */
    const char *name; /* of what is heard, in the lines and on the display */
    char device[sizeof((hear_device *)0)->name];
} job;

typedef enum { END_OF_SOUND, END_BY_USER, END_BY_SIGNAL, END_OF_DEVICE } ending;

static hear_status write_header(void *user, hear_error *err)
{
    const job *const j = user;
    return j->sink ? hear_sink_begin(j->sink, err) : HEAR_OK;
}

static hear_status write_window(void *user, const hear_window_result *r, hear_error *err)
{
    const job *const j = user;
    if (!j->sink)
        return HEAR_OK;
    const hear_window_result taken = hear_classes_take(j->args.labels.classes, r, j->probs);
    return hear_sink_window(j->sink, j->name, &taken, err);
}

/* A sound system may take its time to be opened, and knows no stop: until then a signal ends the
 * program at once. */
static hear_status open_sound(job *j, hear_error *err)
{
    hear_status s;
    if (j->args.input) {
        j->name = j->args.input;
        s = hear_signals_catch(err);
        const hear_source_config config = { .stop_fd = hear_signals_stop_fd() };
        return s == HEAR_OK ? hear_source_open(&j->source, j->args.input, &config, err) : s;
    }
    /* at the device's own rate: sound systems resample worse than the front end does */
    s = hear_mic_open(&j->mic, j->args.device, 0, err);
    if (s != HEAR_OK)
        return s;
    snprintf(j->device, sizeof j->device, "%s", hear_mic_device(j->mic)->name);
    j->name = j->device; /* a copy: the stream closes the microphone before it is done */
    return hear_signals_catch(err);
}

static hear_status open_sink(job *j, const hear_sink_config *config, hear_error *err)
{
    const hear_model *const model = hear_classes_model(j->args.labels.classes);
    j->probs = calloc(hear_model_n_labels(model), sizeof j->probs[0]);
    if (!j->probs)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    return hear_sink_create(&j->sink, model, config, err);
}

static bool has_terminal(void)
{
    if (isatty(STDOUT_FILENO))
        return true;
    const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* Draws where the labels do not go: the display by --display, or for want of anything else that was
 * asked for on a terminal; labels alone where curses does not know the terminal. */
static bool wants_display(const args *a)
{
    hear_error err;
    if (!a->display && (a->labels.format || !isatty(STDOUT_FILENO)))
        return false;
    if (hear_screen_check(&err) == HEAR_OK)
        return true;
    if (a->display && !has_terminal())
        return true; /* which ends it, with the reason */
    if (a->display)
        hear_note("display", "%s; labels only", hear_error_text(&err));
    return false;
}

static hear_status open_view(job *j, size_t top, hear_error *err)
{
    const size_t n_labels = hear_model_n_labels(hear_classes_model(j->args.labels.classes));
    const bool on_stdout = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    const hear_view_config config = {
        .model = j->model,
        .classes = j->args.labels.classes,
        .model_name = j->args.labels.model ? j->args.labels.model : HEAR_DEFAULT_MODEL,
        .source = strcmp(j->name, "-") == 0 ? "standard input" : j->name,
        .live = j->mic != NULL,
        .tty = on_stdout ? NULL : "/dev/tty",
        .top = top                      ? top
               : n_labels < DISPLAY_TOP ? n_labels
                                        : DISPLAY_TOP,
        .rate_hz = j->mic ? hear_mic_rate_hz(j->mic) : hear_source_rate_hz(j->source),
        .input_latency_s = j->mic ? hear_mic_latency_s(j->mic) : 0.0,
    };
    return hear_view_create(&j->view, &config, err);
}

static ending run_stream(job *j)
{
    for (;;) {
        const bool quit = j->view && !hear_view_update(j->view, j->live, j->mic);
        const int number = hear_signals_wait(j->view ? 0 : j->mic ? CHECK_MS : -1);
        if (hear_signals_caught())
            return END_BY_SIGNAL;
        if (quit)
            return END_BY_USER;
        if (number == SIGTSTP)
            hear_view_suspend(j->view);
        if (number == SIGCONT)
            hear_view_resume(j->view);
        if (!hear_live_running(j->live) && (!j->view || hear_live_failed(j->live)))
            return END_OF_SOUND; /* what went well stays on the display until 'q' */
        if (j->mic && !hear_mic_running(j->mic))
            return END_OF_DEVICE;
    }
}

/* "1 window was", "2 windows were" */
static const char *count(char *out, size_t room, uint64_t n, const char *what)
{
    snprintf(out, room, "%llu %s%s", (unsigned long long)n, what, n == 1 ? " was" : "s were");
    return out;
}

static void tell_losses(const job *j, const hear_live_outcome *o)
{
    char text[80];
    hear_format_fixed(text, sizeof text, o->lost_s, 3);
    if (o->lost_s > 0.0)
        hear_note(j->name, "%s s of sound were lost; zeros stand in for them", text);
    if (o->n_skipped > 0)
        hear_note(j->name, "%s skipped: the model is too slow for this hop, or hearsay was stopped",
                  count(text, sizeof text, o->n_skipped, "window"));
    if (o->n_dropped > 0)
        hear_note(j->name, "%s dropped: nobody read them in time",
                  count(text, sizeof text, o->n_dropped, "label"));
    hear_format_fixed(text, sizeof text, o->overflow_s, 3);
    if (o->n_overflows > 0)
        hear_note(j->name, "the sound system lost samples %llu times, about %s s in all",
                  (unsigned long long)o->n_overflows, text);
}

static int end_stream(job *j, ending how)
{
    hear_error err = { .status = HEAR_OK };
    hear_live_outcome outcome;
    hear_view_destroy(j->view); /* the terminal first: flushing may take its time */
    j->view = NULL;
    j->mic = NULL; /* the stream closes it */
    const hear_status s =
        hear_live_end(&j->live, how == END_OF_SOUND ? -1 : FLUSH_MS, &outcome, &err);
    tell_losses(j, &outcome);
    if (s == HEAR_ERR_INTERRUPTED && how == END_BY_USER)
        hear_fail(&err, HEAR_ERR_IO, "the last labels were not read");
    int code = HEAR_EXIT_OK;
    if (s != HEAR_OK)
        code = hear_report(outcome.output_failed ? "standard output" : j->name, &err);
    if (how == END_OF_DEVICE && code == HEAR_EXIT_OK)
        code = hear_report_text(HEAR_ERR_DEVICE, j->name, "the device went away");
    return code;
}

static int stream(job *j, size_t top)
{
    hear_error err = { .status = HEAR_OK };
    const hear_live_config config = {
        .model = j->model,
        .hop_s = j->args.labels.hop_s,
        .mic = j->mic,
        .source = j->source,
        .begin = write_header,
        .window = write_window,
        .user = j,
    };
    hear_status s = HEAR_OK;
    if (j->draws)
        s = open_view(j, top, &err);
    if (s != HEAR_OK)
        return hear_report("display", &err);
    s = hear_live_start(&j->live, &config, &err);
    if (s != HEAR_OK) {
        j->mic = NULL;
        hear_view_destroy(j->view);
        j->view = NULL;
        return hear_report(j->name, &err);
    }
    return end_stream(j, run_stream(j));
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    job j = { .args = { .display = false } };
    int first, code = HEAR_EXIT_OK;
    hear_error err = { .status = HEAR_OK };
    if (!hear_options_parse(cmd, argc, argv, &j.args, &first, &code))
        return code;
    if (first < argc)
        return hear_report_usage(cmd->name,
                                 "'%s': takes no operands; for recordings: --input, or "
                                 "hearsay classify",
                                 argv[first]);
    if (j.args.device && j.args.input)
        return hear_report_usage(cmd->name, "--device and --input: one of the two");
    if (j.args.display && j.args.labels.format && isatty(STDOUT_FILENO))
        return hear_report_usage(cmd->name, "--display and --format: both would go to the "
                                            "terminal; redirect standard output");
    const size_t top = (size_t)j.args.labels.top;
    j.draws = wants_display(&j.args);
    j.writes = !(j.draws && isatty(STDOUT_FILENO));
    if (!hear_labels_open(cmd, &j.args.labels, &j.model, &code))
        return code;
    err.status = open_sound(&j, &err);
    const hear_sink_config lines = hear_labels_sink_config(&j.args.labels);
    if (err.status == HEAR_OK && j.writes)
        err.status = open_sink(&j, &lines, &err);
    if (err.status == HEAR_OK)
        code = stream(&j, top);
    else
        code = hear_report(j.args.input ? j.args.input : j.args.device, &err);
    hear_mic_close(j.mic);
    hear_source_close(j.source);
    hear_sink_destroy(j.sink);
    free(j.probs);
    hear_labels_close(&j.args.labels, j.model);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_listen = {
    .name = "listen",
    .summary = "Hear a microphone, live",
    .operands = "",
    .options = options,
    .notes = "On a terminal it draws a display: q ends it, ? shows its keys. Otherwise it\n"
             "writes labels on standard output.",
    .run = run,
};
