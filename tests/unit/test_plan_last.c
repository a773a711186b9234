/* test_plan_last.c - networks over pictures at random, whose values have their channels last where
 * the plan sees fit: they give what they give with the channels first, and a picture gives the same
 * bits whatever it is batched with. */
#include "test.h"

#include "base/rng.h"
#include "nn/plan.h"
#include "nn/simd.h"

#include <stdio.h>
#include <string.h>

enum { BATCH = 5, SIDE = 13 };

typedef struct {
    hear_graph *graph;
    hear_rng rng;
    size_t value, n;        /* the last value, and how many nodes and weights there are */
    int64_t channels, h, w; /* of the last value */
} builder;

static size_t pick(builder *b, size_t n)
{
    return (size_t)hear_rng_below(&b->rng, n);
}

static size_t weight(builder *b, hear_shape shape, double most)
{
    char name[32];
    size_t v, n;
    assert_true(hear_shape_count(&shape, &n));
    snprintf(name, sizeof name, "w%zu", b->n++);
    assert_int_equal(hear_graph_add_weight(b->graph, name, &shape, NULL, &v), HEAR_OK);
    for (size_t i = 0; i < n; i++)
        ((float *)b->graph->values[v].init->data)[i] =
            (float)(most * (2.0 * hear_rng_uniform(&b->rng) - 1.0));
    return v;
}

static hear_node *node(builder *b, const char *op, size_t n_in, const size_t *in)
{
    char name[32];
    snprintf(name, sizeof name, "n%zu", b->n++);
    assert_int_equal(hear_graph_add_node(b->graph, op, name, n_in, in, &b->value), HEAR_OK);
    return hear_graph_last_node(b->graph);
}

/* Of k x k, padded to keep the size, then every `stride`-th. */
static void conv(builder *b, int64_t out, int64_t k, int64_t stride, int64_t groups)
{
    const int64_t pads[4] = { k / 2, k / 2, k / 2, k / 2 }, strides[2] = { stride, stride };
    const int64_t in = b->channels / groups;
    const size_t inputs[3] = {
        b->value, weight(b, (hear_shape){ 4, { out, in, k, k } }, 2.0 / sqrt((double)(in * k * k))),
        weight(b, (hear_shape){ 1, { out } }, 0.5)
    };
    hear_node *n = node(b, "Conv", 2 + pick(b, 2), inputs);
    assert_int_equal(hear_node_set_ints(n, "pads", 4, pads), HEAR_OK);
    assert_int_equal(hear_node_set_ints(n, "strides", 2, strides), HEAR_OK);
    assert_int_equal(hear_node_set_int(n, "group", groups), HEAR_OK);
    b->channels = out;
    b->h = (b->h - 1) / stride + 1;
    b->w = (b->w - 1) / stride + 1;
}

static void pool(builder *b)
{
    const int64_t two[2] = { 2, 2 }, pads[4] = { 1, 0, 0, 1 };
    const bool mean = pick(b, 2), padded = mean && pick(b, 2);
    if (b->h < 2 || b->w < 2)
        return;
    hear_node *n = node(b, mean ? "AveragePool" : "MaxPool", 1, &b->value);
    if (padded)
        assert_int_equal(hear_node_set_ints(n, "pads", 4, pads), HEAR_OK);
    assert_int_equal(hear_node_set_ints(n, "kernel_shape", 2, two), HEAR_OK);
    assert_int_equal(hear_node_set_ints(n, "strides", 2, two), HEAR_OK);
    b->h = (b->h + padded) / 2;
    b->w = (b->w + padded) / 2;
}

