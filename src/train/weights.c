/* weights.c - see weights.h. */
#include "config.h"

#include "train/weights.h"

#include "train/init.h"
#include "train/net.h"

#include <math.h>
#include <string.h>

size_t hear_weights_count(const hear_graph *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_values; i++)
        if (hear_is_trainable(&g->values[i]))
            n += g->values[i].init->count;
    return n;
}

void hear_weights_get(const hear_graph *g, float *out)
{
    for (size_t i = 0; i < g->n_values; i++) {
        const hear_tensor *t = g->values[i].init;
        if (!hear_is_trainable(&g->values[i]))
            continue;
        memcpy(out, t->data, t->count * sizeof *out);
        out += t->count;
    }
}

void hear_weights_set(hear_graph *g, const float *in)
{
    for (size_t i = 0; i < g->n_values; i++) {
        const hear_tensor *t = g->values[i].init;
        if (!hear_is_trainable(&g->values[i]))
            continue;
        memcpy(t->data, in, t->count * sizeof *in);
        in += t->count;
    }
}

void hear_weights_copy(hear_graph *to, const hear_graph *from)
{
    for (size_t i = 0; i < from->n_values; i++)
        if (hear_is_trainable(&from->values[i]))
            memcpy(to->values[i].init->data, from->values[i].init->data,
                   from->values[i].init->count * sizeof(float));
}

void hear_weights_average(float *mean, const float *now, size_t n, uint64_t step, double keep)
{
    const float kept = (float)fmin(keep, (1.0 + (double)step) / (10.0 + (double)step));
    for (size_t i = 0; i < n; i++)
        mean[i] = step == 0 ? now[i] : kept * mean[i] + (1.0f - kept) * now[i];
}

void hear_plan_freeze_fixed(hear_plan *p)
{
    for (size_t w = 0; w < hear_plan_n_weights(p); w++) {
        hear_plan_weight *weight = hear_plan_weight_at(p, w);
        weight->frozen = strncmp(weight->name, HEAR_NET_FIXED, strlen(HEAR_NET_FIXED)) == 0;
    }
}

void hear_plan_add_grad(hear_plan *to, hear_plan *from)
{
    for (size_t w = 0; w < hear_plan_n_weights(to); w++) {
        const float *const grad = hear_plan_weight_at(from, w)->grad;
        hear_plan_weight *const weight = hear_plan_weight_at(to, w);
        for (size_t k = 0; k < weight->value->count; k++)
            weight->grad[k] += grad[k];
    }
}
