/* test_arch.c - every architecture builds, plans, and gives probabilities. */
#include "test.h"

#include "dsp/mfcc.h"
#include "nn/loss.h"
#include "nn/plan.h"
#include "train/arch.h"
#include "train/weights.h"

#include <stdlib.h>
#include <string.h>

static hear_graph *build(const char *name, const hear_arch_options *o, size_t window, size_t n_mels)
{
    hear_graph *g;
    hear_error err = { 0 };
    if (hear_arch_build(&g, hear_arch_find(name), o, window, n_mels, &err) != HEAR_OK)
        fail_msg("%s: %s", name, err.text);
    return g;
}

static void test_each_gives_probabilities_for_any_input(void **state)
{
    (void)state;
    for (size_t i = 0; i < hear_arch_count(); i++)
        for (int sigmoid = 0; sigmoid <= 1; sigmoid++) {
            const hear_arch *arch = hear_arch_at(i);
            if (sigmoid && arch->takes_trees)
                continue;
            hear_arch_settings settings = { 0 };
            hear_arch_settings_of(arch, &(hear_arch_options){ 0 }, &settings);
            assert_int_equal(hear_frontend_check(&settings.frontend, NULL), HEAR_OK);
            const size_t window = hear_frontend_frames_for(&settings.frontend, settings.window_s);
            const hear_arch_options o = { .n_labels = sigmoid ? 2 : 3,
                                          .dropout = -1.0,
                                          .sigmoid = sigmoid };
            hear_graph *g = build(arch->name, &o, window, hear_frontend_width(&settings.frontend));
            assert_int_equal(hear_init_weights(g, hear_arch_init(&o), 1), HEAR_OK);
            hear_plan *p;
            hear_error err = { 0 };
            if (hear_plan_create(&p, g, &(hear_plan_config){ .batch = 2 }, &err) != HEAR_OK)
                fail_msg("%s: %s", arch->name, err.text);
            float *x = hear_plan_input(p, 0)->data;
            for (size_t k = 0; k < hear_plan_input(p, 0)->count; k++)
                x[k] = sinf(0.1f * (float)k * (float)k);
            hear_plan_run(p);
            const hear_tensor *y = hear_plan_output(p, 0);
            assert_int_equal(y->count, 2 * o.n_labels);
            for (size_t row = 0; row < 2; row++) {
                double sum = 0.0;
                for (size_t l = 0; l < o.n_labels; l++) {
                    const float v = ((const float *)y->data)[row * o.n_labels + l];
                    assert_true(v >= 0.0f && v <= 1.0f);
                    sum += v;
                }
                assert_close(sum, 1.0, 1e-5);
            }
            hear_plan_destroy(p);
            hear_graph_destroy(g);
        }
}

static void test_options_out_of_range_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *arch;
        hear_arch_options options;
        const char *complaint;
    } cases[] = {
        { "mlp", { .n_labels = 1 }, "two labels or more" },
        { "mlp", { .n_labels = 3, .sigmoid = true }, "sigmoid is for two labels, there are 3" },
        { "mlp", { .n_labels = 2, .activation = "gelu" }, "no activation \"gelu\"" },
        { "logreg", { .n_labels = 2, .n_hidden = 1, .hidden = { 4 } }, "no hidden layers" },
        { "cnn", { .n_labels = 2, .n_hidden = 2, .hidden = { 4, 4 } }, "cnn has one hidden layer" },
        { "rnn", { .n_labels = 2, .n_hidden = 2, .hidden = { 4, 4 } }, "rnn has one hidden layer" },
        { "mlp", { .n_labels = 2, .n_hidden = HEAR_MAX_HIDDEN + 1 }, "at most 8 hidden layers" },
        { "mlp", { .n_labels = 2, .dropout = 1.0 }, "dropout must be below 1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_graph *g;
        hear_error err = { 0 };
        assert_int_equal(
            hear_arch_build(&g, hear_arch_find(cases[i].arch), &cases[i].options, 10, 8, &err),
            HEAR_ERR_ARG);
        assert_null(g);
        if (!strstr(err.text, cases[i].complaint))
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].complaint);
    }
    assert_null(hear_arch_find("perceptron"));
}

