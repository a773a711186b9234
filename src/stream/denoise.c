/* denoise.c - see denoise.h. */
#include "config.h"

#include "stream/denoise.h"

#include "base/error.h"
#include "base/mem.h"
#include "dsp/istft.h"
#include "dsp/stft.h"
#include "nn/plan.h"

#include <math.h>
#include <string.h>

enum {
    FFT = HEAR_DENOISE_FFT,
    HOP = HEAR_DENOISE_HOP,
    WINDOW = HEAR_DENOISE_WINDOW,
    BINS = HEAR_DENOISE_BINS,
    EDGE = WINDOW / 4, /* frames before and behind those that are kept */
    STEP = WINDOW / 2,
    AHEAD = FFT - HOP /* of the sound: see istft.h */
};

struct hear_denoise {
    hear_plan *plan;
    hear_stft *stft;
    hear_istft *istft;
    float frame[FFT];        /* the newest samples */
    size_t n_frame;          /* of it */
    size_t n_window;         /* frames in spectra */
    double *spectra;         /* [WINDOW][FFT / 2 + 1][2] */
    double cleaned[FFT + 2]; /* one frame of it; its last bin stays zero */
    float *ready;            /* [STEP * HOP] */
    size_t n_ready, at;
    uint64_t n_in, n_out; /* samples since the start */
    uint64_t n_made;      /* that came out of overlap-add, AHEAD of them before the sound */
};

bool hear_is_denoiser(const hear_graph *graph)
{
    const char *kind = hear_graph_prop(graph, "hearsay.kind");
    return kind && strcmp(kind, HEAR_DENOISE_KIND) == 0;
}

static bool fits(const hear_tensor *t)
{
    return t->dtype == HEAR_F32 && t->count == (size_t)WINDOW * BINS;
}

static hear_status prepare(hear_denoise *d, hear_graph *graph, hear_error *err)
{
    if (!hear_is_denoiser(graph))
        return hear_fail(err, HEAR_ERR_MODEL, "is no denoiser: hearsay.kind does not say so");
    if (graph->n_in != 1 || graph->n_out < 1)
        return hear_fail(err, HEAR_ERR_MODEL, "a denoiser has one input, and an output");
    const hear_plan_config config = { .batch = 1 };
    hear_status s = hear_plan_create(&d->plan, graph, &config, err);
    if (s != HEAR_OK)
        return s;
    if (!fits(hear_plan_input(d->plan, 0)) || !fits(hear_plan_output(d->plan, 0)))
        return hear_fail(err, HEAR_ERR_MODEL, "it does not take and give %d frames of %d bins",
                         WINDOW, BINS);
    s = hear_stft_create(&d->stft, FFT, FFT, HEAR_PLACE_CENTER);
    if (s == HEAR_OK)
        s = hear_istft_create(&d->istft, FFT, HOP);
    if (s == HEAR_OK) {
        d->spectra = hear_alloc((size_t)WINDOW * (FFT + 2), sizeof *d->spectra);
        d->ready = hear_alloc((size_t)STEP * HOP, sizeof *d->ready);
        if (!d->spectra || !d->ready)
            s = HEAR_ERR_MEM;
    }
    return s == HEAR_OK ? s : hear_fail(err, s, NULL);
}

hear_status hear_denoise_create(hear_denoise **out, hear_graph *graph, hear_error *err)
{
    *out = NULL;
    hear_denoise *d = hear_alloc(1, sizeof *d);
    if (!d)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_status s = prepare(d, graph, err);
    if (s != HEAR_OK) {
        hear_denoise_destroy(d);
        return s;
    }
    hear_denoise_reset(d);
    *out = d;
    return HEAR_OK;
}

void hear_denoise_destroy(hear_denoise *d)
{
    if (!d)
        return;
    hear_plan_destroy(d->plan);
    hear_stft_destroy(d->stft);
    hear_istft_destroy(d->istft);
    hear_free(d->spectra);
    hear_free(d->ready);
    hear_free(d);
}

