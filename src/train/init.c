/* init.c - see init.h. */
#include "config.h"

#include "train/init.h"

#include "base/rng.h"
#include "train/net.h"

#include <math.h>
#include <string.h>

bool hear_is_trainable(const hear_value *v)
{
    return v->init && v->init->dtype == HEAR_F32 && v->init->shape.rank > 0 &&
           strncmp(v->name, HEAR_NET_FIXED, strlen(HEAR_NET_FIXED)) != 0;
}

static void draw(hear_tensor *t, hear_init init, hear_rng *r, hear_mt19937 *numpy)
{
    float *x = t->data;
    const double n_out = (double)t->shape.dim[0];
    const double n_in = n_out > 0.0 ? (double)t->count / n_out : 1.0;
    for (size_t i = 0; i < t->count; i++)
        if (init == HEAR_INIT_NUMPY)
            x[i] = (float)(hear_mt19937_normal(numpy) * 0.01);
        else if (init == HEAR_INIT_HE)
            x[i] = (float)(hear_rng_normal(r) * sqrt(2.0 / n_in));
        else
            x[i] = (float)((2.0 * hear_rng_uniform(r) - 1.0) * sqrt(6.0 / (n_in + n_out)));
}

hear_status hear_init_weights(hear_graph *g, hear_init init, uint64_t seed)
{
    if (init == HEAR_INIT_NUMPY && seed > UINT32_MAX)
        return HEAR_ERR_ARG;
    hear_rng r;
    hear_mt19937 numpy;
    hear_rng_seed_stream(&r, seed, 0x696e6974); /* "init" */
    hear_mt19937_seed(&numpy, (uint32_t)seed);
    for (size_t i = 0; i < g->n_values; i++)
        if (hear_is_trainable(&g->values[i]) && g->values[i].init->shape.rank >= 2)
            draw(g->values[i].init, init, &r, &numpy);
    return HEAR_OK;
}
