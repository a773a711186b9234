/* test_sklearn.c - models that skl2onnx exports from scikit-learn give ONNX Runtime's numbers. */
#include "drawn.h"

#include "nn/onnx.h"
#include "nn/plan.h"
#include "stream/adopt.h"
#include "stream/infer.h"
#include "stream/model_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/data/sklearn_models.inc"

enum { ROWS = 24, FEATURES = 4, N_MODELS = sizeof models / sizeof models[0] };

static hear_graph *open_model(const char *name)
{
    char path[512];
    hear_graph *g;
    hear_error err = { 0 };
    snprintf(path, sizeof path, "%s/tests/data/sklearn/%s.onnx", test_srcdir(), name);
    if (hear_onnx_read(&g, path, &err) != HEAR_OK)
        fail_msg("%s: %s", path, err.text);
    return g;
}

/* All rows at once, and each alone. */
static void check_model(size_t m, size_t batch)
{
    hear_graph *g = open_model(models[m].name);
    const size_t n = models[m].n_labels;
    hear_plan *p;
    hear_error err = { 0 };
    if (hear_plan_create(&p, g, &(hear_plan_config){ .batch = batch }, &err) != HEAR_OK)
        fail_msg("%s: %s", models[m].name, err.text);
    float x[ROWS * FEATURES];
    drawn(x, ROWS * FEATURES, 7);
    x[(ROWS - 1) * FEATURES] = x[(ROWS - 2) * FEATURES + 1] = NAN;
    assert_int_equal(hear_plan_n_outputs(p), 2);
    for (size_t first = 0; first < models[m].n_rows; first += batch) {
        memcpy(hear_plan_input(p, 0)->data, x + first * FEATURES, batch * FEATURES * sizeof *x);
        test_forbid_heap();
        hear_plan_run(p);
        test_allow_heap();
        const hear_tensor *label = hear_plan_output(p, 0), *probs = hear_plan_output(p, 1);
        assert_int_equal(label->dtype, HEAR_I64);
        assert_int_equal(label->count, batch);
        assert_int_equal(probs->count, batch * n);
        for (size_t i = 0; i < batch; i++)
            if (((const int64_t *)label->data)[i] != models[m].labels[first + i])
                fail_msg("%s: label of row %zu", models[m].name, first + i);
        for (size_t i = 0; i < batch * n; i++) {
            const double got = (double)((const float *)probs->data)[i];
            const double want = (double)models[m].probs[first * n + i];
            if (!(fabs(got - want) <= 1e-6 * (1.0 + fabs(want))))
                fail_msg("%s: probability %zu is %.9g, expected %.9g", models[m].name,
                         first * n + i, got, want);
        }
    }
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_models_of_scikit_learn_give_onnx_runtimes_numbers(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_MODELS; m++) {
        check_model(m, models[m].n_rows);
        check_model(m, 1);
    }
}

/* With the metadata that hearsay wants, the probabilities are what it hears by, not the label. */
static void test_a_models_probabilities_are_its_output(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_MODELS; m++) {
        static const char *const names[] = { "bird", "cat", "dog" };
        hear_graph *g = open_model(models[m].name);
        const hear_model_info info = { .frontend = hear_frontend_default(),
                                       .n_labels = models[m].n_labels,
                                       .labels = (char **)(uintptr_t)names,
                                       .window = 1,
                                       .hop = 1 };
        hear_model_info small = info;
        small.frontend.n_mels = FEATURES;
        small.frontend.log = HEAR_LOG_NONE;
        assert_int_equal(hear_model_info_store(&small, g), HEAR_OK);
        hear_model *model;
        hear_infer *infer;
        hear_error err = { 0 };
        if (hear_model_from_graph(&model, g, &err) != HEAR_OK)
            fail_msg("%s: %s", models[m].name, err.text);
        if (hear_infer_create(&infer, model, &err) != HEAR_OK)
            fail_msg("%s: %s", models[m].name, err.text);
        float x[FEATURES], probs[3];
        drawn(x, FEATURES, 7);
        hear_infer_run(infer, x, probs);
        for (size_t i = 0; i < info.n_labels; i++)
            assert_close(probs[i], models[m].probs[i], 2e-6);
        hear_infer_destroy(infer);
        hear_model_close(model);
    }
}

/* Imported without a word of what they are, no softmax is put on top. */
static void test_a_models_numbers_are_told_to_be_probabilities(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_MODELS; m++) {
        static const char *const names[] = { "bird", "cat", "dog" };
        hear_adoption how = { .frontend = hear_frontend_default(),
                              .n_labels = models[m].n_labels,
                              .labels = (char **)(uintptr_t)names,
                              .window_s = 1.0,
                              .window_open = true };
        how.frontend.n_mels = FEATURES;
        how.frontend.log = HEAR_LOG_NONE;
        hear_graph *g = open_model(models[m].name);
        hear_model *model = NULL;
        hear_infer *infer = NULL;
        hear_error err = { 0 };
        if (hear_adopt(g, &how, &err) != HEAR_OK ||
            hear_model_from_graph(&model, g, &err) != HEAR_OK ||
            hear_infer_create(&infer, model, &err) != HEAR_OK)
            fail_msg("%s: %s", models[m].name, err.text);
        assert_int_not_equal(model->info.output, HEAR_OUTPUT_LOGITS);
        float probs[3] = { 0 }, *x = calloc(FEATURES * model->info.window, sizeof *x);
        assert_non_null(x);
        for (size_t i = 0; i < model->info.window; i++)
            drawn(x + i * FEATURES, FEATURES, 7);
        hear_infer_run(infer, x, probs);
        for (size_t i = 0; i < how.n_labels; i++)
            assert_close(probs[i], models[m].probs[i], 2e-6);
        free(x);
        hear_infer_destroy(infer);
        hear_model_close(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models_of_scikit_learn_give_onnx_runtimes_numbers),
        cmocka_unit_test(test_a_models_probabilities_are_its_output),
        cmocka_unit_test(test_a_models_numbers_are_told_to_be_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
