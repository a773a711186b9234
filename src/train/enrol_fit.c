/* enrol_fit.c - rows become a head, see enrolment.h.
 *
 * A logistic regression tells the labels and the background apart, with the penalty on weights that
 * suits whitened rows; examples also count mixed with rows of the background. Its threshold for
 * each label comes from rows that it has not learnt from: on each third of the background's origins
 * it is tried after training on the others, and the tail of what it says there is continued to the
 * rate of alarms that is asked for, but not above half of the examples. Rows of the background that
 * are more like a label than half of its own examples, left out likewise, may be that very sound,
 * and count neither way. */
#include "config.h"

#include "train/enrolment.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "train/logreg.h"
#include "train/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FOLDS = 3, MAX_STEPS = 60, N_MIXED = 3, N_ROUNDS = 2 };
static const double C = 0.5, BACKGROUND_WEIGHT = 5.0, SUSPECTS = 0.03;
static const double TAIL[2] = { 0.02, 0.0025 }, SHAPE = -0.12; /* tried on half of the packages */

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

/* Weight k of a label (k = n_dims: the intercept) less the background's. */
static double weight(const hear_logreg *l, size_t n_labels, size_t label, size_t k)
{
    const size_t width = l->n_features + 1;
    if (l->n_units == 1) /* of two labels, the second is the background */
        return -l->weights[k];
    return l->weights[label * width + k] - l->weights[n_labels * width + k];
}

