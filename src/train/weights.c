/* weights.c - see weights.h. */
#include "config.h"

#include "train/weights.h"

#include "train/init.h"

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
