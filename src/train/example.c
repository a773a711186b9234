/* example.c - see example.h. */
#include "config.h"

#include "train/example.h"

#include <math.h>
#include <string.h>

static bool has(const hear_examples *e, unsigned augmentation)
{
    return (e->augment & hear_augment_possible(e->sounds->config.features)) >> augmentation & 1u;
}

typedef struct {
    double start; /* of the window in the recording, in units; negative where zeros come first */
    double speed; /* recorded units per unit */
    double every; /* > 0: the recording is repeated every so many of its units */
    int pitch;    /* up, or down where negative: mel bands, or semitones of bins */
} cut;

/* The units are frames, or samples of a wave: n_units of them in the recording, `each` in a frame.
 */
static cut draw_cut(const hear_examples *e, const hear_sound *s, size_t n_units, size_t each,
                    hear_rng *r)
{
    cut c = { .speed = 1.0 };
    if (has(e, HEAR_AUGMENT_SPEED))
        c.speed = pow(1.1, 2.0 * hear_rng_uniform(r) - 1.0);
    if (has(e, HEAR_AUGMENT_PITCH))
        c.pitch = (int)hear_rng_below(r, 3) - 1; /* two bands would make women of men */
    const double spare = (double)n_units - c.speed * (double)(e->window * each);
    if (!has(e, HEAR_AUGMENT_SHIFT)) {
        const size_t n = hear_windows_of(&e->sounds->config, s->n_samples, e->window, e->hop);
        c.start = (double)(e->hop * hear_rng_below(r, n) * each);
    } else if (spare < 0.0 && hear_rng_uniform(r) < 0.5) {
        c.every = (double)n_units;
        c.start = (double)n_units * hear_rng_uniform(r);
    } else {
        c.start = spare * hear_rng_uniform(r);
    }
    if (c.speed == 1.0)
        c.start = rint(c.start); /* whole units need no interpolation */
    return c;
}

/* Row of the recording, or NULL for silence. */
static const float *row(const hear_sound *s, size_t width, const cut *c, double at)
{
    if (c->every > 0.0)
        at = fmod(at, c->every);
    return at >= 0.0 && at < (double)s->n_frames ? s->frames + (size_t)at * width : NULL;
}

/* Band m of a row that c moves up or down; what comes in at an end is the end. */
static float band(const float *x, size_t width, size_t m, const cut *c, double ratio)
{
    const double end = (double)(width - 1);
    const double from = ratio != 1.0 ? (double)m / ratio : (double)m - c->pitch;
    const double at = fmin(fmax(from, 0.0), end), below = floor(at);
    const float part = (float)(at - below);
    const float *y = x + (size_t)below;
    return part > 0.0f ? y[0] * (1.0f - part) + y[1] * part : y[0];
}

/* out: [window][width], as power but for descriptors. */
static void cut_frames(const hear_examples *e, size_t clip, hear_rng *r, float *out)
{
    const hear_sound *s = &e->sounds->sound[clip];
    const hear_frontend_config *config = &e->sounds->config;
    const size_t width = hear_frontend_width(config);
    const cut c = draw_cut(e, s, s->n_frames, 1, r);
    const double ratio =
        config->features == HEAR_FEATURES_SPECTRUM ? pow(2.0, c.pitch / 12.0) : 1.0;
    for (size_t t = 0; t < e->window; t++) {
        const double at = c.start + c.speed * (double)t, below = floor(at);
        const float part = (float)(at - below);
        const float *a = row(s, width, &c, below);
        const float *b = part > 0.0f ? row(s, width, &c, below + 1.0) : NULL;
        for (size_t m = 0; m < width; m++) {
            const float none = hear_frontend_silence(config, m);
            float v = (a ? band(a, width, m, &c, ratio) : none) * (1.0f - part);
            if (part > 0.0f)
                v += (b ? band(b, width, m, &c, ratio) : none) * part;
            if (config->power == 1)
                v *= v;
            out[t * width + m] = v;
        }
    }
}

static float sample(const hear_sound *s, const cut *c, double at)
{
    if (c->every > 0.0) {
        at = fmod(at, c->every);
        at = at < 0.0 ? at + c->every : at;
    }
    return at >= 0.0 && at < (double)s->n_samples ? s->frames[(size_t)at] : 0.0f;
}

/* Between samples: E. Catmull's and R. Rom's cubic through the four around. */
static float sample_between(const hear_sound *s, const cut *c, double at)
{
    const double below = floor(at);
    const float p = (float)(at - below);
    const float x0 = sample(s, c, below - 1.0), x1 = sample(s, c, below);
    const float x2 = sample(s, c, below + 1.0), x3 = sample(s, c, below + 2.0);
    const float k1 = 0.5f * (x2 - x0), k2 = x0 - 2.5f * x1 + 2.0f * x2 - 0.5f * x3;
    const float k3 = 0.5f * (x3 - x0) + 1.5f * (x1 - x2);
    return ((k3 * p + k2) * p + k1) * p + x1;
}

