/* media.c - see media.h. */
#include "config.h"

#include "train/media.h"

#include "base/error.h"
#include "base/mem.h"
#include "io/source.h"
#include "io/wav.h"
#include "train/png.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void hear_put_base64(FILE *out, const void *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const uint32_t v = (uint32_t)b[i] << 16 | (left > 1 ? (uint32_t)b[i + 1] << 8 : 0) |
                           (left > 2 ? b[i + 2] : 0);
        fputc(digits[v >> 18], out);
        fputc(digits[v >> 12 & 63], out);
        fputc(left > 1 ? digits[v >> 6 & 63] : '=', out);
        fputc(left > 2 ? digits[v & 63] : '=', out);
    }
}

static void le16(unsigned char *at, uint32_t v)
{
    at[0] = (unsigned char)v;
    at[1] = (unsigned char)(v >> 8);
}

static void le32(unsigned char *at, uint32_t v)
{
    le16(at, v);
    le16(at + 2, v >> 16);
}

static size_t make_wav(unsigned char *out, const float *samples, size_t n, uint32_t rate_hz)
{
    hear_wav_make_head(out, rate_hz, (uint32_t)(2 * n));
    hear_wav_make_samples(out + HEAR_WAV_HEAD, samples, n);
    return HEAR_WAV_HEAD + 2 * n;
}

static void heat(unsigned char *bgr, float x)
{
    unsigned char rgb[3];
    hear_heat(x, rgb);
    for (int i = 0; i < 3; i++)
        bgr[i] = rgb[2 - i];
}

/* BMP of 24 bits, whose rows run from the bottom up as the bands do. */
static size_t make_bmp(unsigned char *out, const float *frames, size_t n_frames, size_t n_mels)
{
    const size_t row = (3 * n_frames + 3) & ~(size_t)3, size = 54 + row * n_mels;
    float low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n_frames * n_mels; i++)
        high = fmaxf(high, frames[i]);
    for (size_t i = 0; i < n_frames * n_mels; i++)
        low = fminf(low, frames[i]);
    memset(out, 0, size);
    memcpy(out, "BM", 2);
    le32(out + 2, (uint32_t)size);
    le32(out + 10, 54);
    le32(out + 14, 40);
    le32(out + 18, (uint32_t)n_frames);
    le32(out + 22, (uint32_t)n_mels);
    le16(out + 26, 1);
    le16(out + 28, 24);
    for (size_t t = 0; t < n_frames; t++)
        for (size_t m = 0; m < n_mels; m++) {
            const float x = high > low ? (frames[t * n_mels + m] - low) / (high - low) : 0.0f;
            heat(out + 54 + m * row + 3 * t, x);
        }
    return size;
}

/* *samples is freed with free(). */
static hear_status read_start(const char *path, double max_s, float **samples, size_t *n,
                              uint32_t *rate_hz, hear_error *err)
{
    hear_source *source;
    const hear_source_config config = { .duration_s = max_s };
    *samples = NULL;
    *n = 0;
    hear_status status = hear_source_open(&source, path, &config, err);
    if (status != HEAR_OK)
        return status;
    *rate_hz = hear_source_rate_hz(source);
    const size_t room = (size_t)(max_s * *rate_hz) + 1;
    *samples = malloc(room * sizeof **samples);
    status = *samples ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
    for (size_t got = 1; status == HEAR_OK && got > 0 && *n < room; *n += got) {
        got = 0;
        status = hear_source_read(source, *samples + *n, room - *n, &got, err);
    }
    hear_source_close(source);
    if (status == HEAR_OK)
        return HEAR_OK;
    free(*samples);
    *samples = NULL;
    return status;
}

static void put_picture(FILE *out, hear_frontend *f, const hear_frontend_config *config,
                        const float *samples, size_t n, float *frames, size_t room,
                        unsigned char *bytes)
{
    size_t taken = 0, n_frames = hear_frontend_process(f, samples, n, &taken, frames, room);
    n_frames += hear_frontend_flush(f, 0, frames + n_frames * config->n_mels, room - n_frames);
    if (n_frames == 0) /* shorter than a frame */
        n_frames = hear_frontend_flush(f, hear_frontend_frame_length(config), frames, room);
    hear_frontend_finish_window(config, frames, frames, n_frames);
    fputs("<img alt=\"mel spectrogram\" src=\"data:image/bmp;base64,", out);
    hear_put_base64(out, bytes, make_bmp(bytes, frames, n_frames, config->n_mels));
    fputs("\">\n", out);
}

hear_status hear_media_write(FILE *out, const char *path, const hear_frontend_config *frontend,
                             double max_s, hear_error *err)
{
    const hear_frontend_config shown = hear_frontend_view(frontend);
    frontend = &shown;
    float *samples;
    size_t n;
    uint32_t rate_hz;
    hear_status status = read_start(path, max_s, &samples, &n, &rate_hz, err);
    if (status != HEAR_OK)
        return status;
    hear_frontend *f = NULL;
    status = hear_frontend_create(&f, frontend, rate_hz, err);
    /* frames to the end, one more of zeros, and one for rounding */
    const size_t room = (size_t)((max_s + 1.0) * frontend->rate_hz / frontend->hop) + 4;
    const size_t wav = HEAR_WAV_HEAD + 2 * n, bmp = 54 + (3 * room + 3) * frontend->n_mels;
    float *frames = hear_alloc(room * frontend->n_mels, sizeof *frames);
    unsigned char *bytes = hear_alloc(wav > bmp ? wav : bmp, 1);
    if (status == HEAR_OK && (!frames || !bytes))
        status = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (status == HEAR_OK) {
        put_picture(out, f, frontend, samples, n, frames, room, bytes);
        fputs("<audio controls preload=\"metadata\" src=\"data:audio/wav;base64,", out);
        hear_put_base64(out, bytes, make_wav(bytes, samples, n, rate_hz));
        fputs("\"></audio>\n", out);
    }
    hear_free(bytes);
    hear_free(frames);
    hear_frontend_destroy(f);
    free(samples);
    return status;
}
