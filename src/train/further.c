/* further.c - hear_transfer_further of transfer.h. */
#include "config.h"

#include "base/error.h"
#include "base/mem.h"
#include "train/transfer.h"
#include "train/transfer_names.h"

#include <stdlib.h>
#include <string.h>

#define BASE "base."

hear_status hear_transfer_name(hear_graph *g, const bool *trained)
{
    for (size_t i = 0; i < g->n_values; i++) {
        const char *const old = g->values[i].name;
        const char *const prefix = trained && trained[i] ? BASE : HEAR_NET_FIXED BASE;
        const size_t room = strlen(prefix) + strlen(old) + 1;
        char *name = malloc(room);
        if (!name)
            return HEAR_ERR_MEM;
        memcpy(name, prefix, strlen(prefix));
        memcpy(name + strlen(prefix), old, room - strlen(prefix));
        free(g->values[i].name);
        g->values[i].name = name;
    }
    return HEAR_OK;
}

/* The last layer: what it sees, and its weights. */
typedef struct {
    size_t x, weight, bias; /* bias: HEAR_NO_VALUE where there is none */
    bool transposed;        /* weight is [n_out, n_in] */
    size_t n_in, n_out;
} layer;

static const hear_node *maker_of(const hear_graph *g, size_t value)
{
    for (size_t i = 0; i < g->n_nodes; i++)
        for (size_t o = 0; o < g->nodes[i].n_out; o++)
            if (g->nodes[i].out[o] == value)
                return &g->nodes[i];
    return NULL;
}

static bool is_one_of(const hear_node *n, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(n->op_type, *names) == 0)
            return true;
    return false;
}

static const hear_tensor *init_of(const hear_graph *g, size_t value)
{
    return value == HEAR_NO_VALUE ? NULL : g->values[value].init;
}

static bool is_matrix(const hear_tensor *t)
{
    return t && t->dtype == HEAR_F32 && t->shape.rank == 2;
}

static int64_t int_attr(const hear_node *n, const char *name)
{
    const hear_attr *const a = hear_node_attr(n, name);
    return a && a->type == HEAR_ATTR_INT ? a->ints[0] : 0;
}

static bool is_one(const hear_attr *a)
{
    return !a || (a->type == HEAR_ATTR_FLOAT && a->floats[0] == 1.0f);
}

static bool is_plain_gemm(const hear_node *n)
{
    return is_one(hear_node_attr(n, "alpha")) && is_one(hear_node_attr(n, "beta")) &&
           int_attr(n, "transA") == 0;
}

static bool find_last(layer *l, const hear_graph *g)
{
    static const char *const passed[] = { "Softmax", "LogSoftmax", "Sigmoid", "Identity",
                                          "Flatten", "Squeeze",    NULL };
    size_t at = g->out[hear_model_output(g)];
    const hear_node *n = maker_of(g, at);
    *l = (layer){ .bias = HEAR_NO_VALUE };
    if (n && strcmp(n->op_type, "Concat") == 0 && n->n_in == 2)
        n = maker_of(g, n->in[1]); /* one sigmoid unit s for two labels: 1 - s and s */
    while (n && is_one_of(n, passed))
        n = maker_of(g, n->in[0]);
    if (n && strcmp(n->op_type, "Add") == 0 && n->n_in == 2) {
        const size_t b = init_of(g, n->in[1]) ? 1 : 0;
        l->bias = n->in[b];
        n = maker_of(g, n->in[1 - b]);
        if (n && strcmp(n->op_type, "MatMul") != 0)
            return false;
    }
    const bool gemm = n && strcmp(n->op_type, "Gemm") == 0 && is_plain_gemm(n);
    if (!n || (!gemm && strcmp(n->op_type, "MatMul") != 0) || !is_matrix(init_of(g, n->in[1])))
        return false;
    l->x = n->in[0];
    l->weight = n->in[1];
    l->transposed = gemm && int_attr(n, "transB") != 0;
    if (gemm && n->n_in > 2)
        l->bias = n->in[2];
    const hear_shape *const shape = &init_of(g, l->weight)->shape;
    l->n_out = (size_t)shape->dim[l->transposed ? 0 : 1];
    l->n_in = (size_t)shape->dim[l->transposed ? 1 : 0];
    const hear_tensor *const bias = init_of(g, l->bias);
    return !bias || (bias->dtype == HEAR_F32 && bias->count == l->n_out);
}

/* Marks a value and all that it is made of. */
static void mark(const hear_graph *g, size_t value, bool *marked)
{
    marked[value] = true;
    for (size_t i = g->n_nodes; i-- > 0;) { /* in topological order, so one pass is enough */
        const hear_node *const n = &g->nodes[i];
        bool makes = false;
        for (size_t o = 0; o < n->n_out; o++)
            makes = makes || (n->out[o] != HEAR_NO_VALUE && marked[n->out[o]]);
        for (size_t j = 0; j < n->n_in && makes; j++)
            if (n->in[j] != HEAR_NO_VALUE)
                marked[n->in[j]] = true;
    }
}

