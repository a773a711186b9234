/* mel.c - see mel.h. */
#include "config.h"

#include "dsp/mel.h"

#include "base/mem.h"
#include "dsp/vec.h"

#include <math.h>

struct hear_mel {
    size_t n_mels;
    size_t n_bins;
    size_t *first;  /* [n_mels]: bin */
    size_t *n;      /* [n_mels]: bins, rounded up to lanes; 0 for a band between two bins */
    float *weights; /* one band behind the other, zeros where n was rounded up */
};

/* M. Slaney, Auditory Toolbox (1998): 200 / 3 Hz a mel below 1 kHz, 27 mel to a factor of 6.4. */
static const double slaney_step_hz = 200.0 / 3.0;
static const double slaney_knee_hz = 1000.0;
static const double slaney_knee_mel = 15.0;

static double slaney_log_step(void)
{
    return log(6.4) / 27.0;
}

double hear_mel_from_hz(hear_mel_scale scale, double hz)
{
    if (scale == HEAR_MEL_HTK)
        return 2595.0 * log10(1.0 + hz / 700.0);
    if (hz < slaney_knee_hz)
        return hz / slaney_step_hz;
    return slaney_knee_mel + log(hz / slaney_knee_hz) / slaney_log_step();
}

double hear_mel_to_hz(hear_mel_scale scale, double mel)
{
    if (scale == HEAR_MEL_HTK)
        return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
    if (mel < slaney_knee_mel)
        return mel * slaney_step_hz;
    return slaney_knee_hz * exp(slaney_log_step() * (mel - slaney_knee_mel));
}

/* Weight of bin k in the triangle over edges_hz[0..2]. */
static double weight(const hear_mel_config *c, const double *edges_hz, size_t k)
{
    double e[3] = { edges_hz[0], edges_hz[1], edges_hz[2] };
    double x = (double)k * c->rate_hz / (double)c->n_fft;
    if (c->shape == HEAR_MEL_SHAPE_MEL) {
        x = hear_mel_from_hz(c->scale, x);
        for (int i = 0; i < 3; i++)
            e[i] = hear_mel_from_hz(c->scale, e[i]);
    }
    const double rise = (x - e[0]) / (e[1] - e[0]), fall = (e[2] - x) / (e[2] - e[1]);
    const double w = fmax(0.0, fmin(rise, fall));
    return c->norm == HEAR_MEL_NORM_AREA ? w * 2.0 / (edges_hz[2] - edges_hz[0]) : w;
}

/* Finds the bins of every band; writes their weights where m->weights is there. Returns how many
 * there are. */
static size_t fill(hear_mel *m, const hear_mel_config *c)
{
    const double low = hear_mel_from_hz(c->scale, c->fmin_hz);
    const double high = hear_mel_from_hz(c->scale, c->fmax_hz);
    const double step = (high - low) / (double)(c->n_mels + 1);
    size_t used = 0;
    for (size_t b = 0; b < m->n_mels; b++) {
        double edges_hz[3];
        for (size_t i = 0; i < 3; i++)
            edges_hz[i] = hear_mel_to_hz(c->scale, low + step * (double)(b + i));
        const double bin_hz = c->rate_hz / (double)c->n_fft;
        size_t n = 0;
        for (size_t k = (size_t)(edges_hz[0] / bin_hz);
             k < m->n_bins && (double)k * bin_hz <= edges_hz[2]; k++) {
            const float w = (float)weight(c, edges_hz, k);
            if (!(w > 0.0f))
                continue; /* only at the feet: a triangle has no hole */
            if (n == 0)
                m->first[b] = k;
            if (m->weights)
                m->weights[used + n] = w;
            n++;
        }
        m->n[b] = (n + HEAR_VEC_LANES - 1) / HEAR_VEC_LANES * HEAR_VEC_LANES;
        used += m->n[b];
    }
    return used;
}

hear_status hear_mel_create(hear_mel **out, const hear_mel_config *config)
{
    *out = NULL;
    if (!(config->rate_hz > 0.0 && isfinite(config->rate_hz)) || config->n_fft < 4 ||
        config->n_fft % 2 != 0 || config->n_mels < 1)
        return HEAR_ERR_ARG;
    if (!(config->fmin_hz >= 0.0 && config->fmin_hz < config->fmax_hz &&
          config->fmax_hz <= config->rate_hz / 2))
        return HEAR_ERR_ARG;
    hear_mel *m = hear_alloc(1, sizeof *m);
    if (!m)
        return HEAR_ERR_MEM;
    m->n_mels = config->n_mels;
    m->n_bins = config->n_fft / 2 + 1;
    m->first = hear_alloc(m->n_mels, sizeof m->first[0]);
    m->n = hear_alloc(m->n_mels, sizeof m->n[0]);
    if (m->first && m->n)
        m->weights = hear_alloc(fill(m, config), sizeof m->weights[0]);
    if (!m->weights) {
        hear_mel_destroy(m);
        return HEAR_ERR_MEM;
    }
    fill(m, config);
    *out = m;
    return HEAR_OK;
}

void hear_mel_destroy(hear_mel *m)
{
    if (!m)
        return;
    hear_free(m->first);
    hear_free(m->n);
    hear_free(m->weights);
    hear_free(m);
}

void hear_mel_apply(const hear_mel *m, const float *spectrum, float *bands)
{
    hear_vec_bands(bands, m->n_mels, m->first, m->n, m->weights, spectrum);
}

void hear_mel_weights(const hear_mel *m, size_t b, float *row)
{
    const float *w = m->weights;
    for (size_t i = 0; i < b; i++)
        w += m->n[i];
    for (size_t k = 0; k < m->n_bins; k++)
        row[k] = k >= m->first[b] && k < m->first[b] + m->n[b] ? w[k - m->first[b]] : 0.0f;
}
