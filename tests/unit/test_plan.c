/* test_plan.c - a plan: shapes, folding, fusing, memory, and the way back. */
#include "test.h"

#include "nn/plan.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* x [batch, 3] -> Gemm 4 -> BatchNormalization -> Relu -> Dropout -> Gemm 2 -> Softmax */
static hear_graph *mlp(void)
{
    hear_graph *g = NULL;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    const hear_shape in = { 2, { -1, 3 } }, w1 = { 2, { 3, 4 } }, w2 = { 2, { 4, 2 } };
    const hear_shape four = { 1, { 4 } }, two = { 1, { 2 } };
    float w[12], ones[4] = { 0.5f, 1.5f, 2.0f, 1.0f };
    for (int i = 0; i < 12; i++)
        w[i] = (float)((i * 5) % 7) / 4.0f - 0.75f;
    size_t v[8], n[5];
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &n[0]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "w1", &w1, w, &n[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "b1", &four, w, &n[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Gemm", "hidden", 3, n, &v[0]), HEAR_OK);
    n[0] = v[0];
    assert_int_equal(hear_graph_add_weight(g, "scale", &four, ones, &n[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "shift", &four, w + 2, &n[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "mean", &four, w + 4, &n[3]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "var", &four, ones, &n[4]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "BatchNormalization", "norm", 5, n, &v[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Relu", "relu", 1, &v[1], &v[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Dropout", "drop", 1, &v[2], &v[3]), HEAR_OK);
    n[0] = v[3];
    assert_int_equal(hear_graph_add_weight(g, "w2", &w2, w + 3, &n[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "b2", &two, w, &n[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Gemm", "logits", 3, n, &v[4]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Softmax", "prob", 1, &v[4], &v[5]), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, v[5]), HEAR_OK);
    return g;
}

static hear_plan *plan_of(hear_graph *g, const hear_plan_config *config)
{
    hear_plan *p = NULL;
    hear_error err = { 0 };
    if (hear_plan_create(&p, g, config, &err))
        fail_msg("%s", err.text);
    return p;
}

static void fill(hear_plan *p)
{
    hear_tensor *x = hear_plan_input(p, 0);
    for (size_t i = 0; i < x->count; i++)
        ((float *)x->data)[i] = (float)((i * 3) % 5) - 1.7f;
}

/* What mlp() comes to, by hand in double. */
static void by_hand(const hear_graph *g, const float *x, double *logits)
{
    const float *w[8];
    const char *names[8] = { "w1", "b1", "scale", "shift", "mean", "var", "w2", "b2" };
    for (int i = 0; i < 8; i++)
        w[i] = g->values[hear_graph_find(g, names[i])].init->data;
    for (int k = 0; k < 2; k++)
        logits[k] = (double)w[7][k];
    for (int h = 0; h < 4; h++) {
        double s = (double)w[1][h];
        for (int i = 0; i < 3; i++)
            s += (double)x[i] * (double)w[0][i * 4 + h];
        s = (s - (double)w[4][h]) / sqrt((double)w[5][h] + 1e-5) * (double)w[2][h] +
            (double)w[3][h];
        for (int k = 0; k < 2 && s > 0.0; k++)
            logits[k] += s * (double)w[6][h * 2 + k];
    }
}

static void test_result_is_the_one_by_hand_fused_or_not(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    for (int training = 0; training < 2; training++) {
        const hear_plan_config config = { .batch = 5, .training = training, .output = "logits" };
        hear_plan *p = plan_of(g, &config);
        assert_int_equal(hear_plan_n_outputs(p), 1);
        assert_int_equal(hear_plan_output(p, 0)->shape.dim[0], 5);
        fill(p);
        hear_plan_run(p);
        for (size_t b = 0; b < 5; b++) {
            double want[2];
            by_hand(g, (const float *)hear_plan_input(p, 0)->data + b * 3, want);
            for (size_t k = 0; k < 2; k++)
                assert_close((double)((const float *)hear_plan_output(p, 0)->data)[b * 2 + k],
                             want[k], 1e-5);
        }
        hear_plan_destroy(p);
    }
    hear_graph_destroy(g);
}

static void test_normalisation_and_activation_are_fused(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    const hear_plan_config config = { .batch = 1 };
    hear_plan *p = plan_of(g, &config);
    assert_int_equal(hear_plan_n_nodes(p), 6);
    const bool folded[6] = { false, true, true, true, false, false };
    const size_t weights[6] = { 16, 16, 0, 0, 10, 0 };
    const uint64_t macs[6] = { 12, 0, 0, 0, 8, 0 };
    for (size_t i = 0; i < 6; i++) {
        const hear_plan_node n = hear_plan_node_info(p, i);
        assert_ptr_equal(n.node, &g->nodes[i]);
        assert_int_equal(n.folded, folded[i]);
        assert_int_equal(n.n_weights, weights[i]);
        assert_int_equal(n.macs, macs[i]);
        assert_int_equal(n.out->shape.dim[1], i < 4 ? 4 : 2);
    }
    assert_int_equal(hear_plan_macs(p), 20);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

/* A view has no forward that could apply it. */
static void test_an_activation_is_not_fused_into_a_view(void **state)
{
    (void)state;
    static const char *const views[] = { "Sum", "Max", "Min" }; /* of one input */
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        hear_graph *g = NULL;
        const hear_shape shape = { 1, { 2 } };
        size_t v;
        assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
        assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &shape, &v), HEAR_OK);
        assert_int_equal(hear_graph_add_node(g, views[i], "view", 1, &v, &v), HEAR_OK);
        assert_int_equal(hear_graph_add_node(g, "Relu", "relu", 1, &v, &v), HEAR_OK);
        assert_int_equal(hear_graph_add_output(g, v), HEAR_OK);
        hear_plan *p = plan_of(g, &(hear_plan_config){ .batch = 1 });
        memcpy(hear_plan_input(p, 0)->data, (const float[2]){ -1.0f, 2.0f }, 2 * sizeof(float));
        hear_plan_run(p);
        const float *y = hear_plan_output(p, 0)->data;
        assert_non_null(y);
        assert_close((double)y[0], 0.0, 0.0);
        assert_close((double)y[1], 2.0, 0.0);
        hear_plan_destroy(p);
        hear_graph_destroy(g);
    }
}

static void test_running_uses_no_heap_and_repeats_its_bits(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    const hear_plan_config config = { .batch = 3 };
    hear_plan *p = plan_of(g, &config), *q = plan_of(g, &config);
    float first[6];
    fill(p);
    fill(q);
    test_forbid_heap();
    hear_plan_run(p);
    memcpy(first, hear_plan_output(p, 0)->data, sizeof first);
    memset(hear_plan_input(p, 0)->data, 0x7f, 9 * sizeof(float)); /* something huge in between */
    hear_plan_run(p);
    fill(p);
    hear_plan_run(p);
    hear_plan_run(q);
    test_allow_heap();
    assert_memory_equal(first, hear_plan_output(p, 0)->data, sizeof first);
    assert_memory_equal(first, hear_plan_output(q, 0)->data, sizeof first);
    fill(q);
    assert_memory_equal(hear_plan_input(p, 0)->data, hear_plan_input(q, 0)->data,
                        9 * sizeof(float)); /* inputs are not overwritten */
    hear_plan_destroy(p);
    hear_plan_destroy(q);
    hear_graph_destroy(g);
}

/* Concat(x, x) [1, 2000] and its mean over both halves, n times over: nothing can be in place. */
static hear_graph *chain(size_t n)
{
    hear_graph *g = NULL;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    const hear_shape in = { 2, { 1, 1000 } };
    size_t v;
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &v), HEAR_OK);
    for (size_t i = 0; i < n; i++) {
        char name[32];
        const size_t twice[2] = { v, v };
        const int64_t axis = 0;
        snprintf(name, sizeof name, "both%zu", i);
        assert_int_equal(hear_graph_add_node(g, "Concat", name, 2, twice, &v), HEAR_OK);
        assert_int_equal(hear_node_set_int(hear_graph_last_node(g), "axis", 0), HEAR_OK);
        snprintf(name, sizeof name, "mean%zu", i);
        assert_int_equal(hear_graph_add_node(g, "ReduceMean", name, 1, &v, &v), HEAR_OK);
        assert_int_equal(hear_node_set_ints(hear_graph_last_node(g), "axes", 1, &axis), HEAR_OK);
    }
    assert_int_equal(hear_graph_add_output(g, v), HEAR_OK);
    return g;
}

static void test_memory_does_not_grow_with_depth(void **state)
{
    (void)state;
    size_t bytes[2];
    for (size_t i = 0; i < 2; i++) {
        hear_graph *g = chain(i ? 50 : 5);
        const hear_plan_config config = { .batch = 1 };
        hear_plan *p = plan_of(g, &config);
        bytes[i] = hear_plan_bytes(p);
        fill(p);
        hear_plan_run(p);
        assert_memory_equal(hear_plan_output(p, 0)->data, hear_plan_input(p, 0)->data, 4000);
        hear_plan_destroy(p);
        hear_graph_destroy(g);
    }
    assert_int_equal(bytes[0], bytes[1]);
    assert_in_range(bytes[0], 4000 + 8000 + 4000, 40000); /* input, pair, mean, its sums */
}

static void test_the_limit_is_checked_before_allocating(void **state)
{
    (void)state;
    hear_graph *g = chain(2);
    hear_plan *p = NULL;
    hear_error err = { 0 };
    hear_plan_config config = { .batch = 1, .max_bytes = 10000 };
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_null(p);
    assert_non_null(strstr(err.text, "MiB"));
    config.max_bytes = 40000;
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_OK);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

/* Which grow with the result, not with the file: half a MiB each time the tensor is stretched. */
static void test_operators_tables_count_too(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    const hear_shape one = { 1, { 1 } };
    size_t in[4] = { 0, HEAR_NO_VALUE, HEAR_NO_VALUE, 0 }, sizes[2];
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &one, &in[0]), HEAR_OK);
    for (size_t i = 0; i < 2; i++) {
        int64_t to[1] = { i ? 1 : 10000 };
        const hear_tensor t = { .dtype = HEAR_I64, .shape = one, .count = 1, .data = to };
        assert_int_equal(hear_graph_add_init(g, i ? "narrow" : "wide", &t, &sizes[i]), HEAR_OK);
    }
    for (size_t i = 0; i < 8; i++) {
        char name[16];
        snprintf(name, sizeof name, "stretch%zu", i);
        in[3] = sizes[i % 2];
        assert_int_equal(hear_graph_add_node(g, "Resize", name, 4, in, &in[0]), HEAR_OK);
    }
    assert_int_equal(hear_graph_add_output(g, in[0]), HEAR_OK);
    hear_plan *p = NULL;
    hear_error err = { 0 };
    hear_plan_config config = { .batch = 1, .max_bytes = (size_t)1 << 20, .only_check = true };
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_non_null(strstr(err.text, "MiB"));
    config.max_bytes = (size_t)4 << 20;
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_OK);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_integers_that_give_shapes_are_bound_when_planning(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    const hear_shape in = { 2, { -1, 6 } }, three = { 1, { 3 } };
    size_t v[3];
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &v[0]), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "shape", HEAR_I64, &three, &v[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Reshape", "y", 2, v, &v[2]), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, v[2]), HEAR_OK);
    hear_plan *p = NULL;
    hear_error err = { 0 };
    hear_plan_config config = { .batch = 2 };
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "Reshape \"y\" (opset 17): input 1 must be known when planning");
    int64_t shape[3] = { 0, 3, 2 };
    const hear_tensor bound = { .dtype = HEAR_I64, .shape = three, .count = 3, .data = shape };
    const hear_tensor *const inputs[2] = { NULL, &bound };
    config.inputs = inputs;
    p = plan_of(g, &config);
    const hear_shape want = { 3, { 2, 3, 2 } };
    assert_true(hear_shape_equal(&hear_plan_output(p, 0)->shape, &want));
    fill(p);
    hear_plan_run(p);
    assert_memory_equal(hear_plan_output(p, 0)->data, hear_plan_input(p, 0)->data, 48);
    /* the output is the caller's even while the next input is written */
    assert_ptr_not_equal(hear_plan_output(p, 0)->data, hear_plan_input(p, 0)->data);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_a_constant_branch_is_computed_once(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    const hear_shape in = { 1, { 2 } };
    const float numbers[2] = { 4.0f, 9.0f };
    size_t v[2];
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &v[0]), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "w", &in, numbers, &v[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Sqrt", "root", 1, &v[1], &v[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Add", "sum", 2, v, &v[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, v[1]), HEAR_OK);
    const hear_plan_config config = { .batch = 1 };
    hear_plan *p = plan_of(g, &config);
    assert_true(hear_plan_node_info(p, 0).folded);
    assert_false(hear_plan_node_info(p, 1).folded);
    memset(hear_plan_input(p, 0)->data, 0, 8);
    hear_plan_run(p);
    const float want[2] = { 2.0f, 3.0f };
    assert_memory_equal(hear_plan_output(p, 0)->data, want, sizeof want);
    hear_plan_destroy(p);
    /* in training the same branch is differentiated */
    const hear_plan_config training = { .batch = 1, .training = true };
    p = plan_of(g, &training);
    memset(hear_plan_input(p, 0)->data, 0, 8);
    hear_plan_run(p);
    hear_plan_output_grad(p, 0)[0] = hear_plan_output_grad(p, 0)[1] = 1.0f;
    hear_plan_backward(p);
    assert_int_equal(hear_plan_n_weights(p), 1);
    assert_true(hear_plan_weight_at(p, 0)->grad[0] == 0.25f); /* 1 / (2 sqrt 4) */
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_malformed_graphs_are_refused(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    hear_plan *p = NULL;
    hear_error err = { 0 };
    hear_plan_config config = { .batch = 1, .output = "nothing" };
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "there is no value \"nothing\"");
    config.output = NULL;
    const size_t was = g->nodes[0].in[0];
    g->nodes[0].in[0] = g->nodes[2].out[0]; /* made later */
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "Gemm \"hidden\" (opset 17): input 0 is used before it is made");
    g->nodes[0].in[0] = 12345; /* of no value */
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    g->nodes[0].in[0] = was;
    g->values[g->in[0]].shape.dim[1] = -1;
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "input \"x\": dimension 1 has no fixed size");
    g->values[g->in[0]].shape.dim[1] = 4;
    assert_int_equal(hear_plan_create(&p, g, &config, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "Gemm \"hidden\" (opset 17): A [1, 4] and B [3, 4] do not fit");
    assert_null(p);
    hear_graph_destroy(g);
}

