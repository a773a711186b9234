/* enrol_fit.c - rows become a head, see enrolment.h.
 *
 * Two parts are added up for each label: the log odds of a logistic regression that tells the
 * labels and the background apart, with the penalty on weights that suits whitened rows, where
 * examples also count mixed with rows of the background; and the cosine of the angle to the label's
 * examples, which keeps what lies far beyond them on the same side from counting as the surest.
 *
 * One threshold holds for all labels: odds mean the same for each, and five examples are too few to
 * set one of their own by. How many alarms an hour it lets through was found on recordings of
 * sources that the background does not have. A label that rows of the background still reach after
 * training on other origins has a higher one, but rows that are more like it than half of its own
 * examples, left out likewise, may be that very sound, and count neither way. */
#include "config.h"

#include "train/enrol_fit.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "train/logreg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FOLDS = 3, MAX_STEPS = 60, N_MIXED = 3, N_ROUNDS = 2 };
static const double C = 0.1, BACKGROUND_WEIGHT = 5.0, SUSPECTS = 0.03, CLOSENESS = 8.0;
/* Ten labels raise an alarm an hour at log odds of AT_ONE, e times as many where they are lower by
 * PER_E; tried on an hour of half of the packages that are not in the background. */
static const double AT_ONE = 6.0, PER_E = 1.4, BACKGROUND_SHARE = 0.005;

typedef struct {
    const hear_enrolment *e;
    const hear_background *b;
    const hear_enrol_config *config;
    size_t n_own, n, n_dims; /* rows of examples, all rows */
    float *x;                /* [n][n_dims]: examples first, then the background */
    size_t *label;           /* [n]; n_labels is the background */
    size_t *fold;            /* [n] */
    size_t *example;         /* [n_own], counted over all labels */
    double *share;           /* [n_own] 1 / rows of its example */
    bool *suspect;           /* [n - n_own] */
    double *margin;          /* [n][n_labels]: over the background, of rows left out */
    size_t n_examples;
} job;

static hear_status fill(job *j)
{
    const hear_enrolment *const e = j->e;
    const hear_background *const b = j->b;
    for (size_t l = 0; l < e->n_labels; l++)
        j->n_own += e->labels[l].n_rows;
    j->n = j->n_own + b->n_rows;
    j->n_dims = b->n_dims;
    size_t cells, margins;
    if (!hear_mul(j->n, j->n_dims, &cells) || !hear_mul(j->n, e->n_labels, &margins))
        return HEAR_ERR_MEM;
    j->x = hear_alloc(cells, sizeof *j->x);
    j->label = hear_alloc(j->n, sizeof *j->label);
    j->fold = hear_alloc(j->n, sizeof *j->fold);
    j->example = hear_alloc(j->n_own, sizeof *j->example);
    j->share = hear_alloc(j->n_own, sizeof *j->share);
    j->suspect = hear_alloc(b->n_rows, sizeof *j->suspect);
    j->margin = hear_alloc(margins, sizeof *j->margin);
    if (!j->x || !j->label || !j->fold || !j->example || !j->share || !j->suspect || !j->margin)
        return HEAR_ERR_MEM;
    size_t at = 0;
    for (size_t l = 0; l < e->n_labels; l++) {
        const hear_enrolled *const of = &e->labels[l];
        for (size_t r = 0; r < of->n_rows; r++, at++) {
            size_t n_same = 0;
            for (size_t k = 0; k < of->n_rows; k++)
                n_same += of->rows[k].example == of->rows[r].example;
            for (size_t k = 0; k < j->n_dims; k++)
                j->x[at * j->n_dims + k] = of->rows[r].scale * (float)of->rows[r].x[k];
            j->label[at] = l;
            j->fold[at] = of->rows[r].example % N_FOLDS;
            j->example[at] = j->n_examples + of->rows[r].example;
            j->share[at] = 1.0 / (double)n_same;
        }
        j->n_examples += of->n_examples;
    }
    size_t n_in_fold[N_FOLDS] = { 0 };
    for (size_t r = 0; r < b->n_rows; r++)
        n_in_fold[b->group[r] % N_FOLDS]++;
    bool by_group = true;
    for (size_t f = 0; f < N_FOLDS; f++)
        by_group = by_group && n_in_fold[f] > 0;
    for (size_t r = 0; r < b->n_rows; r++, at++) {
        memcpy(j->x + at * j->n_dims, b->rows + r * j->n_dims, j->n_dims * sizeof *j->x);
        j->label[at] = e->n_labels;
        j->fold[at] = (by_group ? b->group[r] : r) % N_FOLDS;
    }
    return HEAR_OK;
}

