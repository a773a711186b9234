/* small_model.c - see small_model.h. */
#include "test.h"

#include "small_model.h"

#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>

enum { WINDOW = 25, HOP = 5, PATCH = 10, MELS = 8, LABELS = 3, WIDE = 1024, EMBEDDING = 6 };

/* y = x W + b, W and b random; turned: frames by which W's rows are in the other layout's order, or
 * 0. */
static size_t add_layer(hear_graph *g, const char *name, size_t x, size_t n_in, size_t n_out,
                        size_t turned)
{
    char w_name[40], b_name[40];
    snprintf(w_name, sizeof w_name, "%s.w", name);
    snprintf(b_name, sizeof b_name, "%s.b", name);
    float *w = malloc(n_in * n_out * sizeof *w), *b = malloc(n_out * sizeof *b);
    assert_true(w && b);
    hear_rng r;
    hear_rng_seed(&r, n_in);
    const double scale = 0.3 / sqrt((double)n_in);
    for (size_t i = 0; i < n_in; i++) {
        const size_t row = turned ? i % MELS * turned + i / MELS : i;
        for (size_t k = 0; k < n_out; k++)
            w[row * n_out + k] = (float)(scale * hear_rng_normal(&r));
    }
    for (size_t k = 0; k < n_out; k++)
        b[k] = (float)(scale * hear_rng_normal(&r));
    const hear_shape w_shape = { .rank = 2, .dim = { (int64_t)n_in, (int64_t)n_out } };
    const hear_shape b_shape = { .rank = 1, .dim = { (int64_t)n_out } };
    size_t in[3] = { x }, out;
    assert_int_equal(hear_graph_add_weight(g, w_name, &w_shape, w, &in[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, b_name, &b_shape, b, &in[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Gemm", name, 3, in, &out), HEAR_OK);
    free(w);
    free(b);
    return out;
}

static hear_model_info make_info(hear_layout layout)
{
    static char *labels[LABELS] = { (char *)"one", (char *)"two", (char *)"three" };
    hear_model_info info = { .frontend = hear_frontend_default(),
                             .n_labels = LABELS,
                             .labels = labels,
                             .output = HEAR_OUTPUT_LOGITS,
                             .window = WINDOW,
                             .hop = HOP,
                             .layout = layout,
                             .card = (char *)"" };
    info.frontend.n_fft = info.frontend.win_length = 512;
    info.frontend.hop = 320;
    info.frontend.n_mels = MELS;
    return info;
}

static hear_model *finish(hear_graph *g, const hear_model_info *info)
{
    assert_int_equal(hear_model_info_store(info, g), HEAR_OK);
    hear_model *model = NULL;
    hear_error err = { 0 };
    if (hear_model_from_graph(&model, g, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    return model;
}

hear_model *small_patch_model(hear_layout layout)
{
    hear_model_info info = make_info(layout);
    const bool turned = layout == HEAR_LAYOUT_MEL_TIME;
    const hear_shape shape = { .rank = 3,
                               .dim = { -1, turned ? MELS : PATCH, turned ? PATCH : MELS } };
    info.patch = PATCH;
    info.patch_hop = HOP;
    info.embedding = (char *)"inner";
    hear_graph *g = NULL;
    size_t x, flat, inner, last;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "frames", HEAR_F32, &shape, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Flatten", "flat", 1, &x, &flat), HEAR_OK);
    inner = add_layer(g, "fc", flat, PATCH * MELS, EMBEDDING, turned ? PATCH : 0);
    assert_int_equal(hear_graph_add_node(g, "Tanh", "inner", 1, &inner, &inner), HEAR_OK);
    last = add_layer(g, "out", inner, EMBEDDING, LABELS, 0);
    assert_int_equal(hear_graph_add_output(g, last), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, inner), HEAR_OK);
    return finish(g, &info);
}

hear_model *small_model(size_t n_layers, hear_layout layout)
{
    const hear_model_info info = make_info(layout);
    const bool turned = layout == HEAR_LAYOUT_MEL_TIME;
    const hear_shape shape = { .rank = 3,
                               .dim = { -1, turned ? MELS : WINDOW, turned ? WINDOW : MELS } };
    hear_graph *g = NULL;
    size_t x, last;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "frames", HEAR_F32, &shape, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Flatten", "flat", 1, &x, &last), HEAR_OK);
    size_t n = WINDOW * MELS;
    for (size_t i = 0; i < n_layers; i++) {
        char name[32], act[32];
        snprintf(name, sizeof name, "fc%zu", i);
        snprintf(act, sizeof act, "relu%zu", i);
        last = add_layer(g, name, last, n, WIDE, turned && i == 0 ? WINDOW : 0);
        assert_int_equal(hear_graph_add_node(g, "Relu", act, 1, &last, &last), HEAR_OK);
        n = WIDE;
    }
    last = add_layer(g, "out", last, n, LABELS, turned && n_layers == 0 ? WINDOW : 0);
    assert_int_equal(hear_graph_add_output(g, last), HEAR_OK);
    return finish(g, &info);
}

hear_model *small_wave_model(void)
{
    enum { SAMPLES = 320 };
    hear_model_info info = make_info(HEAR_LAYOUT_TIME_MEL);
    info.frontend = hear_frontend_of(HEAR_FEATURES_WAVE);
    info.frontend.hop = SAMPLES;
    const hear_shape shape = { .rank = 2, .dim = { -1, WINDOW * SAMPLES } };
    hear_graph *g = NULL;
    size_t x, last;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "samples", HEAR_F32, &shape, &x), HEAR_OK);
    last = add_layer(g, "out", x, WINDOW * SAMPLES, LABELS, 0);
    assert_int_equal(hear_graph_add_output(g, last), HEAR_OK);
    return finish(g, &info);
}

void small_sound(float *samples, size_t n)
{
    hear_rng r;
    hear_rng_seed(&r, 11);
    double phase = 0.0;
    for (size_t i = 0; i < n; i++) {
        phase += 0.02 + 0.4 * (double)(i / 5000 % 7);
        const double loud = i / 11000 % 3 ? 0.3 : 0.02;
        const double x = loud * sin(phase) + 0.01 * hear_rng_normal(&r);
        samples[i] = (float)(round(x * 32768.0) / 32768.0);
    }
}