/* out: [window * hop] samples. */
static void cut_wave(const hear_examples *e, size_t clip, hear_rng *r, float *out)
{
    const hear_sound *s = &e->sounds->sound[clip];
    const size_t each = e->sounds->config.hop;
    const cut c = draw_cut(e, s, (size_t)s->n_samples, each, r);
    for (size_t i = 0; i < e->window * each; i++) {
        const double at = c.start + c.speed * (double)i;
        out[i] = c.speed == 1.0 ? sample(s, &c, at) : sample_between(s, &c, at);
    }
}

static bool is_wave(const hear_examples *e)
{
    return e->sounds->config.features == HEAR_FEATURES_WAVE;
}

static size_t n_values(const hear_examples *e)
{
    return e->window * hear_frontend_width(&e->sounds->config);
}

/* The mean power of power, or of samples. */
static float mean(const float *x, size_t n, bool wave)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += wave ? (double)x[i] * x[i] : (double)x[i];
    return (float)(sum / (double)n);
}

/* Where any place in the recording may come, one 17 dB below the whole is drawn anew, twice at
 * most: a pause says nothing of the label. */
static void cut_out(const hear_examples *e, size_t clip, hear_rng *r, float *out)
{
    const hear_sound *s = &e->sounds->sound[clip];
    const double full = fmin(1.0, (double)s->n_frames / (double)e->window);
    const int tries =
        has(e, HEAR_AUGMENT_SHIFT) && e->sounds->config.features != HEAR_FEATURES_DESCRIPTORS ? 3
                                                                                              : 1;
    for (int i = 0; i < tries; i++) {
        if (is_wave(e))
            cut_wave(e, clip, r, out);
        else
            cut_frames(e, clip, r, out);
        if ((double)mean(out, n_values(e), is_wave(e)) >= 0.02 * full * s->power)
            return;
    }
}

/* Keeps so much of the power that is there, and adds so much of another recording's, made as loud
 * before. Gives the clip's number, or SIZE_MAX where nothing was done: digital zero has no level to
 * match. */
static size_t add_another(const hear_examples *e, hear_rng *r, float keep, float share,
                          float *other, float *x)
{
    const size_t clip = hear_sampler_draw(e->sampler, r), n = n_values(e);
    if (!e->data->clips[clip].path)
        return SIZE_MAX;
    cut_out(e, clip, r, other);
    const float mean_a = mean(x, n, is_wave(e)), mean_b = mean(other, n, is_wave(e));
    if (!(mean_a > 0.0f && mean_b > 0.0f))
        return SIZE_MAX;
    float a = keep, b = share * mean_a / mean_b;
    if (is_wave(e)) { /* samples add, and their powers with them as far as they are apart */
        a = sqrtf(a);
        b = sqrtf(b);
    }
    for (size_t i = 0; i < n; i++)
        x[i] = a * x[i] + b * other[i];
    return clip;
}

/* A second recording of like power, lambda of the first to the rest of the second
 * (H. Zhang et al. 2018, on power instead of inputs). */
static void mix_in(const hear_examples *e, hear_rng *r, float *other, float *x, float *target)
{
    const float lambda = (float)hear_rng_beta(r, 0.4, 0.4);
    const size_t clip = add_another(e, r, lambda, 1.0f - lambda, other, x);
    if (clip == SIZE_MAX)
        return;
    for (size_t l = 0; l < e->data->labels.n; l++)
        target[l] *= lambda;
    target[e->data->clips[clip].label] += 1.0f - lambda;
}

/* What goes on behind a sound does not change what it is. */
static void add_background(const hear_examples *e, hear_rng *r, float *other, float *x)
{
    const double db = -8.0 - 22.0 * hear_rng_uniform(r);
    add_another(e, r, 1.0f, (float)pow(10.0, db / 10.0), other, x);
}

size_t hear_example_scratch(const hear_examples *e)
{
    return n_values(e) + 2 * hear_frontend_width(&e->sounds->config);
}

size_t hear_example_size(const hear_examples *e)
{
    return e->rows ? e->rows->n_features : n_values(e);
}

double hear_example_row_share(const hear_examples *e, size_t i, size_t row)
{
    const size_t clip = hear_sampler_clip(e->sampler, i);
    if (!e->rows || !e->rows->weight)
        return 1.0;
    const size_t first = e->rows->first[clip], n = e->rows->first[clip + 1] - first;
    return (double)e->rows->weight[first + row] / e->rows->sum[clip] * (double)n;
}

/* One of a recording's rows, each as often as it counts. */
static size_t draw_row(const hear_rows *r, size_t clip, hear_rng *rng)
{
    const size_t first = r->first[clip], n = r->first[clip + 1] - first;
    if (!r->weight)
        return (size_t)hear_rng_below(rng, n);
    double left = hear_rng_uniform(rng) * r->sum[clip];
    size_t i = 0;
    while (i + 1 < n && (left -= (double)r->weight[first + i]) >= 0.0)
        i++;
    return i;
}