static void clear(job *j)
{
    hear_free(j->x);
    hear_free(j->label);
    hear_free(j->fold);
    hear_free(j->example);
    hear_free(j->share);
    hear_free(j->suspect);
    hear_free(j->margin);
}

/* A row of an example as it is with another sound in its window: half to nearly all of it, the rest
 * a row of the background that may be learnt from. */
static void mix(const job *j, size_t own, size_t fold, hear_rng *rng, float *out)
{
    const float share = (float)(0.5 + 0.45 * hear_rng_uniform(rng));
    size_t other = own;
    for (int i = 0; i < 20 && other == own; i++) {
        const size_t r = hear_rng_below(rng, j->b->n_rows);
        if (j->fold[j->n_own + r] != fold && !j->suspect[r])
            other = j->n_own + r;
    }
    for (size_t k = 0; k < j->n_dims; k++)
        out[k] = share * j->x[own * j->n_dims + k] + (1.0f - share) * j->x[other * j->n_dims + k];
}

/* Of all rows but those of the fold (N_FOLDS: of all) and of suspects. */
static hear_status solve(hear_logreg *out, const job *j, size_t fold)
{
    hear_matrix m = { .n_features = j->n_dims, .n_labels = j->e->n_labels + 1 };
    const size_t most = j->n + N_MIXED * j->n_own;
    hear_rng rng;
    hear_rng_seed_stream(&rng, 1, fold);
    m.x = hear_alloc(most * j->n_dims, sizeof *m.x);
    m.label = hear_alloc(most, sizeof *m.label);
    m.weight = hear_alloc(most, sizeof *m.weight);
    hear_status s = m.x && m.label && m.weight ? HEAR_OK : HEAR_ERR_MEM;
    size_t n_background = 0;
    for (size_t i = 0; s == HEAR_OK && i < j->n; i++) {
        const bool own = i < j->n_own;
        if (j->fold[i] == fold || (!own && j->suspect[i - j->n_own]))
            continue;
        memcpy(m.x + m.n * j->n_dims, j->x + i * j->n_dims, j->n_dims * sizeof *m.x);
        for (size_t k = 0; k <= (own ? N_MIXED : 0); k++) {
            if (k > 0)
                mix(j, i, fold, &rng, m.x + m.n * j->n_dims);
            m.label[m.n] = j->label[i];
            m.weight[m.n++] = own ? j->share[i] / (1 + N_MIXED) : 0.0;
        }
        n_background += !own;
    }
    /* the background counts as much as five labels of as many examples as they have on average */
    const double all = BACKGROUND_WEIGHT * (double)j->n_examples / (double)j->e->n_labels;
    for (size_t i = 0; s == HEAR_OK && i < m.n; i++)
        if (m.label[i] == j->e->n_labels)
            m.weight[i] = all / (double)n_background;
    const hear_logreg_config config = {
        .c = C, .max_steps = MAX_STEPS, .stop = j->config->stop, .user = j->config->user
    };
    if (s == HEAR_OK)
        s = hear_logreg_solve(out, &config, &m, j->config->pool);
    hear_matrix_clear(&m);
    return s;
}

/* Where a label's examples lie from the origin: of length 1, each example alike. */
static void point(const job *j, size_t label, size_t fold, double *towards)
{
    double square = 0.0;
    memset(towards, 0, j->n_dims * sizeof *towards);
    for (size_t i = 0; i < j->n_own; i++) {
        const float *const x = j->x + i * j->n_dims;
        const double length = hear_enrol_length(x, j->n_dims);
        for (size_t d = 0; j->label[i] == label && j->fold[i] != fold && d < j->n_dims; d++)
            towards[d] += j->share[i] * (double)x[d] / length;
    }
    for (size_t d = 0; d < j->n_dims; d++)
        square += towards[d] * towards[d];
    for (size_t d = 0; d < j->n_dims && square > 0.0; d++)
        towards[d] *= CLOSENESS / sqrt(square);
}