void hear_denoise_reset(hear_denoise *d)
{
    hear_istft_reset(d->istft);
    memset(d->frame, 0, sizeof d->frame);
    memset(d->spectra, 0, (size_t)WINDOW * (FFT + 2) * sizeof *d->spectra);
    d->n_frame = AHEAD; /* zeros before the sound */
    d->n_window = EDGE; /* silent frames before the first */
    d->n_ready = d->at = 0;
    d->n_in = d->n_out = d->n_made = 0;
}

/* The middle half of a full window, through the network and back to samples. */
static void make(hear_denoise *d)
{
    float *x = hear_plan_input(d->plan, 0)->data;
    for (size_t t = 0; t < WINDOW; t++)
        for (size_t k = 0; k < BINS; k++) {
            const double *z = d->spectra + t * (FFT + 2) + 2 * k;
            x[t * BINS + k] = (float)sqrt(z[0] * z[0] + z[1] * z[1]);
        }
    hear_plan_run(d->plan);
    const float *y = hear_plan_output(d->plan, 0)->data;
    d->n_ready = d->at = 0;
    for (size_t t = EDGE; t < EDGE + STEP; t++) {
        for (size_t k = 0; k < BINS; k++) {
            const double *z = d->spectra + t * (FFT + 2) + 2 * k;
            const float was = x[t * BINS + k], is = y[t * BINS + k];
            const double gain = was > 0.0f && isfinite(is) ? (double)is / (double)was : 0.0;
            d->cleaned[2 * k] = gain * z[0];
            d->cleaned[2 * k + 1] = gain * z[1];
        }
        float block[HOP];
        hear_istft_process(d->istft, d->cleaned, block);
        const size_t skip = d->n_made < AHEAD ? HOP : 0; /* AHEAD is one hop */
        memcpy(d->ready + d->n_ready, block + skip, (HOP - skip) * sizeof *block);
        d->n_ready += HOP - skip;
        d->n_made += HOP;
    }
    memmove(d->spectra, d->spectra + (size_t)STEP * (FFT + 2),
            (size_t)(WINDOW - STEP) * (FFT + 2) * sizeof *d->spectra);
    d->n_window = WINDOW - STEP;
}

static size_t give(hear_denoise *d, float *out, size_t max_out)
{
    const size_t left = d->n_ready - d->at, n = left < max_out ? left : max_out;
    memcpy(out, d->ready + d->at, n * sizeof *out);
    d->at += n;
    d->n_out += n;
    return n;
}

/* in NULL stands for zeros. */
static size_t process(hear_denoise *d, const float *in, size_t n, size_t *n_taken, float *out,
                      size_t max_out)
{
    size_t done = 0, taken = 0;
    for (;;) {
        done += give(d, out + done, max_out - done);
        if (taken == n || d->at < d->n_ready)
            break;
        const size_t room = FFT - d->n_frame, now = n - taken < room ? n - taken : room;
        if (in)
            memcpy(d->frame + d->n_frame, in + taken, now * sizeof *in);
        else
            memset(d->frame + d->n_frame, 0, now * sizeof *d->frame);
        d->n_frame += now;
        taken += now;
        if (d->n_frame < FFT)
            continue;
        memcpy(d->spectra + d->n_window++ * (FFT + 2), hear_stft_spectrum(d->stft, d->frame),
               (FFT + 2) * sizeof *d->spectra);
        memmove(d->frame, d->frame + HOP, AHEAD * sizeof *d->frame);
        d->n_frame = AHEAD;
        if (d->n_window == WINDOW)
            make(d);
    }
    *n_taken = taken;
    return done;
}

size_t hear_denoise_process(hear_denoise *d, const float *in, size_t n, size_t *n_taken, float *out,
                            size_t max_out)
{
    const size_t done = process(d, in, n, n_taken, out, max_out);
    d->n_in += *n_taken;
    return done;
}

size_t hear_denoise_flush(hear_denoise *d, float *out, size_t max_out)
{
    const uint64_t left = d->n_in - d->n_out;
    const size_t wanted = left < max_out ? (size_t)left : max_out;
    size_t done = 0;
    while (done < wanted) {
        size_t taken;
        done += process(d, NULL, HOP, &taken, out + done, wanted - done);
    }
    return done;
}
