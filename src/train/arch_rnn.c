/* arch_rnn.c - convolutions over time and recurrent layers, on mel frequency cepstral coefficients.
 *
 * The coefficients are the first step of the network, a product with fixed numbers: so the front
 * end stays one of mel bands, and what is done to these in training reaches them too. */
#include "config.h"

#include "train/arch.h"

#include "base/mem.h"
#include "dsp/mfcc.h"

#include <stdio.h>

enum { COEFFICIENTS = 39, UNITS = 128 };

/* "features" [N, window, n]: the first coefficients of the log-mel frames. */
static size_t coefficients(hear_net *n, size_t frames, size_t n_mels, size_t count)
{
    float *bands = hear_alloc(n_mels, sizeof *bands),
          *all = hear_alloc(n_mels * count, sizeof *all);
    hear_mfcc *m = NULL;
    size_t matrix = HEAR_NO_VALUE;
    hear_status s = bands && all ? hear_mfcc_create(&m, n_mels, count) : HEAR_ERR_MEM;
    if (s == HEAR_OK) {
        for (size_t b = 0; b < n_mels; b++) { /* of a band alone: its row */
            bands[b] = 1.0f;
            hear_mfcc_apply(m, bands, all + b * count);
            bands[b] = 0.0f;
        }
        matrix = hear_net_fixed_matrix(n, "cosines", n_mels, count, all);
    } else if (n->status == HEAR_OK) {
        n->status = s;
    }
    hear_mfcc_destroy(m);
    hear_free(bands);
    hear_free(all);
    return hear_net_node2(n, "MatMul", "features", frames, matrix);
}

typedef struct {
    size_t value; /* [N, channels, steps] */
    size_t channels, steps;
} series;

/* Convolution over 5 steps, activation, and the greater of each two steps. */
static series convolve(hear_net *n, const hear_arch_options *o, size_t number, series x,
                       size_t channels)
{
    char text[32];
    snprintf(text, sizeof text, "conv%zu", number);
    x.value =
        hear_net_convolve(n, text, x.value, x.channels, (hear_net_conv){ channels, 5, 1, 1, 2, 2 });
    snprintf(text, sizeof text, "active%zu", number);
    x.value = hear_arch_activation(n, o, text, x.value);
    x.channels = channels;
    if (x.steps < 2)
        return x;
    snprintf(text, sizeof text, "pool%zu", number);
    x.value = hear_net_node(n, "MaxPool", text, x.value);
    hear_net_set_ints(n, "kernel_shape", 1, (const int64_t[]){ 2 });
    hear_net_set_ints(n, "strides", 1, (const int64_t[]){ 2 });
    x.steps /= 2;
    return x;
}

/* x [steps, N, n_in] -> [steps, N, UNITS] */
static size_t recur(hear_net *n, const char *op_type, const char *name, size_t x, size_t steps,
                    size_t n_in)
{
    const bool gru = op_type[0] == 'G';
    const int64_t rows = (gru ? 3 : 4) * UNITS;
    char text[40];
    size_t in[4] = { x };
    snprintf(text, sizeof text, "%s.weight", name);
    in[1] = hear_net_weight(n, text, 3, (const int64_t[]){ 1, rows, (int64_t)n_in });
    snprintf(text, sizeof text, "%s.recurrence", name);
    in[2] = hear_net_weight(n, text, 3, (const int64_t[]){ 1, rows, UNITS });
    snprintf(text, sizeof text, "%s.bias", name);
    in[3] = hear_net_weight(n, text, 2, (const int64_t[]){ 1, 2 * rows });
    x = hear_net_nodes(n, op_type, name, 4, in);
    hear_net_set_int(n, "hidden_size", UNITS);
    if (gru)
        hear_net_set_int(n, "linear_before_reset", 1);
    snprintf(text, sizeof text, "%s.states", name); /* without the dimension of directions */
    return hear_net_reshape(n, text, x, 3, (const int64_t[]){ (int64_t)steps, -1, UNITS });
}

static void build(hear_net *n, const hear_arch_options *o, size_t window, size_t n_mels)
{
    const hear_shape shape = { .rank = 3, .dim = { -1, (int64_t)window, (int64_t)n_mels } };
    const size_t count = n_mels < COEFFICIENTS ? n_mels : COEFFICIENTS;
    const size_t units = o->n_hidden ? o->hidden[0] : 64;
    const double dropout = o->dropout < 0.0 ? 0.3 : o->dropout;
    size_t frames = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "frames", HEAR_F32, &shape, &frames);
    const size_t features = coefficients(n, frames, n_mels, count);
    series x = { .value = hear_arch_standardised(n, features, count),
                 .channels = count,
                 .steps = window };
    x.value = hear_net_transpose(n, "over_time", x.value, 3, (const int64_t[]){ 0, 2, 1 });
    x = convolve(n, o, 1, x, 64);
    x = convolve(n, o, 2, x, 128);
    size_t y = hear_net_transpose(n, "by_step", x.value, 3, (const int64_t[]){ 2, 0, 1 });
    y = recur(n, "GRU", "gru1", y, x.steps, x.channels);
    y = recur(n, "LSTM", "lstm", y, x.steps, UNITS);
    y = recur(n, "GRU", "gru2", y, x.steps, UNITS);
    y = hear_net_reduce(n, "ReduceMean", "state", y, 0, false);
    y = hear_net_dense(n, "dense", y, UNITS, units);
    y = hear_arch_activation(n, o, "active3", y);
    if (dropout > 0.0)
        y = hear_net_dropout(n, "dropout", y, dropout);
    hear_arch_head(n, o, y, units);
}

static void settings(hear_arch_settings *s)
{
    s->frontend = hear_frontend_default(); /* librosa's MFCC: 80 dB below the greatest at most */
    s->frontend.top_db = 80.0;
    s->window_s = 3.0;
    s->hop_s = 0.5;
    s->augment = "all";
    s->epochs = 40;
    s->batch = 8;
    s->patience = 12;
    s->lr = 1e-3;
    s->weight_decay = 0.02;
    s->smoothing = 0.1;
    s->averaging = 0.99;
}

const hear_arch hear_arch_rnn = {
    .name = "rnn",
    .summary =
        "39 MFCC, 2 convolutions over time (64, 128), GRU, LSTM, GRU of 128, dense layer of 64",
    .max_hidden = 1,
    .settings = settings,
    .build = build,
};