static hear_status leave_out(job *j)
{
    const size_t n_labels = j->e->n_labels;
    for (size_t f = 0; f < N_FOLDS; f++) {
        hear_logreg l = { 0 };
        const hear_status s = solve(&l, j, f);
        if (s != HEAR_OK)
            return s;
        for (size_t i = 0; i < j->n; i++)
            for (size_t k = 0; j->fold[i] == f && k < n_labels; k++) {
                double z = weight(&l, n_labels, k, j->n_dims);
                for (size_t d = 0; d < j->n_dims; d++)
                    z += weight(&l, n_labels, k, d) * (double)j->x[i * j->n_dims + d];
                j->margin[i * n_labels + k] = z;
            }
        hear_logreg_clear(&l);
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

/* What a share of p of the background lies above: beyond the last quantile, a tail that goes on as
 * a generalised Pareto distribution through both of them. */
static double threshold(const job *j, size_t label, double p, double *room)
{
    size_t n = 0;
    for (size_t i = 0; i < j->b->n_rows; i++)
        if (!j->suspect[i])
            room[n++] = j->margin[(j->n_own + i) * j->e->n_labels + label];
    if (n == 0)
        return 0.0;
    qsort(room, n, sizeof *room, compare);
    const double a = room[(size_t)((1.0 - TAIL[0]) * (double)(n - 1))];
    const double b = room[(size_t)((1.0 - TAIL[1]) * (double)(n - 1))];
    const double to = 1.0 - pow(fmin(p, TAIL[0]) / TAIL[0], -SHAPE);
    return a + (b - a) * to / (1.0 - pow(TAIL[1] / TAIL[0], -SHAPE));
}

/* Of each label's examples, those most of whose rows, left out, are told as it. */
static void count_right(const job *j, const double *at, hear_enrol_score *scores)
{
    const size_t n_labels = j->e->n_labels;
    double right = 0.0;
    for (size_t i = 0; i < j->n_own; i++) {
        const double *const m = j->margin + i * n_labels;
        size_t best = 0;
        for (size_t k = 1; k < n_labels; k++)
            if (m[k] - at[k] > m[best] - at[best])
                best = k;
        right += m[best] > at[best] && best == j->label[i] ? j->share[i] : 0.0;
        if (i + 1 == j->n_own || j->example[i + 1] != j->example[i]) {
            scores[j->label[i]].n_examples++;
            scores[j->label[i]].n_right += right >= 0.5;
            right = 0.0;
        }
    }
}

/* ---- the graph */

static size_t add_init(hear_net *n, const char *name, hear_dtype dtype, size_t rank,
                       const int64_t *dims, const void *data)
{
    size_t v = HEAR_NO_VALUE;
    hear_tensor t = {
        .dtype = dtype, .shape = { .rank = rank }, .count = 1, .data = (void *)(uintptr_t)data
    };
    for (size_t i = 0; i < rank; i++) {
        t.shape.dim[i] = dims[i];
        t.count *= (size_t)dims[i];
    }
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_init(n->graph, name, &t, &v);
    return v;
}

/* The examples, for the next time. */
static void put_examples(hear_net *n, const job *j)
{
    const int64_t rows = (int64_t)j->n_own, dims = (int64_t)j->n_dims;
    int8_t *const x = hear_alloc(j->n_own, j->n_dims);
    float *const scale = hear_alloc(j->n_own, sizeof *scale);
    int32_t *const of = hear_alloc(j->n_own, 2 * sizeof *of);
    size_t at = 0;
    if (!x || !scale || !of)
        n->status = HEAR_ERR_MEM;
    for (size_t l = 0; n->status == HEAR_OK && l < j->e->n_labels; l++)
        for (size_t r = 0; r < j->e->labels[l].n_rows; r++, at++) {
            const hear_enrolled_row *const row = &j->e->labels[l].rows[r];
            memcpy(x + at * j->n_dims, row->x, j->n_dims);
            scale[at] = row->scale;
            of[2 * at] = (int32_t)l;
            of[2 * at + 1] = (int32_t)row->example;
        }
    add_init(n, "enrolled.rows", HEAR_I8, 2, (int64_t[]){ rows, dims }, x);
    add_init(n, "enrolled.scale", HEAR_F32, 1, &rows, scale);
    add_init(n, "enrolled.of", HEAR_I32, 2, (int64_t[]){ rows, 2 }, of);
    hear_free(x);
    hear_free(scale);
    hear_free(of);
}

/* w: [n_in][n_labels + 1], b: [n_labels + 1]: projection, weights and thresholds in one. */
static hear_status fold_weights(const job *j, const hear_logreg *l, const double *at, float *w,
                                float *b)
{
    const size_t n_labels = j->e->n_labels, n_out = n_labels + 1;
    double *const own = hear_alloc(j->n_dims, sizeof *own);
    if (!own)
        return HEAR_ERR_MEM;
    for (size_t k = 0; k < n_labels; k++) {
        double sum = weight(l, n_labels, k, j->n_dims) - at[k];
        for (size_t d = 0; d < j->n_dims; d++)
            own[d] = weight(l, n_labels, k, d);
        for (size_t i = 0; i < j->b->n_in; i++) {
            double v = 0.0;
            for (size_t d = 0; d < j->n_dims; d++)
                v += own[d] * (double)j->b->basis[i * j->n_dims + d];
            w[i * n_out + k] = (float)v;
            sum -= v * (double)j->b->mean[i];
        }
        b[k] = (float)sum;
    }
    hear_free(own);
    return HEAR_OK;
}

static hear_status build(hear_graph **out, const job *j, const char *input, const hear_logreg *l,
                         const double *at)
{
    const size_t n_in = j->b->n_in, n_out = j->e->n_labels + 1;
    hear_net n = { .status = hear_graph_create(out, HEAR_NET_OPSET) };
    float *const w = hear_alloc(n_in * n_out, sizeof *w), *const b = hear_alloc(n_out, sizeof *b);
    n.graph = *out;
    if (n.status == HEAR_OK)
        n.status = w && b ? fold_weights(j, l, at, w, b) : HEAR_ERR_MEM;
    const hear_shape shape = { .rank = 2, .dim = { -1, (int64_t)n_in } };
    size_t x = 0;
    if (n.status == HEAR_OK)
        n.status = hear_graph_add_input(n.graph, input, HEAR_F32, &shape, &x);
    const float least = 1e-12f;
    const size_t norm = hear_net_reduce(&n, "ReduceL2", "norm", x, 1, true);
    const size_t floor = hear_net_fixed(&n, "least", 1, &least);
    const size_t length = hear_net_node2(&n, "Max", "length", norm, floor);
    const size_t unit = hear_net_node2(&n, "Div", "unit", x, length);
    const size_t in[] = {
        unit, add_init(&n, "weight", HEAR_F32, 2, (int64_t[]){ (int64_t)n_in, (int64_t)n_out }, w),
        add_init(&n, "bias", HEAR_F32, 1, (int64_t[]){ (int64_t)n_out }, b)
    };
    const size_t logits = hear_net_nodes(&n, "Gemm", "logits", 3, in);
    hear_net_output(&n, hear_net_node(&n, "Softmax", "probs", logits));
    hear_net_set_int(&n, "axis", 1);
    if (n.status == HEAR_OK)
        put_examples(&n, j);
    if (n.status == HEAR_OK)
        n.status = hear_graph_set_prop(n.graph, "hearsay.background_sha256", j->b->sha256);
    hear_free(w);
    hear_free(b);
    return n.status;
}

static hear_status put_info(hear_graph *g, const job *j, const hear_model_info *info)
{
    char *labels[HEAR_ENROL_MOST + 1];
    char card[] = "Sounds enrolled from a few examples each (hearsay enrol), and unknown.\n";
    hear_model_info own = *info;
    for (size_t l = 0; l < j->e->n_labels; l++)
        labels[l] = j->e->labels[l].name;
    labels[j->e->n_labels] = (char *)(uintptr_t)HEAR_UNKNOWN;
    own.n_labels = j->e->n_labels + 1;
    own.labels = labels;
    own.output = HEAR_OUTPUT_SOFTMAX;
    own.card = card;
    own.window = j->b->window;
    own.hop = own.patch ? own.patch_hop : own.window;
    own.pool = HEAR_POOL_MEAN;
    own.weight = NULL; /* of one patch */
    return hear_model_info_store(&own, g);
}

static hear_status make(hear_graph **out, job *j, const hear_model_info *info,
                        hear_enrol_score *scores)
{
    const size_t n_labels = j->e->n_labels;
    hear_logreg l = { 0 };
    double *const room = hear_alloc(j->n, sizeof *room);
    double *const at = hear_alloc(n_labels, sizeof *at);
    hear_status s = room && at ? leave_out(j) : HEAR_ERR_MEM;
    /* the others of their kind show once these are gone */
    for (int i = 0; s == HEAR_OK && i < N_ROUNDS && find_suspects(j, room); i++)
        s = leave_out(j);
    if (s == HEAR_OK) {
        const double hop_s = (double)(info->patch ? info->patch_hop : j->b->window) *
                             info->frontend.hop / info->frontend.rate_hz;
        const double p = j->config->alarms_h * hop_s / 3600.0 / (double)n_labels;
        for (size_t k = 0; k < n_labels; k++)
            at[k] = fmin(threshold(j, k, p, room), fmax(0.0, typical(j, k, room)));
        count_right(j, at, scores);
        s = solve(&l, j, N_FOLDS);
    }
    if (s == HEAR_OK)
        s = build(out, j, info->embedding, &l, at);
    if (s == HEAR_OK)
        s = put_info(*out, j, info);
    hear_logreg_clear(&l);
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
