/* plot.c - see plot.h: the wave, the mean spectrum, the mel spectrogram, the histogram. */
#include "config.h"

#include "train/plot.h"

#include "base/mem.h"
#include "dsp/mel.h"
#include "dsp/stft.h"
#include "train/chart.h"
#include "train/png.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 900, HEIGHT = 360, COLUMNS = 800 };

static hear_chart chart_of(const char *title, const char *x_label, const char *y_label)
{
    return (hear_chart){
        .title = title, .x_label = x_label, .y_label = y_label, .width = WIDTH, .height = HEIGHT
    };
}

/* The lowest and the highest sample of each column, joined. */
static hear_status wave(FILE *out, const hear_pen_kind *pen, const hear_recording *r,
                        const char *title)
{
    static double x[2 * COLUMNS], y[2 * COLUMNS];
    const size_t n = r->n < COLUMNS ? r->n : COLUMNS;
    double most = 1e-6;
    for (size_t c = 0; c < n; c++) {
        const size_t from = (size_t)((double)r->n * (double)c / (double)n);
        const size_t to = (size_t)((double)r->n * (double)(c + 1) / (double)n);
        float low = r->samples[from], high = low;
        for (size_t i = from; i < to; i++) {
            low = fminf(low, r->samples[i]);
            high = fmaxf(high, r->samples[i]);
        }
        x[2 * c] = x[2 * c + 1] = (double)from / r->rate_hz;
        y[2 * c] = (double)low;
        y[2 * c + 1] = (double)high;
        most = fmax(most, fmax(-(double)low, (double)high));
    }
    hear_chart chart = chart_of(title, "time (s)", "amplitude (of full scale)");
    chart.x_high = (double)r->n / r->rate_hz;
    chart.y_high = 1.05 * most;
    chart.y_low = -chart.y_high;
    const hear_series series = { .n = 2 * n, .x = x, .y = y };
    return hear_chart_draw(out, pen, &chart, &series, 1);
}

/* 43 to 85 ms. */
static size_t fft_for(uint32_t rate_hz)
{
    size_t n = 256;
    while (n < 16384 && (double)n < 0.043 * rate_hz)
        n *= 2;
    return n;
}

/* samples: [n_fft] around a moment, zeros outside the sound. */
static void frame_at(const hear_recording *r, double middle, size_t n_fft, float *samples)
{
    const double from = rint(middle - (double)n_fft / 2.0);
    for (size_t i = 0; i < n_fft; i++) {
        const double t = from + (double)i;
        samples[i] = t >= 0.0 && t < (double)r->n ? r->samples[(size_t)t] : 0.0f;
    }
}

typedef struct {
    size_t n_fft, n_bins;
    hear_stft *stft;
    float *samples, *power; /* [n_fft], [n_bins + 3], as hear_mel_apply wants */
} analysis;

static void release(analysis *a)
{
    hear_stft_destroy(a->stft);
    hear_free(a->samples);
    hear_free(a->power);
}

static hear_status prepare(analysis *a, uint32_t rate_hz)
{
    a->n_fft = fft_for(rate_hz);
    a->n_bins = a->n_fft / 2 + 1;
    a->samples = hear_alloc(a->n_fft, sizeof *a->samples);
    a->power = hear_alloc(a->n_bins + 3, sizeof *a->power);
    if (!a->samples || !a->power)
        return HEAR_ERR_MEM;
    return hear_stft_create(&a->stft, a->n_fft, a->n_fft, HEAR_PLACE_CENTER);
}

static hear_status spectrum(FILE *out, const hear_pen_kind *pen, const hear_recording *r,
                            const char *title)
{
    enum { RANGE_DB = 100 };
    analysis a = { .n_fft = 0 };
    hear_status s = prepare(&a, r->rate_hz);
    double *x = hear_alloc(a.n_bins, sizeof *x), *y = hear_alloc(a.n_bins, sizeof *y);
    if (s == HEAR_OK && (!x || !y))
        s = HEAR_ERR_MEM;
    if (s == HEAR_OK) {
        double most = 0.0;
        const size_t hop = a.n_fft / 2;
        for (size_t at = 0; at < r->n; at += hop) {
            frame_at(r, (double)at, a.n_fft, a.samples);
            hear_stft_process(a.stft, a.samples, 2, a.power);
            for (size_t k = 0; k < a.n_bins; k++)
                y[k] += (double)a.power[k];
        }
        for (size_t k = 0; k < a.n_bins; k++) {
            x[k] = (double)k * r->rate_hz / (double)a.n_fft;
            most = fmax(most, y[k]);
        }
        for (size_t k = 0; k < a.n_bins; k++)
            y[k] = most > 0.0 ? fmax(10.0 * log10(y[k] / most + 1e-30), -RANGE_DB) : -RANGE_DB;
        hear_chart chart = chart_of(title, "frequency (Hz)", "mean power (dB of the highest)");
        chart.x_high = r->rate_hz / 2.0;
        chart.y_low = -RANGE_DB;
        chart.y_high = 5.0;
        const hear_series series = { .n = a.n_bins, .x = x, .y = y };
        s = hear_chart_draw(out, pen, &chart, &series, 1);
    }
    hear_free(x);
    hear_free(y);
    release(&a);
    return s;
}