/* Two bands, four frames, of which the statistics are worked out by hand. */
static void test_statistics_are_what_they_are_called(void **state)
{
    (void)state;
    const hear_arch_options o = { .n_labels = 2 };
    hear_graph *g = build("logreg", &o, 4, 2);
    hear_plan *p;
    assert_int_equal(
        hear_plan_create(&p, g, &(hear_plan_config){ .batch = 1, .output = "features" }, NULL),
        HEAR_OK);
    const float frames[8] = { 0, 5, 2, 5, 4, 5, 6, 9 }; /* band 0: 0 2 4 6, band 1: 5 5 5 9 */
    memcpy(hear_plan_input(p, 0)->data, frames, sizeof frames);
    hear_plan_run(p);
    const hear_tensor *f = hear_plan_output(p, 0);
    const double expected[11] = {
        3.0,
        6.0, /* mean */
        6.0,
        9.0, /* largest */
        sqrt(5.0),
        sqrt(3.0), /* deviation */
        2.0,
        sqrt(16.0 / 3.0), /* change over one frame */
        4.0,
        sqrt(16.0 / 2.0),           /* over two; four frames hold no lag of four */
        sqrt((25 + 9 + 1 + 9) / 4.) /* from band to band */
    };
    assert_int_equal(f->count, 11);
    for (size_t i = 0; i < 11; i++)
        assert_close(((const float *)f->data)[i], expected[i], 1e-5);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static const float *values(const hear_graph *g, const char *name)
{
    const size_t v = hear_graph_find(g, name);
    assert_int_not_equal(v, HEAR_NO_VALUE);
    return g->values[v].init->data;
}

static void test_the_labs_first_weights_are_those_of_numpy(void **state)
{
    (void)state;
    const hear_arch_options o = { .n_labels = 2,
                                  .n_hidden = 1,
                                  .hidden = { 4 },
                                  .activation = "tanh",
                                  .input = "flat",
                                  .sigmoid = true };
    hear_graph *g = build("mlp", &o, 1, 2);
    assert_int_equal(hear_init_weights(g, HEAR_INIT_NUMPY, 2), HEAR_OK);
    static const double w1[8] = { -0.00416758, -0.00056267, -0.02136196, 0.01640271,
                                  -0.01793436, -0.00841747, 0.00502881,  -0.01245288 };
    static const double w2[4] = { -0.01057952, -0.00909008, 0.00551454, 0.02292208 };
    for (size_t i = 0; i < 8; i++)
        assert_close(values(g, "hidden1.weight")[i], w1[i], 5e-9);
    for (size_t i = 0; i < 4; i++) {
        assert_close(values(g, "logits.weight")[i], w2[i], 5e-9);
        assert_true(values(g, "hidden1.bias")[i] == 0.0f);
    }
    assert_int_equal(hear_init_weights(g, HEAR_INIT_NUMPY, (uint64_t)1 << 32), HEAR_ERR_ARG);
    hear_graph_destroy(g);
}

static void test_first_weights_have_the_spread_they_should(void **state)
{
    (void)state;
    const hear_arch_options o = { .n_labels = 3, .n_hidden = 1, .hidden = { 200 } };
    hear_graph *g = build("mlp", &o, 40, 32);
    const size_t n_in = 32 * 9 + 31; /* mean, peak, deviation, 6 lags, contrast */
    const struct {
        hear_init init;
        double variance;
    } cases[] = { { HEAR_INIT_HE, 2.0 / (double)n_in },
                  { HEAR_INIT_XAVIER, 2.0 / (double)(n_in + 200) } };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(hear_init_weights(g, cases[i].init, 5), HEAR_OK);
        const float *w = values(g, "hidden1.weight");
        double sum = 0.0, square = 0.0;
        for (size_t k = 0; k < n_in * 200; k++) {
            sum += w[k];
            square += (double)w[k] * w[k];
        }
        assert_close(square / (double)(n_in * 200) / cases[i].variance, 1.0, 0.03);
        assert_close(sum / (double)(n_in * 200), 0.0, 1e-3);
    }
    assert_true(values(g, "fixed.scale")[3] == 1.0f); /* constants stay */
    hear_graph_destroy(g);
}

