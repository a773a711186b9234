/* sounds.c - see sounds.h. */
#include "config.h"

#include "train/sounds.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "io/source.h"
#include "train/silence.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8192 }; /* samples read at a time */

typedef struct {
    const hear_dataset *data;
    const hear_sounds_config *config;
    hear_frontend_config linear; /* without logarithm */
    size_t width;                /* of a frame */
    hear_sounds *sounds;
    atomic_size_t next; /* clip that nobody has begun */
    atomic_size_t done; /* clips finished */
    atomic_bool stop;
    atomic_bool no_memory;
} loading;

typedef struct {
    const loading *load;
    hear_sound *sound;
    hear_frontend *frontend;
    size_t room;   /* frames that there is memory for */
    double square; /* sum over the samples read */
    uint64_t n_read;
} reading;

static bool make_room(reading *r, size_t n_more)
{
    const size_t wanted = r->sound->n_frames + n_more;
    if (wanted <= r->room)
        return true;
    const size_t room = wanted > r->room * 2 ? wanted : r->room * 2;
    size_t values, bytes;
    if (!hear_mul(room, r->load->width, &values) || !hear_mul(values, sizeof(float), &bytes))
        return false;
    float *grown = realloc(r->sound->frames, bytes);
    if (!grown)
        return false;
    r->sound->frames = grown;
    r->room = room;
    return true;
}

static hear_status take(reading *r, const float *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        r->square += isfinite(samples[i]) ? (double)samples[i] * samples[i] : 0.0;
    r->n_read += n;
    while (n > 0) {
        enum { FRAMES = 64 };
        if (!make_room(r, FRAMES))
            return HEAR_ERR_MEM;
        size_t taken;
        float *to = r->sound->frames + r->sound->n_frames * r->load->width;
        r->sound->n_frames += hear_frontend_process(r->frontend, samples, n, &taken, to, FRAMES);
        samples += taken;
        n -= taken;
    }
    return HEAR_OK;
}

/* Zeros until every sample has been in the last frame that can hold it. */
static hear_status finish(reading *r)
{
    enum { FRAMES = 64 };
    const hear_frontend_config *config = &r->load->linear;
    const uint64_t zeros = hear_frontend_frame_length(config) + config->hop;
    size_t got;
    do {
        if (!make_room(r, FRAMES))
            return HEAR_ERR_MEM;
        float *to = r->sound->frames + r->sound->n_frames * r->load->width;
        got = hear_frontend_flush(r->frontend, zeros, to, FRAMES);
        r->sound->n_frames += got;
    } while (got == FRAMES);
    r->sound->n_samples = hear_frontend_position(r->frontend);
    const uint64_t touched = (r->sound->n_samples + config->hop - 1) / config->hop;
    if (r->sound->n_frames > touched)
        r->sound->n_frames = (size_t)touched;
    return HEAR_OK;
}

static hear_status read_recording(reading *r, const char *path, float *block, hear_error *err)
{
    hear_source *source;
    hear_status s = hear_source_open(&source, path, &(hear_source_config){ 0 }, err);
    if (s != HEAR_OK)
        return s;
    s = hear_frontend_create(&r->frontend, &r->load->linear, hear_source_rate_hz(source), err);
    size_t got = 1;
    while (s == HEAR_OK && got > 0 && !atomic_load_explicit(&r->load->stop, memory_order_relaxed)) {
        s = hear_source_read(source, block, BLOCK, &got, err);
        if (s == HEAR_OK && (s = take(r, block, got)) != HEAR_OK)
            hear_fail(err, s, NULL);
    }
    hear_source_close(source);
    return s;
}

static hear_status make_silence(reading *r, size_t clip, hear_error *err)
{
    const hear_sounds_config *config = r->load->config;
    const double rate_hz = config->frontend->rate_hz;
    const size_t n = (size_t)(config->made_s * rate_hz);
    float *samples = hear_alloc(n, sizeof *samples);
    if (!samples)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const double most_db = config->made_db < 0.0 ? config->made_db : HEAR_SILENCE_MOST_DB;
    hear_silence_make(config->seed, clip, most_db, rate_hz, samples, n);
    hear_status s = hear_frontend_create(&r->frontend, &r->load->linear, (uint32_t)rate_hz, err);
    if (s == HEAR_OK && (s = take(r, samples, n)) != HEAR_OK)
        hear_fail(err, s, NULL);
    hear_free(samples);
    return s;
}

static void measure(reading *r)
{
    hear_sound *s = r->sound;
    const size_t n = s->n_frames * r->load->width;
    const hear_frontend_config *config = &r->load->linear;
    const bool squared = config->features != HEAR_FEATURES_WAVE && config->power == 2;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += squared ? (double)s->frames[i] : (double)s->frames[i] * s->frames[i];
    s->power = n ? sum / (double)n : 0.0;
    s->level_db = 10.0 * log10(fmax(r->square / (double)(r->n_read ? r->n_read : 1), 1e-10));
}

