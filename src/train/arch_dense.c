/* arch_dense.c - logistic regression and multi-layer perceptrons. */
#include "config.h"

#include "train/arch.h"

#include "base/error.h"
#include "train/logreg.h"

#include <stdio.h>
#include <string.h>

static void put_layers(hear_net *n, const hear_arch_options *o, size_t features, size_t count)
{
    size_t x = hear_arch_standardised(n, features, count);
    for (size_t i = 0; i < o->n_hidden; i++) {
        char name[32];
        snprintf(name, sizeof name, "hidden%zu", i + 1);
        x = hear_net_dense(n, name, x, count, o->hidden[i]);
        snprintf(name, sizeof name, "active%zu", i + 1);
        x = hear_arch_activation(n, o, name, x);
        if (o->dropout > 0.0) {
            snprintf(name, sizeof name, "dropout%zu", i + 1);
            x = hear_net_dropout(n, name, x, o->dropout);
        }
        count = o->hidden[i];
    }
    hear_arch_head(n, o, x, count);
}

static void build(hear_net *n, const hear_arch_options *o, size_t window, size_t width)
{
    size_t count = 0;
    const size_t x = hear_arch_features(n, o->input ? o->input : "stats", window, width, &count);
    put_layers(n, o, x, count);
}

static hear_arch_options of_mlp(const hear_arch_options *options)
{
    hear_arch_options o = *options;
    if (o.n_hidden == 0) {
        o.n_hidden = 1;
        o.hidden[0] = 96;
    }
    if (o.dropout < 0.0)
        o.dropout = 0.2;
    return o;
}

static void build_mlp(hear_net *n, const hear_arch_options *options, size_t window, size_t width)
{
    const hear_arch_options o = of_mlp(options);
    build(n, &o, window, width);
}

static void head_of_mlp(hear_net *n, const hear_arch_options *options, size_t features,
                        size_t count)
{
    const hear_arch_options o = of_mlp(options);
    put_layers(n, &o, features, count);
}

void hear_arch_dense_settings(hear_arch_settings *s)
{
    s->frontend = hear_frontend_default();
    s->frontend.n_mels = 64;
    s->frontend.ref_max = true; /* the same at any gain */
    s->frontend.top_db = 60.0;  /* noise far below the sound is not heard */
    s->window_s = 3.0;
    s->hop_s = 0.5;
    s->augment = "all";
    s->epochs = 60;
    s->batch = 64;
    s->patience = 20;
    s->lr = 2e-3;
    s->weight_decay = 0.02;
    s->smoothing = 0.1;
    s->averaging = 0.99;
}

/* Weights of "logits" from those solved for; two labels share one vector. */
static void put_weights(const hear_logreg *l, const hear_tensor *weight, const hear_tensor *bias)
{
    const size_t n = l->n_features, n_units = bias->count;
    for (size_t u = 0; u < n_units; u++) {
        const double *from = l->weights + (n_units == l->n_units ? u : 0) * (n + 1);
        const double by = n_units == l->n_units ? 1.0 : u == 0 ? -0.5 : 0.5;
        for (size_t k = 0; k < n; k++)
            ((float *)weight->data)[u * n + k] = (float)(by * from[k]);
        ((float *)bias->data)[u] = (float)(by * from[n]);
    }
}

static hear_status solve(hear_graph *g, const hear_fit *fit, hear_fit_result *result,
                         hear_error *err)
{
    const hear_logreg_config config = { .c = fit->options->c,
                                        .l1 = fit->options->l1,
                                        .max_steps = 20000,
                                        .stop = fit->stop,
                                        .user = fit->user };
    hear_logreg l;
    const hear_status s = hear_logreg_solve(&l, &config, fit->matrix, fit->pool);
    if (s != HEAR_OK)
        return hear_fail(err, s, s == HEAR_ERR_ARG ? "C must be above 0" : NULL);
    put_weights(&l, g->values[hear_graph_find(g, "logits.weight")].init,
                g->values[hear_graph_find(g, "logits.bias")].init);
    *result = (hear_fit_result){
        .solved = true, .converged = l.converged, .n_steps = l.n_steps, .objective = l.objective
    };
    hear_logreg_clear(&l);
    return HEAR_OK;
}

const hear_arch hear_arch_logreg = {
    .name = "logreg",
    .summary = "logistic regression",
    .input = "stats",
    .takes_c = true,
    .fit = solve,
    .fit_value = "standard",
    .settings = hear_arch_dense_settings,
    .build = build,
    .head = put_layers,
};

const hear_arch hear_arch_mlp = {
    .name = "mlp",
    .summary = "multi-layer perceptron, one hidden layer of 96 unless told otherwise",
    .input = "stats",
    .max_hidden = HEAR_MAX_HIDDEN,
    .settings = hear_arch_dense_settings,
    .build = build_mlp,
    .head = head_of_mlp,
};
