/* logreg.c - see logreg.h. The rows are cut into blocks of fixed sizes, whose sums are added in
 * order: the same bits however many threads there are. */
#include "config.h"

#include "train/logreg.h"

#include "base/mem.h"
#include "train/minimise.h"

#include <math.h>
#include <string.h>

enum { N_BLOCKS = 16 };

typedef struct {
    const hear_logreg_config *config;
    const hear_matrix *m;
    hear_pool *pool;
    size_t n_units, width; /* width: features and intercept */
    const double *x;       /* where the sums are taken */
    double *gradients;     /* [N_BLOCKS][n_units][width] */
    double *scores;        /* [N_BLOCKS][n_units] */
    double losses[N_BLOCKS];
} problem;

static double product(const double *w, const float *x, size_t n)
{
    double s[8] = { 0 };
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            s[k] += w[i + k] * (double)x[i + k];
    for (; i < n; i++)
        s[0] += w[i] * (double)x[i];
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

/* -log p of the label; scores become the gradient by the scores. */
static double loss_of_one(double *score, size_t label)
{
    const double z = label ? *score : -*score;
    const double loss = z > 0.0 ? log1p(exp(-z)) : log1p(exp(z)) - z;
    const double wrong = z > 0.0 ? exp(-z) / (1.0 + exp(-z)) : 1.0 / (1.0 + exp(z));
    *score = label ? -wrong : wrong;
    return loss;
}

static double loss_of_many(double *scores, size_t n, size_t label)
{
    double most = scores[0], sum = 0.0;
    for (size_t l = 1; l < n; l++)
        most = scores[l] > most ? scores[l] : most;
    const double own = scores[label] - most;
    for (size_t l = 0; l < n; l++) {
        scores[l] = exp(scores[l] - most);
        sum += scores[l];
    }
    for (size_t l = 0; l < n; l++)
        scores[l] = scores[l] / sum - (l == label ? 1.0 : 0.0);
    return log(sum) - own;
}

static void do_block(void *user, size_t block)
{
    problem *const p = user;
    const hear_matrix *m = p->m;
    const size_t n = m->n_features, cells = p->n_units * p->width;
    double *gradient = p->gradients + block * cells, *scores = p->scores + block * p->n_units;
    double loss = 0.0;
    memset(gradient, 0, cells * sizeof *gradient);
    for (size_t i = m->n * block / N_BLOCKS; i < m->n * (block + 1) / N_BLOCKS; i++) {
        const float *x = m->x + i * n;
        for (size_t u = 0; u < p->n_units; u++)
            scores[u] = product(p->x + u * p->width, x, n) + p->x[u * p->width + n];
        loss += m->weight[i] * (p->n_units == 1 ? loss_of_one(scores, m->label[i])
                                                : loss_of_many(scores, p->n_units, m->label[i]));
        for (size_t u = 0; u < p->n_units; u++) {
            double *to = gradient + u * p->width;
            const double by = m->weight[i] * scores[u];
            for (size_t k = 0; k < n; k++)
                to[k] += by * (double)x[k];
            to[n] += by;
        }
    }
    p->losses[block] = loss;
}

static double value(void *user, const double *x, double *gradient)
{
    problem *const p = user;
    const size_t cells = p->n_units * p->width;
    const double c = p->config->c;
    double sum = 0.0, penalty = 0.0;
    p->x = x;
    hear_pool_run(p->pool, do_block, p, N_BLOCKS);
    memset(gradient, 0, cells * sizeof *gradient);
    for (size_t b = 0; b < N_BLOCKS; b++) {
        sum += p->losses[b];
        for (size_t i = 0; i < cells; i++)
            gradient[i] += c * p->gradients[b * cells + i];
    }
    for (size_t i = 0; !p->config->l1 && i < cells; i++)
        if (i % p->width != p->width - 1) {
            const double away = x[i] - (p->config->towards ? p->config->towards[i] : 0.0);
            penalty += away * away / 2.0;
            gradient[i] += away;
        }
    return c * sum + penalty;
}

static bool is_stopped(void *user)
{
    const problem *const p = user;
    return p->config->stop && p->config->stop(p->config->user);
}

hear_status hear_logreg_solve(hear_logreg *out, const hear_logreg_config *config,
                              const hear_matrix *m, hear_pool *pool)
{
    *out =
        (hear_logreg){ .n_units = m->n_labels == 2 ? 1 : m->n_labels, .n_features = m->n_features };
    if (!(config->c > 0.0 && isfinite(config->c)))
        return HEAR_ERR_ARG;
    problem p = { .config = config, .m = m, .pool = pool, .n_units = out->n_units };
    p.width = m->n_features + 1;
    const size_t cells = p.n_units * p.width;
    out->weights = hear_alloc(cells, sizeof *out->weights);
    p.gradients = hear_alloc(N_BLOCKS * cells, sizeof *p.gradients);
    p.scores = hear_alloc(N_BLOCKS * p.n_units, sizeof *p.scores);
    bool *is_free = hear_alloc(cells, sizeof *is_free);
    hear_status s = out->weights && p.gradients && p.scores && is_free ? HEAR_OK : HEAR_ERR_MEM;
    if (s == HEAR_OK) {
        for (size_t u = 0; u < p.n_units; u++)
            is_free[u * p.width + m->n_features] = true;
        const hear_minimise_config minimise = { .n = cells,
                                                .l1 = config->l1 ? 1.0 : 0.0,
                                                .is_free = is_free,
                                                .max_steps = config->max_steps,
                                                .value = value,
                                                .stop = is_stopped,
                                                .user = &p };
        hear_minimum found;
        if (config->towards)
            memcpy(out->weights, config->towards, cells * sizeof *out->weights);
        s = hear_minimise(&minimise, out->weights, &found);
        out->objective = found.value;
        out->n_steps = found.n_steps;
        out->converged = found.converged;
    }
    hear_free(p.gradients);
    hear_free(p.scores);
    hear_free(is_free);
    if (s != HEAR_OK)
        hear_logreg_clear(out);
    return s;
}

void hear_logreg_clear(hear_logreg *l)
{
    hear_free(l->weights);
    *l = (hear_logreg){ 0 };
}
