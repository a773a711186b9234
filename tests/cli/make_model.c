/* make_model.c - a model for the command-line tests: make_model OUT.onnx [LABELS [HOP]]
 *
 * Made by hand, not trained: "low" and "high" are the mean level of the lower and the upper half of
 * 16 mel bands, "nothing" is a level of -60 dB, and the softmax of a tenth of these is the answer.
 * Half a second a window, a tenth a hop. With LABELS, only as many of the three have a name, and
 * the graph leaves open how many numbers come out of it. HOP: in frames of 10 ms, instead of 10. */
#include "config.h"

#include "nn/onnx.h"
#include "stream/model_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 50, N_MELS = 16, N_IN = N_FRAMES * N_MELS, N_LABELS = 3 };

static float weights[N_IN][N_LABELS];

static hear_status build(hear_graph *g)
{
    const hear_shape in_shape = { .rank = 3, .dim = { -1, N_FRAMES, N_MELS } };
    const hear_shape w_shape = { .rank = 2, .dim = { N_IN, N_LABELS } };
    const hear_shape b_shape = { .rank = 1, .dim = { N_LABELS } };
    const float bias[N_LABELS] = { 0.0f, 0.0f, -6.0f };
    const float share = 0.1f / (N_IN / 2);
    for (size_t i = 0; i < N_IN; i++)
        weights[i][i % N_MELS < N_MELS / 2 ? 0 : 1] = share;
    size_t in, w, b, flat, sum, out;
    hear_status s = hear_graph_add_input(g, "frames", HEAR_F32, &in_shape, &in);
    if (s == HEAR_OK)
        s = hear_graph_add_weight(g, "w", &w_shape, &weights[0][0], &w);
    if (s == HEAR_OK)
        s = hear_graph_add_weight(g, "b", &b_shape, bias, &b);
    if (s == HEAR_OK)
        s = hear_graph_add_node(g, "Flatten", "flat", 1, &in, &flat);
    if (s == HEAR_OK)
        s = hear_graph_add_node(g, "Gemm", "sum", 3, (size_t[]){ flat, w, b }, &sum);
    if (s == HEAR_OK)
        s = hear_graph_add_node(g, "Softmax", "probs", 1, &sum, &out);
    return s == HEAR_OK ? hear_graph_add_output(g, out) : s;
}

int main(int argc, char **argv)
{
    char *labels[N_LABELS] = { (char *)"low", (char *)"high", (char *)"nothing" };
    hear_model_info info = { .frontend = hear_frontend_default(),
                             .n_labels = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : N_LABELS,
                             .labels = labels,
                             .output = HEAR_OUTPUT_SOFTMAX,
                             .window = N_FRAMES,
                             .hop = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 10,
                             .layout = HEAR_LAYOUT_TIME_MEL,
                             .card = (char *)"made by hand" };
    info.frontend.n_fft = info.frontend.win_length = 512;
    info.frontend.hop = 160;
    info.frontend.n_mels = N_MELS;
    hear_graph *g = NULL;
    hear_error err = { .status = HEAR_OK };
    hear_status s = hear_graph_create(&g, 17);
    if (s == HEAR_OK)
        s = build(g);
    if (s == HEAR_OK)
        s = hear_model_info_store(&info, g);
    if (s == HEAR_OK && argc > 2)
        g->values[g->out[0]].shape.dim[1] = -1;
    if (s == HEAR_OK)
        s = hear_onnx_write(g, argc > 1 ? argv[1] : "test.onnx", &err);
    hear_graph_destroy(g);
    if (s != HEAR_OK)
        fprintf(stderr, "make_model: %s: %s\n", hear_status_text(s), err.text);
    return s != HEAR_OK;
}
