/* vocoder.c - see vocoder.h. */
#include "config.h"

#include "dsp/vocoder.h"

#include "base/mem.h"
#include "dsp/istft.h"
#include "dsp/resample.h"
#include "dsp/stft.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const float *in;
    size_t n;
    size_t n_fft, hop, n_bins;
    hear_stft *stft;
    hear_istft *istft;
    float *frame;   /* [n_fft] */
    double *before; /* [n_bins][2] the sound one hop before this frame */
    double *now;    /* [n_bins][2] of this frame; turned, what comes out */
    double *last;   /* [n_bins][2] what came out before */
    double *power;  /* [n_bins] */
    float *block;   /* [hop] */
} vocoder;

static void release(vocoder *v)
{
    hear_stft_destroy(v->stft);
    hear_istft_destroy(v->istft);
    hear_free(v->frame);
    hear_free(v->before);
    hear_free(v->now);
    hear_free(v->last);
    hear_free(v->power);
    hear_free(v->block);
}

static hear_status prepare(vocoder *v, uint32_t rate_hz)
{
    v->n_fft = 64;
    while (v->n_fft < 65536 && (double)v->n_fft < 0.04 * rate_hz)
        v->n_fft *= 2;
    v->hop = v->n_fft / 4;
    v->n_bins = v->n_fft / 2 + 1;
    hear_status s = hear_stft_create(&v->stft, v->n_fft, v->n_fft, HEAR_PLACE_CENTER);
    if (s == HEAR_OK)
        s = hear_istft_create(&v->istft, v->n_fft, v->hop);
    if (s != HEAR_OK)
        return s;
    v->frame = hear_alloc(v->n_fft, sizeof *v->frame);
    v->before = hear_alloc(2 * v->n_bins, sizeof *v->before);
    v->now = hear_alloc(2 * v->n_bins, sizeof *v->now);
    v->last = hear_alloc(2 * v->n_bins, sizeof *v->last);
    v->power = hear_alloc(v->n_bins, sizeof *v->power);
    v->block = hear_alloc(v->hop, sizeof *v->block);
    return v->frame && v->before && v->now && v->last && v->power && v->block ? HEAR_OK
                                                                              : HEAR_ERR_MEM;
}

/* The spectrum of n_fft samples from `at` on, zeros outside the sound. */
static void analyse(const vocoder *v, double at, double *spectrum)
{
    const double n = (double)v->n;
    for (size_t i = 0; i < v->n_fft; i++) {
        const double t = at + (double)i;
        v->frame[i] = t >= 0.0 && t < n ? v->in[(size_t)t] : 0.0f;
    }
    memcpy(spectrum, hear_stft_spectrum(v->stft, v->frame), 2 * v->n_bins * sizeof *spectrum);
}

/* The lowest bin between two peaks parts them. */
static size_t valley(const double *power, size_t from, size_t to)
{
    size_t low = from;
    for (size_t k = from + 1; k <= to; k++)
        if (power[k] < power[low])
            low = k;
    return low;
}

/* The first peak from bin k on: greater than two neighbours on each side. n_bins where there is
 * none. */
static size_t next_peak(const double *power, size_t n_bins, size_t k)
{
    for (; k < n_bins; k++) {
        bool peak = true;
        for (size_t d = 1; d <= 2 && peak; d++)
            peak =
                (k < d || power[k] > power[k - d]) && (k + d >= n_bins || power[k] >= power[k + d]);
        if (peak)
            return k;
    }
    return n_bins;
}

/* From `before` to `now` a peak's phase has moved by just what one hop moves it; that is to be
 * added to the phase it came out with. Its bins are turned by last / before, of size 1. */
static void turn(const vocoder *v, size_t peak, size_t from, size_t to)
{
    const double *a = v->last + 2 * peak, *b = v->before + 2 * peak;
    double re = a[0] * b[0] + a[1] * b[1], im = a[1] * b[0] - a[0] * b[1];
    const double size = hypot(re, im);
    if (!(size > 1e-30))
        return;
    re /= size;
    im /= size;
    for (size_t k = from; k < to; k++) {
        double *z = v->now + 2 * k;
        const double x = z[0] * re - z[1] * im;
        z[1] = z[0] * im + z[1] * re;
        z[0] = x;
    }
}