static void test_the_networks_gradient_is_its_slope(void **state)
{
    (void)state;
    for (int sigmoid = 0; sigmoid <= 1; sigmoid++) {
        const hear_arch_options o = { .n_labels = 2,
                                      .n_hidden = 2,
                                      .hidden = { 5, 3 },
                                      .activation = "tanh",
                                      .sigmoid = sigmoid };
        hear_graph *g = build("mlp", &o, 12, 4);
        assert_int_equal(hear_init_weights(g, HEAR_INIT_XAVIER, 3), HEAR_OK);
        const hear_plan_config config = { .batch = 6, .training = true, .output = "logits" };
        hear_plan *p;
        assert_int_equal(hear_plan_create(&p, g, &config, NULL), HEAR_OK);
        const size_t n = sigmoid ? 1 : 2;
        float targets[12], *x = hear_plan_input(p, 0)->data;
        for (size_t k = 0; k < hear_plan_input(p, 0)->count; k++)
            x[k] = cosf(0.37f * (float)(k * k % 97));
        for (size_t k = 0; k < 6; k++)
            for (size_t l = 0; l < n; l++)
                targets[k * n + l] = (k % 2 == l) ? 0.9f : 0.1f;
        const hear_loss_config loss = { .kind = sigmoid ? HEAR_LOSS_SIGMOID : HEAR_LOSS_SOFTMAX };
        const float *logits = hear_plan_output(p, 0)->data;
        hear_plan_run(p);
        hear_loss(&loss, logits, targets, 6, n, hear_plan_output_grad(p, 0));
        hear_plan_zero_grad(p);
        hear_plan_backward(p);
        size_t checked = 0;
        for (size_t i = 0; i < hear_plan_n_weights(p); i++) {
            hear_plan_weight *w = hear_plan_weight_at(p, i);
            if (strncmp(w->name, HEAR_NET_FIXED, strlen(HEAR_NET_FIXED)) == 0)
                continue;
            for (size_t k = 0; k < w->value->count; k++) {
                float *v = (float *)w->value->data + k;
                const float kept = *v, h = 1e-2f;
                double at[2];
                for (int side = 0; side < 2; side++) {
                    *v = kept + (side ? h : -h);
                    hear_plan_run(p);
                    at[side] = hear_loss(&loss, logits, targets, 6, n, NULL);
                }
                *v = kept;
                assert_close(w->grad[k], (at[1] - at[0]) / (2.0 * (double)h), 2e-4);
                checked++;
            }
        }
        assert_int_equal(checked, hear_weights_count(g));
        hear_plan_destroy(p);
        hear_graph_destroy(g);
    }
}

static void test_the_labs_cost(void **state)
{
    (void)state;
    static const double a2[3] = { 0.5002307, 0.49985831, 0.50023963 };
    static const float y[3] = { 1.0f, 0.0f, 0.0f };
    float logits[3];
    for (size_t i = 0; i < 3; i++)
        logits[i] = (float)log(a2[i] / (1.0 - a2[i]));
    const hear_loss_config loss = { .kind = HEAR_LOSS_SIGMOID };
    assert_close(hear_loss(&loss, logits, y, 3, 1, NULL), 0.6930587610394646, 1e-9);
}

static const hear_tensor *weight(const hear_graph *g, const char *name)
{
    const size_t v = hear_graph_find(g, name);
    assert_int_not_equal(v, HEAR_NO_VALUE);
    return g->values[v].init;
}

/* 128 bands and 128 frames: two poolings leave 32 x 32 of 64 channels. Windows of 3 s, 93 frames,
 * are padded to the same picture, and longer ones are cropped. */
static void test_cnn_sees_a_square_whatever_the_window(void **state)
{
    (void)state;
    static const size_t windows[] = { 128, 93, 150 };
    for (size_t i = 0; i < 3; i++) {
        const hear_arch_options o = { .n_labels = 2, .dropout = -1.0 };
        hear_graph *g = build("cnn", &o, windows[i], 128);
        assert_int_equal(weight(g, "conv1.weight")->count, 32 * 9);
        assert_int_equal(weight(g, "conv2.weight")->count, 64 * 32 * 9);
        assert_int_equal(weight(g, "dense.weight")->count, 64 * 65536);
        hear_plan *p;
        assert_int_equal(
            hear_plan_create(&p, g, &(hear_plan_config){ .batch = 1, .output = "flat" }, NULL),
            HEAR_OK);
        assert_int_equal(hear_plan_output(p, 0)->count, 65536);
        hear_plan_destroy(p);
        hear_graph_destroy(g);
    }
    hear_arch_settings s = { 0 };
    hear_arch_find("cnn")->settings(&s);
    assert_int_equal(hear_frontend_frames_for(&s.frontend, s.window_s), 128);
    assert_int_equal(hear_frontend_frames_for(&s.frontend, 3.0), 93);
}