static hear_status load_clip(loading *l, size_t i, float *block, hear_error *err)
{
    reading r = { .load = l, .sound = &l->sounds->sound[i] };
    const char *path = l->data->clips[i].path;
    hear_status s = path ? read_recording(&r, path, block, err) : make_silence(&r, i, err);
    if (s == HEAR_OK && (s = finish(&r)) != HEAR_OK)
        hear_fail(err, s, NULL);
    if (s == HEAR_OK && r.sound->n_samples == 0)
        s = hear_fail(err, HEAR_ERR_DATA, "holds no sound");
    hear_frontend_destroy(r.frontend);
    if (s != HEAR_OK) {
        free(r.sound->frames);
        *r.sound = (hear_sound){ .why = hear_strdup(hear_error_text(err)) };
        return s == HEAR_ERR_MEM || !r.sound->why ? HEAR_ERR_MEM : HEAR_OK;
    }
    measure(&r);
    float *fitting =
        realloc(r.sound->frames, r.sound->n_frames * l->width * sizeof *r.sound->frames);
    if (fitting)
        r.sound->frames = fitting;
    return HEAR_OK;
}

static void *work(void *arg)
{
    loading *const l = arg;
    float *block = hear_alloc(BLOCK, sizeof *block);
    if (!block)
        atomic_store(&l->no_memory, true);
    while (block && !atomic_load(&l->stop) && !atomic_load(&l->no_memory)) {
        const size_t i = atomic_fetch_add(&l->next, 1);
        if (i >= l->data->n_clips)
            break;
        hear_error err = { 0 };
        if (load_clip(l, i, block, &err) != HEAR_OK)
            atomic_store(&l->no_memory, true);
        atomic_fetch_add(&l->done, 1);
    }
    hear_free(block);
    return NULL;
}

static void wait_and_tell(loading *l)
{
    const hear_sounds_config *config = l->config;
    for (;;) {
        const size_t done = atomic_load(&l->done);
        if (config->progress && !config->progress(config->user, done, l->data->n_clips))
            atomic_store(&l->stop, true);
        if (done >= l->data->n_clips || atomic_load(&l->stop) || atomic_load(&l->no_memory))
            return;
        hear_sleep_ns(20000000);
    }
}

static hear_status load_all(loading *l)
{
    enum { MAX_THREADS = 64 };
    pthread_t threads[MAX_THREADS];
    const size_t wanted = l->config->n_threads < MAX_THREADS ? l->config->n_threads : MAX_THREADS;
    size_t n = 0;
    while (n < wanted && hear_thread_start(&threads[n], work, l) == 0)
        n++;
    if (n == 0)
        return HEAR_ERR_MEM;
    wait_and_tell(l);
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    if (atomic_load(&l->no_memory))
        return HEAR_ERR_MEM;
    return atomic_load(&l->stop) ? HEAR_ERR_INTERRUPTED : HEAR_OK;
}

hear_status hear_sounds_load(hear_sounds **out, const hear_dataset *d,
                             const hear_sounds_config *config, hear_error *err)
{
    *out = NULL;
    const hear_status checked = hear_frontend_check(config->frontend, err);
    if (checked != HEAR_OK)
        return checked;
    hear_sounds *sounds = calloc(1, sizeof *sounds);
    if (!sounds)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    sounds->config = *config->frontend;
    sounds->n = d->n_clips;
    sounds->sound = hear_alloc(d->n_clips, sizeof *sounds->sound);
    loading l = { .data = d,
                  .config = config,
                  .linear = *config->frontend,
                  .width = hear_frontend_width(config->frontend),
                  .sounds = sounds };
    l.linear.log = HEAR_LOG_NONE;
    l.linear.ref_max = false;
    l.linear.top_db = 0.0;
    l.linear.normalise = HEAR_NORM_NONE;
    const hear_status s = sounds->sound ? load_all(&l) : HEAR_ERR_MEM;
    if (s != HEAR_OK) {
        hear_sounds_destroy(sounds);
        return hear_fail(err, s, NULL);
    }
    for (size_t i = 0; i < sounds->n; i++)
        sounds->n_unreadable += sounds->sound[i].frames == NULL;
    *out = sounds;
    return HEAR_OK;
}

void hear_sounds_destroy(hear_sounds *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n && s->sound; i++) {
        free(s->sound[i].frames);
        free(s->sound[i].why);
    }
    hear_free(s->sound);
    free(s);
}

size_t hear_windows_of(const hear_frontend_config *config, uint64_t n_samples, size_t window,
                       size_t hop)
{
    const uint64_t span = hear_frontend_span(config, window), step = (uint64_t)hop * config->hop;
    if (n_samples < span)
        return 1;
    const uint64_t whole = 1 + (n_samples - span) / step;
    const uint64_t unheard = n_samples - ((whole - 1) * step + span);
    return (size_t)(whole + (2 * unheard > step));
}

void hear_sound_raw(const hear_sounds *s, size_t clip, size_t first, size_t n, float *out)
{
    const hear_sound *sound = &s->sound[clip];
    const size_t width = hear_frontend_width(&s->config);
    const size_t left = first < sound->n_frames ? sound->n_frames - first : 0;
    const size_t there = left < n ? left : n;
    if (there > 0)
        memcpy(out, sound->frames + first * width, there * width * sizeof *out);
    for (size_t i = there * width; i < n * width; i++)
        out[i] = hear_frontend_silence(&s->config, i % width);
    hear_frontend_log(&s->config, out, n * width);
}
