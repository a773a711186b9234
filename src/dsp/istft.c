/* istft.c - see istft.h.
 *
 * The inverse through the forward transform of real numbers: with H[k] = Re X[k] - Im X[k], the
 * Hartley transform of x, which is its own inverse but for 1 / n (R. Bracewell 1984). */
#include "config.h"

#include "dsp/istft.h"

#include "base/mem.h"
#include "dsp/fft.h"

#include <math.h>
#include <string.h>

struct hear_istft {
    size_t n_fft, hop;
    hear_fft *fft;
    double *input;  /* the fft's */
    double *window; /* [n_fft], 1 / n_fft in it */
    double *scale;  /* [hop] */
    double *sum;    /* [n_fft] from the newest frame's first sample on */
};

hear_status hear_istft_create(hear_istft **out, size_t n_fft, size_t hop)
{
    *out = NULL;
    if (hop < 1 || hop > n_fft / 2 || n_fft % hop != 0)
        return HEAR_ERR_ARG;
    hear_istft *s = hear_alloc(1, sizeof *s);
    if (!s)
        return HEAR_ERR_MEM;
    s->n_fft = n_fft;
    s->hop = hop;
    hear_status status = hear_fft_create(&s->fft, n_fft);
    if (status == HEAR_OK) {
        s->window = hear_alloc(n_fft, sizeof *s->window);
        s->scale = hear_alloc(hop, sizeof *s->scale);
        s->sum = hear_alloc(n_fft, sizeof *s->sum);
        if (!s->window || !s->scale || !s->sum)
            status = HEAR_ERR_MEM;
    }
    if (status != HEAR_OK) {
        hear_istft_destroy(s);
        return status;
    }
    s->input = hear_fft_input(s->fft);
    for (size_t i = 0; i < n_fft; i++) {
        const double w = 0.5 - 0.5 * cos(2.0 * M_PI * (double)i / (double)n_fft);
        s->window[i] = w / (double)n_fft;
        s->scale[i % hop] += w * w;
    }
    for (size_t i = 0; i < hop; i++)
        s->scale[i] = 1.0 / s->scale[i];
    *out = s;
    return HEAR_OK;
}

void hear_istft_destroy(hear_istft *s)
{
    if (!s)
        return;
    hear_fft_destroy(s->fft);
    hear_free(s->window);
    hear_free(s->scale);
    hear_free(s->sum);
    hear_free(s);
}

void hear_istft_reset(hear_istft *s)
{
    memset(s->sum, 0, s->n_fft * sizeof *s->sum);
}

void hear_istft_process(hear_istft *s, const double *spectrum, float *out)
{
    const size_t n = s->n_fft, half = n / 2;
    s->input[0] = spectrum[0];
    s->input[half] = spectrum[2 * half];
    for (size_t k = 1; k < half; k++) {
        s->input[k] = spectrum[2 * k] - spectrum[2 * k + 1];
        s->input[n - k] = spectrum[2 * k] + spectrum[2 * k + 1];
    }
    const double *z = hear_fft_run(s->fft);
    s->sum[0] += s->window[0] * z[0];
    s->sum[half] += s->window[half] * z[2 * half];
    for (size_t i = 1; i < half; i++) {
        s->sum[i] += s->window[i] * (z[2 * i] - z[2 * i + 1]);
        s->sum[n - i] += s->window[n - i] * (z[2 * i] + z[2 * i + 1]);
    }
    for (size_t i = 0; i < s->hop; i++)
        out[i] = (float)(s->sum[i] * s->scale[i]);
    memmove(s->sum, s->sum + s->hop, (n - s->hop) * sizeof *s->sum);
    memset(s->sum + n - s->hop, 0, s->hop * sizeof *s->sum);
}