/* 17 zeros, 93 frames, 18 zeros; of 150 frames the first 11 and the last 11 go. */
static void test_cnn_pads_and_crops_in_the_middle(void **state)
{
    (void)state;
    static const struct {
        size_t window, first;
        const char *value;
    } cases[] = { { 93, 17, "padded" }, { 150, 11, "cropped" } };
    for (size_t i = 0; i < 2; i++) {
        const size_t n = cases[i].window;
        const hear_arch_options o = { .n_labels = 2 };
        hear_graph *g = build("cnn", &o, n, 4);
        hear_plan *p;
        const hear_plan_config config = { .batch = 1, .output = cases[i].value };
        assert_int_equal(hear_plan_create(&p, g, &config, NULL), HEAR_OK);
        float *x = hear_plan_input(p, 0)->data;
        for (size_t k = 0; k < 4 * n; k++)
            x[k] = 1.0f + (float)k;
        hear_plan_run(p);
        const float *y = hear_plan_output(p, 0)->data;
        for (size_t band = 0; band < 4; band++)
            for (size_t t = 0; t < 128; t++) {
                const bool crop = i == 1;
                const size_t at = crop ? t + cases[i].first : t - cases[i].first;
                const bool there = crop || (t >= cases[i].first && at < n);
                assert_true(y[band * 128 + t] == (there ? 1.0f + (float)(band * n + at) : 0.0f));
            }
        hear_plan_destroy(p);
        hear_graph_destroy(g);
    }
}

/* Valid convolutions of 128 x 256: 126 x 254, 63 x 127, 61 x 125, 30 x 62, 28 x 60, 14 x 30. */
static void test_cnn3_is_as_wide_as_its_table_says(void **state)
{
    (void)state;
    const hear_arch_options o = { .n_labels = 2, .dropout = -1.0 };
    hear_graph *g = build("cnn3", &o, 256, 128);
    assert_int_equal(weight(g, "conv3.weight")->count, 128 * 64 * 9);
    assert_int_equal(weight(g, "dense.weight")->count, 128 * 128 * 14 * 30);
    assert_true(((const float *)weight(g, "dropout.ratio")->data)[0] == 0.5f);
    hear_plan *p; /* that the flattened picture has as many numbers is the planner's to see */
    assert_int_equal(hear_plan_create(&p, g, &(hear_plan_config){ .batch = 1 }, NULL), HEAR_OK);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
    hear_arch_settings s = { 0 };
    hear_arch_find("cnn3")->settings(&s);
    assert_int_equal(hear_frontend_frames_for(&s.frontend, s.window_s), 256);
}