/* Row i of a recording's. */
static void put_row(const hear_examples *e, size_t clip, size_t i, float *out, float *target)
{
    const size_t n = e->rows->n_features;
    memcpy(out, e->rows->x + (e->rows->first[clip] + i) * n, n * sizeof *out);
    memset(target, 0, e->data->labels.n * sizeof *target);
    target[e->data->clips[clip].label] = 1.0f;
}

/* What follows once the recording is drawn. */
static void make(const hear_examples *e, size_t clip, hear_rng *r, float *scratch, float *frames,
                 float *target)
{
    const hear_frontend_config *config = &e->sounds->config;
    const size_t n_labels = e->data->labels.n, n = n_values(e);
    memset(target, 0, n_labels * sizeof *target);
    target[e->data->clips[clip].label] = 1.0f;
    cut_out(e, clip, r, frames);
    /* Made silence stays as it is: louder, or mixed at like level, it is silence no more. */
    const bool made = !e->data->clips[clip].path;
    if (!made && has(e, HEAR_AUGMENT_MIX) && hear_rng_uniform(r) < 0.5)
        mix_in(e, r, scratch, frames, target);
    if (!made && has(e, HEAR_AUGMENT_BACKGROUND) && hear_rng_uniform(r) < 0.3)
        add_background(e, r, scratch, frames);

    float *centre_hz = scratch + n;
    hear_augment_centres(config, centre_hz);
    const hear_augment_shape shape = { .features = config->features,
                                       .n_frames = e->window,
                                       .n_bands = hear_frontend_width(config),
                                       .frame_s = (double)config->hop / config->rate_hz,
                                       .rate_hz = config->rate_hz,
                                       .level_db = e->sounds->sound[clip].level_db,
                                       .power = fmax(e->sounds->sound[clip].power, 1e-30),
                                       .centre_hz = centre_hz,
                                       .spare = centre_hz + hear_frontend_width(config) };
    if (!made)
        hear_augment_apply(e->augment, r, &shape, frames);
    if (config->power == 1) /* never of a wave or descriptors */
        for (size_t i = 0; i < n; i++)
            frames[i] = sqrtf(frames[i]);
    hear_frontend_log(config, frames, n);
    hear_frontend_finish_window(config, frames, frames, e->window);
}

void hear_example_make(const hear_examples *e, uint64_t number, float *scratch, float *frames,
                       float *target)
{
    hear_rng r;
    hear_rng_seed_stream(&r, e->seed, number);
    const size_t clip = hear_sampler_draw(e->sampler, &r);
    if (e->rows) {
        put_row(e, clip, draw_row(e->rows, clip, &r), frames, target);
    } else {
        make(e, clip, &r, scratch, frames, target);
    }
}

void hear_example_make_of(const hear_examples *e, size_t clip, uint64_t number, float *scratch,
                          float *frames, float *target)
{
    hear_rng r;
    hear_rng_seed_stream(&r, e->seed, number);
    make(e, clip, &r, scratch, frames, target);
}

size_t hear_example_windows_of(const hear_examples *e, size_t i)
{
    const size_t clip = hear_sampler_clip(e->sampler, i);
    if (e->rows)
        return e->rows->first[clip + 1] - e->rows->first[clip];
    return hear_windows_of(&e->sounds->config, e->sounds->sound[clip].n_samples, e->window, e->hop);
}

size_t hear_example_windows(const hear_examples *e)
{
    size_t n = 0;
    for (size_t i = 0; i < hear_sampler_count(e->sampler); i++)
        n += hear_example_windows_of(e, i);
    return n;
}

void hear_example_label_weights(const hear_examples *e, bool of_windows, double *weight)
{
    const size_t n_labels = e->data->labels.n;
    double n = 0.0, n_present = 0.0;
    for (size_t l = 0; l < n_labels; l++)
        weight[l] = 0.0;
    for (size_t i = 0; i < hear_sampler_count(e->sampler); i++) {
        const size_t clip = hear_sampler_clip(e->sampler, i);
        const double each = of_windows ? (double)hear_example_windows_of(e, i) : 1.0;
        n_present += weight[e->data->clips[clip].label] == 0.0;
        weight[e->data->clips[clip].label] += each;
        n += each;
    }
    for (size_t l = 0; l < n_labels; l++)
        weight[l] = weight[l] > 0.0 ? n / (n_present * weight[l]) : 0.0;
}

void hear_example_window(const hear_examples *e, size_t index, float *frames, float *target)
{
    size_t i = 0, n;
    for (; index >= (n = hear_example_windows_of(e, i)); i++)
        index -= n;
    const size_t clip = hear_sampler_clip(e->sampler, i);
    if (e->rows) {
        put_row(e, clip, index, frames, target);
        return;
    }
    hear_sound_raw(e->sounds, clip, index * e->hop, e->window, frames);
    hear_frontend_finish_window(&e->sounds->config, frames, frames, e->window);
    memset(target, 0, e->data->labels.n * sizeof *target);
    target[e->data->clips[clip].label] = 1.0f;
}
