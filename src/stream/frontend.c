/* frontend.c - from samples to frames, and a window's frames to what the model sees. See
 * frontend.h. */
#include "config.h"

#include "stream/frontend.h"

#include "base/error.h"
#include "base/mem.h"
#include "dsp/descriptors.h"
#include "dsp/resample.h"
#include "dsp/vec.h"

#include <math.h>
#include <string.h>

#define CHUNK 256       /* samples that are cleaned at a time */
#define MAX_SAMPLE 1e6f /* beyond, powers would leave the range of a float */

struct hear_frontend {
    hear_frontend_config config;
    size_t frame_length, width;
    void (*make)(hear_frontend *f, float *frame); /* of samples, before the logarithm */
    hear_resample *resample;
    hear_stft *stft; /* NULL of a wave */
    hear_mel *mel;   /* NULL but of mel bands */

    float *samples;    /* [frame_length]: the frame under way */
    size_t n_samples;  /* of these, there */
    size_t n_skip;     /* to be dropped before the next frame: hop > frame_length */
    float *spectrum;   /* [n_fft / 2 + 4]: three zeros behind, for hear_mel_apply */
    uint64_t position; /* samples out of the resampler */
    bool flushing;
    uint64_t n_zeros; /* flush: still to come */
};

static void make_mel(hear_frontend *f, float *frame)
{
    hear_stft_process(f->stft, f->samples, (int)f->config.power, f->spectrum);
    hear_mel_apply(f->mel, f->spectrum, frame);
}

static void make_wave(hear_frontend *f, float *frame)
{
    memcpy(frame, f->samples, f->width * sizeof *frame);
}

static void make_spectrum(hear_frontend *f, float *frame)
{
    hear_stft_process(f->stft, f->samples, (int)f->config.power, frame);
}

static void make_descriptors(hear_frontend *f, float *frame)
{
    hear_stft_process(f->stft, f->samples, 1, f->spectrum);
    const hear_descriptor_frame d = { .samples = f->samples,
                                      .n_samples = f->frame_length,
                                      .bins = f->spectrum,
                                      .n_bins = f->config.n_fft / 2 + 1,
                                      .bin_hz = (double)f->config.rate_hz / f->config.n_fft };
    for (size_t i = 0; i < f->width; i++)
        frame[i] = hear_descriptor_of((hear_descriptor)i, &d);
}

static void (*const makers[])(hear_frontend *f, float *frame) = {
    [HEAR_FEATURES_MEL] = make_mel,
    [HEAR_FEATURES_WAVE] = make_wave,
    [HEAR_FEATURES_SPECTRUM] = make_spectrum,
    [HEAR_FEATURES_DESCRIPTORS] = make_descriptors,
};

static hear_status create_mel(hear_frontend *f)
{
    const hear_frontend_config *const c = &f->config;
    return hear_mel_create(&f->mel, &(hear_mel_config){ .rate_hz = c->rate_hz,
                                                        .n_fft = c->n_fft,
                                                        .n_mels = c->n_mels,
                                                        .fmin_hz = c->fmin_hz,
                                                        .fmax_hz = c->fmax_hz,
                                                        .scale = c->mel_scale,
                                                        .shape = c->mel_shape,
                                                        .norm = c->mel_norm });
}

hear_status hear_frontend_create(hear_frontend **out, const hear_frontend_config *config,
                                 uint32_t rate_hz, hear_error *err)
{
    *out = NULL;
    hear_status status = hear_frontend_check(config, err);
    if (status != HEAR_OK)
        return status;
    if (rate_hz < 1000 || rate_hz > 768000)
        return hear_fail(err, HEAR_ERR_ARG, "sample rate %u is not in 1000 .. 768000 Hz", rate_hz);
    hear_frontend *f = hear_alloc(1, sizeof *f);
    if (!f)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    f->config = *config;
    f->frame_length = hear_frontend_frame_length(config);
    f->width = hear_frontend_width(config);
    f->make = makers[config->features];
    f->samples = hear_alloc(f->frame_length, sizeof f->samples[0]);
    f->spectrum = hear_alloc(config->n_fft / 2 + 4, sizeof f->spectrum[0]);
    status = f->samples && f->spectrum ? HEAR_OK : HEAR_ERR_MEM;
    if (status == HEAR_OK)
        status = hear_resample_create(&f->resample, rate_hz, config->rate_hz);
    if (status == HEAR_OK && config->features != HEAR_FEATURES_WAVE)
        status = hear_stft_create(&f->stft, config->n_fft, config->win_length, config->placement);
    if (status == HEAR_OK && f->stft)
        hear_stft_treat(f->stft, &(hear_stft_treatment){ .int16_scale = config->int16_scale,
                                                         .remove_dc = config->remove_dc,
                                                         .preemphasis = config->preemphasis,
                                                         .window = config->window });
    if (status == HEAR_OK && config->features == HEAR_FEATURES_MEL)
        status = create_mel(f);
    if (status != HEAR_OK) {
        hear_frontend_destroy(f);
        return hear_fail(err, status, NULL);
    }
    *out = f;
    return HEAR_OK;
}

void hear_frontend_destroy(hear_frontend *f)
{
    if (!f)
        return;
    hear_resample_destroy(f->resample);
    hear_stft_destroy(f->stft);
    hear_mel_destroy(f->mel);
    hear_free(f->samples);
    hear_free(f->spectrum);
    hear_free(f);
}

void hear_frontend_reset(hear_frontend *f)
{
    hear_resample_reset(f->resample);
    f->n_samples = f->n_skip = 0;
    f->position = 0;
    f->flushing = false;
    f->n_zeros = 0;
}

