/* train_progress.c - see train_progress.h. */
#include "config.h"

#include "app/train_progress.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 20, EVERY_NS = 100000000 };

hear_status hear_train_progress_open(hear_train_progress *p, bool quiet, const char *log,
                                     hear_error *err)
{
    *p = (hear_train_progress){ .quiet = quiet,
                                .terminal = isatty(STDERR_FILENO) == 1,
                                .begin_ns = hear_now_ns() };
    if (log && !(p->log = fopen(log, "w")))
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

/* Is it time for another look? */
static bool is_due(hear_train_progress *p)
{
    const uint64_t now = hear_now_ns();
    if (p->quiet || !p->terminal || now - p->told_ns < EVERY_NS)
        return false;
    p->told_ns = now;
    return true;
}

static void put_bar(double share)
{
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
        bar[i] = (double)i < share * BAR ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(stderr, "[%s]", bar);
}

void hear_train_progress_load(hear_train_progress *p, size_t done, size_t of)
{
    if (!is_due(p))
        return;
    fputs("\r\033[K", stderr);
    put_bar((double)done / (double)of);
    fprintf(stderr, " %zu of %zu recordings", done, of);
    p->line_open = true;
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
    fputs("\r\033[K", stderr);
    put_bar((double)done / (double)all);
    fprintf(stderr, " epoch %zu of %zu: loss %.3f, accuracy %.1f %%", now->epoch, now->n_epochs,
            now->loss, 100.0 * now->accuracy);
    if (step_s > 0.0)
        fprintf(stderr, ", %.0f steps/s, %u:%02u left at most", 1.0 / step_s, left_s / 60,
                left_s % 60);
    p->line_open = true;
}

static void put_log(FILE *log, const hear_progress *e, double seconds)
{
    fprintf(log,
            "{\"v\":1,\"type\":\"epoch\",\"epoch\":%zu,\"epochs\":%zu,\"steps\":%zu,\"lr\":%.6g,"
            "\"loss\":%.6f,\"accuracy\":%.6f",
            e->epoch, e->n_epochs, e->n_steps, e->lr, e->loss, e->accuracy);
    if (e->has_valid)
        fprintf(log,
                ",\"valid_loss\":%.6f,\"valid_accuracy\":%.6f,\"valid_balanced\":%.6f,\"best\":%s",
                e->valid_loss, e->valid_accuracy, e->valid_balanced, e->best ? "true" : "false");
    fprintf(log, ",\"seconds\":%.3f}\n", seconds);
    fflush(log);
}

void hear_train_progress_epoch(hear_train_progress *p, const hear_progress *e)
{
    if (p->log)
        put_log(p->log, e, (double)(hear_now_ns() - p->begin_ns) * 1e-9);
    if (p->quiet)
        return;
    hear_train_progress_clear(p);
    fprintf(stderr, "epoch %zu of %zu: loss %.4f, accuracy %.1f %%", e->epoch, e->n_epochs, e->loss,
            100.0 * e->accuracy);
    if (e->has_valid)
        fprintf(stderr, "; valid: loss %.4f, accuracy %.1f %%, balanced %.1f %%%s", e->valid_loss,
                100.0 * e->valid_accuracy, 100.0 * e->valid_balanced, e->best ? " *" : "");
    fputc('\n', stderr);
}
