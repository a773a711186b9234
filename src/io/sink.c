/* sink.c - see sink.h. */
#include "config.h"

#include "io/sink_impl.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const hear_sink_ops *const sinks[] = { &hear_sink_text, &hear_sink_tsv, &hear_sink_jsonl };

static const hear_sink_ops *find(const char *format)
{
    for (size_t i = 0; i < sizeof sinks / sizeof sinks[0]; i++)
        if (!strcmp(sinks[i]->format, format))
            return sinks[i];
    return NULL;
}

hear_status hear_sink_create(hear_sink **out, const hear_model *model,
                             const hear_sink_config *config, hear_error *err)
{
    *out = NULL;
    const hear_sink_ops *ops = find(config->format);
    if (!ops)
        return hear_fail(err, HEAR_ERR_ARG, "format \"%s\": text, tsv and jsonl are known",
                         config->format);
    hear_sink *s = calloc(1, sizeof *s);
    if (!s)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    s->ops = ops;
    s->model = model;
    s->config = *config;
    const size_t n_labels = hear_model_n_labels(model);
    if (s->config.top < 1 || s->config.top > n_labels)
        s->config.top = s->config.top < 1 ? 1 : n_labels;
    struct stat st;
    s->waits = fstat(config->fd, &st) != 0 || !S_ISREG(st.st_mode);
    size_t longest = 0;
    for (size_t i = 0; i < n_labels; i++) {
        const char *const label = hear_model_label(model, i);
        const size_t n = strlen(label), width = hear_utf8_count(label);
        longest = n > longest ? n : longest;
        s->label_width = width > s->label_width ? width : s->label_width;
    }
    /* a byte becomes at most six in JSON; 128 more for keys and number, and once 512 for the rest
     */
    s->room_labels = 512 + (s->config.top + 1) * (128 + 6 * longest);
    s->room = s->room_labels + 4096;
    s->line = malloc(s->room);
    s->order = calloc(s->config.top, sizeof s->order[0]);
    if (!s->line || !s->order) {
        hear_sink_destroy(s);
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    *out = s;
    return HEAR_OK;
}

void hear_sink_destroy(hear_sink *s)
{
    if (!s)
        return;
    free(s->line);
    free(s->order);
    free(s->source);
    free(s);
}

void hear_sink_put(hear_sink *s, const char *text)
{
    const bool fits = hear_append(s->line, s->room, &s->used, text);
    assert(fits);
    (void)fits;
}

void hear_sink_put_clean(hear_sink *s, const char *text)
{
    const bool fits = hear_append_clean(s->line, s->room, &s->used, text);
    assert(fits);
    (void)fits;
}

void hear_sink_put_json(hear_sink *s, const char *text)
{
    const bool fits = hear_append_json(s->line, s->room, &s->used, text);
    assert(fits);
    (void)fits;
}

void hear_sink_put_fixed(hear_sink *s, double value, int decimals, int width)
{
    char text[40];
    for (size_t n = hear_format_fixed(text, sizeof text, value, decimals); n < (size_t)width; n++)
        hear_sink_put(s, " ");
    hear_sink_put(s, text);
}

static hear_status wait_writable(const hear_sink *s)
{
    for (;;) {
        struct pollfd fds[2] = {
            { .fd = s->config.stop_fd > 0 ? s->config.stop_fd : -1, .events = POLLIN },
            { .fd = s->config.fd, .events = POLLOUT },
        };
        const int n = poll(fds, 2, -1);
        if (n > 0 && fds[1].revents)
            return HEAR_OK; /* what can be written is, also after a stop */
        if (n > 0 && fds[0].revents)
            return HEAR_ERR_INTERRUPTED;
    }
}

static hear_status write_text(const hear_sink *s, const char *text, size_t n, hear_error *err)
{
    const bool in_pieces = s->waits && s->config.stop_fd > 0;
    for (size_t at = 0; at < n;) {
        if (s->waits && wait_writable(s) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        const size_t left = n - at;
        const ssize_t w =
            write(s->config.fd, text + at, in_pieces && left > PIPE_BUF ? (size_t)PIPE_BUF : left);
        if (w < 0 && errno == EPIPE)
            return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
        if (w < 0 && errno != EINTR && errno != EAGAIN)
            return hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(errno));
        if (w > 0)
            at += (size_t)w;
    }
    return HEAR_OK;
}

static hear_status write_line(hear_sink *s, hear_error *err)
{
    if (s->config.take)
        return s->config.take(s->config.user, s->line, s->used, err);
    return write_text(s, s->line, s->used, err);
}

static void clear(hear_sink *s)
{
    s->used = 0;
    s->line[0] = '\0';
}

static bool reserve(hear_sink *s, const char *source)
{
    size_t bytes;
    if (!hear_mul(strlen(source), 6, &bytes) || !hear_add(bytes, s->room_labels, &bytes))
        return false;
    if (bytes > s->room) {
        char *grown = realloc(s->line, bytes);
        if (!grown)
            return false;
        s->line = grown;
        s->room = bytes;
    }
    clear(s);
    return true;
}

/* The most probable classes, first ones first among equals. */
static void rank(hear_sink *s, const hear_window_result *r)
{
    const size_t top = s->config.top;
    size_t n = 0;
    for (size_t i = 0; i < r->n_labels; i++) {
        size_t at = n;
        while (at > 0 && r->probs[i] > r->probs[s->order[at - 1]])
            at--;
        if (at >= top)
            continue;
        const size_t n_moved = (n < top ? n : top - 1) - at;
        memmove(s->order + at + 1, s->order + at, n_moved * sizeof s->order[0]);
        s->order[at] = i;
        n += n < top;
    }
}

hear_status hear_sink_begin(hear_sink *s, hear_error *err)
{
    clear(s);
    if (!s->ops->begin)
        return HEAR_OK;
    s->ops->begin(s);
    return write_line(s, err);
}

static hear_status name_source(hear_sink *s, const char *source, hear_error *err)
{
    if (!s->ops->source || s->config.take || (s->source && !strcmp(s->source, source)))
        return HEAR_OK;
    free(s->source);
    s->source = hear_strdup(source);
    if (!s->source)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    s->ops->source(s, source);
    const hear_status status = write_line(s, err);
    clear(s);
    return status;
}

hear_status hear_sink_window(hear_sink *s, const char *source, const hear_window_result *r,
                             hear_error *err)
{
    rank(s, r);
    if (r->probs[s->order[0]] < s->config.threshold)
        return HEAR_OK;
    if (!reserve(s, source))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_status status = name_source(s, source, err);
    if (status != HEAR_OK)
        return status;
    s->ops->window(s, source, r);
    return write_line(s, err);
}

hear_status hear_sink_file(hear_sink *s, const char *source, const hear_window_result *r,
                           hear_error *err)
{
    rank(s, r);
    if (r->probs[s->order[0]] < s->config.threshold)
        return HEAR_OK;
    if (!reserve(s, source))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    s->ops->file(s, source, r);
    return write_line(s, err);
}

hear_status hear_sink_pass(hear_sink *s, const char *source, bool of_files, const char *lines,
                           size_t n, hear_error *err)
{
    if (n == 0)
        return HEAR_OK;
    if (!reserve(s, source))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_status status = of_files ? HEAR_OK : name_source(s, source, err);
    for (size_t at = 0; status == HEAR_OK && at < n;) {
        const char *const end = memchr(lines + at, '\n', n - at);
        const size_t length = end ? (size_t)(end - (lines + at)) + 1 : n - at;
        status = write_text(s, lines + at, length, err);
        at += length;
    }
    return status;
}
