/* input.c - see input.h. */
#include "config.h"

#include "io/input.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

struct hear_input {
    int fd;
    bool owned;   /* fd is ours to close */
    bool is_file; /* a plain file */
    int wake_fd;  /* readable once interrupted */
    int stop_fd;  /* the caller's; -1 for none */
    atomic_bool interrupted;
    size_t n_head, head_at; /* bytes peeked at, and how many of them are taken */
    unsigned char head[HEAR_INPUT_HEAD];
};

static bool is_stdin(const char *path)
{
    return !strcmp(path, "-") || !strcmp(path, "/dev/stdin") || !strcmp(path, "/dev/fd/0");
}

static hear_status open_path(hear_input *in, const char *path, hear_error *err)
{
    if (is_stdin(path)) {
        in->fd = STDIN_FILENO;
    } else {
        in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        in->owned = in->fd >= 0;
    }
    struct stat st;
    if (in->fd < 0 || fstat(in->fd, &st) != 0) {
        const int why = errno;
        const bool missing = why == ENOENT || why == ENOTDIR || why == EACCES || why == EBADF;
        return hear_fail(err, missing ? HEAR_ERR_NO_INPUT : HEAR_ERR_IO, "%s", strerror(why));
    }
    if (S_ISDIR(st.st_mode))
        return hear_fail(err, HEAR_ERR_DATA, "is a folder");
    in->is_file = S_ISREG(st.st_mode);
    return HEAR_OK;
}

hear_status hear_input_open(hear_input **out, const char *path, int stop_fd, hear_error *err)
{
    *out = NULL;
    hear_input *in = calloc(1, sizeof *in);
    if (!in)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    in->fd = -1;
    in->stop_fd = stop_fd > 0 ? stop_fd : -1;
    in->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    hear_status status;
    if (in->wake_fd < 0)
        status = hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
    else
        status = open_path(in, path, err);
    if (status != HEAR_OK) {
        hear_input_close(in);
        return status;
    }
    *out = in;
    return HEAR_OK;
}

void hear_input_close(hear_input *in)
{
    if (!in)
        return;
    if (in->owned)
        close(in->fd);
    if (in->wake_fd >= 0)
        close(in->wake_fd);
    free(in);
}

bool hear_input_is_file(const hear_input *in)
{
    return in->is_file;
}

int hear_input_fd(const hear_input *in)
{
    return in->fd;
}

void hear_input_interrupt(hear_input *in)
{
    atomic_store(&in->interrupted, true);
    const uint64_t one = 1;
    if (write(in->wake_fd, &one, sizeof one) < 0) {
        /* full: it is readable already */
    }
}

bool hear_input_interrupted(const hear_input *in)
{
    return atomic_load(&in->interrupted);
}

/* Waits for events on fd, or only looks, at the wake-up descriptors where fd is -1. */
static hear_status wait_for(hear_input *in, int fd, short events)
{
    for (;;) {
        struct pollfd fds[3] = {
            { .fd = in->wake_fd, .events = POLLIN },
            { .fd = in->stop_fd, .events = POLLIN },
            { .fd = fd, .events = events },
        };
        const int n = poll(fds, 3, fd < 0 ? 0 : -1);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return HEAR_ERR_IO;
        if (n > 0 && (fds[0].revents || fds[1].revents)) {
            atomic_store(&in->interrupted, true);
            return HEAR_ERR_INTERRUPTED;
        }
        if (fd < 0 || (n > 0 && fds[2].revents))
            return HEAR_OK;
    }
}

hear_status hear_input_wait_writable(hear_input *in, int fd)
{
    return wait_for(in, fd, POLLOUT);
}

static hear_status read_some(hear_input *in, void *bytes, size_t n, size_t *got, hear_error *err)
{
    for (;;) {
        const hear_status status = wait_for(in, in->is_file ? -1 : in->fd, POLLIN);
        if (status != HEAR_OK)
            return hear_fail(err, status, NULL);
        const ssize_t r = read(in->fd, bytes, n);
        if (r >= 0) {
            *got = (size_t)r;
            return HEAR_OK;
        }
        if (errno != EINTR && errno != EAGAIN)
            return hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
    }
}

hear_status hear_input_read(hear_input *in, void *bytes, size_t n, size_t *got, hear_error *err)
{
    *got = 0;
    if (in->head_at < in->n_head) {
        const size_t left = in->n_head - in->head_at;
        *got = n < left ? n : left;
        memcpy(bytes, in->head + in->head_at, *got);
        in->head_at += *got;
        return HEAR_OK;
    }
    return read_some(in, bytes, n, got, err);
}

hear_status hear_input_peek(hear_input *in, size_t n, const unsigned char **head, size_t *have,
                            hear_error *err)
{
    if (in->is_file) { /* its place stays where it is, for whoever reads the descriptor */
        const off_t at = lseek(in->fd, 0, SEEK_CUR);
        const ssize_t r = at < 0 ? -1 : pread(in->fd, in->head, n, at);
        if (r < 0)
            return hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
        *head = in->head;
        *have = (size_t)r;
        return HEAR_OK;
    }
    if (in->head_at > 0) {
        in->n_head -= in->head_at;
        memmove(in->head, in->head + in->head_at, in->n_head);
        in->head_at = 0;
    }
    while (in->n_head < n) {
        size_t got;
        const hear_status status = read_some(in, in->head + in->n_head, n - in->n_head, &got, err);
        if (status != HEAR_OK)
            return status;
        if (got == 0)
            break;
        in->n_head += got;
    }
    *head = in->head;
    *have = in->n_head < n ? in->n_head : n;
    return HEAR_OK;
}

static int open_unlinked(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    const int n =
        snprintf(path, sizeof path, "%s/hearsay-XXXXXX", folder && *folder ? folder : "/tmp");
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static bool write_all(int fd, const unsigned char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t w = write(fd, bytes, n);
        if (w < 0 && errno != EINTR)
            return false;
        if (w > 0) {
            bytes += w;
            n -= (size_t)w;
        }
    }
    return true;
}

hear_status hear_input_spool(hear_input *in, uint64_t max_bytes, hear_error *err)
{
    const int fd = open_unlinked();
    if (fd < 0)
        return hear_fail(err, HEAR_ERR_IO, "no temporary file: %s", strerror(errno));
    unsigned char bytes[4096];
    hear_status status = HEAR_OK;
    for (uint64_t n = 0;;) {
        size_t got;
        status = hear_input_read(in, bytes, sizeof bytes, &got, err);
        if (status != HEAR_OK || got == 0)
            break;
        n += got;
        if (n > max_bytes) {
            status =
                hear_fail(err, HEAR_ERR_DATA,
                          "more than %" PRIu64 " MB by a pipe in a format that has to be there "
                          "as a whole; WAV has not",
                          max_bytes >> 20);
            break;
        }
        if (!write_all(fd, bytes, got)) {
            status = hear_fail(err, HEAR_ERR_IO, "temporary file: %s", strerror(errno));
            break;
        }
    }
    if (status == HEAR_OK && lseek(fd, 0, SEEK_SET) != 0)
        status = hear_fail(err, HEAR_ERR_IO, "temporary file: %s", strerror(errno));
    if (status != HEAR_OK) {
        close(fd);
        return status;
    }
    if (in->owned)
        close(in->fd);
    in->fd = fd;
    in->owned = true;
    in->is_file = true;
    return HEAR_OK;
}