/* Says which values stay as they are: those up to `upto`, and what was fixed before. */
static hear_status name_all(hear_graph *g, const layer *l, const char *upto, hear_error *err)
{
    bool *const trained = hear_alloc(2 * g->n_values, sizeof *trained);
    bool *const fixed = trained + g->n_values;
    if (!trained)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_status s = HEAR_OK;
    if (upto) { /* an embedding may be a copy beside the way to the last layer */
        const size_t at = hear_graph_find(g, upto);
        if (at == HEAR_NO_VALUE)
            s = hear_fail(err, HEAR_ERR_ARG, "the model has no value '%.80s'", upto);
        else
            mark(g, at, fixed);
        if (s == HEAR_OK && fixed[l->weight])
            s = hear_fail(err, HEAR_ERR_ARG, "'%.80s' is not before the last layer", upto);
    }
    for (size_t i = 0; i < g->n_values; i++)
        trained[i] =
            !fixed[i] && strncmp(g->values[i].name, HEAR_NET_FIXED, strlen(HEAR_NET_FIXED)) != 0;
    if (s == HEAR_OK && (s = hear_transfer_name(g, trained)) != HEAR_OK)
        hear_fail(err, s, NULL);
    hear_free(trained);
    return s;
}

/* What base knows of a label: its weights [n_in] and bias; false where it knows none. */
static bool known(const hear_model *base, const layer *l, const char *label, float *weights,
                  float *bias)
{
    const hear_tensor *const w = init_of(base->graph, l->weight),
                             *b = init_of(base->graph, l->bias);
    size_t unit = 0;
    while (unit < base->info.n_labels && strcmp(base->info.labels[unit], label) != 0)
        unit++;
    const bool single = l->n_out == 1 && base->info.n_labels == 2;
    if (unit == base->info.n_labels || (l->n_out != base->info.n_labels && !single))
        return false;
    /* a single unit is the second label's, the first has 0 */
    const float by = single && unit == 0 ? 0.0f : 1.0f;
    unit = single ? 0 : unit;
    for (size_t k = 0; k < l->n_in; k++)
        weights[k] =
            by * ((const float *)w->data)[l->transposed ? unit * l->n_in + k : k * l->n_out + unit];
    *bias = b ? by * ((const float *)b->data)[unit] : 0.0f;
    return true;
}

/* The rows of the new layer whose labels base knows; of one sigmoid unit both must be. */
static hear_status keep_known(hear_graph *g, const hear_model *base, const layer *l,
                              const hear_arch_options *options, char *const *labels)
{
    float *const weight = g->values[hear_graph_find(g, "logits.weight")].init->data;
    float *const bias = g->values[hear_graph_find(g, "logits.bias")].init->data;
    float *const row = hear_alloc(2 * l->n_in, sizeof *row), *const other = row + l->n_in;
    float b, c;
    if (!row)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < options->n_labels && !options->sigmoid; i++)
        if (known(base, l, labels[i], row, &b)) {
            memcpy(weight + i * l->n_in, row, l->n_in * sizeof *row);
            bias[i] = b;
        }
    if (options->sigmoid && known(base, l, labels[0], row, &b) &&
        known(base, l, labels[1], other, &c)) {
        for (size_t k = 0; k < l->n_in; k++)
            weight[k] = other[k] - row[k];
        bias[0] = c - b;
    }
    hear_free(row);
    return HEAR_OK;
}

/* Draws the new layer alone: the rest is what it was. */
static hear_status draw_last(hear_graph *g, hear_init init, uint64_t seed)
{
    hear_graph *before;
    hear_status s = hear_graph_copy(&before, g);
    if (s != HEAR_OK)
        return s;
    s = hear_init_weights(g, init, seed);
    for (size_t i = 0; i < g->n_values; i++)
        if (hear_is_trainable(&g->values[i]) && strncmp(g->values[i].name, BASE, strlen(BASE)) == 0)
            memcpy(g->values[i].init->data, before->values[i].init->data,
                   before->values[i].init->count * sizeof(float));
    hear_graph_destroy(before);
    return s;
}

static hear_status put_last(hear_graph *g, const layer *l, const hear_arch_options *options)
{
    hear_net n = { .graph = g };
    hear_arch_head(&n, options, l->x, l->n_in);
    return n.status;
}

hear_status hear_transfer_further(hear_graph **out, const hear_model *base, const char *upto,
                                  const hear_arch_options *options, char *const *labels,
                                  hear_init init, uint64_t seed, hear_error *err)
{
    layer l;
    *out = NULL;
    if (base->backbone)
        return hear_fail(err, HEAR_ERR_ARG, "stands on %s, which is not trained with it",
                         base->info.backbone);
    if (!find_last(&l, base->graph))
        return hear_fail(err, HEAR_ERR_ARG,
                         "the network does not end in a Gemm or MatMul with constants");
    hear_graph *g;
    hear_status s = hear_graph_copy(&g, base->graph);
    if (s != HEAR_OK)
        return hear_fail(err, s, NULL);
    while (g->n_props > 0)
        hear_graph_drop_prop(g, g->props[0].key);
    s = name_all(g, &l, upto, err);
    if (s == HEAR_OK) {
        g->n_out = 0;
        s = put_last(g, &l, options);
        if (s == HEAR_OK)
            s = draw_last(g, init, seed);
        if (s == HEAR_OK)
            s = keep_known(g, base, &l, options, labels);
        if (s == HEAR_OK)
            hear_graph_prune(g);
        else
            hear_fail(err, s,
                      s == HEAR_ERR_ARG ? "NumPy's generator takes seeds below 2^32" : NULL);
    }
    if (s == HEAR_OK)
        *out = g;
    else
        hear_graph_destroy(g);
    return s;
}

static void settings(hear_arch_settings *s)
{
    hear_arch_dense_settings(s); /* of which the front end and window are base's */
    s->epochs = 20;
    s->batch = 32;
    s->patience = 8;
    s->lr = 3e-4;
    s->averaging = 0.98;
}

const hear_arch hear_arch_further = {
    .name = "a network trained further",
    .summary = "",
    .settings = settings,
};
