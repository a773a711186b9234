/* copies.c - see copies.h. */
#include "config.h"

#include "train/copies.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "io/wav_writer.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const hear_dataset *d;
    const hear_copies_config *config;
    FILE *table;
    char path[PATH_MAX]; /* of the copy in hand */
    size_t n_made;
} maker;

/* A column has anything in it. */
static bool has_any(const hear_names *names)
{
    return names->n > 1 || (names->n == 1 && names->name[0][0] != '\0');
}

static hear_status put_field(FILE *out, const char *text, const char *after, hear_error *err)
{
    if (hear_has_control(text))
        return hear_fail(err, HEAR_ERR_DATA, "a table cannot hold the name \"%s\"", text);
    fputs(text, out);
    fputs(after, out);
    return HEAR_OK;
}

static void put_header(const maker *m)
{
    fprintf(m->table, "path\tlabel\tgroup%s%s%s\n", m->d->has_split ? "\tsplit" : "",
            has_any(&m->d->sources) ? "\tsource" : "", has_any(&m->d->licences) ? "\tlicence" : "");
}

static hear_status put_row(const maker *m, const hear_clip *clip, const char *path, hear_error *err)
{
    const hear_dataset *d = m->d;
    hear_status s = put_field(m->table, path, "\t", err);
    if (s == HEAR_OK)
        s = put_field(m->table, d->labels.name[clip->label], "\t", err);
    if (s == HEAR_OK)
        s = put_field(m->table, d->groups.name[clip->group], "", err);
    if (s == HEAR_OK && d->has_split)
        fprintf(m->table, "\t%s", hear_split_name(clip->split));
    if (s == HEAR_OK && has_any(&d->sources)) {
        fputc('\t', m->table);
        s = put_field(m->table, d->sources.name[clip->source], "", err);
    }
    if (s == HEAR_OK && has_any(&d->licences)) {
        fputc('\t', m->table);
        s = put_field(m->table, d->licences.name[clip->licence], "", err);
    }
    fputc('\n', m->table);
    return s;
}

static hear_status put_original(const maker *m, const hear_clip *clip, hear_error *err)
{
    char *full = realpath(clip->path, NULL); /* the table is read from another folder */
    const hear_status s = put_row(m, clip, full ? full : clip->path, err);
    free(full);
    return s;
}

/* A name that is one part of a path. */
static void put_part(char *out, size_t room, const char *text)
{
    snprintf(out, room, "%s", text);
    for (char *c = out; *c; c++)
        if (*c == '/')
            *c = '_';
    if (out[0] == '.')
        out[0] = '_';
}

/* "NAME" of "a/b/NAME.ogg". */
static void put_stem(char *out, size_t room, const char *path)
{
    const char *slash = strrchr(path, '/');
    put_part(out, room, slash ? slash + 1 : path);
    char *dot = strrchr(out, '.');
    if (dot && dot != out)
        *dot = '\0';
}

static hear_status make_folder(const char *path, hear_error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return HEAR_OK;
    return hear_fail(err, HEAR_ERR_IO, "%s: cannot make the folder: %s", path, strerror(errno));
}

/* Fills m->path; *inside is its part below the folder. */
static hear_status name_copy(maker *m, size_t i, size_t copy, const char **inside, hear_error *err)
{
    enum { PART = 200 }; /* file systems take 255 bytes */
    char label[PART], stem[PART];
    const hear_clip *clip = &m->d->clips[i];
    put_part(label, sizeof label, m->d->labels.name[clip->label]);
    put_stem(stem, sizeof stem, clip->path);
    const char *folder = m->config->folder;
    int n = snprintf(m->path, sizeof m->path, "%s/%s", folder, label);
    if (n < 0 || (size_t)n >= sizeof m->path)
        return hear_fail(err, HEAR_ERR_IO, "%s: the path gets too long", folder);
    const hear_status s = make_folder(m->path, err);
    if (s != HEAR_OK)
        return s;
    n = snprintf(m->path, sizeof m->path, "%s/%s/%s-%zu-%zu.wav", folder, label, stem, i + 1,
                 copy + 1);
    if (n < 0 || (size_t)n >= sizeof m->path)
        return hear_fail(err, HEAR_ERR_IO, "%s: the path gets too long", folder);
    *inside = m->path + strlen(folder) + 1;
    return HEAR_OK;
}

static hear_status draw_noise(const maker *m, hear_rng *rng, hear_split split, size_t *noise,
                              hear_error *err)
{
    const hear_dataset *noises = m->config->noises;
    size_t n = 0;
    for (size_t i = 0; i < noises->n_clips; i++)
        n += !noises->has_split || noises->clips[i].split == split;
    if (n == 0)
        return hear_fail(err, HEAR_ERR_DATA, "there is no noise in the split %s",
                         hear_split_name(split));
    uint64_t k = hear_rng_below(rng, n);
    for (size_t i = 0; i < noises->n_clips; i++)
        if ((!noises->has_split || noises->clips[i].split == split) && k-- == 0)
            *noise = i;
    return HEAR_OK;
}

