/* arch_cnn.c - convolutional networks on the log-mel picture of the window. */
#include "config.h"

#include "train/arch.h"

#include <stdio.h>

typedef struct {
    size_t value; /* [N, channels, rows, columns] */
    size_t channels, rows, columns;
} picture;

static picture input(hear_net *n, size_t rows, size_t columns)
{
    const hear_shape shape = { .rank = 4, .dim = { -1, 1, (int64_t)rows, (int64_t)columns } };
    picture p = { .value = HEAR_NO_VALUE, .channels = 1, .rows = rows, .columns = columns };
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "frames", HEAR_F32, &shape, &p.value);
    return p;
}

typedef struct {
    size_t channels, kernel, stride;
    bool same; /* padded so that ceil(size / stride) is left */
    bool bias; /* not before batch normalisation, whose shift does its work */
} convolution;

static picture convolve(hear_net *n, const char *name, picture x, convolution c)
{
    char text[48];
    const int64_t size = (int64_t)c.kernel, pad = c.same ? size / 2 : 0;
    const size_t lost = c.same ? 0 : c.kernel - 1;
    snprintf(text, sizeof text, "%s.weight", name);
    size_t in[3] = { x.value };
    in[1] = hear_net_weight(
        n, text, 4, (const int64_t[]){ (int64_t)c.channels, (int64_t)x.channels, size, size });
    if (c.bias) {
        snprintf(text, sizeof text, "%s.bias", name);
        in[2] = hear_net_weight(n, text, 1, (const int64_t[]){ (int64_t)c.channels });
    }
    x.value = hear_net_nodes(n, "Conv", name, c.bias ? 3 : 2, in);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ size, size });
    hear_net_set_ints(n, "strides", 2, (const int64_t[]){ (int64_t)c.stride, (int64_t)c.stride });
    hear_net_set_ints(n, "pads", 4, (const int64_t[]){ pad, pad, pad, pad });
    x.channels = c.channels;
    x.rows = (x.rows - lost + c.stride - 1) / c.stride;
    x.columns = (x.columns - lost + c.stride - 1) / c.stride;
    return x;
}

static picture halve(hear_net *n, const char *name, picture x)
{
    x.value = hear_net_node(n, "MaxPool", name, x.value);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ 2, 2 });
    hear_net_set_ints(n, "strides", 2, (const int64_t[]){ 2, 2 });
    x.rows /= 2;
    x.columns /= 2;
    return x;
}

static double dropout_of(const hear_arch_options *o, double otherwise)
{
    return o->dropout < 0.0 ? otherwise : o->dropout;
}

/* The middle `columns` of x, or x with zeros at both sides: after min-max, the least there is. */
static picture fit(hear_net *n, picture x, size_t columns)
{
    const size_t more = x.columns < columns ? columns - x.columns : 0;
    const size_t less = x.columns > columns ? x.columns - columns : 0;
    if (more > 0)
        x.value = hear_net_widen(n, "padded", x.value, 4, 3, (int64_t)(more / 2),
                                 (int64_t)(more - more / 2));
    else if (less > 0)
        x.value = hear_net_trim(n, "cropped", x.value, 3, (int64_t)(less / 2),
                                (int64_t)(less - less / 2));
    x.columns = columns;
    return x;
}

/* Blocks of 3 x 3 convolution and pooling, and a dense layer. The picture is [bands, frames]. */
typedef struct {
    size_t columns; /* of the picture, whatever the window */
    size_t n_blocks, channels[3];
    bool same;
    size_t units;
    double dropout;
} blocks;

static void build_blocks(hear_net *n, const hear_arch_options *o, size_t window, size_t n_mels,
                         const blocks *b)
{
    picture x = fit(n, input(n, n_mels, window), b->columns);
    char text[40];
    for (size_t i = 0; i < b->n_blocks; i++) {
        snprintf(text, sizeof text, "conv%zu", i + 1);
        x = convolve(n, text, x, (convolution){ b->channels[i], 3, 1, b->same, true });
        snprintf(text, sizeof text, "active%zu", i + 1);
        x.value = hear_arch_activation(n, o, text, x.value);
        snprintf(text, sizeof text, "pool%zu", i + 1);
        x = halve(n, text, x);
    }
    const size_t units = o->n_hidden ? o->hidden[0] : b->units;
    size_t y = hear_net_flatten(n, "flat", x.value);
    y = hear_net_dense(n, "dense", y, x.channels * x.rows * x.columns, units);
    snprintf(text, sizeof text, "active%zu", b->n_blocks + 1);
    y = hear_arch_activation(n, o, text, y);
    if (dropout_of(o, b->dropout) > 0.0)
        y = hear_net_dropout(n, "dropout", y, dropout_of(o, b->dropout));
    hear_arch_head(n, o, y, units);
}

static void settings_blocks(hear_arch_settings *s)
{
    s->frontend = hear_frontend_default();
    s->frontend.ref_max = true;
    s->frontend.top_db = 80.0;
    s->frontend.normalise = HEAR_NORM_MINMAX;
    s->layout = HEAR_LAYOUT_MEL_TIME;
    s->hop_s = 0.5;
    s->augment = "all";
    s->epochs = 30;
    s->batch = 8;
    s->patience = 10;
    s->lr = 3e-4;
    s->weight_decay = 0.02;
    s->smoothing = 0.1;
    s->averaging = 0.99;
}