static void grow(builder *b)
{
    static const char *const unary[] = { "Relu", "Tanh", "HardSwish", "Dropout", "Softmax" };
    static const int64_t widths[] = { 3, 16, 20, 33 };
    const size_t two[2] = { b->value, b->value };
    switch (pick(b, 9)) {
    case 0:
    case 1:
        conv(b, widths[pick(b, 4)], 3, 1, 1);
        break;
    case 2:
        conv(b, widths[pick(b, 4)], 1 + 2 * (int64_t)pick(b, 3), 1 + (int64_t)pick(b, 2), 1);
        break;
    case 3:
        conv(b, b->channels, 3, 1 + (int64_t)pick(b, 2), b->channels);
        break;
    case 4:
        pool(b);
        break;
    case 5: /* two groups */
        if (b->channels % 2 == 0)
            conv(b, 40, 1 + 2 * (int64_t)pick(b, 2), 1 + (int64_t)pick(b, 2), 2);
        break;
    case 6: /* back to where it came from, through another convolution */
        conv(b, b->channels, 3, 1, 1);
        node(b, "Add", 2, (size_t[]){ b->value, two[0] });
        break;
    default:
        node(b, unary[pick(b, sizeof unary / sizeof *unary)], 1, &b->value);
    }
}

static hear_graph *random_graph(uint64_t seed)
{
    builder b = { .channels = 1 + (int64_t)(seed % 3), .h = SIDE, .w = SIDE };
    hear_rng_seed(&b.rng, seed);
    assert_int_equal(hear_graph_create(&b.graph, 17), HEAR_OK);
    const hear_shape in = { 4, { -1, b.channels, SIDE, SIDE } };
    assert_int_equal(hear_graph_add_input(b.graph, "x", HEAR_F32, &in, &b.value), HEAR_OK);
    for (size_t i = 2 + pick(&b, 8); i > 0; i--)
        grow(&b);
    int64_t n = b.channels * b.h * b.w;
    if (pick(&b, 2)) {
        node(&b, pick(&b, 2) ? "GlobalAveragePool" : "GlobalMaxPool", 1, &b.value);
        n = b.channels;
    }
    node(&b, "Flatten", 1, &b.value);
    node(&b, seed % 2 ? "MatMul" : "Gemm", 2,
         (size_t[]){ b.value, weight(&b, (hear_shape){ 2, { n, 7 } }, 0.1) });
    assert_int_equal(hear_graph_add_output(b.graph, b.value), HEAR_OK);
    return b.graph;
}

/* y [batch][7] of the pictures from the first-th on. */
static void run(hear_graph *g, size_t batch, bool training, size_t first, float *y)
{
    hear_plan *p = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = batch, .training = training };
    if (hear_plan_create(&p, g, &config, &err))
        fail_msg("%s", err.text);
    hear_tensor *x = hear_plan_input(p, 0);
    hear_rng rng;
    hear_rng_seed(&rng, 7);
    const size_t each = x->count / batch;
    for (size_t i = 0; i < (first + batch) * each; i++) {
        const float v = (float)hear_rng_normal(&rng);
        if (i >= first * each)
            ((float *)x->data)[i - first * each] = v;
    }
    test_forbid_heap();
    hear_plan_run(p);
    test_allow_heap();
    memcpy(y, hear_plan_output(p, 0)->data, batch * 7 * sizeof *y);
    hear_plan_destroy(p);
}

static void check_all(void)
{
    for (uint64_t seed = 0; seed < 80; seed++) {
        float first[BATCH * 7], together[BATCH * 7], alone[7];
        hear_graph *g = random_graph(seed);
        run(g, BATCH, true, 0, first);
        run(g, BATCH, false, 0, together);
        for (size_t i = 0; i < BATCH * 7; i++)
            if (!(fabsf(together[i] - first[i]) <= 2e-4f * (1.0f + fabsf(first[i]))))
                fail_msg("seed %d: [%zu] is %g, expected %g", (int)seed, i, (double)together[i],
                         (double)first[i]);
        for (size_t i = 0; i < BATCH; i++) {
            run(g, 1, false, i, alone);
            assert_memory_equal(alone, together + i * 7, sizeof alone);
        }
        hear_graph_destroy(g);
    }
}

static void test_layout_and_batch_change_nothing(void **state)
{
    (void)state;
    static const char *const kinds[] = { "plain", "avx2", "avx512" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (hear_simd_choose(kinds[i]))
            check_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_and_batch_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