/* hear_mfcc_apply is held to librosa's numbers by test_descriptors. */
static void test_rnn_hears_mfcc(void **state)
{
    (void)state;
    enum { WINDOW = 12, MELS = 128, N = 39 };
    const hear_arch_options o = { .n_labels = 2, .dropout = -1.0 };
    hear_graph *g = build("rnn", &o, WINDOW, MELS);
    assert_int_equal(hear_init_weights(g, HEAR_INIT_HE, 1), HEAR_OK);
    hear_plan *p;
    const hear_plan_config config = { .batch = 2, .output = "features" };
    assert_int_equal(hear_plan_create(&p, g, &config, NULL), HEAR_OK);
    float *x = hear_plan_input(p, 0)->data, want[N];
    for (size_t k = 0; k < 2 * WINDOW * MELS; k++)
        x[k] = -50.0f + 30.0f * sinf(0.37f * (float)(k % 997)) + 10.0f * cosf(0.011f * (float)k);
    hear_plan_run(p);
    const hear_tensor *y = hear_plan_output(p, 0);
    assert_int_equal(y->shape.rank, 3);
    assert_int_equal(y->count, 2 * WINDOW * N);
    hear_mfcc *m;
    assert_int_equal(hear_mfcc_create(&m, MELS, N), HEAR_OK);
    for (size_t row = 0; row < 2 * WINDOW; row++) {
        hear_mfcc_apply(m, x + row * MELS, want);
        for (size_t k = 0; k < N; k++)
            assert_close(((const float *)y->data)[row * N + k], want[k],
                         1e-4 * fabs((double)want[k]) + 1e-4);
    }
    hear_mfcc_destroy(m);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

/* Gates: uniform of variance 1 / 128 whatever the init; biases 0, but an LSTM's forget gate is
 * open.
 */
static void test_first_weights_of_recurrent_layers(void **state)
{
    (void)state;
    const hear_arch_options o = { .n_labels = 2, .dropout = -1.0 };
    hear_graph *g = build("rnn", &o, 12, 64);
    assert_int_equal(hear_init_weights(g, HEAR_INIT_HE, 1), HEAR_OK);
    static const char *const names[] = { "gru1.weight", "lstm.weight", "lstm.recurrence" };
    for (size_t i = 0; i < 3; i++) {
        const hear_tensor *t = weight(g, names[i]);
        double square = 0.0;
        for (size_t k = 0; k < t->count; k++) {
            const double v = (double)((const float *)t->data)[k];
            assert_true(fabs(v) <= sqrt(3.0 / 128.0));
            square += v * v;
        }
        assert_close(square / (double)t->count * 128.0, 1.0, 0.03);
    }
    const float *lstm = weight(g, "lstm.bias")->data, *gru = weight(g, "gru1.bias")->data;
    for (size_t k = 0; k < 8 * 128; k++) /* i o f c of the input, then of the recurrence */
        assert_true(lstm[k] == (k / 128 == 2 ? 1.0f : 0.0f));
    for (size_t k = 0; k < 6 * 128; k++)
        assert_true(gru[k] == 0.0f);
    hear_graph_destroy(g);
}

/* What comes later in the samples changes no earlier step of the skips' sum, and the last step
 * hears 511 steps before it, the filter's own length aside. */
static void test_wavenet_is_causal_and_hears_far_back(void **state)
{
    (void)state;
    enum { SAMPLES = 16000 * 3, STEPS = ((SAMPLES - 256) / 16 + 1) / 4, CHANNELS = 64 };
    const hear_arch_options o = { .n_labels = 2, .dropout = -1.0 };
    hear_graph *g = build("wavenet", &o, 300, 160);
    assert_int_equal(hear_init_weights(g, HEAR_INIT_HE, 1), HEAR_OK);
    hear_plan *p;
    assert_int_equal(
        hear_plan_create(&p, g, &(hear_plan_config){ .batch = 1, .output = "sum9" }, NULL),
        HEAR_OK);
    assert_int_equal(hear_plan_input(p, 0)->count, SAMPLES);
    assert_int_equal(hear_plan_output(p, 0)->count, STEPS * CHANNELS);
    float *x = hear_plan_input(p, 0)->data;
    static float before[CHANNELS * STEPS];
    for (size_t i = 0; i < SAMPLES; i++)
        x[i] = sinf(0.05f * (float)i);
    hear_plan_run(p);
    const float *y = hear_plan_output(p, 0)->data;
    memcpy(before, y, sizeof before);
    enum { AT = 200 }; /* a step: of samples 64 AT .. 64 AT + 48 + 255 */
    for (size_t i = 64 * AT + 48 + 192; i < 64 * AT + 48 + 256; i++)
        x[i] += 1.0f;
    hear_plan_run(p);
    bool same = true, here = false, far = false, beyond = false;
    for (size_t c = 0; c < CHANNELS; c++)
        for (size_t t = 0; t < STEPS; t++) {
            const bool differs = y[c * STEPS + t] != before[c * STEPS + t];
            same = same && (t >= AT || !differs);
            here |= t == AT && differs;
            far |= t >= AT + 256 && t <= AT + 511 + 4 && differs;
            beyond |= t > AT + 511 + 4 && differs; /* 4 steps: the filter's 16 ms */
        }
    assert_true(same && here && far && !beyond);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_gives_probabilities_for_any_input),
        cmocka_unit_test(test_options_out_of_range_are_refused),
        cmocka_unit_test(test_statistics_are_what_they_are_called),
        cmocka_unit_test(test_the_labs_first_weights_are_those_of_numpy),
        cmocka_unit_test(test_first_weights_have_the_spread_they_should),
        cmocka_unit_test(test_the_networks_gradient_is_its_slope),
        cmocka_unit_test(test_the_labs_cost),
        cmocka_unit_test(test_cnn_sees_a_square_whatever_the_window),
        cmocka_unit_test(test_cnn_pads_and_crops_in_the_middle),
        cmocka_unit_test(test_cnn3_is_as_wide_as_its_table_says),
        cmocka_unit_test(test_rnn_hears_mfcc),
        cmocka_unit_test(test_first_weights_of_recurrent_layers),
        cmocka_unit_test(test_wavenet_is_causal_and_hears_far_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