/* ---- cnn */

static void build_cnn(hear_net *n, const hear_arch_options *o, size_t window, size_t n_mels)
{
    static const blocks b = {
        .columns = 128, .n_blocks = 2, .channels = { 32, 64 }, .same = true, .units = 64
    };
    build_blocks(n, o, window, n_mels, &b);
}

static void settings_cnn(hear_arch_settings *s)
{
    settings_blocks(s);
    s->window_s = 4.128; /* 128 frames: a square picture */
}

const hear_arch hear_arch_cnn = {
    .name = "cnn",
    .summary = "2 blocks of 3x3 convolution (32, 64) and pooling, a dense layer of 64",
    .max_hidden = 1,
    .settings = settings_cnn,
    .build = build_cnn,
};

/* ---- cnn3 */

static void build_cnn3(hear_net *n, const hear_arch_options *o, size_t window, size_t n_mels)
{
    static const blocks b = {
        .columns = 256, .n_blocks = 3, .channels = { 32, 64, 128 }, .units = 128, .dropout = 0.5
    };
    build_blocks(n, o, window, n_mels, &b);
}

static void settings_cnn3(hear_arch_settings *s)
{
    settings_blocks(s);
    s->frontend.hop = 256;
    s->window_s = 4.144; /* 256 frames */
}

const hear_arch hear_arch_cnn3 = {
    .name = "cnn3",
    .summary = "3 blocks of 3x3 convolution (32, 64, 128) and pooling, a dense layer of 128",
    .max_hidden = 1,
    .settings = settings_cnn3,
    .build = build_cnn3,
};

/* ---- cnn5: five convolutions with batch normalisation, pooled over frequency by the mean, over
 * time by mean and maximum: small, and the same wherever in the window a sound is. The picture is
 * [window, n_mels]. */

#define RANGE_DB 60.0f /* noise further below the peak is not heard */

static void build_cnn5(hear_net *n, const hear_arch_options *o, size_t window, size_t n_mels)
{
    static const struct {
        size_t channels, kernel, stride;
        bool halve; /* before it */
    } layers[5] = { { 24, 5, 2, false },
                    { 48, 3, 2, false },
                    { 64, 3, 1, false },
                    { 96, 3, 1, true },
                    { 128, 3, 1, true } };
    picture x = input(n, window, n_mels);
    /* 0 at the floor, which is what convolutions see beyond the edge, and 3 at the peak */
    const size_t floor = hear_net_fixed(n, "floor", 1, (const float[]){ RANGE_DB });
    const size_t factor = hear_net_fixed(n, "factor", 1, (const float[]){ 3.0f / RANGE_DB });
    x.value = hear_net_node2(n, "Add", "raised", x.value, floor);
    x.value = hear_net_node2(n, "Mul", "scaled", x.value, factor);
    char text[40];
    for (size_t i = 0; i < 5; i++) {
        snprintf(text, sizeof text, "pool%zu", i + 1);
        if (layers[i].halve && x.rows > 1 && x.columns > 1)
            x = halve(n, text, x);
        snprintf(text, sizeof text, "conv%zu", i + 1);
        x = convolve(
            n, text, x,
            (convolution){ layers[i].channels, layers[i].kernel, layers[i].stride, true, false });
        snprintf(text, sizeof text, "norm%zu", i + 1);
        x.value = hear_net_normalise(n, text, text, x.value, x.channels);
        snprintf(text, sizeof text, "active%zu", i + 1);
        x.value = hear_arch_activation(n, o, text, x.value);
    }
    const size_t over_time = hear_net_reduce(n, "ReduceMean", "over_time", x.value, 3, true);
    const size_t pooled[2] = { hear_net_node(n, "GlobalAveragePool", "mean", over_time),
                               hear_net_node(n, "GlobalMaxPool", "peak", over_time) };
    size_t y = hear_net_flatten(n, "flat", hear_net_concat(n, "pooled", 1, 2, pooled));
    if (dropout_of(o, 0.2) > 0.0)
        y = hear_net_dropout(n, "dropout", y, dropout_of(o, 0.2));
    hear_arch_head(n, o, y, 2 * x.channels);
}

static void settings_cnn5(hear_arch_settings *s)
{
    s->frontend = hear_frontend_default();
    s->frontend.n_fft = 512;
    s->frontend.win_length = 400;
    s->frontend.hop = 160;
    s->frontend.placement = HEAR_PLACE_START;
    s->frontend.n_mels = 64;
    s->frontend.mel_scale = HEAR_MEL_HTK;
    s->frontend.fmin_hz = 50.0;
    s->frontend.ref_max = true; /* the same at any gain */
    s->frontend.top_db = (double)RANGE_DB;
    s->frontend.floor = 3e-7; /* white noise at -72 dB of full scale: below, it is silence */
    s->window_s = 3.0;
    s->hop_s = 0.5;
    s->augment = "all";
    s->epochs = 30;
    s->batch = 32;
    s->patience = 0;
    s->lr = 2e-3;
    s->weight_decay = 0.02;
    s->smoothing = 0.1;
    s->averaging = 0.995;
}

const hear_arch hear_arch_cnn5 = {
    .name = "cnn5",
    .summary = "5 convolutions (24 to 128) with batch normalisation, pooled over the picture",
    .settings = settings_cnn5,
    .build = build_cnn5,
};