/* Once the frame under way is whole: writes it, and keeps what the next one shares with it. */
static bool emit(hear_frontend *f, float *frame)
{
    if (f->n_samples < f->frame_length)
        return false;
    const size_t hop = f->config.hop;
    f->make(f, frame);
    hear_frontend_log(&f->config, frame, f->width);
    f->n_samples = hop < f->frame_length ? f->frame_length - hop : 0;
    f->n_skip = hop > f->frame_length ? hop - f->frame_length : 0;
    memmove(f->samples, f->samples + (f->frame_length - f->n_samples),
            f->n_samples * sizeof f->samples[0]);
    return true;
}

/* Where the next samples at the model's rate go, and how many at most. */
static float *room(hear_frontend *f, size_t *n)
{
    *n = f->n_skip ? f->n_skip : f->frame_length - f->n_samples;
    if (f->n_skip && *n > f->frame_length)
        *n = f->frame_length;
    return f->samples + (f->n_skip ? 0 : f->n_samples);
}

static void added(hear_frontend *f, size_t n)
{
    if (f->n_skip)
        f->n_skip -= n;
    else
        f->n_samples += n;
}

size_t hear_frontend_process(hear_frontend *f, const float *in, size_t n, size_t *n_taken,
                             float *frames, size_t max_frames)
{
    float cleaned[CHUNK];
    size_t taken = 0, n_frames = 0;
    size_t chunk = 0, used = 0; /* of cleaned */
    while (n_frames < max_frames) {
        if (used == chunk) {
            chunk = n - taken < CHUNK ? n - taken : CHUNK;
            used = 0;
            if (in)
                hear_vec_clean(cleaned, in + taken, chunk, MAX_SAMPLE);
        }
        size_t n_room, n_used;
        float *to = room(f, &n_room);
        const size_t n_out = hear_resample_process(f->resample, in ? cleaned + used : NULL,
                                                   chunk - used, &n_used, to, n_room);
        added(f, n_out);
        f->position += n_out;
        used += n_used;
        taken += n_used;
        if (emit(f, frames + n_frames * f->width))
            n_frames++;
        if (taken == n && n_out < n_room)
            break; /* what was taken has come out */
    }
    *n_taken = taken;
    return n_frames;
}

size_t hear_frontend_flush(hear_frontend *f, uint64_t n_zeros, float *frames, size_t max_frames)
{
    if (!f->flushing) {
        f->flushing = true;
        f->n_zeros = n_zeros;
    }
    size_t n_frames = 0;
    while (n_frames < max_frames) {
        size_t n_room;
        float *to = room(f, &n_room);
        size_t n = hear_resample_flush(f->resample, to, n_room);
        f->position += n;
        if (n == 0) { /* drained: the zeros behind */
            n = f->n_zeros < n_room ? (size_t)f->n_zeros : n_room;
            memset(to, 0, n * sizeof *to);
            f->n_zeros -= n;
        }
        if (n == 0) {
            f->flushing = false;
            break;
        }
        added(f, n);
        if (emit(f, frames + n_frames * f->width))
            n_frames++;
    }
    return n_frames;
}

uint64_t hear_frontend_position(const hear_frontend *f)
{
    return f->position;
}

float hear_frontend_silence(const hear_frontend_config *config, size_t column)
{
    return config->features == HEAR_FEATURES_DESCRIPTORS && column == HEAR_DESCRIPTOR_FLATNESS
               ? 1.0f
               : 0.0f;
}

void hear_frontend_log(const hear_frontend_config *config, float *x, size_t n)
{
    const float floor = (float)config->floor;
    if (config->log == HEAR_LOG_DB)
        hear_vec_ln(x, n, 0.0f, floor, (float)((config->power == 1 ? 20.0 : 10.0) / M_LN10));
    else if (config->log == HEAR_LOG_LN)
        hear_vec_ln(x, n, floor, floor, 1.0f);
}

void hear_frontend_finish_window(const hear_frontend_config *config, const float *in, float *out,
                                 size_t n_frames)
{
    const size_t n = n_frames * hear_frontend_width(config);
    if (n == 0)
        return;
    float low = in[0], high = in[0];
    for (size_t i = 1; i < n; i++) {
        low = in[i] < low ? in[i] : low;
        high = in[i] > high ? in[i] : high;
    }
    float shift = 0.0f, bottom = low; /* out = max(in, bottom) - shift */
    if (config->log == HEAR_LOG_DB) {
        if (config->top_db > 0.0)
            bottom = fmaxf(low, high - (float)config->top_db);
        shift = config->ref_max ? high : 0.0f;
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        out[i] = (in[i] > bottom ? in[i] : bottom) - shift;
        sum += out[i];
    }
    low = bottom - shift;
    high -= shift;
    if (config->normalise == HEAR_NORM_MINMAX) {
        const float range = high - low, scale = high > low ? 1.0f / range : 0.0f;
        for (size_t i = 0; i < n; i++) /* a range next to nothing has no finite inverse */
            out[i] = isfinite(scale) ? (out[i] - low) * scale : (out[i] - low) / range;
    } else if (config->normalise == HEAR_NORM_MEANVAR) {
        const double mean = sum / (double)n;
        double squares = 0.0;
        for (size_t i = 0; i < n; i++)
            squares += (out[i] - mean) * (out[i] - mean);
        const double scale = high > low ? 1.0 / sqrt(squares / (double)n) : 0.0;
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((out[i] - mean) * scale);
    }
}