static hear_status learn(hear_enrol_fit *out, const job *j, size_t fold)
{
    const size_t width = j->n_dims + 1, n_labels = j->e->n_labels;
    hear_logreg l = { 0 };
    *out = (hear_enrol_fit){ .n_labels = n_labels,
                             .n_dims = j->n_dims,
                             .weight = hear_alloc(n_labels * width, sizeof *out->weight),
                             .towards = hear_alloc(n_labels * j->n_dims, sizeof *out->towards) };
    const hear_status s = out->weight && out->towards ? solve(&l, j, fold) : HEAR_ERR_MEM;
    for (size_t k = 0; s == HEAR_OK && k < n_labels; k++) {
        for (size_t d = 0; d < width; d++)
            out->weight[k * width + d] =
                l.n_units == 1 ? -l.weights[d] /* of two labels, the second is the background */
                               : l.weights[k * width + d] - l.weights[n_labels * width + d];
        point(j, k, fold, out->towards + k * j->n_dims);
    }
    hear_logreg_clear(&l);
    if (s != HEAR_OK)
        hear_enrol_fit_clear(out);
    return s;
}

void hear_enrol_fit_clear(hear_enrol_fit *f)
{
    hear_free(f->weight);
    hear_free(f->towards);
    *f = (hear_enrol_fit){ 0 };
}

double hear_enrol_length(const float *x, size_t n)
{
    double square = 0.0;
    for (size_t d = 0; d < n; d++)
        square += (double)x[d] * (double)x[d];
    return fmax(sqrt(square), HEAR_ENROL_LEAST_LENGTH);
}

static double odds(const hear_enrol_fit *f, size_t label, const float *x, double length)
{
    const double *const w = f->weight + label * (f->n_dims + 1);
    const double *const towards = f->towards + label * f->n_dims;
    double z = w[f->n_dims], cosine = 0.0;
    for (size_t d = 0; d < f->n_dims; d++) {
        z += w[d] * (double)x[d];
        cosine += towards[d] * (double)x[d];
    }
    return z + cosine / length;
}