static void turn_all(const vocoder *v)
{
    for (size_t k = 0; k < v->n_bins; k++)
        v->power[k] = v->now[2 * k] * v->now[2 * k] + v->now[2 * k + 1] * v->now[2 * k + 1];
    size_t from = 0;
    for (size_t peak = next_peak(v->power, v->n_bins, 0); peak < v->n_bins;) {
        const size_t next = next_peak(v->power, v->n_bins, peak + 1);
        const size_t to = next < v->n_bins ? valley(v->power, peak + 1, next) : v->n_bins;
        turn(v, peak, from, to);
        from = to;
        peak = next;
    }
}

size_t hear_stretch_length(size_t n, double factor)
{
    const double wanted = rint((double)n * factor);
    return wanted < 1.0 ? 1 : (size_t)wanted;
}

static void run(vocoder *v, double factor, float *out, size_t n_out)
{
    const double hop = (double)v->hop, half = (double)v->n_fft / 2.0;
    const size_t ahead = v->n_fft - v->hop; /* of the sound: see istft.h */
    for (size_t k = 0; k * v->hop < n_out + ahead; k++) {
        const double middle = (double)k * hop - (double)ahead + half; /* in what comes out */
        const double at = rint(middle / factor - half);
        analyse(v, at, v->now);
        if (k > 0) {
            analyse(v, at - hop, v->before);
            turn_all(v);
        }
        memcpy(v->last, v->now, 2 * v->n_bins * sizeof *v->last);
        hear_istft_process(v->istft, v->now, v->block);
        for (size_t i = 0; i < v->hop; i++) {
            const size_t to = k * v->hop + i;
            if (to >= ahead && to - ahead < n_out)
                out[to - ahead] = v->block[i];
        }
    }
}

hear_status hear_stretch(float **out, const float *in, size_t n, uint32_t rate_hz, double factor)
{
    *out = NULL;
    if (!(factor >= 0.25 && factor <= 4.0) || rate_hz < 1000 || rate_hz > 768000 || n < 1 ||
        n > SIZE_MAX / 64)
        return HEAR_ERR_ARG;
    vocoder v = { .in = in, .n = n };
    const size_t n_out = hear_stretch_length(n, factor);
    float *result = malloc(n_out * sizeof *result);
    const hear_status s = result ? prepare(&v, rate_hz) : HEAR_ERR_MEM;
    if (s == HEAR_OK) {
        run(&v, factor, result, n_out);
        *out = result;
    } else {
        free(result);
    }
    release(&v);
    return s;
}

/* As if recorded at `from` Hz and played at `to`. */
static hear_status change_rate(float *out, size_t n_out, const float *in, size_t n, uint32_t from,
                               uint32_t to)
{
    hear_resample *r;
    const hear_status s = hear_resample_create(&r, from, to);
    if (s != HEAR_OK)
        return s;
    size_t used = 0, done = 0;
    while (used < n && done < n_out) {
        size_t taken;
        done += hear_resample_process(r, in + used, n - used, &taken, out + done, n_out - done);
        used += taken;
    }
    if (done < n_out)
        done += hear_resample_flush(r, out + done, n_out - done);
    memset(out + done, 0, (n_out - done) * sizeof *out);
    hear_resample_destroy(r);
    return HEAR_OK;
}

hear_status hear_shift_pitch(float **out, const float *in, size_t n, uint32_t rate_hz,
                             double semitones)
{
    enum { STEPS = 20000 }; /* of a ratio, for two whole rates */
    *out = NULL;
    if (!(semitones >= -24.0 && semitones <= 24.0))
        return HEAR_ERR_ARG;
    const double ratio = rint(STEPS * pow(2.0, semitones / 12.0)) / STEPS;
    float *longer;
    hear_status s = hear_stretch(&longer, in, n, rate_hz, ratio);
    if (s != HEAR_OK)
        return s;
    float *result = malloc(n * sizeof *result);
    s = result ? change_rate(result, n, longer, hear_stretch_length(n, ratio),
                             (uint32_t)rint(STEPS * ratio), STEPS)
               : HEAR_ERR_MEM;
    free(longer);
    if (s == HEAR_OK)
        *out = result;
    else
        free(result);
    return s;
}