/* What would be louder than full scale is made to fit, all of it alike. */
static void make_fit(hear_recording *r)
{
    float most = 0.0f;
    for (size_t i = 0; i < r->n; i++)
        most = fmaxf(most, fabsf(r->samples[i]));
    for (size_t i = 0; i < r->n && most > 1.0f; i++)
        r->samples[i] /= most;
}

static hear_status write_wav(const char *path, const hear_recording *r, hear_error *err)
{
    hear_wav_writer *w;
    hear_status s = hear_wav_writer_open(&w, path, r->rate_hz, err);
    if (s != HEAR_OK)
        return s;
    s = hear_wav_writer_write(w, r->samples, r->n, err);
    if (s == HEAR_OK)
        return hear_wav_writer_commit(w, err);
    hear_wav_writer_discard(w);
    return s;
}

/* Whether it is this file that is no good, and not memory, the disk or the user who says stop. */
static bool is_of_the_file(hear_status s)
{
    return s == HEAR_ERR_DATA || s == HEAR_ERR_NO_INPUT || s == HEAR_ERR_IO;
}

static hear_status read_noise(const maker *m, hear_recording *noise, hear_rng *rng,
                              const hear_clip *clip, uint32_t rate_hz, bool *unread,
                              hear_error *err)
{
    size_t which = 0;
    hear_status s = draw_noise(m, rng, clip->split, &which, err);
    if (s != HEAR_OK)
        return s;
    const char *path = m->config->noises->clips[which].path;
    s = hear_recording_read(noise, path, m->config->stop_fd, err);
    if (is_of_the_file(s)) {
        m->config->on_unread(m->config->user, path, err);
        *unread = true;
        return HEAR_OK;
    }
    if (s == HEAR_OK && (s = hear_recording_resample(noise, rate_hz)) != HEAR_OK)
        hear_fail(err, s, NULL);
    return s;
}

static hear_status make_copy(maker *m, size_t i, size_t copy, const hear_recording *original,
                             hear_error *err)
{
    const hear_copies_config *c = m->config;
    const hear_clip *clip = &m->d->clips[i];
    hear_rng rng;
    hear_rng_seed_stream(&rng, c->seed, (uint64_t)i * 0x100000 + copy);
    hear_recording r = { .n = original->n, .rate_hz = original->rate_hz }, noise = { .n = 0 };
    bool unread = false;
    hear_status s = HEAR_OK;
    if (c->range[HEAR_EFFECT_NOISE].wanted)
        s = read_noise(m, &noise, &rng, clip, original->rate_hz, &unread, err);
    if (s == HEAR_OK && !unread) {
        r.samples = malloc(r.n * sizeof *r.samples);
        if (r.samples)
            memcpy(r.samples, original->samples, r.n * sizeof *r.samples);
        s = r.samples ? hear_effects_apply(c->range, c->chance, &rng, &r, &noise) : HEAR_ERR_MEM;
        if (s != HEAR_OK)
            hear_fail(err, s, NULL);
    }
    const char *inside = NULL;
    if (s == HEAR_OK && !unread)
        s = name_copy(m, i, copy, &inside, err);
    if (s == HEAR_OK && !unread) {
        make_fit(&r);
        s = write_wav(m->path, &r, err);
        if (s == HEAR_OK)
            s = put_row(m, clip, inside, err);
        m->n_made += s == HEAR_OK;
    }
    hear_recording_clear(&r);
    hear_recording_clear(&noise);
    return s;
}

static hear_status copy_clip(maker *m, size_t i, hear_error *err)
{
    const hear_copies_config *c = m->config;
    const hear_clip *clip = &m->d->clips[i];
    hear_status s = HEAR_OK;
    if (!c->all_splits && clip->split != HEAR_SPLIT_TRAIN)
        return c->originals ? put_original(m, clip, err) : HEAR_OK;
    hear_recording original;
    s = hear_recording_read(&original, clip->path, c->stop_fd, err);
    if (is_of_the_file(s)) {
        c->on_unread(c->user, clip->path, err);
        return HEAR_OK;
    }
    if (s == HEAR_OK && c->originals)
        s = put_original(m, clip, err);
    for (size_t copy = 0; copy < c->n_copies && s == HEAR_OK; copy++)
        s = make_copy(m, i, copy, &original, err);
    hear_recording_clear(&original);
    return s;
}

hear_status hear_copies_make(const hear_dataset *d, const hear_copies_config *config,
                             size_t *n_made, hear_error *err)
{
    maker m = { .d = d, .config = config };
    char path[PATH_MAX];
    *n_made = 0;
    const int n = snprintf(path, sizeof path, "%s/table.tsv", config->folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return hear_fail(err, HEAR_ERR_IO, "%s: the path gets too long", config->folder);
    hear_outfile *file;
    hear_status s = hear_outfile_open(&file, path, err);
    if (s != HEAR_OK)
        return s;
    m.table = hear_outfile_stream(file);
    put_header(&m);
    for (size_t i = 0; i < d->n_clips && s == HEAR_OK; i++) {
        s = copy_clip(&m, i, err);
        if (s == HEAR_OK && config->on_clip && !config->on_clip(config->user, i + 1, d->n_clips))
            s = hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    }
    *n_made = m.n_made;
    if (s == HEAR_OK)
        return hear_outfile_commit(file, err);
    hear_outfile_discard(file);
    return s;
}
