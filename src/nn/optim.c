/* optim.c - see optim.h. */
#include "config.h"

#include "nn/optim.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

struct hear_optim {
    hear_optim_config config;
    uint64_t steps;
    size_t n_weights, n_kinds; /* moments a weight: 1 for SGD, 2 for Adam */
    size_t *count;             /* [n_weights] */
    float **moment;            /* [n_weights * n_kinds] */
};

hear_status hear_optim_create(hear_optim **out, const hear_optim_config *config, hear_plan *plan)
{
    *out = NULL;
    hear_optim_config c = *config;
    c.beta1 = c.beta1 == 0.0 ? 0.9 : c.beta1;
    c.beta2 = c.beta2 == 0.0 ? 0.999 : c.beta2;
    c.epsilon = c.epsilon == 0.0 ? 1e-8 : c.epsilon;
    if (!(c.momentum >= 0.0 && c.momentum < 1.0 && c.beta1 > 0.0 && c.beta1 < 1.0 &&
          c.beta2 > 0.0 && c.beta2 < 1.0 && c.epsilon > 0.0 && c.weight_decay >= 0.0 &&
          isfinite(c.weight_decay) && isfinite(c.epsilon)))
        return HEAR_ERR_ARG;

    hear_optim *o = calloc(1, sizeof *o);
    if (!o)
        return HEAR_ERR_MEM;
    o->config = c;
    o->n_kinds = c.kind == HEAR_OPTIM_SGD ? 1 : 2;
    const size_t n = hear_plan_n_weights(plan);
    o->count = calloc(n + 1, sizeof *o->count);
    o->moment = calloc(n * o->n_kinds + 1, sizeof *o->moment);
    bool ok = o->count && o->moment;
    for (size_t i = 0; i < n && ok; i++) {
        o->n_weights = i + 1;
        o->count[i] = hear_plan_weight_at(plan, i)->value->count;
        for (size_t k = 0; k < o->n_kinds && ok; k++) {
            o->moment[i * o->n_kinds + k] = hear_alloc(o->count[i], sizeof(float));
            ok = o->moment[i * o->n_kinds + k] != NULL;
        }
    }
    if (!ok) {
        hear_optim_destroy(o);
        return HEAR_ERR_MEM;
    }
    *out = o;
    return HEAR_OK;
}

void hear_optim_destroy(hear_optim *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->n_weights * o->n_kinds; i++)
        hear_free(o->moment[i]);
    free(o->moment);
    free(o->count);
    free(o);
}

static void step_sgd(const hear_optim_config *c, float *w, const float *g, float *v, size_t n,
                     float lr, float decay)
{
    const float momentum = (float)c->momentum;
    for (size_t i = 0; i < n; i++) {
        v[i] = momentum * v[i] + (g[i] + decay * w[i]);
        w[i] -= lr * v[i];
    }
}

static void step_adam(const hear_optim *o, float *w, const float *g, float *m, float *v, size_t n,
                      float lr, float decay)
{
    const hear_optim_config *c = &o->config;
    const float b1 = (float)c->beta1, b2 = (float)c->beta2, epsilon = (float)c->epsilon;
    const float n1 = (float)(1.0 - c->beta1), n2 = (float)(1.0 - c->beta2);
    const double t = (double)o->steps;
    const float rate = lr / (float)(1.0 - pow(c->beta1, t));
    const float root = 1.0f / (float)sqrt(1.0 - pow(c->beta2, t));
    const bool apart = c->kind == HEAR_OPTIM_ADAMW;
    const float shrink = apart ? 1.0f - lr * decay : 1.0f, added = apart ? 0.0f : decay;
    for (size_t i = 0; i < n; i++) {
        const float grad = g[i] + added * w[i];
        m[i] = b1 * m[i] + n1 * grad;
        v[i] = b2 * v[i] + n2 * grad * grad;
        w[i] = shrink * w[i] - rate * m[i] / (sqrtf(v[i]) * root + epsilon);
    }
}

void hear_optim_step(hear_optim *o, hear_plan *plan, double lr)
{
    o->steps++;
    for (size_t i = 0; i < o->n_weights; i++) {
        hear_plan_weight *weight = hear_plan_weight_at(plan, i);
        const float decay = weight->value->shape.rank >= 2 ? (float)o->config.weight_decay : 0.0f;
        float **moment = &o->moment[i * o->n_kinds];
        if (weight->frozen)
            continue;
        if (o->config.kind == HEAR_OPTIM_SGD)
            step_sgd(&o->config, weight->value->data, weight->grad, moment[0], o->count[i],
                     (float)lr, decay);
        else
            step_adam(o, weight->value->data, weight->grad, moment[0], moment[1], o->count[i],
                      (float)lr, decay);
    }
}

/* The sum of the squares; several at once: one addition need not wait for the other. */
static double squares_of(const float *x, size_t n)
{
    enum { SUMS = 4 };
    double sums[SUMS] = { 0 }, sum = 0.0;
    size_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += (double)x[i + k] * (double)x[i + k];
    for (; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    for (size_t k = 0; k < SUMS; k++)
        sum += sums[k];
    return sum;
}

double hear_optim_clip(hear_plan *plan, double max_norm)
{
    double squares = 0.0;
    const size_t n = hear_plan_n_weights(plan);
    for (size_t i = 0; i < n; i++) {
        const hear_plan_weight *w = hear_plan_weight_at(plan, i);
        if (!w->frozen)
            squares += squares_of(w->grad, w->value->count);
    }
    const double norm = sqrt(squares);
    if (!(norm > max_norm))
        return norm;
    const float scale = (float)(max_norm / norm);
    for (size_t i = 0; i < n; i++) {
        hear_plan_weight *w = hear_plan_weight_at(plan, i);
        for (size_t k = 0; k < w->value->count && !w->frozen; k++)
            w->grad[k] *= scale;
    }
    return norm;
}

size_t hear_optim_n_moments(const hear_optim *o)
{
    return o->n_weights * o->n_kinds;
}

float *hear_optim_moment(hear_optim *o, size_t i, size_t *count)
{
    *count = o->count[i / o->n_kinds];
    return o->moment[i];
}

uint64_t hear_optim_steps(const hear_optim *o)
{
    return o->steps;
}

void hear_optim_set_steps(hear_optim *o, uint64_t steps)
{
    o->steps = steps;
}

double hear_schedule_lr(const hear_schedule *s, uint64_t step)
{
    if (step < s->warm_up)
        return s->lr * (double)(step + 1) / (double)s->warm_up;
    const uint64_t at = step - s->warm_up;
    switch (s->kind) {
    case HEAR_SCHEDULE_CONSTANT:
        break;
    case HEAR_SCHEDULE_STEP:
        return s->lr * pow(s->gamma, s->every > 0 ? (double)(at / s->every) : 0.0);
    case HEAR_SCHEDULE_COSINE: {
        const uint64_t length = s->total > s->warm_up ? s->total - s->warm_up : 0;
        if (at >= length)
            return s->last_lr;
        const double part = (double)at / (double)length;
        return s->last_lr + 0.5 * (s->lr - s->last_lr) * (1.0 + cos(acos(-1.0) * part));
    }
    }
    return s->lr;
}