static double mean_loss(hear_plan *p)
{
    double sum = 0.0;
    const float *y = hear_plan_output(p, 0)->data;
    for (size_t i = 0; i < hear_plan_output(p, 0)->count; i++)
        sum += (double)y[i] * (double)((i % 3) + 1);
    return sum;
}

static void set_output_grad(hear_plan *p)
{
    for (size_t i = 0; i < hear_plan_output(p, 0)->count; i++)
        hear_plan_output_grad(p, 0)[i] = (float)((i % 3) + 1);
}

static void test_gradients_of_a_whole_network(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    const hear_plan_config config = { .batch = 4, .training = true };
    hear_plan *p = plan_of(g, &config);
    assert_int_equal(hear_plan_n_weights(p), 6); /* not the running mean and variance */
    hear_plan_want_input_grad(p);
    fill(p);
    hear_plan_set_training(p, true, 3);
    hear_plan_run(p);
    set_output_grad(p);
    hear_plan_zero_grad(p);
    test_forbid_heap();
    hear_plan_backward(p);
    test_allow_heap();
    for (size_t w = 0; w <= 6; w++) {
        float *x = w < 6 ? hear_plan_weight_at(p, w)->value->data : hear_plan_input(p, 0)->data;
        const size_t n = w < 6 ? hear_plan_weight_at(p, w)->value->count : 12;
        const float *grad = w < 6 ? hear_plan_weight_at(p, w)->grad : hear_plan_input_grad(p, 0);
        for (size_t i = 0; i < n; i++) {
            const float was = x[i];
            double side[2];
            for (int s = 0; s < 2; s++) {
                x[i] = was + (s ? -1e-3f : 1e-3f);
                hear_plan_set_training(p, true, 3);
                hear_plan_run(p);
                side[s] = mean_loss(p);
            }
            x[i] = was;
            assert_close((double)grad[i], (side[0] - side[1]) / 2e-3, 5e-3);
        }
    }
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_dropout_draws_follow_the_seed(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    const hear_plan_config config = { .batch = 64, .training = true, .output = "drop" };
    hear_plan *p = plan_of(g, &config);
    fill(p);
    float y[3][256], eval[256];
    hear_plan_run(p);
    memcpy(eval, hear_plan_output(p, 0)->data, sizeof eval);
    for (int i = 0; i < 3; i++) {
        if (i != 1)
            hear_plan_set_training(p, true, 11);
        hear_plan_run(p);
        memcpy(y[i], hear_plan_output(p, 0)->data, sizeof y[i]);
    }
    assert_memory_equal(y[0], y[2], sizeof y[0]);
    assert_memory_not_equal(y[0], y[1], sizeof y[0]); /* the next run draws anew */
    assert_memory_not_equal(y[0], eval, sizeof eval);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_running_statistics_move_by_the_momentum(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    const hear_plan_config config = { .batch = 8, .training = true };
    hear_plan *p = plan_of(g, &config);
    fill(p);
    const float *mean = g->values[hear_graph_find(g, "mean")].init->data;
    const float *var = g->values[hear_graph_find(g, "var")].init->data;
    const double m0 = (double)mean[1], v0 = (double)var[1];
    hear_plan_run(p);
    assert_true((double)mean[1] == m0 && (double)var[1] == v0); /* not unless it learns */
    double sum = 0.0, squares = 0.0;
    const float *h = hear_plan_node_info(p, 0).out->data;
    for (size_t b = 0; b < 8; b++)
        sum += (double)h[b * 4 + 1] / 8.0;
    for (size_t b = 0; b < 8; b++)
        squares += ((double)h[b * 4 + 1] - sum) * ((double)h[b * 4 + 1] - sum) / 8.0;
    hear_plan_set_training(p, true, 1);
    hear_plan_run(p);
    assert_close((double)mean[1], 0.9 * m0 + 0.1 * sum, 1e-6);
    assert_close((double)var[1], 0.9 * v0 + 0.1 * squares, 1e-6);
    const float moved = mean[1];
    for (size_t w = 0; w < hear_plan_n_weights(p); w++)
        hear_plan_weight_at(p, w)->frozen = true;
    hear_plan_run(p);
    assert_true(mean[1] == moved); /* a frozen normalisation does not learn */
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_frozen_weights_get_no_gradient(void **state)
{
    (void)state;
    hear_graph *g = mlp();
    const hear_plan_config config = { .batch = 4, .training = true };
    hear_plan *p = plan_of(g, &config);
    fill(p);
    for (size_t w = 0; w < hear_plan_n_weights(p); w++)
        hear_plan_weight_at(p, w)->frozen = w < 4;
    hear_plan_run(p);
    set_output_grad(p);
    hear_plan_backward(p);
    for (size_t w = 0; w < hear_plan_n_weights(p); w++) {
        double sum = 0.0;
        for (size_t i = 0; i < hear_plan_weight_at(p, w)->value->count; i++)
            sum += fabs((double)hear_plan_weight_at(p, w)->grad[i]);
        assert_true(w < 4 ? sum == 0.0 : sum > 0.0);
    }
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

/* Views of views of views, all read: planned in a fraction of a second, where each of them looked
 * for its beginning it took ten. */
static void test_a_long_chain_of_views_is_soon_planned(void **state)
{
    (void)state;
    enum { LENGTH = 2000 };
    hear_graph *g = NULL;
    const hear_shape shape = { 1, { 2 } };
    size_t in[2], first;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &shape, &first), HEAR_OK);
    in[0] = in[1] = first;
    for (size_t i = 0; i < 2 * LENGTH; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%zu", i);
        const bool view = i < LENGTH;
        assert_int_equal(
            hear_graph_add_node(g, view ? "Identity" : "Add", name, view ? 1 : 2, in, &in[0]),
            HEAR_OK);
        in[1] = view ? in[0] : in[1];
    }
    assert_int_equal(hear_graph_add_output(g, in[0]), HEAR_OK);
    const clock_t begin = clock();
    hear_plan *p = plan_of(g, &(hear_plan_config){ .batch = 1, .training = true });
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 4.0);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

/* Squares of numbers below 0 stay squares when an imported network is trained further. */
static void test_an_exponent_is_not_learnt(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    const hear_shape pair = { 1, { 2 } }, scalar = { 0 };
    size_t in[2], y;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "x", &pair, (float[]){ -1.0f, 2.0f }, &in[0]),
                     HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "two", &scalar, &(float){ 2.0f }, &in[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Pow", "y", 2, in, &y), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, y), HEAR_OK);
    hear_plan *p = plan_of(g, &(hear_plan_config){ .batch = 1, .training = true });
    assert_int_equal(hear_plan_n_weights(p), 1);
    assert_string_equal(hear_plan_weight_at(p, 0)->name, "x");
    hear_plan_run(p);
    hear_plan_output_grad(p, 0)[0] = hear_plan_output_grad(p, 0)[1] = 1.0f;
    hear_plan_backward(p);
    assert_close((double)hear_plan_weight_at(p, 0)->grad[0], -2.0, 1e-6);
    assert_close((double)hear_plan_weight_at(p, 0)->grad[1], 4.0, 1e-6);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result_is_the_one_by_hand_fused_or_not),
        cmocka_unit_test(test_normalisation_and_activation_are_fused),
        cmocka_unit_test(test_an_activation_is_not_fused_into_a_view),
        cmocka_unit_test(test_running_uses_no_heap_and_repeats_its_bits),
        cmocka_unit_test(test_memory_does_not_grow_with_depth),
        cmocka_unit_test(test_the_limit_is_checked_before_allocating),
        cmocka_unit_test(test_operators_tables_count_too),
        cmocka_unit_test(test_integers_that_give_shapes_are_bound_when_planning),
        cmocka_unit_test(test_a_constant_branch_is_computed_once),
        cmocka_unit_test(test_malformed_graphs_are_refused),
        cmocka_unit_test(test_gradients_of_a_whole_network),
        cmocka_unit_test(test_dropout_draws_follow_the_seed),
        cmocka_unit_test(test_running_statistics_move_by_the_momentum),
        cmocka_unit_test(test_frozen_weights_get_no_gradient),
        cmocka_unit_test(test_a_long_chain_of_views_is_soon_planned),
        cmocka_unit_test(test_an_exponent_is_not_learnt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
