/* test_rnn.c - GRU and LSTM over two directions and sequences of different length; numbers by
 * tools/rnn-reference (ONNX Runtime). */
#include "test.h"

#include "nn/plan.h"

#include <string.h>

typedef struct {
    const char *op;
    size_t gates;
    int64_t linear; /* linear_before_reset */
    double y[24];   /* [3][2][2][2] */
} reference;

static const reference references[] = {
    { "GRU", 3, 1, { 0.26786366,  0.091483049,  -0.26142564, 0.30336979, -0.36562341,
                     0.23839644,  0.23659131,   0.34877017,  0.78076482, -0.23441176,
                     0.074213766, 0.29748118,   -0.37247682, 0.13335821, -0.025382223,
                     0.17133345,  -0.013792366, 0.19262969,  0,          0,
                     0.23889902,  0.24160801,   0,           0 } },
    { "GRU", 3, 0, { 0.27719203,  0.16818777,   -0.25510973, 0.3406584,  -0.35185039,
                     0.33616441,  0.25388223,   0.45573536,  0.7860142,  -0.14360568,
                     0.097519055, 0.39767045,   -0.36237824, 0.19481492, -0.015262798,
                     0.2346392,   -0.025535196, 0.28010458,  0,          0,
                     0.24861149,  0.31360504,   0,           0 } },
    { "LSTM",
      4,
      0,
      { 2.0633264e-09,
        -0.025051039,
        0.10450905,
        -0.053137269,
        0.16107133,
        -0.043615531,
        -0.15688984,
        0.17128468,
        -0.055952325,
        0.0050089695,
        0.072337918,
        -0.081320487,
        0.10190244,
        -0.098175131,
        0.0060160593,
        0.062187675,
        0.062592894,
        -0.040178686,
        0,
        0,
        -0.13880269,
        0.13781318,
        0,
        0 } },
};

static const float input[6] = { 0.5f, -1.0f, 2.0f, 0.25f, -0.75f, 1.5f }; /* [3][2][1] */

static size_t add(hear_graph *g, const char *name, hear_shape shape, size_t period, double step,
                  double from)
{
    size_t v, n;
    assert_true(hear_shape_count(&shape, &n));
    assert_int_equal(hear_graph_add_weight(g, name, &shape, NULL, &v), HEAR_OK);
    for (size_t i = 0; i < n; i++)
        ((float *)g->values[v].init->data)[i] = (float)((double)(i % period) * step + from);
    return v;
}

/* Outputs Y, then Y_h. by_batch: the batch first. */
static hear_graph *build(const reference *r, bool by_batch)
{
    hear_graph *g = NULL;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    const hear_shape x = { 3, { by_batch ? 2 : 3, by_batch ? 3 : 2, 1 } }, two = { 1, { 2 } };
    const int64_t gh = (int64_t)r->gates * 2;
    size_t in[5], out[2];
    int32_t lens[2] = { 3, 2 };
    const hear_tensor t = { .dtype = HEAR_I32, .shape = two, .count = 2, .data = lens };
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &x, &in[0]), HEAR_OK);
    in[1] = add(g, "w", (hear_shape){ 3, { 2, gh, 1 } }, 5, 0.3, -0.5);
    in[2] = add(g, "r", (hear_shape){ 3, { 2, gh, 2 } }, 7, 0.2, -0.6);
    in[3] = add(g, "b", (hear_shape){ 2, { 2, 2 * gh } }, 3, 0.25, -0.2);
    assert_int_equal(hear_graph_add_init(g, "lens", &t, &in[4]), HEAR_OK);
    assert_int_equal(hear_graph_add_value(g, "y", &out[0]), HEAR_OK);
    assert_int_equal(hear_graph_add_value(g, "y_h", &out[1]), HEAR_OK);
    assert_int_equal(hear_graph_push_node(g, "", r->op, "rnn", 5, in, 2, out), HEAR_OK);
    hear_node *n = hear_graph_last_node(g);
    assert_int_equal(hear_node_set_int(n, "hidden_size", 2), HEAR_OK);
    assert_int_equal(hear_node_set_int(n, "layout", by_batch), HEAR_OK);
    assert_int_equal(hear_node_set_string(n, "direction", "bidirectional"), HEAR_OK);
    if (r->linear)
        assert_int_equal(hear_node_set_int(n, "linear_before_reset", 1), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, out[0]), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, out[1]), HEAR_OK);
    return g;
}

static void check(const reference *r, bool by_batch, bool training)
{
    hear_graph *g = build(r, by_batch);
    hear_plan *p = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = 1, .training = training };
    if (hear_plan_create(&p, g, &config, &err))
        fail_msg("%s", err.text);
    for (size_t t = 0; t < 3; t++)
        for (size_t b = 0; b < 2; b++)
            ((float *)hear_plan_input(p, 0)->data)[by_batch ? b * 3 + t : t * 2 + b] =
                input[t * 2 + b];
    test_forbid_heap();
    hear_plan_run(p);
    test_allow_heap();
    const float *y = hear_plan_output(p, 0)->data, *last = hear_plan_output(p, 1)->data;
    for (size_t i = 0; i < 24; i++) {
        const size_t k = i % 2, b = i / 2 % 2, d = i / 4 % 2, t = i / 8;
        const size_t at = by_batch ? ((b * 3 + t) * 2 + d) * 2 + k : i;
        assert_close((double)y[at], r->y[i], 2e-7);
        const size_t end = d == 1 ? 0 : b == 0 ? 2 : 1; /* step where this one ends */
        if (t == end)
            assert_close((double)last[by_batch ? (b * 2 + d) * 2 + k : (d * 2 + b) * 2 + k],
                         r->y[i], 2e-7);
    }
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_both_directions_equal_onnx_runtime(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
        for (int how = 0; how < 4; how++)
            check(&references[i], how & 1, how & 2);
}

/* Lengths that no step has are taken as the nearest that is there. */
static void test_lengths_out_of_range_do_no_harm(void **state)
{
    (void)state;
    hear_graph *g = build(&references[2], false);
    int32_t *lens = g->values[hear_graph_find(g, "lens")].init->data;
    lens[0] = INT32_MAX;
    lens[1] = -1;
    hear_plan *p = NULL;
    const hear_plan_config config = { .batch = 1 };
    assert_int_equal(hear_plan_create(&p, g, &config, NULL), HEAR_OK);
    memcpy(hear_plan_input(p, 0)->data, input, sizeof input);
    hear_plan_run(p);
    const float *y = hear_plan_output(p, 0)->data;
    for (size_t i = 0; i < 24; i++)
        assert_close((double)y[i], i / 2 % 2 ? 0.0 : references[2].y[i], 2e-7);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_directions_equal_onnx_runtime),
        cmocka_unit_test(test_lengths_out_of_range_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
