/* test_networks.c - small whole networks as other programs export them, against ONNX Runtime.
 *
 * Files and numbers are made by tools/make-network-references.py. */
#include "test.h"

#include "base/file.h"
#include "nn/onnx.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *name;
    size_t n;
    double y[4];
} reference;

static const reference references[] = {
#include "../data/network_reference.inc"
};

static const char *data(const char *name)
{
    static char path[4096];
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/data/networks/%s.onnx", srcdir ? srcdir : ".", name);
    return path;
}

static void fill(hear_tensor *x)
{
    for (size_t i = 0; i < x->count; i++)
        ((float *)x->data)[i] = (float)(sin(1.7 * (double)i) + 0.5 * cos(0.31 * (double)i));
}

/* The greatest difference from ONNX Runtime's numbers, of a plan for a batch whose examples are
 * the same. */
static double difference(const reference *r, size_t batch, bool training)
{
    hear_graph *graph = NULL;
    hear_plan *plan = NULL;
    hear_error err = { 0 };
    if (hear_onnx_read(&graph, data(r->name), &err))
        fail_msg("%s: %s", r->name, err.text);
    const hear_plan_config config = { .batch = batch, .training = training };
    if (hear_plan_create(&plan, graph, &config, &err))
        fail_msg("%s: %s", r->name, err.text);
    hear_tensor *x = hear_plan_input(plan, 0);
    const size_t each = x->count / batch;
    fill(x);
    for (size_t b = 1; b < batch; b++)
        memcpy((float *)x->data + b * each, x->data, each * sizeof(float));
    test_forbid_heap();
    hear_plan_run(plan);
    test_allow_heap();
    const hear_tensor *y = hear_plan_output(plan, 0);
    double worst = 0.0;
    assert_int_equal(y->count, r->n * batch);
    for (size_t i = 0; i < y->count; i++)
        worst = fmax(worst, fabs((double)((const float *)y->data)[i] - r->y[i % r->n]));
    hear_plan_destroy(plan);
    hear_graph_destroy(graph);
    return worst;
}

static void test_networks_give_what_onnx_runtime_gives(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        const reference *r = &references[i];
        const double one = difference(r, 1, false), three = difference(r, 3, false);
        /* ONNX Runtime rounds each result to 11 bits there; here nothing is rounded */
        const double bound = strstr(r->name, "half") ? 2e-3 : 1e-4;
        print_message("%s: %.2g, a batch of three %.2g\n", r->name, one, three);
        if (!(one <= bound && three <= bound))
            fail_msg("%s: differs by %g, %g", r->name, one, three);
    }
}

static void test_networks_can_be_trained_further(void **state)
{
    (void)state;
    static const char *const names[] = { "cnn",    "crnn", "transformer", "transformer-parts",
                                         "mobile", "keras" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        hear_graph *graph = NULL;
        hear_plan *plan = NULL;
        hear_error err = { 0 };
        assert_int_equal(hear_onnx_read(&graph, data(names[i]), &err), HEAR_OK);
        const hear_plan_config config = { .batch = 2, .training = true };
        if (hear_plan_create(&plan, graph, &config, &err))
            fail_msg("%s: %s", names[i], err.text);
        fill(hear_plan_input(plan, 0));
        hear_plan_run(plan);
        hear_plan_zero_grad(plan);
        const hear_tensor *y = hear_plan_output(plan, 0);
        for (size_t k = 0; k < y->count; k++)
            hear_plan_output_grad(plan, 0)[k] = k == 0 ? 1.0f : 0.0f;
        hear_plan_backward(plan);

        /* the greatest derivative of the earliest weights that have one, by differences */
        size_t n_moving = 0, checked = 0;
        for (size_t w = 0; w < hear_plan_n_weights(plan); w++) {
            const hear_plan_weight *weight = hear_plan_weight_at(plan, w);
            size_t most = 0;
            for (size_t k = 0; k < weight->value->count; k++)
                if (fabsf(weight->grad[k]) > fabsf(weight->grad[most]))
                    most = k;
            const double analytic = weight->value->count ? (double)weight->grad[most] : 0.0;
            n_moving += analytic != 0.0;
            if (fabs(analytic) < 1e-2 || checked >= 4)
                continue;
            float *at = (float *)weight->value->data + most;
            const float was = *at, step = 1e-3f;
            *at = was + step;
            const double up = (double)*at;
            hear_plan_run(plan);
            const double high = (double)((const float *)y->data)[0];
            *at = was - step;
            const double down = (double)*at;
            hear_plan_run(plan);
            const double low = (double)((const float *)y->data)[0];
            *at = was;
            const double numeric = (high - low) / (up - down);
            if (!(fabs(numeric - analytic) <= 0.05 * fabs(analytic) + 1e-3))
                fail_msg("%s: d/d%s[%zu] = %g, by differences %g", names[i], weight->name, most,
                         analytic, numeric);
            checked++;
        }
        print_message("%s: %zu weights, %zu move, %zu checked\n", names[i],
                      hear_plan_n_weights(plan), n_moving, checked);
        assert_true(n_moving >= 4 && checked >= 1);
        hear_plan_destroy(plan);
        hear_graph_destroy(graph);
    }
}

/* What is said of cnn-beside.onnx, copied to a folder of its own with another name of the same
 * length for the file of its weights, which is empty there. */
static const char *said_of(const char *location)
{
    static hear_error err;
    char folder[] = "networksXXXXXX", model[64], weights[64], *bytes = NULL;
    size_t n = 0, n_changed = 0;
    assert_non_null(mkdtemp(folder));
    snprintf(model, sizeof model, "%s/model.onnx", folder);
    snprintf(weights, sizeof weights, "%s/cnn-empty-.onnx.data", folder);
    err = (hear_error){ 0 };
    assert_int_equal(hear_file_read(data("cnn-beside"), 1 << 20, &bytes, &n, &err), HEAR_OK);
    const size_t length = strlen("cnn-beside.onnx.data");
    assert_int_equal(strlen(location), length);
    for (size_t i = 0; i + length <= n; i++)
        if (memcmp(bytes + i, "cnn-beside.onnx.data", length) == 0) {
            memcpy(bytes + i, location, length);
            n_changed++;
        }
    assert_true(n_changed > 0);
    FILE *out = fopen(model, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
    out = fopen(weights, "wb");
    assert_non_null(out);
    assert_int_equal(fclose(out), 0);
    free(bytes);
    hear_graph *graph = NULL;
    assert_int_equal(hear_onnx_read(&graph, model, &err), HEAR_ERR_MODEL);
    assert_null(graph);
    remove(model);
    remove(weights);
    rmdir(folder);
    return err.text;
}

static void test_weights_beside_the_model_are_nowhere_else(void **state)
{
    (void)state;
    assert_non_null(strstr(said_of("cnn-absent.onnx.data"),
                           "keeps its data in cnn-absent.onnx.data, which cannot be read"));
    assert_non_null(strstr(said_of("cnn-empty-.onnx.data"), "cnn-empty-.onnx.data is too short"));
    assert_non_null(strstr(said_of("../n-beside.onnxdata"), "but not one beside the model"));
    assert_non_null(strstr(said_of("/tmp/c/e.onnx.data00"), "but not one beside the model"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks_give_what_onnx_runtime_gives),
        cmocka_unit_test(test_weights_beside_the_model_are_nowhere_else),
        cmocka_unit_test(test_networks_can_be_trained_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
