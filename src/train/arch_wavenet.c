/* arch_wavenet.c - dilated, gated, causal convolutions on the samples (A. van den Oord and others
 * 2016), as a classifier.
 *
 * At 16 kHz such layers on every sample would cost 40 times what they do here: so the first layer
 * is a bank of learnt filters that steps by 1 ms, whose energies over 4 ms go on, as logarithms. */
#include "config.h"

#include "train/arch.h"

#include <stdio.h>

enum {
    BANK = 40,     /* filters */
    LENGTH = 256,  /* samples of each: 16 ms */
    STEP = 16,     /* samples from one to the next: 1 ms */
    POOL = 4,      /* of these, to an energy */
    CHANNELS = 32, /* of the residual */
    DEPTH = 9,     /* dilations 1, 2, 4 … 256: the last step hears 2 s */
    SKIP = 64      /* channels of the sum */
};

static size_t one_by_one(hear_net *n, const char *name, size_t x, size_t n_in, size_t channels)
{
    return hear_net_convolve(n, name, x, n_in, (hear_net_conv){ channels, 1, 1, 1, 0, 0 });
}

/* [N, 1, samples] -> [N, BANK, steps]: each of mean 0 and deviation 1 over the batch, scaled and
 * shifted. */
static size_t energies(hear_net *n, size_t x)
{
    x = hear_net_convolve(n, "bank", x, 1, (hear_net_conv){ BANK, LENGTH, STEP, 1, 0, 0 });
    x = hear_net_node2(n, "Mul", "energy", x, x);
    x = hear_net_node(n, "AveragePool", "smooth", x);
    hear_net_set_ints(n, "kernel_shape", 1, (const int64_t[]){ POOL });
    hear_net_set_ints(n, "strides", 1, (const int64_t[]){ POOL });
    const size_t floor = hear_net_fixed(n, "floor", 1, (const float[]){ 1e-4f });
    x = hear_net_node(n, "Log", "level", hear_net_node2(n, "Add", "above_floor", x, floor));
    return hear_net_normalise(n, "norm", "norm", x, BANK);
}

/* tanh of one convolution times the sigmoid of another; *x goes on with a part of it added, and
 * another part is what is returned, for the sum. */
static size_t layer(hear_net *n, size_t number, size_t dilation, bool last, size_t *x)
{
    char text[32];
    const hear_net_conv c = { CHANNELS, 2, 1, dilation, dilation, 0 }; /* zeros before: causal */
    snprintf(text, sizeof text, "filter%zu", number);
    size_t filter = hear_net_convolve(n, text, *x, CHANNELS, c);
    snprintf(text, sizeof text, "tanh%zu", number);
    filter = hear_net_node(n, "Tanh", text, filter);
    snprintf(text, sizeof text, "gate%zu", number);
    size_t gate = hear_net_convolve(n, text, *x, CHANNELS, c);
    snprintf(text, sizeof text, "sigmoid%zu", number);
    gate = hear_net_node(n, "Sigmoid", text, gate);
    snprintf(text, sizeof text, "gated%zu", number);
    const size_t gated = hear_net_node2(n, "Mul", text, filter, gate);
    if (!last) {
        snprintf(text, sizeof text, "part%zu", number);
        const size_t part = one_by_one(n, text, gated, CHANNELS, CHANNELS);
        snprintf(text, sizeof text, "residual%zu", number);
        *x = hear_net_node2(n, "Add", text, *x, part);
    }
    snprintf(text, sizeof text, "skip%zu", number);
    return one_by_one(n, text, gated, CHANNELS, SKIP);
}

static void build(hear_net *n, const hear_arch_options *o, size_t window, size_t width)
{
    const hear_shape shape = { .rank = 3, .dim = { -1, 1, (int64_t)(window * width) } };
    const double dropout = o->dropout < 0.0 ? 0.2 : o->dropout;
    char text[24];
    size_t x = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "samples", HEAR_F32, &shape, &x);
    x = one_by_one(n, "entry", energies(n, x), BANK, CHANNELS);
    size_t sum = HEAR_NO_VALUE;
    for (size_t i = 0; i < DEPTH; i++) {
        const size_t skip = layer(n, i + 1, (size_t)1 << i, i + 1 == DEPTH, &x);
        snprintf(text, sizeof text, "sum%zu", i + 1);
        sum = i == 0 ? skip : hear_net_node2(n, "Add", text, sum, skip);
    }
    x = hear_arch_activation(n, o, "active1", sum);
    x = hear_arch_activation(n, o, "active2", one_by_one(n, "mixed", x, SKIP, SKIP));
    const size_t pooled[2] = { hear_net_node(n, "GlobalAveragePool", "mean", x),
                               hear_net_node(n, "GlobalMaxPool", "peak", x) };
    x = hear_net_flatten(n, "flat", hear_net_concat(n, "pooled", 1, 2, pooled));
    if (dropout > 0.0)
        x = hear_net_dropout(n, "dropout", x, dropout);
    hear_arch_head(n, o, x, 2 * SKIP);
}

static void settings(hear_arch_settings *s)
{
    s->frontend = hear_frontend_of(HEAR_FEATURES_WAVE);
    s->frontend.hop = 160;
    s->frontend.normalise = HEAR_NORM_MEANVAR; /* the same at any gain */
    s->window_s = 3.0;
    s->hop_s = 0.5;
    s->augment = "all";
    s->epochs = 40;
    s->batch = 8;
    s->patience = 12;
    s->lr = 2e-3;
    s->weight_decay = 0.02;
    s->smoothing = 0.1;
    s->averaging = 0.99;
}

const hear_arch hear_arch_wavenet = {
    .name = "wavenet",
    .summary = "9 dilated gated causal convolutions on the samples, skip sums, pooled",
    .settings = settings,
    .build = build,
};
