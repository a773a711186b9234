/* arch_dense.c - logistic regression and multi-layer perceptrons, on statistics of the frames over
 * the window or on all of them. */
#include "config.h"

#include "train/arch.h"

#include <stdio.h>
#include <string.h>

static const int64_t lags[] = { 1, 2, 4, 8, 16, 32 }; /* frames */
enum { N_LAGS = sizeof lags / sizeof lags[0] };

static size_t root_mean_square(hear_net *n, const char *name, size_t x)
{
    char text[48];
    snprintf(text, sizeof text, "%s.square", name);
    const size_t square = hear_net_node2(n, "Mul", text, x, x);
    snprintf(text, sizeof text, "%s.mean", name);
    const size_t mean = hear_net_reduce(n, "ReduceMean", text, square, 1, false);
    return hear_net_node(n, "Sqrt", name, mean);
}

/* sqrt(mean((x[t + lag] - x[t])^2)), of each band over time: how fast it changes. */
static size_t change(hear_net *n, size_t x, int64_t axis, int64_t lag, const char *name)
{
    char text[48];
    snprintf(text, sizeof text, "%s.later", name);
    const size_t later = hear_net_trim(n, text, x, axis, lag, 0);
    snprintf(text, sizeof text, "%s.sooner", name);
    const size_t sooner = hear_net_trim(n, text, x, axis, 0, lag);
    snprintf(text, sizeof text, "%s.step", name);
    return root_mean_square(n, name, hear_net_node2(n, "Sub", text, later, sooner));
}

/* frames [N, window, n_mels] -> "features" [N, *count]: of each band the mean, the largest value,
 * the deviation, the change over 1 to 32 frames, and the step to the next band. */
static size_t statistics(hear_net *n, size_t frames, size_t window, size_t n_mels, size_t *count)
{
    size_t parts[4 + N_LAGS], n_parts = 0;
    const size_t mean = hear_net_reduce(n, "ReduceMean", "mean", frames, 1, true);
    const size_t around = hear_net_node2(n, "Sub", "around", frames, mean);
    parts[n_parts++] = hear_net_reduce(n, "ReduceMean", "level", frames, 1, false);
    parts[n_parts++] = hear_net_reduce(n, "ReduceMax", "peak", frames, 1, false);
    parts[n_parts++] = root_mean_square(n, "deviation", around);
    *count = 3 * n_mels;
    for (size_t i = 0; i < N_LAGS && lags[i] < (int64_t)window; i++) {
        char name[24];
        snprintf(name, sizeof name, "change%d", (int)lags[i]);
        parts[n_parts++] = change(n, frames, 1, lags[i], name);
        *count += n_mels;
    }
    if (n_mels > 1) {
        parts[n_parts++] = change(n, frames, 2, 1, "contrast");
        *count += n_mels - 1;
    }
    return hear_net_concat(n, "features", 1, n_parts, parts);
}

static size_t flat(hear_net *n, size_t frames, size_t window, size_t n_mels, size_t *count)
{
    *count = window * n_mels;
    return hear_net_flatten(n, "features", frames);
}

static void build(hear_net *n, const hear_arch_options *o, size_t window, size_t n_mels)
{
    const hear_shape shape = { .rank = 3, .dim = { -1, (int64_t)window, (int64_t)n_mels } };
    size_t frames = HEAR_NO_VALUE, count;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "frames", HEAR_F32, &shape, &frames);
    const bool whole = o->input && strcmp(o->input, "flat") == 0;
    size_t x = whole ? flat(n, frames, window, n_mels, &count)
                     : statistics(n, frames, window, n_mels, &count);
    x = hear_arch_standardised(n, x, count);
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

static void build_mlp(hear_net *n, const hear_arch_options *options, size_t window, size_t n_mels)
{
    hear_arch_options o = *options;
    if (o.n_hidden == 0) {
        o.n_hidden = 1;
        o.hidden[0] = 96;
    }
    if (o.dropout < 0.0)
        o.dropout = 0.2;
    build(n, &o, window, n_mels);
}

static void settings(hear_arch_settings *s)
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

const hear_arch hear_arch_logreg = {
    .name = "logreg",
    .summary = "logistic regression",
    .settings = settings,
    .build = build,
};

const hear_arch hear_arch_mlp = {
    .name = "mlp",
    .summary = "multi-layer perceptron, one hidden layer of 96 unless told otherwise",
    .takes_hidden = true,
    .settings = settings,
    .build = build_mlp,
};
