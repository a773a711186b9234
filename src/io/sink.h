/* sink.h - results as lines: text, tsv, jsonl (hearsay-output(5)). One write a line.
 *
 * The program must ignore SIGPIPE. Nothing is allocated once a source's first line is written.
 * Threads: one owner at a time (the writer thread). */
#ifndef IO_SINK_H
#define IO_SINK_H

#include "hearsay/event.h"
#include "hearsay/model.h"

#include <stdbool.h>

typedef struct hear_sink hear_sink;

typedef struct {
    const char *format; /* "text", "tsv", "jsonl" */
    int fd;             /* written to, not closed */
    size_t top;         /* classes a line, 1 .. n_labels */
    double threshold;   /* windows whose best class is below are left out, 0..1 */
    bool color;         /* text only */
    int stop_fd;        /* once it is readable (and it must stay so), a write that waits returns
                           HEAR_ERR_INTERRUPTED; 0 for none. Where there is one, a line longer
                           than PIPE_BUF takes several writes into a pipe: one could block */
    /* Where there is one, whole lines of windows and files go here instead of fd, headings of
     * sources nowhere: for hear_sink_pass of another sink. */
    hear_status (*take)(void *user, const char *line, size_t n, hear_error *err);
    void *user;
} hear_sink_config;

/* top beyond n_labels counts as n_labels. Errors: HEAR_ERR_ARG (no such format), HEAR_ERR_MEM. The
 * model must outlive the sink. */
HEAR_MUST_CHECK hear_status hear_sink_create(hear_sink **out, const hear_model *model,
                                             const hear_sink_config *config, hear_error *err);
void hear_sink_destroy(hear_sink *s); /* NULL is allowed */
/* Errors: HEAR_ERR_IO; a closed pipe is HEAR_ERR_INTERRUPTED: the caller ends quietly. */
HEAR_MUST_CHECK hear_status
hear_sink_begin(hear_sink *s, hear_error *err); /* the header line, where there is one */
HEAR_MUST_CHECK hear_status hear_sink_window(hear_sink *s, const char *source,
                                             const hear_window_result *r, hear_error *err);
/* One line for a whole file: probs are means over its windows; "type":"file" in jsonl. */
HEAR_MUST_CHECK hear_status hear_sink_file(hear_sink *s, const char *source,
                                           const hear_window_result *r, hear_error *err);
/* Lines that another sink of the same format made of source's windows, or, with of_files, of whole
 * files: the same bytes as if they had been made here. */
HEAR_MUST_CHECK hear_status hear_sink_pass(hear_sink *s, const char *source, bool of_files,
                                           const char *lines, size_t n, hear_error *err);
#endif
