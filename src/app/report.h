/* report.h - the one place that speaks to the user of what went wrong, and what the program ends
 * with.
 *
 * Threads: the main thread only, once others have ended or stopped writing to stderr. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include "hearsay/status.h"

#include <stdarg.h>
#include <stdbool.h>

/* BSD's sysexits, by what they mean here. */
enum {
    HEAR_EXIT_OK = 0,
    HEAR_EXIT_USAGE = 64,    /* the command line */
    HEAR_EXIT_DATA = 65,     /* what a recording, table or data set holds */
    HEAR_EXIT_NO_INPUT = 66, /* no such file or model, or none that may be read */
    HEAR_EXIT_DEVICE = 69,   /* no usable device, or it went away */
    HEAR_EXIT_INTERNAL = 70, /* a fault of ours, or memory ran out */
    HEAR_EXIT_IO = 74,       /* reading or writing failed */
    HEAR_EXIT_MODEL = 78,    /* malformed model or configuration */
};

/* HEAR_OK and HEAR_ERR_INTERRUPTED (a closed pipe: nobody is left to tell) are 0. */
int hear_exit_code(hear_status status);

/* "hearsay: NAME: what is wrong" on stderr, one line, control characters as '?', in one write; name
 * may be NULL, and "-" is shown as standard input. Nothing for HEAR_OK and HEAR_ERR_INTERRUPTED.
 * Returns the exit code. */
int hear_report(const char *name, const hear_error *err);

/* The same for a text of one's own. Returns hear_exit_code(status). */
int hear_report_text(hear_status status, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a command line that makes no sense, with "(see hearsay CMD --help)" behind it; cmd
 * NULL is the program itself. Returns HEAR_EXIT_USAGE. */
int hear_report_usage(const char *cmd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Something to know that ends nothing: the same line, no exit code. */
void hear_note(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Flushes stdout before the end; false where it cannot be written, of which hear_finish_stdout
 * tells. */
bool hear_flush_stdout(void);
/* Flushes stdout: code where that works or the pipe is closed, HEAR_EXIT_IO and a line otherwise.
 * For what is printed with stdio: help, tables. */
int hear_finish_stdout(int code);
#endif
