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

/* The number of the input that GRU or LSTM nodes take the value as: 1 for W, 2 for R, 3 for B; 0
 * where none does. */
static size_t recurrent_input(const hear_graph *g, size_t value)
{
    for (size_t i = 0; i < g->n_nodes; i++) {
        const hear_node *n = &g->nodes[i];
        if (strcmp(n->op_type, "GRU") != 0 && strcmp(n->op_type, "LSTM") != 0)
            continue;
        for (size_t j = 1; j < n->n_in; j++)
            if (n->in[j] == value)
                return j;
    }
    return 0;
}

/* Of the node that takes the value as W or R. */
static size_t hidden_size(const hear_graph *g, size_t value)
{
    for (size_t i = 0; i < g->n_nodes; i++)
        for (size_t j = 1; j < 3 && j < g->nodes[i].n_in; j++)
            if (g->nodes[i].in[j] == value && g->nodes[i].n_in > 2)
                return (size_t)g->values[g->nodes[i].in[2]].init->shape.dim[2];
    return 1;
}

/* Uniform of variance 1 / hidden, as is usual for gates, whichever init is wanted: t is
 * [dirs][gates hidden][in or hidden], and what would go in and out by its first dimension is
 * not. */
static void draw_recurrent(hear_tensor *t, size_t hidden, hear_rng *r)
{
    const double width = sqrt(3.0 / (double)hidden);
    for (size_t i = 0; i < t->count; i++)
        ((float *)t->data)[i] = (float)((2.0 * hear_rng_uniform(r) - 1.0) * width);
}

/* [dirs][2 gates hidden]: zeros, but for an LSTM's forget gate, which begins open (R. Jozefowicz
 * and others 2015). */
static void open_gates(const hear_graph *g, size_t value)
{
    const hear_tensor *t = g->values[value].init;
    for (size_t i = 0; i < g->n_nodes; i++) {
        const hear_node *n = &g->nodes[i];
        if (strcmp(n->op_type, "LSTM") != 0 || n->n_in < 4 || n->in[3] != value)
            continue;
        const size_t row = (size_t)t->shape.dim[1], hidden = row / 8;
        for (size_t k = 0; k < t->count; k++)
            ((float *)t->data)[k] = k % row / hidden == 2 ? 1.0f : 0.0f; /* i o f c, twice */
    }
}

static void first_values(const hear_graph *g, size_t value, hear_init init, hear_rng *r,
                         hear_mt19937 *numpy)
{
    hear_tensor *t = g->values[value].init;
    const size_t j = recurrent_input(g, value);
    if (j == 0)
        draw(t, init, r, numpy);
    else if (j == 3)
        open_gates(g, value);
    else
        draw_recurrent(t, hidden_size(g, value), r);
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
            first_values(g, i, init, &r, &numpy);
    return HEAR_OK;
}
