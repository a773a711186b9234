/* example.c - see example.h. */
#include "config.h"

#include "train/example.h"

#include <math.h>
#include <string.h>

static bool has(const hear_examples *e, unsigned augmentation)
{
    return e->augment >> augmentation & 1u;
}

typedef struct {
    double start; /* of the window in the recording, in frames; negative where zeros come first */
    double speed; /* recorded frames per frame */
    double every; /* > 0: the recording is repeated every so many of its frames */
    int bands;    /* up, or down where negative */
} cut;

static cut draw_cut(const hear_examples *e, size_t n_frames, uint64_t n_samples, hear_rng *r)
{
    cut c = { .speed = 1.0 };
    if (has(e, HEAR_AUGMENT_SPEED))
        c.speed = pow(1.1, 2.0 * hear_rng_uniform(r) - 1.0);
    if (has(e, HEAR_AUGMENT_PITCH))
        c.bands = (int)hear_rng_below(r, 5) - 2;
    const double spare = (double)n_frames - c.speed * (double)e->window;
    if (!has(e, HEAR_AUGMENT_SHIFT)) {
        const size_t n = hear_windows_of(&e->sounds->config, n_samples, e->window, e->hop);
        c.start = (double)(e->hop * hear_rng_below(r, n));
    } else if (spare < 0.0 && hear_rng_uniform(r) < 0.5) {
        c.every = (double)n_frames;
        c.start = (double)n_frames * hear_rng_uniform(r);
    } else {
        c.start = spare * hear_rng_uniform(r);
    }
    if (c.speed == 1.0)
        c.start = rint(c.start); /* whole frames need no interpolation */
    return c;
}

/* Row of the recording, or NULL for zeros. */
static const float *row(const hear_sound *s, size_t n_mels, const cut *c, double at)
{
    if (c->every > 0.0)
        at = fmod(at, c->every);
    return at >= 0.0 && at < (double)s->n_frames ? s->frames + (size_t)at * n_mels : NULL;
}

/* out: [window][n_mels], as power. */
static void cut_out(const hear_examples *e, size_t clip, hear_rng *r, float *out)
{
    const hear_sound *s = &e->sounds->sound[clip];
    const size_t n_mels = e->sounds->config.n_mels;
    const cut c = draw_cut(e, s->n_frames, s->n_samples, r);
    for (size_t t = 0; t < e->window; t++) {
        const double at = c.start + c.speed * (double)t, below = floor(at);
        const float part = (float)(at - below);
        const float *a = row(s, n_mels, &c, below);
        const float *b = part > 0.0f ? row(s, n_mels, &c, below + 1.0) : NULL;
        for (size_t m = 0; m < n_mels; m++) {
            ptrdiff_t from = (ptrdiff_t)m - c.bands;
            from = from < 0 ? 0 : from >= (ptrdiff_t)n_mels ? (ptrdiff_t)n_mels - 1 : from;
            float v = (a ? a[from] * (1.0f - part) : 0.0f) + (b ? b[from] * part : 0.0f);
            if (e->sounds->config.power == 1)
                v *= v;
            out[t * n_mels + m] = v;
        }
    }
}

static float mean(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return (float)(sum / (double)n);
}

/* A second recording of like power, lambda of the first to the rest of the second
 * (H. Zhang et al. 2018, on power instead of inputs). */
static void mix_in(const hear_examples *e, hear_rng *r, float *other, float *power, float *target)
{
    const double lambda = hear_rng_beta(r, 0.4, 0.4);
    const size_t clip = hear_sampler_draw(e->sampler, r), n = e->window * e->sounds->config.n_mels;
    if (!e->data->clips[clip].path)
        return;
    cut_out(e, clip, r, other);
    const float mean_a = mean(power, n), mean_b = mean(other, n);
    if (!(mean_a > 0.0f && mean_b > 0.0f))
        return; /* digital zero has no level to match */
    const float a = (float)lambda, b = (float)(1.0 - lambda) * mean_a / mean_b;
    for (size_t i = 0; i < n; i++)
        power[i] = a * power[i] + b * other[i];
    for (size_t l = 0; l < e->data->labels.n; l++)
        target[l] *= (float)lambda;
    target[e->data->clips[clip].label] += (float)(1.0 - lambda);
}

size_t hear_example_scratch(const hear_examples *e)
{
    return e->window * e->sounds->config.n_mels + e->sounds->config.n_mels;
}

void hear_example_make(const hear_examples *e, uint64_t number, float *scratch, float *frames,
                       float *target)
{
    const hear_frontend_config *config = &e->sounds->config;
    const size_t n_labels = e->data->labels.n, n = e->window * config->n_mels;
    hear_rng r;
    hear_rng_seed_stream(&r, e->seed, number);
    const size_t clip = hear_sampler_draw(e->sampler, &r);
    memset(target, 0, n_labels * sizeof *target);
    target[e->data->clips[clip].label] = 1.0f;
    cut_out(e, clip, &r, frames);
    /* Made silence stays as it is: louder, or mixed at like level, it is silence no more. */
    const bool made = !e->data->clips[clip].path;
    if (!made && has(e, HEAR_AUGMENT_MIX) && hear_rng_uniform(&r) < 0.5)
        mix_in(e, &r, scratch, frames, target);

    float *centre_hz = scratch + n;
    hear_augment_centres(config, centre_hz);
    const hear_augment_shape shape = { .n_frames = e->window,
                                       .n_mels = config->n_mels,
                                       .frame_s = (double)config->hop / config->rate_hz,
                                       .centre_hz = centre_hz };
    if (!made)
        hear_augment_apply(e->augment, &r, &shape, frames);
    if (config->power == 1)
        for (size_t i = 0; i < n; i++)
            frames[i] = sqrtf(frames[i]);
    hear_frontend_log(config, frames, n);
    hear_frontend_finish_window(config, frames, frames, e->window);
}

size_t hear_example_windows(const hear_examples *e)
{
    size_t n = 0;
    for (size_t i = 0; i < hear_sampler_count(e->sampler); i++) {
        const hear_sound *s = &e->sounds->sound[hear_sampler_clip(e->sampler, i)];
        n += hear_windows_of(&e->sounds->config, s->n_samples, e->window, e->hop);
    }
    return n;
}

void hear_example_window(const hear_examples *e, size_t index, float *frames, float *target)
{
    size_t i = 0, clip, n;
    for (;; i++, index -= n) {
        clip = hear_sampler_clip(e->sampler, i);
        n = hear_windows_of(&e->sounds->config, e->sounds->sound[clip].n_samples, e->window,
                            e->hop);
        if (index < n)
            break;
    }
    hear_sound_raw(e->sounds, clip, index * e->hop, e->window, frames);
    hear_frontend_finish_window(&e->sounds->config, frames, frames, e->window);
    memset(target, 0, e->data->labels.n * sizeof *target);
    target[e->data->clips[clip].label] = 1.0f;
}
