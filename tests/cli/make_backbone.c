/* make_backbone.c - a network to enrol with, and the background for it: make_backbone FOLDER NAME
 * [SEED]
 *
 * FOLDER/NAME.onnx hears patches of 20 frames of 16 mel bands, 0.2 s; its embedding is the mean
 * level of each band over -100 dB, in tens of dB, and its one label means nothing. The rows of
 * FOLDER/NAME-background.onnx are of drawn noises, so that a tone is none of them. Another SEED
 * gives another network. */
#include "config.h"

#include "base/rng.h"
#include "nn/checksum.h"
#include "nn/onnx.h"
#include "stream/model_info.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_FRAMES = 20, N_MELS = 16, N_ROWS = 300, WINDOW = 30 };

static void check(hear_status s)
{
    if (s == HEAR_OK)
        return;
    fprintf(stderr, "make_backbone: %s\n", hear_status_text(s));
    exit(1);
}

static void put_backbone(const char *folder, const char *name, float of_label, char *sha256)
{
    char path[512];
    char *labels[1] = { (char *)"sound" };
    const hear_shape in_shape = { .rank = 3, .dim = { -1, N_FRAMES, N_MELS } };
    const hear_shape one = { .rank = 1, .dim = { 1 } }, all = { .rank = 1, .dim = { N_MELS } };
    const hear_shape w_shape = { .rank = 2, .dim = { N_MELS, 1 } };
    float tenth = 0.1f, ten[N_MELS], w[N_MELS] = { of_label };
    for (size_t i = 0; i < N_MELS; i++)
        ten[i] = 10.0f;
    hear_graph *g;
    size_t in, mean, c[3], x[2], e, s;
    check(hear_graph_create(&g, 13));
    check(hear_graph_add_input(g, "frames", HEAR_F32, &in_shape, &in));
    check(hear_graph_add_node(g, "ReduceMean", "mean", 1, &in, &mean));
    check(hear_node_set_ints(hear_graph_last_node(g), "axes", 1, (int64_t[]){ 1 }));
    check(hear_node_set_int(hear_graph_last_node(g), "keepdims", 0));
    check(hear_graph_add_weight(g, "tenth", &one, &tenth, &c[0]));
    check(hear_graph_add_weight(g, "ten", &all, ten, &c[1]));
    check(hear_graph_add_weight(g, "w", &w_shape, w, &c[2]));
    check(hear_graph_add_node(g, "Mul", "tens", 2, (size_t[]){ mean, c[0] }, &x[0]));
    check(hear_graph_add_node(g, "Add", "over", 2, (size_t[]){ x[0], c[1] }, &x[1]));
    check(hear_graph_add_node(g, "Relu", "embedding", 1, &x[1], &e));
    check(hear_graph_add_node(g, "MatMul", "sum", 2, (size_t[]){ e, c[2] }, &s));
    check(hear_graph_add_node(g, "Sigmoid", "scores", 1, &s, &s));
    check(hear_graph_add_output(g, s));
    check(hear_graph_add_output(g, e));
    hear_model_info info = { .frontend = hear_frontend_default(),
                             .n_labels = 1,
                             .labels = labels,
                             .output = HEAR_OUTPUT_SIGMOID,
                             .window = 50,
                             .hop = 10,
                             .patch = N_FRAMES,
                             .patch_hop = 10,
                             .embedding = (char *)"embedding",
                             .card = (char *)"made by hand" };
    info.frontend.n_fft = info.frontend.win_length = 512;
    info.frontend.hop = 160;
    info.frontend.n_mels = N_MELS;
    check(hear_model_info_store(&info, g));
    hear_graph_sha256(g, sha256);
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    check(hear_onnx_write(g, path, NULL));
    hear_graph_destroy(g);
}

static void add(hear_graph *g, const char *name, hear_dtype dtype, int64_t rows, int64_t columns,
                void *data)
{
    hear_tensor t = { .dtype = dtype, .data = data };
    size_t v;
    t.shape.rank = columns ? 2 : 1;
    t.shape.dim[0] = rows;
    t.shape.dim[1] = columns;
    t.count = (size_t)(columns ? rows * columns : rows);
    check(hear_graph_add_init(g, name, &t, &v));
}

static void put_background(const char *folder, const char *name, const char *sha256)
{
    static int8_t basis[N_MELS][N_MELS], rows[N_ROWS][N_MELS];
    static float mean[N_MELS], basis_scale[N_MELS], rows_scale[N_ROWS];
    static uint8_t group[N_ROWS];
    char path[512], window[8];
    hear_rng r;
    hear_rng_seed(&r, 3);
    for (size_t i = 0; i < N_MELS; i++) {
        mean[i] = 0.25f; /* of unit length, all the same */
        basis[i][i] = 100;
        basis_scale[i] = 0.1f; /* ten times the distance from the mean */
    }
    for (size_t i = 0; i < N_ROWS; i++) {
        double x[N_MELS], length = 0.0;
        for (size_t k = 0; k < N_MELS; k++) {
            x[k] = fmax(0.0, 6.0 + hear_rng_normal(&r));
            length += x[k] * x[k];
        }
        rows_scale[i] = 0.05f;
        for (size_t k = 0; k < N_MELS; k++)
            rows[i][k] = (int8_t)lrint(fmin(127.0, 10.0 * (x[k] / sqrt(length) - 0.25) / 0.05));
        group[i] = (uint8_t)(i % 7);
    }
    hear_graph *g;
    size_t out, from;
    check(hear_graph_create(&g, 13));
    add(g, "mean", HEAR_F32, N_MELS, 0, mean);
    add(g, "basis", HEAR_I8, N_MELS, N_MELS, basis);
    add(g, "basis_scale", HEAR_F32, N_MELS, 0, basis_scale);
    add(g, "rows", HEAR_I8, N_ROWS, N_MELS, rows);
    add(g, "rows_scale", HEAR_F32, N_ROWS, 0, rows_scale);
    add(g, "group", HEAR_U8, N_ROWS, 0, group);
    from = hear_graph_find(g, "mean");
    check(hear_graph_add_node(g, "Identity", "background", 1, &from, &out));
    check(hear_graph_add_output(g, out));
    snprintf(window, sizeof window, "%d", WINDOW);
    check(hear_graph_set_prop(g, "hearsay.version", "1"));
    check(hear_graph_set_prop(g, "hearsay.kind", "background"));
    check(hear_graph_set_prop(g, "hearsay.backbone_sha256", sha256));
    check(hear_graph_set_prop(g, "hearsay.window", window));
    snprintf(path, sizeof path, "%s/%s-background.onnx", folder, name);
    check(hear_onnx_write(g, path, NULL));
    hear_graph_destroy(g);
}

int main(int argc, char **argv)
{
    char sha256[HEAR_DIGEST_TEXT];
    if (argc < 3)
        return 1;
    put_backbone(argv[1], argv[2], argc > 3 ? strtof(argv[3], NULL) : 0.0f, sha256);
    put_background(argv[1], argv[2], sha256);
    return 0;
}
