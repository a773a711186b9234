/* report.c - see report.h. */
#include "config.h"

#include "app/report.h"

#include "base/error.h"
#include "base/text.h"
#include "io/quiet.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int hear_exit_code(hear_status status)
{
    static const int codes[HEAR_N_STATUS] = {
        [HEAR_OK] = HEAR_EXIT_OK,
        [HEAR_ERR_ARG] = HEAR_EXIT_USAGE,
        [HEAR_ERR_DATA] = HEAR_EXIT_DATA,
        [HEAR_ERR_NO_INPUT] = HEAR_EXIT_NO_INPUT,
        [HEAR_ERR_DEVICE] = HEAR_EXIT_DEVICE,
        [HEAR_ERR_INTERNAL] = HEAR_EXIT_INTERNAL,
        [HEAR_ERR_MEM] = HEAR_EXIT_INTERNAL,
        [HEAR_ERR_IO] = HEAR_EXIT_IO,
        [HEAR_ERR_MODEL] = HEAR_EXIT_MODEL,
        [HEAR_ERR_INTERRUPTED] = HEAR_EXIT_OK,
    };
    return (unsigned)status < HEAR_N_STATUS ? codes[status] : HEAR_EXIT_INTERNAL;
}

static void write_line(const char *name, const char *text, const char *tail)
{
    char line[4096 + 768]; /* a path and a text; longer ones are cut */
    size_t used = 0;
    line[0] = '\0';
    hear_append(line, sizeof line, &used, "hearsay: ");
    if (name) {
        const char *shown = strcmp(name, "-") == 0 ? "standard input" : name[0] ? name : "''";
        hear_append_clean(line, sizeof line - 512, &used, shown);
        hear_append(line, sizeof line, &used, ": ");
    }
    hear_append_clean(line, sizeof line - 160, &used, text);
    hear_append(line, sizeof line - 1, &used, tail);
    line[used++] = '\n';
    for (size_t done = 0; done < used;) {
        const ssize_t n = write(hear_quiet_fd(), line + done, used - done);
        if (n < 0 && errno != EINTR)
            return; /* nobody to tell */
        done += n > 0 ? (size_t)n : 0;
    }
}

__attribute__((format(printf, 3, 0))) static void report_format(const char *name, const char *tail,
                                                                const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    write_line(name, text, tail);
}

int hear_report(const char *name, const hear_error *err)
{
    if (err->status != HEAR_OK && err->status != HEAR_ERR_INTERRUPTED)
        write_line(name, hear_error_text(err), "");
    return hear_exit_code(err->status);
}

int hear_report_text(hear_status status, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_format(name, "", format, args);
    va_end(args);
    return hear_exit_code(status);
}

int hear_report_usage(const char *cmd, const char *format, ...)
{
    char tail[128];
    snprintf(tail, sizeof tail, " (see hearsay%s%s --help)", cmd ? " " : "", cmd ? cmd : "");
    va_list args;
    va_start(args, format);
    report_format(cmd, tail, format, args);
    va_end(args);
    return HEAR_EXIT_USAGE;
}

void hear_note(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_format(name, "", format, args);
    va_end(args);
}

static int stdout_errno; /* why it could first not be written; 0 as long as it can */

bool hear_flush_stdout(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    if (!stdout_errno)
        stdout_errno = errno;
    return false;
}

/* Where stdio wrote by itself, its error's number is gone. */
static bool nobody_reads(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO };
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int hear_finish_stdout(int code)
{
    if (hear_flush_stdout() || stdout_errno == EPIPE || (!stdout_errno && nobody_reads()))
        return code;
    return hear_report_text(HEAR_ERR_IO, "standard output", "cannot write: %s",
                            strerror(stdout_errno ? stdout_errno : EIO));
}
