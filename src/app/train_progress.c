/* train_progress.c - see train_progress.h. */
#include "config.h"

#include "app/train_progress.h"

#include "app/report.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 8, EVERY_NS = 100000000 };

hear_status hear_train_progress_open(hear_train_progress *p, bool quiet, const char *log,
                                     bool append, hear_error *err)
{
    *p = (hear_train_progress){ .quiet = quiet,
                                .terminal = isatty(STDERR_FILENO) == 1,
                                .begin_ns = hear_now_ns() };
    if (log && !(p->log = fopen(log, append ? "a" : "w")))
        return hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(errno));
    return HEAR_OK;
}

hear_status hear_train_progress_close(hear_train_progress *p, hear_error *err)
{
    hear_train_progress_clear(p);
    if (!p->log)
        return HEAR_OK;
    const bool failed = ferror(p->log) != 0;
    FILE *log = p->log;
    p->log = NULL;
    return fclose(log) != 0 || failed ? hear_fail(err, HEAR_ERR_IO, "cannot write the log")
                                      : HEAR_OK;
}

void hear_train_progress_clear(hear_train_progress *p)
{
    if (p->line_open)
        fputs("\r\033[K", stderr);
    p->line_open = false;
}

static void put_json_text(FILE *log, const char *key, const char *text)
{
    const size_t room = 6 * strlen(text) + 3;
    char *quoted = malloc(room);
    size_t used = 0;
    if (quoted && hear_append_json(quoted, room, &used, text))
        fprintf(log, ",\"%s\":%s", key, quoted);
    free(quoted);
}

void hear_train_progress_begin(hear_train_progress *p, const char *command, const char *splits,
                               const char *balance)
{
    if (!p->log)
        return;
    fprintf(p->log, "{\"v\":1,\"type\":\"training\"");
    put_json_text(p->log, "command", command);
    put_json_text(p->log, "splits", splits);
    put_json_text(p->log, "balance", balance);
    fprintf(p->log, "}\n");
    fflush(p->log);
}

/* Is it time for another look? */
static bool is_due(hear_train_progress *p)
{
    const uint64_t now = hear_now_ns();
    if (p->quiet || !p->terminal || now - p->told_ns < EVERY_NS)
        return false;
    p->told_ns = now;
    return true;
}

enum { LINE = 160 };

/* Over the line that is there, cut to the terminal's width: one that wraps could not be written
 * over. ASCII only. */
static void put_line(hear_train_progress *p, double share, const char *text)
{
    struct winsize size;
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    char bar[BAR + 1], line[LINE + BAR];
    for (int i = 0; i < BAR; i++)
        bar[i] = (double)i < share * BAR ? '#' : '.';
    bar[BAR] = '\0';
    snprintf(line, sizeof line, "[%s] %s", bar, text);
    fprintf(stderr, "\r\033[K%.*s", known ? size.ws_col - 1 : 79, line);
    p->line_open = true;
}

void hear_train_progress_load(hear_train_progress *p, size_t done, size_t of)
{
    if (!is_due(p))
        return;
    char text[LINE];
    snprintf(text, sizeof text, "%zu of %zu recordings", done, of);
    put_line(p, (double)done / (double)of, text);
}

void hear_train_progress_step(hear_train_progress *p, const hear_progress *now)
{
    const size_t done = (now->epoch - 1) * now->n_steps + now->step;
    if (done == 1 || p->n_begun == 0) {
        p->begin_ns = hear_now_ns();
        p->n_begun = done;
    }
    if (!is_due(p))
        return;
    const size_t all = now->n_epochs * now->n_steps;
    const double spent_s = (double)(hear_now_ns() - p->begin_ns) * 1e-9;
    const double step_s = done > p->n_begun ? spent_s / (double)(done - p->n_begun) : 0.0;
    const unsigned left_s = (unsigned)(step_s * (double)(all - done));
    char text[LINE], accuracy[40] = "", rate[80] = "";
    if (!isnan(now->accuracy))
        snprintf(accuracy, sizeof accuracy, ", accuracy %.1f %%", 100.0 * now->accuracy);
    if (step_s > 0.0)
        snprintf(rate, sizeof rate, ", %.*f steps/s, %u:%02u left", step_s > 0.1 ? 1 : 0,
                 1.0 / step_s, left_s / 60, left_s % 60);
    snprintf(text, sizeof text, "epoch %zu/%zu: loss %.3f%s%s", now->epoch, now->n_epochs,
             now->loss, accuracy, rate);
    put_line(p, (double)done / (double)all, text);
}

/* Nothing for what there is not. */
static void put_number(FILE *log, const char *key, double value)
{
    if (!isnan(value))
        fprintf(log, ",\"%s\":%.6f", key, value);
}

static void put_log(FILE *log, const hear_progress *e, double seconds)
{
    fprintf(log,
            "{\"v\":1,\"type\":\"epoch\",\"epoch\":%zu,\"epochs\":%zu,\"steps\":%zu,\"lr\":%.6g,"
            "\"loss\":%.6f",
            e->epoch, e->n_epochs, e->n_steps, e->lr, e->loss);
    put_number(log, "accuracy", e->accuracy);
    if (e->has_valid) {
        put_number(log, "valid_loss", e->valid_loss);
        put_number(log, "valid_accuracy", e->valid_accuracy);
        put_number(log, "valid_balanced", e->valid_balanced);
        fprintf(log, ",\"best\":%s", e->best ? "true" : "false");
    }
    fprintf(log, ",\"seconds\":%.3f}\n", seconds);
    fflush(log);
}

void hear_train_progress_epoch(hear_train_progress *p, const hear_progress *e)
{
    if (e->has_valid && e->best)
        p->best = e->epoch;
    if (p->log)
        put_log(p->log, e, (double)(hear_now_ns() - p->begin_ns) * 1e-9);
    if (p->quiet)
        return;
    hear_train_progress_clear(p);
    fprintf(stderr, "epoch %zu of %zu: loss %.4f", e->epoch, e->n_epochs, e->loss);
    if (!isnan(e->accuracy))
        fprintf(stderr, ", accuracy %.1f %%", 100.0 * e->accuracy);
    if (e->has_valid)
        fprintf(stderr, "; valid: loss %.4f", e->valid_loss);
    if (e->has_valid && !isnan(e->valid_accuracy))
        fprintf(stderr, ", accuracy %.1f %%, balanced %.1f %%", 100.0 * e->valid_accuracy,
                100.0 * e->valid_balanced);
    fputs(e->has_valid && e->best ? " *\n" : "\n", stderr);
}

void hear_train_progress_kept(hear_train_progress *p, const char *model)
{
    hear_train_progress_clear(p);
    if (p->best > 0 && !p->quiet)
        hear_note(model, "epoch %zu is kept, of the least loss (*) on the recordings to choose by",
                  p->best);
}