static hear_status leave_out(job *j)
{
    const size_t n_labels = j->e->n_labels;
    for (size_t f = 0; f < N_FOLDS; f++) {
        hear_enrol_fit fit;
        const hear_status s = learn(&fit, j, f);
        if (s != HEAR_OK)
            return s;
        for (size_t i = 0; i < j->n; i++) {
            const float *const x = j->x + i * j->n_dims;
            const double length = hear_enrol_length(x, j->n_dims);
            for (size_t k = 0; j->fold[i] == f && k < n_labels; k++)
                j->margin[i * n_labels + k] = odds(&fit, k, x, length);
        }
        hear_enrol_fit_clear(&fit);
    }
    return HEAR_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median over a label's examples of the mean margin of their rows. */
static double typical(const job *j, size_t label, double *means)
{
    const size_t n_labels = j->e->n_labels;
    size_t n = 0;
    for (size_t i = 0; i < j->n_own; i++) {
        if (j->label[i] != label)
            continue;
        const bool first = i == 0 || j->example[i] != j->example[i - 1];
        if (first)
            means[n++] = 0.0;
        means[n - 1] += j->share[i] * j->margin[i * n_labels + label];
    }
    qsort(means, n, sizeof *means, compare);
    return n > 0 ? means[n / 2] : 0.0;
}

/* Whether there are more of them than before. */
static bool find_suspects(job *j, double *room)
{
    bool more = false;
    const size_t n_labels = j->e->n_labels, n = j->b->n_rows;
    for (size_t k = 0; k < n_labels; k++) {
        const double level = fmax(0.0, typical(j, k, room));
        size_t n_above = 0;
        for (size_t i = 0; i < n; i++)
            n_above += j->margin[(j->n_own + i) * n_labels + k] > level;
        if ((double)n_above > SUSPECTS * (double)n)
            continue; /* the label is no sound of its own */
        for (size_t i = 0; i < n; i++)
            if (j->margin[(j->n_own + i) * n_labels + k] > level && !j->suspect[i])
                more = j->suspect[i] = true;
    }
    return more;
}

/* The median over all examples of the surest of their rows. */
static double surest(const job *j, double *room)
{
    size_t n = 0;
    for (size_t i = 0; i < j->n_own; i++) {
        const double margin = j->margin[i * j->e->n_labels + j->label[i]];
        if (i == 0 || j->example[i] != j->example[i - 1])
            room[n++] = margin;
        room[n - 1] = fmax(room[n - 1], margin);
    }
    qsort(room, n, sizeof *room, compare);
    return room[n / 2];
}

/* What a share of the background lies above. */
static double background(const job *j, size_t label, double share, double *room)
{
    size_t n = 0;
    for (size_t i = 0; i < j->b->n_rows; i++)
        if (!j->suspect[i])
            room[n++] = j->margin[(j->n_own + i) * j->e->n_labels + label];
    if (n == 0)
        return 0.0;
    qsort(room, n, sizeof *room, compare);
    return room[(size_t)((1.0 - share) * (double)(n - 1))];
}

static void set_thresholds(const job *j, double *at, double *room)
{
    const double n_labels = (double)j->e->n_labels;
    const double rate = j->config->alarms_h / (n_labels / 10.0);
    const double common = fmax(0.0, fmin(AT_ONE - PER_E * log(rate), surest(j, room)));
    for (size_t k = 0; k < j->e->n_labels; k++)
        at[k] = fmax(common, background(j, k, BACKGROUND_SHARE, room));
}

/* Of each label's examples, those whose surest row, left out, is told as it. */
static void count_right(const job *j, const double *at, hear_enrol_score *scores)
{
    const size_t n_labels = j->e->n_labels;
    double surest = 0.0;
    bool right = false;
    for (size_t i = 0; i < j->n_own; i++) {
        const double *const m = j->margin + i * n_labels;
        for (size_t k = 0; k < n_labels; k++)
            if (m[k] - at[k] > surest) {
                surest = m[k] - at[k];
                right = k == j->label[i];
            }
        if (i + 1 == j->n_own || j->example[i + 1] != j->example[i]) {
            scores[j->label[i]].n_examples++;
            scores[j->label[i]].n_right += right;
            surest = 0.0;
            right = false;
        }
    }
}

static hear_status make(hear_graph **out, job *j, const hear_model_info *info,
                        hear_enrol_score *scores)
{
    const size_t n_labels = j->e->n_labels;
    hear_enrol_fit fit = { 0 };
    double *const room = hear_alloc(j->n, sizeof *room);
    double *const at = hear_alloc(n_labels, sizeof *at);
    hear_status s = room && at ? leave_out(j) : HEAR_ERR_MEM;
    /* the others of their kind show once these are gone */
    for (int i = 0; s == HEAR_OK && i < N_ROUNDS && find_suspects(j, room); i++)
        s = leave_out(j);
    if (s == HEAR_OK) {
        set_thresholds(j, at, room);
        count_right(j, at, scores);
        s = learn(&fit, j, N_FOLDS);
    }
    for (size_t k = 0; s == HEAR_OK && k < n_labels; k++)
        fit.weight[k * (fit.n_dims + 1) + fit.n_dims] -= at[k];
    if (s == HEAR_OK)
        s = hear_enrol_graph(out, &fit, j->e, j->b, info);
    hear_enrol_fit_clear(&fit);
    hear_free(room);
    hear_free(at);
    return s;
}

hear_status hear_enrolment_head(hear_graph **out, const hear_enrolment *e, const hear_background *b,
                                const hear_model_info *info, const hear_enrol_config *config,
                                hear_enrol_score *scores, hear_error *err)
{
    job j = { .e = e, .b = b, .config = config };
    *out = NULL;
    memset(scores, 0, e->n_labels * sizeof *scores);
    hear_status s = fill(&j);
    if (s == HEAR_OK)
        s = make(out, &j, info, scores);
    clear(&j);
    if (s != HEAR_OK) {
        hear_graph_destroy(*out);
        *out = NULL;
        return hear_fail(err, s, NULL);
    }
    return HEAR_OK;
}
