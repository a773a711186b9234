/* file.c - see file.h. */
#include "config.h"

#include "base/file.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct hear_outfile {
    FILE *stream;
    char *path;
    char *beside; /* NULL where path is written in place */
};

static void release(hear_outfile *f)
{
    free(f->path);
    free(f->beside);
    free(f);
}

/* Not mkstemp: its modes would have to be mended by umask, which is not for threads to ask. */
static int open_new(char *path, size_t at)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static atomic_uint count;
    enum { N_LETTERS = sizeof letters - 1, TRIES = 100, LENGTH = 6 };
    for (int i = 0; i < TRIES; i++) {
        hear_rng rng;
        const uint64_t unlike = (uint64_t)getpid() << 32 | atomic_fetch_add(&count, 1);
        hear_rng_seed(&rng, hear_now_ns() ^ unlike * 0x9e3779b97f4a7c15u);
        for (size_t k = 0; k < LENGTH; k++)
            path[at + k] = letters[hear_rng_below(&rng, N_LETTERS)];
        const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* The file's name with ".tmpXXXXXX" behind it, of which a long name gives up its end. */
static int open_beside(hear_outfile *f)
{
    enum { ENDING = sizeof ".tmpXXXXXX" - 1 };
    const char *const slash = strrchr(f->path, '/');
    const size_t folder = slash ? (size_t)(slash - f->path) + 1 : 0;
    size_t n = strlen(f->path);
    if (n - folder > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    n = n - folder > NAME_MAX - ENDING ? folder + NAME_MAX - ENDING : n;
    f->beside = malloc(n + ENDING + 1);
    if (!f->beside)
        return -1;
    memcpy(f->beside, f->path, n);
    memcpy(f->beside + n, ".tmpXXXXXX", ENDING + 1);
    const int fd = open_new(f->beside, n + 4);
    if (fd < 0) {
        free(f->beside);
        f->beside = NULL;
        return -1;
    }
    struct stat st;
    if (stat(f->path, &st) == 0 && fchmod(fd, st.st_mode & 0777) != 0) {
        /* a file system without modes: still a whole file */
    }
    return fd;
}

hear_status hear_outfile_open(hear_outfile **out, const char *path, hear_error *err)
{
    *out = NULL;
    hear_outfile *f = calloc(1, sizeof *f);
    if (!f || !(f->path = hear_strdup(path))) {
        free(f);
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    struct stat st;
    const bool in_place = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    errno = 0;
    if (in_place) {
        f->stream = S_ISDIR(st.st_mode) ? (errno = EISDIR, NULL) : fopen(path, "wb");
    } else {
        char *target = realpath(path, NULL); /* a link stays a link: its target is replaced */
        if (target) {
            free(f->path);
            f->path = target;
        }
        const int fd = open_beside(f);
        f->stream = fd >= 0 ? fdopen(fd, "wb") : NULL;
        if (fd >= 0 && !f->stream)
            close(fd);
    }
    if (!f->stream) {
        const int why = errno;
        if (f->beside)
            unlink(f->beside);
        release(f);
        return hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(why ? why : ENOMEM));
    }
    *out = f;
    return HEAR_OK;
}

FILE *hear_outfile_stream(hear_outfile *f)
{
    return f->stream;
}

hear_status hear_outfile_commit(hear_outfile *f, hear_error *err)
{
    int why = 0;
    if (fflush(f->stream) != 0 || ferror(f->stream))
        why = errno ? errno : EIO;
    if (!why && f->beside && fsync(fileno(f->stream)) != 0 && errno != EINVAL && errno != EROFS)
        why = errno;
    if (fclose(f->stream) != 0 && !why)
        why = errno;
    if (!why && f->beside && rename(f->beside, f->path) != 0)
        why = errno;
    if (why && f->beside)
        unlink(f->beside);
    release(f);
    return why ? hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(why)) : HEAR_OK;
}

void hear_outfile_discard(hear_outfile *f)
{
    if (!f)
        return;
    fclose(f->stream);
    if (f->beside)
        unlink(f->beside);
    release(f);
}

hear_status hear_outfile_check(const char *path, hear_error *err)
{
    hear_outfile *f;
    struct stat st;
    /* opened and closed, a pipe would be at its end for whoever reads it */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return access(path, W_OK) == 0
                   ? HEAR_OK
                   : hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(errno));
    const hear_status s = hear_outfile_open(&f, path, err);
    if (s == HEAR_OK)
        hear_outfile_discard(f);
    return s;
}

const char *hear_file_ending(const char *path)
{
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    return dot && dot > name ? dot + 1 : "";
}

/* What could keep the reader waiting for ever, or has no end. The pipes that a shell hands over
 * (/dev/stdin, /dev/fd/63) have no place in the file system, hence no real path. */
static const char *no_file(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
        return NULL;
    if (S_ISDIR(st.st_mode))
        return "is a folder";
    if (!S_ISFIFO(st.st_mode))
        return "is no file, but a device or a socket";
    char *const named = realpath(path, NULL);
    free(named);
    return named ? "is no file, but a named pipe" : NULL;
}

hear_status hear_file_read(const char *path, size_t max_bytes, char **data, size_t *n_bytes,
                           hear_error *err)
{
    *data = NULL;
    *n_bytes = 0;
    const char *const other = no_file(path);
    if (other)
        return hear_fail(err, HEAR_ERR_DATA, "%s", other);
    FILE *in = fopen(path, "rb");
    if (!in) {
        const bool missing = errno == ENOENT || errno == ENOTDIR || errno == EACCES;
        const hear_status s = missing ? HEAR_ERR_NO_INPUT : HEAR_ERR_IO;
        return hear_fail(err, s, "%s", strerror(errno));
    }
    char *buffer = NULL;
    size_t room = 0, used = 0;
    hear_status status = HEAR_OK;
    for (;;) {
        if (used + 1 >= room) {
            const size_t wanted = room ? room * 2 : 65536;
            char *grown = realloc(buffer, wanted);
            if (!grown) {
                status = hear_fail(err, HEAR_ERR_MEM, NULL);
                break;
            }
            buffer = grown;
            room = wanted;
        }
        const size_t got = fread(buffer + used, 1, room - used - 1, in);
        used += got;
        if (used > max_bytes) {
            status = hear_fail(err, HEAR_ERR_DATA, "larger than %zu bytes", max_bytes);
            break;
        }
        if (got == 0) {
            if (ferror(in))
                status = hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
            break;
        }
    }
    fclose(in);
    if (status != HEAR_OK) {
        free(buffer);
        return status;
    }
    buffer[used] = '\0';
    *data = buffer;
    *n_bytes = used;
    return HEAR_OK;
}
