/* wav_writer.c - see wav_writer.h. */
#include "config.h"

#include "io/wav_writer.h"

#include "base/error.h"
#include "base/file.h"
#include "io/wav.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 };
#define MAX_DATA (0xfffffffful - HEAR_WAV_HEAD)

struct hear_wav_writer {
    hear_outfile *file; /* NULL: standard output */
    FILE *stream;
    uint32_t rate_hz;
    uint64_t n_bytes; /* of samples */
};

static hear_status cannot_write(hear_error *err)
{
    if (errno == EPIPE)
        return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    return hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(errno ? errno : EIO));
}

hear_status hear_wav_writer_open(hear_wav_writer **out, const char *path, uint32_t rate_hz,
                                 hear_error *err)
{
    *out = NULL;
    hear_wav_writer *w = calloc(1, sizeof *w);
    if (!w)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    w->rate_hz = rate_hz;
    hear_status s = HEAR_OK;
    if (strcmp(path, "-") == 0) {
        w->stream = stdout;
    } else if ((s = hear_outfile_open(&w->file, path, err)) == HEAR_OK) {
        w->stream = hear_outfile_stream(w->file);
    }
    unsigned char head[HEAR_WAV_HEAD];
    hear_wav_make_head(head, rate_hz, HEAR_WAV_OPEN);
    errno = 0;
    if (s == HEAR_OK && fwrite(head, 1, sizeof head, w->stream) != sizeof head)
        s = cannot_write(err);
    if (s != HEAR_OK) {
        hear_wav_writer_discard(w);
        return s;
    }
    *out = w;
    return HEAR_OK;
}

hear_status hear_wav_writer_write(hear_wav_writer *w, const float *samples, size_t n,
                                  hear_error *err)
{
    unsigned char bytes[2 * BLOCK];
    for (size_t done = 0; done < n;) {
        const size_t now = n - done < BLOCK ? n - done : BLOCK;
        if (w->n_bytes + 2 * now > MAX_DATA)
            return hear_fail(err, HEAR_ERR_DATA, "more than the 4 GB that a WAV file holds");
        hear_wav_make_samples(bytes, samples + done, now);
        errno = 0;
        if (fwrite(bytes, 2, now, w->stream) != now)
            return cannot_write(err);
        w->n_bytes += 2 * now;
        done += now;
    }
    return HEAR_OK;
}

/* Where the stream can be sought in. */
static bool put_lengths(const hear_wav_writer *w)
{
    unsigned char head[HEAR_WAV_HEAD];
    hear_wav_make_head(head, w->rate_hz, (uint32_t)w->n_bytes);
    if (fseek(w->stream, 0, SEEK_SET) != 0)
        return errno == ESPIPE || errno == EINVAL;
    return fwrite(head, 1, sizeof head, w->stream) == sizeof head;
}

hear_status hear_wav_writer_commit(hear_wav_writer *w, hear_error *err)
{
    errno = 0;
    hear_status s = HEAR_OK;
    /* a redirected standard output may hold something before the head */
    if ((w->file && !put_lengths(w)) || fflush(w->stream) != 0)
        s = cannot_write(err);
    hear_outfile *file = w->file;
    free(w);
    if (!file)
        return s;
    if (s == HEAR_OK)
        return hear_outfile_commit(file, err);
    hear_outfile_discard(file);
    return s;
}

void hear_wav_writer_discard(hear_wav_writer *w)
{
    if (!w)
        return;
    if (w->file)
        hear_outfile_discard(w->file);
    free(w);
}