enum { MELS = 128 };

/* rgb: [MELS][columns][3], low bands below. */
static void paint(const float *power, size_t columns, unsigned char *rgb)
{
    enum { RANGE_DB = 80 };
    float most = 0.0f;
    for (size_t i = 0; i < columns * MELS; i++)
        most = fmaxf(most, power[i]);
    for (size_t c = 0; c < columns; c++)
        for (size_t m = 0; m < MELS; m++) {
            const float p = power[c * MELS + m];
            const float db = p > 0.0f ? 10.0f * log10f(p / most) : -RANGE_DB;
            hear_heat(1.0f + db / RANGE_DB, rgb + ((MELS - 1 - m) * columns + c) * 3);
        }
}

static hear_status write_mel(FILE *out, const hear_pen_kind *pen, const hear_recording *r,
                             const char *title, const unsigned char *png, size_t n_png)
{
    static const double hz[] = { 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000 };
    double at[9];
    const double top = hear_mel_from_hz(HEAR_MEL_SLANEY, r->rate_hz / 2.0);
    size_t n = 0;
    for (; n < 9 && hz[n] <= r->rate_hz / 2.0; n++)
        at[n] = hear_mel_from_hz(HEAR_MEL_SLANEY, hz[n]) / top;
    hear_chart chart = chart_of(title, "time (s)", "frequency (Hz)");
    chart.x_high = (double)r->n / r->rate_hz;
    chart.y_high = 1.0;
    chart.n_y_ticks = n;
    chart.y_tick = at;
    chart.y_tick_value = hz;
    chart.png = png;
    chart.n_png = n_png;
    return hear_chart_draw(out, pen, &chart, NULL, 0);
}

static hear_status mel(FILE *out, const hear_pen_kind *pen, const hear_recording *r,
                       const char *title)
{
    analysis a = { .n_fft = 0 };
    hear_mel *bands = NULL;
    hear_status s = prepare(&a, r->rate_hz);
    const size_t wanted = 4 * (r->n / a.n_fft + 1), columns = wanted < COLUMNS ? wanted : COLUMNS;
    const size_t n_png = hear_png_size(columns, MELS);
    float *power = hear_alloc(columns * MELS, sizeof *power);
    unsigned char *rgb = hear_alloc(columns * MELS, 3), *png = hear_alloc(n_png, 1);
    if (s == HEAR_OK && (!power || !rgb || !png))
        s = HEAR_ERR_MEM;
    const hear_mel_config config = { .rate_hz = r->rate_hz,
                                     .n_fft = a.n_fft,
                                     .n_mels = MELS,
                                     .fmax_hz = r->rate_hz / 2.0,
                                     .scale = HEAR_MEL_SLANEY,
                                     .norm = HEAR_MEL_NORM_NONE };
    if (s == HEAR_OK)
        s = hear_mel_create(&bands, &config);
    if (s == HEAR_OK) {
        for (size_t c = 0; c < columns; c++) {
            frame_at(r, ((double)c + 0.5) * (double)r->n / (double)columns, a.n_fft, a.samples);
            hear_stft_process(a.stft, a.samples, 2, a.power);
            hear_mel_apply(bands, a.power, power + c * MELS);
        }
        paint(power, columns, rgb);
        hear_png_write(png, rgb, columns, MELS);
        s = write_mel(out, pen, r, title, png, n_png);
    }
    hear_mel_destroy(bands);
    hear_free(power);
    hear_free(rgb);
    hear_free(png);
    release(&a);
    return s;
}

/* As steps: each bin's edges at its height. */
static hear_status histogram(FILE *out, const hear_pen_kind *pen, const hear_recording *r,
                             const char *title)
{
    enum { BINS = 101 };
    static double x[2 * BINS], y[2 * BINS];
    double most = 1e-6, highest = 1e-6;
    for (size_t i = 0; i < r->n; i++)
        most = fmax(most, fabs((double)r->samples[i]));
    memset(y, 0, sizeof y);
    for (size_t i = 0; i < r->n; i++) {
        const double at = ((double)r->samples[i] / most + 1.0) / 2.0 * BINS;
        const size_t bin = at >= BINS ? BINS - 1 : (size_t)at;
        y[2 * bin] += 100.0 / (double)r->n;
    }
    for (size_t b = 0; b < BINS; b++) {
        x[2 * b] = most * (2.0 * (double)b / BINS - 1.0);
        x[2 * b + 1] = most * (2.0 * (double)(b + 1) / BINS - 1.0);
        y[2 * b + 1] = y[2 * b];
        highest = fmax(highest, y[2 * b]);
    }
    hear_chart chart = chart_of(title, "amplitude (of full scale)", "samples (%)");
    chart.x_low = -most;
    chart.x_high = most;
    chart.y_high = 1.05 * highest;
    const hear_series series = { .n = 2 * BINS, .x = x, .y = y };
    return hear_chart_draw(out, pen, &chart, &series, 1);
}

static const hear_plot_kind kinds[] = {
    { "wave", wave },
    { "spectrum", spectrum },
    { "mel", mel },
    { "histogram", histogram },
};

const hear_plot_kind *hear_plot_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
