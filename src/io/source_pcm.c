/* source_pcm.c - raw samples: little-endian 16-bit integers or 32-bit floats, interleaved. */
#include "config.h"

#include "io/mixdown.h"
#include "io/source_impl.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 16384 }; /* bytes read at once, and at least one frame: 1024 channels of 4 bytes */

typedef struct {
    hear_source base;
    hear_pcm_format format;
    size_t frame_bytes;
    size_t n_bytes; /* read and not yet given: less than a frame between two reads */
    unsigned char bytes[BLOCK];
    float samples[BLOCK / 2];
} pcm_source;

static hear_status open_pcm(hear_source *s, const hear_raw_spec *raw, hear_error *err)
{
    (void)err;
    pcm_source *p = (pcm_source *)s;
    s->rate_hz = raw->rate_hz;
    s->n_channels = raw->n_channels;
    p->format = raw->format;
    p->frame_bytes = raw->n_channels * (raw->format == HEAR_PCM_S16LE ? 2u : 4u);
    struct stat st;
    if (hear_input_is_file(s->in) && fstat(hear_input_fd(s->in), &st) == 0) {
        const off_t at = lseek(hear_input_fd(s->in), 0, SEEK_CUR);
        s->n_frames = at < st.st_size ? (st.st_size - at) / (off_t)p->frame_bytes : 0;
    }
    return HEAR_OK;
}

static void decode(const unsigned char *in, hear_pcm_format format, size_t n, float *out)
{
    if (format == HEAR_PCM_S16LE) {
        for (size_t i = 0; i < n; i++) {
            const uint16_t u = (uint16_t)(in[2 * i] | in[2 * i + 1] << 8);
            out[i] = (float)(int16_t)u * 0x1p-15f;
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char *const b = in + 4 * i;
        const uint32_t u = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(out + i, &u, sizeof u);
    }
}

static hear_status read_pcm(hear_source *s, float *mono, size_t n, size_t *got, hear_error *err)
{
    pcm_source *p = (pcm_source *)s;
    const size_t fits = BLOCK / p->frame_bytes;
    const size_t wanted = (n < fits ? n : fits) * p->frame_bytes;
    *got = 0;
    do {
        size_t more;
        const hear_status status =
            hear_input_read(s->in, p->bytes + p->n_bytes, wanted - p->n_bytes, &more, err);
        if (status != HEAR_OK || more == 0)
            return status; /* part of a frame at the end is no sample */
        p->n_bytes += more;
    } while (p->n_bytes < p->frame_bytes);
    const size_t n_frames = p->n_bytes / p->frame_bytes;
    decode(p->bytes, p->format, n_frames * s->n_channels, p->samples);
    hear_mixdown(p->samples, n_frames, s->n_channels, mono);
    p->n_bytes -= n_frames * p->frame_bytes;
    memmove(p->bytes, p->bytes + n_frames * p->frame_bytes, p->n_bytes);
    *got = n_frames;
    return HEAR_OK;
}

static bool seek_pcm(hear_source *s, uint64_t n_frames)
{
    const pcm_source *p = (const pcm_source *)s;
    if (!hear_input_is_file(s->in) || n_frames > INT64_MAX / p->frame_bytes)
        return false;
    return lseek(hear_input_fd(s->in), (off_t)(n_frames * p->frame_bytes), SEEK_CUR) >= 0;
}

static void close_pcm(hear_source *s)
{
    (void)s;
}

const hear_source_ops hear_source_pcm = {
    .name = "pcm",
    .open = open_pcm,
    .read = read_pcm,
    .seek = seek_pcm,
    .close = close_pcm,
    .size = sizeof(pcm_source),
};
