/* source.c - see source.h. */
#include "config.h"

#include "io/source_impl.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hear_status hear_raw_parse(hear_raw_spec *spec, const char *text, hear_error *err)
{
    char copy[64];
    const size_t n = strlen(text);
    if (n >= sizeof copy)
        return hear_fail(err, HEAR_ERR_ARG, "\"%s\" is not RATE:CHANNELS:s16le|f32le", text);
    memcpy(copy, text, n + 1);
    char *const channels = strchr(copy, ':');
    char *const format = channels ? strchr(channels + 1, ':') : NULL;
    if (!format)
        return hear_fail(err, HEAR_ERR_ARG, "\"%s\" is not RATE:CHANNELS:s16le|f32le", text);
    *channels = *format = '\0';
    uint64_t rate, count;
    if (!hear_parse_uint(copy, &rate) || rate < HEAR_SOURCE_MIN_RATE || rate > HEAR_SOURCE_MAX_RATE)
        return hear_fail(err, HEAR_ERR_ARG, "rate \"%s\": %d to %d are taken", copy,
                         HEAR_SOURCE_MIN_RATE, HEAR_SOURCE_MAX_RATE);
    if (!hear_parse_uint(channels + 1, &count) || count < 1 || count > HEAR_SOURCE_MAX_CHANNELS)
        return hear_fail(err, HEAR_ERR_ARG, "channels \"%s\": 1 to %d are taken", channels + 1,
                         HEAR_SOURCE_MAX_CHANNELS);
    hear_pcm_format f;
    if (!strcmp(format + 1, "s16le"))
        f = HEAR_PCM_S16LE;
    else if (!strcmp(format + 1, "f32le"))
        f = HEAR_PCM_F32LE;
    else
        return hear_fail(err, HEAR_ERR_ARG, "format \"%s\": s16le and f32le are taken", format + 1);
    *spec = (hear_raw_spec){ (uint32_t)rate, (uint32_t)count, f };
    return HEAR_OK;
}

hear_status hear_source_check(const hear_source *s, hear_error *err)
{
    if (s->rate_hz < HEAR_SOURCE_MIN_RATE || s->rate_hz > HEAR_SOURCE_MAX_RATE)
        return hear_fail(err, HEAR_ERR_DATA, "a sample rate of %u Hz; %d to %d are taken",
                         s->rate_hz, HEAR_SOURCE_MIN_RATE, HEAR_SOURCE_MAX_RATE);
    if (s->n_channels < 1 || s->n_channels > HEAR_SOURCE_MAX_CHANNELS)
        return hear_fail(err, HEAR_ERR_DATA, "%u channels; 1 to %d are taken", s->n_channels,
                         HEAR_SOURCE_MAX_CHANNELS);
    return HEAR_OK;
}

/* Seconds as frames; what no recording reaches becomes the largest number. */
static uint64_t frames_of(double seconds, uint32_t rate_hz)
{
    const double frames = seconds * rate_hz;
    return frames < 0x1p62 ? (uint64_t)llrint(frames) : UINT64_MAX;
}

hear_status hear_source_open(hear_source **out, const char *path, const hear_source_config *config,
                             hear_error *err)
{
    *out = NULL;
    if (!(config->start_s >= 0.0 && config->duration_s >= 0.0))
        return hear_fail(err, HEAR_ERR_ARG, "start and duration must be 0 or more");
    const hear_source_ops *const ops = config->raw ? &hear_source_pcm : &hear_source_sndfile;
    hear_source *s = calloc(1, ops->size);
    if (!s)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    s->ops = ops;
    s->n_frames = -1;
    hear_status status = hear_input_open(&s->in, path, config->stop_fd, err);
    if (status == HEAR_OK)
        status = ops->open(s, config->raw, err);
    if (status == HEAR_OK)
        status = hear_source_check(s, err);
    if (status != HEAR_OK) {
        hear_source_close(s);
        return status;
    }
    s->start_s = config->start_s;
    s->duration_s = config->duration_s;
    s->skip = frames_of(config->start_s, s->rate_hz);
    s->left = config->duration_s > 0.0 ? frames_of(config->duration_s, s->rate_hz) : UINT64_MAX;
    if (s->skip > 0 && ops->seek(s, s->skip))
        s->skip = 0;
    *out = s;
    return HEAR_OK;
}

void hear_source_close(hear_source *s)
{
    if (!s)
        return;
    s->ops->close(s);
    hear_input_close(s->in);
    free(s);
}

uint32_t hear_source_rate_hz(const hear_source *s)
{
    return s->rate_hz;
}

double hear_source_duration_s(const hear_source *s)
{
    if (s->n_frames < 0)
        return -1.0;
    const double rest = fmax((double)s->n_frames / s->rate_hz - s->start_s, 0.0);
    return s->duration_s > 0.0 ? fmin(rest, s->duration_s) : rest;
}

/* There is nothing more: wrong where there was something, but only before the start. */
static hear_status at_end(const hear_source *s, hear_error *err)
{
    const double skipped_s = s->start_s - (double)s->skip / s->rate_hz;
    const double end_s = s->n_frames >= 0 ? (double)s->n_frames / s->rate_hz : skipped_s;
    if (s->heard || s->start_s <= 0.0 || end_s <= 0.0)
        return HEAR_OK;
    char end[40], start[40];
    hear_format_fixed(end, sizeof end, end_s, 3);
    hear_format_fixed(start, sizeof start, s->start_s, 3);
    return hear_fail(err, HEAR_ERR_DATA, "ends at %s s; nothing is left behind %s s", end, start);
}

hear_status hear_source_read(hear_source *s, float *mono, size_t n, size_t *got, hear_error *err)
{
    *got = 0;
    while (s->skip > 0) {
        const size_t part = s->skip < n ? (size_t)s->skip : n;
        size_t skipped = 0;
        const hear_status status = s->ops->read(s, mono, part, &skipped, err);
        if (status != HEAR_OK)
            return status;
        if (skipped == 0)
            return at_end(s, err);
        s->skip -= skipped;
    }
    if (s->left < n)
        n = (size_t)s->left;
    if (n == 0)
        return HEAR_OK;
    const hear_status status = s->ops->read(s, mono, n, got, err);
    if (status == HEAR_OK && *got == 0)
        return at_end(s, err);
    s->heard = s->heard || *got > 0;
    if (s->left != UINT64_MAX)
        s->left -= *got;
    return status;
}

void hear_source_interrupt(hear_source *s)
{
    hear_input_interrupt(s->in);
}
