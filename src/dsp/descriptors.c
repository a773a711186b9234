/* descriptors.c - see descriptors.h. Sums are taken in double precision, but for one. */
#include "config.h"

#include "dsp/descriptors.h"

#include <math.h>
#include <stdbool.h>

#define SILENT 1e-10 /* librosa's threshold of a sample, and floor of a power */
#define ROLLOFF 0.85f

typedef hear_descriptor_frame frame;

static double rms(const frame *f)
{
    double sum = 0.0;
    for (size_t i = 0; i < f->n_samples; i++)
        sum += (double)f->samples[i] * f->samples[i];
    return sqrt(sum / (double)f->n_samples);
}

static double zero_crossing_rate(const frame *f)
{
    size_t n = 0;
    bool was_negative = f->samples[0] < -(float)SILENT;
    for (size_t i = 1; i < f->n_samples; i++) {
        const bool negative = f->samples[i] < -(float)SILENT;
        n += negative != was_negative;
        was_negative = negative;
    }
    return (double)n / (double)f->n_samples;
}

static double sum_of_bins(const frame *f)
{
    double sum = 0.0;
    for (size_t k = 0; k < f->n_bins; k++)
        sum += f->bins[k];
    return sum;
}

static double centroid(const frame *f)
{
    const double all = sum_of_bins(f);
    double sum = 0.0;
    for (size_t k = 0; k < f->n_bins; k++)
        sum += (double)k * f->bins[k];
    return all > 0.0 ? f->bin_hz * sum / all : 0.0;
}

static double bandwidth(const frame *f)
{
    const double all = sum_of_bins(f), middle = centroid(f);
    double sum = 0.0;
    for (size_t k = 0; k < f->n_bins; k++) {
        const double away = (double)k * f->bin_hz - middle;
        sum += away * away * f->bins[k];
    }
    return all > 0.0 ? sqrt(sum / all) : 0.0;
}

/* Summed in single precision, as librosa does: where a sum lies close to the threshold, the
 * rounding decides by a bin. */
static double rolloff(const frame *f)
{
    float all = 0.0f;
    for (size_t k = 0; k < f->n_bins; k++)
        all += f->bins[k];
    const float enough = ROLLOFF * all;
    float sum = f->bins[0];
    size_t k = 0;
    while (sum < enough && k + 1 < f->n_bins)
        sum += f->bins[++k];
    return (double)k * f->bin_hz;
}

static double flatness(const frame *f)
{
    double logs = 0.0, powers = 0.0;
    for (size_t k = 0; k < f->n_bins; k++) {
        const double power = fmax(SILENT, (double)f->bins[k] * f->bins[k]);
        logs += log(power);
        powers += power;
    }
    const double n = (double)f->n_bins;
    return exp(logs / n) / (powers / n);
}

static const struct {
    const char *name;
    double (*of)(const frame *f);
} table[HEAR_N_DESCRIPTORS] = {
    [HEAR_DESCRIPTOR_RMS] = { "rms", rms },
    [HEAR_DESCRIPTOR_ZCR] = { "zcr", zero_crossing_rate },
    [HEAR_DESCRIPTOR_CENTROID] = { "centroid", centroid },
    [HEAR_DESCRIPTOR_BANDWIDTH] = { "bandwidth", bandwidth },
    [HEAR_DESCRIPTOR_ROLLOFF] = { "rolloff", rolloff },
    [HEAR_DESCRIPTOR_FLATNESS] = { "flatness", flatness },
};

const char *hear_descriptor_name(hear_descriptor d)
{
    return table[d].name;
}

float hear_descriptor_of(hear_descriptor d, const hear_descriptor_frame *f)
{
    return (float)table[d].of(f);
}

void hear_descriptor_spread(const float *x, size_t n, size_t stride, float *mean, float *deviation)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i * stride];
    const double middle = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i * stride] - middle) * (x[i * stride] - middle);
    *mean = (float)middle;
    *deviation = (float)sqrt(squares / (double)n);
}
