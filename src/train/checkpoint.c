/* checkpoint.c - see checkpoint.h. The file: a line, a head, arrays of float, their print. */
#include "config.h"

#include "train/checkpoint.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char first_line[24] = "hearsay checkpoint 2\n";

static const char of_another[] = "the checkpoint of another training: other data, options or build";

typedef struct {
    uint64_t print, asked, epoch, step, since_best, optim_steps, n_weights, n_moments, has_best;
    double best_loss;
} head;

/* What is read or written, array by array. */
typedef struct {
    FILE *file;
    bool reads, bad;
    uint64_t print;
} pipe_end;

static void pass(pipe_end *p, void *bytes, size_t n)
{
    if (p->bad)
        return;
    p->bad = (p->reads ? fread(bytes, 1, n, p->file) : fwrite(bytes, 1, n, p->file)) != n;
    p->print = hear_print_add(p->print, bytes, n);
}

static void pass_arrays(pipe_end *p, const hear_checkpoint *c)
{
    float *const arrays[] = { c->weights, c->mean, c->best };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        pass(p, arrays[i], c->n_weights * sizeof(float));
    for (size_t i = 0; i < hear_optim_n_moments(c->optim); i++) {
        size_t n;
        float *const moment = hear_optim_moment(c->optim, i, &n);
        pass(p, moment, n * sizeof(float));
    }
}

static uint64_t count_moments(hear_optim *o)
{
    uint64_t all = 0;
    for (size_t i = 0, n; i < hear_optim_n_moments(o); i++, all += n)
        hear_optim_moment(o, i, &n);
    return all;
}

hear_status hear_checkpoint_write(const hear_checkpoint *c, const char *path, hear_error *err)
{
    hear_outfile *out;
    const hear_status s = hear_outfile_open(&out, path, err);
    if (s != HEAR_OK)
        return s;
    char line[sizeof first_line];
    memcpy(line, first_line, sizeof line);
    head h = { .print = c->print,
               .asked = c->asked,
               .epoch = c->epoch,
               .step = c->step,
               .since_best = c->since_best,
               .optim_steps = hear_optim_steps(c->optim),
               .n_weights = c->n_weights,
               .n_moments = count_moments(c->optim),
               .has_best = c->has_best,
               .best_loss = c->best_loss };
    pipe_end p = { .file = hear_outfile_stream(out), .print = HEAR_PRINT };
    pass(&p, line, sizeof line);
    pass(&p, &h, sizeof h);
    pass_arrays(&p, c);
    uint64_t print = p.print;
    pass(&p, &print, sizeof print);
    if (p.bad) {
        const int why = errno;
        hear_outfile_discard(out);
        return hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(why));
    }
    return hear_outfile_commit(out, err);
}

/* As far as it can be told before there is a network. */
static hear_status read_head(head *h, pipe_end *p, uint64_t asked, hear_error *err)
{
    char line[sizeof first_line] = "";
    pass(p, line, sizeof line);
    pass(p, h, sizeof *h);
    if (p->bad || memcmp(line, first_line, sizeof line) != 0)
        return hear_fail(err, HEAR_ERR_DATA, "not a checkpoint of this program");
    return h->asked == asked ? HEAR_OK : hear_fail(err, HEAR_ERR_DATA, "%s", of_another);
}

static hear_status read_file(hear_checkpoint *c, FILE *file, hear_error *err)
{
    head h = { 0 };
    pipe_end p = { .file = file, .reads = true, .print = HEAR_PRINT };
    const hear_status s = read_head(&h, &p, c->asked, err);
    if (s != HEAR_OK)
        return s;
    if (h.print != c->print || h.n_weights != c->n_weights ||
        h.n_moments != count_moments(c->optim))
        return hear_fail(err, HEAR_ERR_DATA, "%s", of_another);
    pass_arrays(&p, c);
    const uint64_t wanted = p.print;
    uint64_t print = 0;
    pass(&p, &print, sizeof print);
    if (p.bad || print != wanted)
        return hear_fail(err, HEAR_ERR_DATA, "a checkpoint that is cut short or broken");
    c->epoch = h.epoch;
    c->step = h.step;
    c->since_best = h.since_best;
    c->has_best = h.has_best != 0;
    c->best_loss = h.best_loss;
    hear_optim_set_steps(c->optim, h.optim_steps);
    return HEAR_OK;
}

static hear_status open_file(FILE **file, const char *path, hear_error *err)
{
    *file = fopen(path, "rbe");
    return *file || errno == ENOENT ? HEAR_OK : hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
}

hear_status hear_checkpoint_check(const char *path, uint64_t asked, hear_error *err)
{
    FILE *file;
    hear_status s = open_file(&file, path, err);
    if (!file)
        return s;
    head h = { 0 };
    pipe_end p = { .file = file, .reads = true, .print = HEAR_PRINT };
    s = read_head(&h, &p, asked, err);
    fclose(file);
    return s;
}

hear_status hear_checkpoint_read(hear_checkpoint *c, bool *found, const char *path, hear_error *err)
{
    FILE *file;
    const hear_status opened = open_file(&file, path, err);
    *found = file != NULL;
    if (!file)
        return opened;
    const hear_status s = read_file(c, file, err);
    fclose(file);
    return s;
}
