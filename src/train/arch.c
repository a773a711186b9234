/* arch.c - see arch.h: the table, and what the architectures share. */
#include "config.h"

#include "train/arch.h"

#include "base/error.h"
#include "base/mem.h"

#include <string.h>

static const hear_arch *const archs[] = {
    &hear_arch_logreg, &hear_arch_mlp,  &hear_arch_forest, &hear_arch_cnn,
    &hear_arch_cnn3,   &hear_arch_cnn5, &hear_arch_rnn,    &hear_arch_wavenet,
};

size_t hear_arch_count(void)
{
    return sizeof archs / sizeof archs[0];
}

const hear_arch *hear_arch_at(size_t i)
{
    return archs[i];
}

const hear_arch *hear_arch_find(const char *name)
{
    for (size_t i = 0; i < hear_arch_count(); i++)
        if (strcmp(archs[i]->name, name) == 0)
            return archs[i];
    return NULL;
}

static const struct {
    const char *name, *op_type;
    hear_init init;
} activations[] = {
    { "relu", "Relu", HEAR_INIT_HE },
    { "leaky_relu", "LeakyRelu", HEAR_INIT_HE },
    { "tanh", "Tanh", HEAR_INIT_XAVIER },
    { "sigmoid", "Sigmoid", HEAR_INIT_XAVIER },
};

/* Of NULL: the first. SIZE_MAX where there is none. */
static size_t find_activation(const char *name)
{
    for (size_t i = 0; i < sizeof activations / sizeof activations[0]; i++)
        if (!name || strcmp(activations[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

size_t hear_arch_activation(hear_net *n, const hear_arch_options *o, const char *name, size_t x)
{
    return hear_net_node(n, activations[find_activation(o->activation)].op_type, name, x);
}

hear_init hear_arch_init(const hear_arch_options *options)
{
    return activations[find_activation(options->activation)].init;
}

void hear_arch_settings_of(const hear_arch *arch, const hear_arch_options *o, hear_arch_settings *s)
{
    arch->settings(s);
    const char *input = o->input ? o->input : arch->input;
    if (input && strcmp(input, "descriptors") == 0)
        s->frontend = hear_frontend_of(HEAR_FEATURES_DESCRIPTORS);
    if (hear_arch_fits(arch, o))
        s->batch = 0;
}

bool hear_arch_fits(const hear_arch *arch, const hear_arch_options *o)
{
    return arch->fit && (!arch->takes_c || o->c > 0.0);
}

/* Options that are for some only. */
static hear_status check_own(const hear_arch *arch, const hear_arch_options *o, hear_error *err)
{
    if (o->input && !arch->input)
        return hear_fail(err, HEAR_ERR_ARG, "%s has no choice of input", arch->name);
    if (o->c > 0.0 && !arch->takes_c)
        return hear_fail(err, HEAR_ERR_ARG, "%s has no C", arch->name);
    if ((o->n_trees > 0 || o->depth > 0) && !arch->takes_trees)
        return hear_fail(err, HEAR_ERR_ARG, "%s has no trees", arch->name);
    if (o->sigmoid && arch->takes_trees)
        return hear_fail(err, HEAR_ERR_ARG, "%s has no sigmoid unit", arch->name);
    return HEAR_OK;
}

hear_status hear_arch_check(const hear_arch *arch, const hear_arch_options *o, hear_error *err)
{
    if (o->n_labels == 1)
        return hear_fail(err, HEAR_ERR_ARG, "a classifier has two labels or more");
    if (find_activation(o->activation) == SIZE_MAX)
        return hear_fail(err, HEAR_ERR_ARG, "there is no activation \"%s\"", o->activation);
    if (o->n_hidden > arch->max_hidden)
        return hear_fail(err, HEAR_ERR_ARG, "%s has %s", arch->name,
                         arch->max_hidden == 0   ? "no hidden layers"
                         : arch->max_hidden == 1 ? "one hidden layer, its dense one"
                                                 : "at most 8 hidden layers");
    if (o->sigmoid && o->n_labels > 2)
        return hear_fail(err, HEAR_ERR_ARG, "sigmoid is for two labels, there are %zu",
                         o->n_labels);
    if (o->dropout >= 1.0)
        return hear_fail(err, HEAR_ERR_ARG, "dropout must be below 1");
    return check_own(arch, o, err);
}

hear_status hear_arch_build(hear_graph **out, const hear_arch *arch,
                            const hear_arch_options *options, size_t window, size_t width,
                            hear_error *err)
{
    *out = NULL;
    hear_status s = hear_arch_check(arch, options, err);
    if (s != HEAR_OK)
        return s;
    hear_net net = { 0 };
    net.status = hear_graph_create(&net.graph, HEAR_NET_OPSET);
    arch->build(&net, options, window, width);
    if (net.status != HEAR_OK) {
        hear_graph_destroy(net.graph);
        return hear_fail(err, net.status, NULL);
    }
    *out = net.graph;
    return HEAR_OK;
}

static hear_tensor *fixed(const hear_graph *g, const char *name, size_t n)
{
    const size_t v = hear_graph_find(g, name);
    hear_tensor *t = v == HEAR_NO_VALUE ? NULL : g->values[v].init;
    return t && t->count == n ? t : NULL;
}

hear_status hear_arch_standardise(hear_graph *g, const double *mean, const double *deviation,
                                  size_t n)
{
    hear_tensor *m = fixed(g, HEAR_NET_FIXED "mean", n), *s = fixed(g, HEAR_NET_FIXED "scale", n);
    if (!m || !s)
        return HEAR_ERR_ARG;
    for (size_t i = 0; i < n; i++) {
        ((float *)m->data)[i] = (float)mean[i];
        /* what never changes in training says nothing when it does */
        ((float *)s->data)[i] = deviation[i] > 1e-6 ? (float)(1.0 / deviation[i]) : 0.0f;
    }
    return HEAR_OK;
}

size_t hear_arch_standardised(hear_net *n, size_t features, size_t count)
{
    float *values = hear_alloc(2 * count, sizeof *values);
    if (!values) {
        n->status = HEAR_ERR_MEM;
        return HEAR_NO_VALUE;
    }
    for (size_t i = 0; i < count; i++)
        values[count + i] = 1.0f;
    const size_t mean = hear_net_fixed(n, "mean", count, values);
    const size_t scale = hear_net_fixed(n, "scale", count, values + count);
    hear_free(values);
    return hear_net_node2(n, "Mul", "standard", hear_net_node2(n, "Sub", "centred", features, mean),
                          scale);
}

void hear_arch_head(hear_net *n, const hear_arch_options *o, size_t x, size_t n_in)
{
    if (!o->sigmoid) {
        const size_t logits = hear_net_dense(n, "logits", x, n_in, o->n_labels);
        hear_net_output(n, hear_net_node(n, "Softmax", "probs", logits));
        hear_net_set_int(n, "axis", 1);
        return;
    }
    const size_t logits = hear_net_dense(n, "logits", x, n_in, 1);
    const size_t second = hear_net_node(n, "Sigmoid", "second", logits);
    const size_t one = hear_net_fixed(n, "one", 1, (const float[]){ 1.0f });
    const size_t first = hear_net_node2(n, "Sub", "first", one, second);
    hear_net_output(n, hear_net_concat(n, "probs", 1, 2, (const size_t[]){ first, second }));
}
