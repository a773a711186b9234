/* stft.c - see stft.h. */
#include "config.h"

#include "dsp/stft.h"

#include "base/mem.h"
#include "dsp/fft.h"
#include "dsp/vec.h"

#include <math.h>

struct hear_stft {
    size_t n_fft;
    size_t win_length;
    size_t skip; /* samples of the frame in front of the window */
    hear_fft *fft;
    double *input;  /* the fft's */
    double *window; /* [win_length] */
    hear_stft_treatment treatment;
    bool treats; /* it is more than another window */
};

size_t hear_stft_frame_length(size_t n_fft, size_t win_length, hear_placement placement)
{
    return placement == HEAR_PLACE_START ? win_length : n_fft;
}

/* Periodic Hann. tf.signal computes it in single precision: 2e-7 off, which is what the far bands
 * of a pure tone consist of. */
static void make_window(double *window, size_t n, hear_placement placement)
{
    for (size_t i = 0; i < n; i++)
        window[i] = placement == HEAR_PLACE_START
                        ? 0.5f - 0.5f * cosf((float)(2.0 * M_PI) * (float)i / (float)n)
                        : 0.5 - 0.5 * cos(2.0 * M_PI * (double)i / (double)n);
}

static void make_povey(double *window, size_t n)
{
    for (size_t i = 0; i < n; i++)
        window[i] =
            n > 1 ? pow(0.5 - 0.5 * cos(2.0 * M_PI * (double)i / (double)(n - 1)), 0.85) : 1.0;
}

void hear_stft_treat(hear_stft *s, const hear_stft_treatment *treatment)
{
    s->treatment = *treatment;
    s->treats = treatment->int16_scale || treatment->remove_dc || treatment->preemphasis > 0.0;
    if (treatment->window == HEAR_WINDOW_POVEY)
        make_povey(s->window, s->win_length);
}

hear_status hear_stft_create(hear_stft **out, size_t n_fft, size_t win_length,
                             hear_placement placement)
{
    *out = NULL;
    if (win_length < 1 || win_length > n_fft)
        return HEAR_ERR_ARG;
    hear_stft *s = hear_alloc(1, sizeof *s);
    if (!s)
        return HEAR_ERR_MEM;
    s->n_fft = n_fft;
    s->win_length = win_length;
    s->skip = placement == HEAR_PLACE_CENTER ? (n_fft - win_length) / 2 : 0;
    hear_status status = hear_fft_create(&s->fft, n_fft);
    if (status == HEAR_OK && !(s->window = hear_alloc(win_length, sizeof s->window[0])))
        status = HEAR_ERR_MEM;
    if (status != HEAR_OK) {
        hear_stft_destroy(s);
        return status;
    }
    s->input = hear_fft_input(s->fft);
    make_window(s->window, win_length, placement);
    *out = s;
    return HEAR_OK;
}

void hear_stft_destroy(hear_stft *s)
{
    if (!s)
        return;
    hear_fft_destroy(s->fft);
    hear_free(s->window);
    hear_free(s);
}

/* out[i] = x[i], treated, times w[i] */
static void treat(const hear_stft_treatment *t, double *out, const float *x, const double *w,
                  size_t n)
{
    const double gain = t->int16_scale ? 32768.0 : 1.0;
    double mean = 0.0;
    for (size_t i = 0; i < n && t->remove_dc; i++)
        mean += x[i];
    mean /= (double)n;
    double before = x[0] - mean;
    for (size_t i = 0; i < n; i++) {
        const double now = x[i] - mean;
        out[i] = gain * (now - t->preemphasis * before) * w[i];
        before = now;
    }
}

const double *hear_stft_spectrum(hear_stft *s, const float *samples)
{
    const size_t end = s->skip + s->win_length;
    for (size_t i = 0; i < s->skip; i++)
        s->input[i] = 0.0;
    if (s->treats)
        treat(&s->treatment, s->input + s->skip, samples + s->skip, s->window, s->win_length);
    else
        hear_vec_multiply(s->input + s->skip, samples + s->skip, s->window, s->win_length);
    for (size_t i = end; i < s->n_fft; i++)
        s->input[i] = 0.0;
    return hear_fft_run(s->fft);
}

void hear_stft_process(hear_stft *s, const float *samples, int power, float *out)
{
    const size_t n_bins = s->n_fft / 2 + 1;
    hear_vec_power(out, hear_stft_spectrum(s, samples), n_bins);
    if (power == 1)
        hear_vec_sqrt(out, n_bins);
}
