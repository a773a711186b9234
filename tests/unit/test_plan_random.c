/* test_plan_random.c - networks at random: planned for inference (fused, folded, bytes shared) they
 * give what they give planned for training with learning off, where every value keeps its place. */
#include "test.h"

#include "base/rng.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hear_graph *graph;
    hear_rng rng;
    size_t n_nodes, n_weights;
    int64_t channels; /* even: few, or enough for a convolution with the channels last */
} builder;

static size_t pick(builder *b, size_t n)
{
    return (size_t)hear_rng_below(&b->rng, n);
}

static size_t weight(builder *b, hear_shape shape, double low, double high)
{
    char name[32];
    size_t v, n;
    assert_true(hear_shape_count(&shape, &n));
    snprintf(name, sizeof name, "w%zu", b->n_weights++);
    assert_int_equal(hear_graph_add_weight(b->graph, name, &shape, NULL, &v), HEAR_OK);
    for (size_t i = 0; i < n; i++)
        ((float *)b->graph->values[v].init->data)[i] =
            (float)(low + (high - low) * hear_rng_uniform(&b->rng));
    return v;
}

static size_t node(builder *b, const char *op, size_t n_in, const size_t *in)
{
    char name[32];
    size_t v;
    snprintf(name, sizeof name, "n%zu", b->n_nodes++);
    assert_int_equal(hear_graph_add_node(b->graph, op, name, n_in, in, &v), HEAR_OK);
    return v;
}

static void set_int(builder *b, const char *name, int64_t v)
{
    assert_int_equal(hear_node_set_int(hear_graph_last_node(b->graph), name, v), HEAR_OK);
}

static size_t normalise(builder *b, size_t x, int64_t channels)
{
    const hear_shape each = { 1, { channels } };
    const size_t in[5] = { x, weight(b, each, 0.5, 1.5), weight(b, each, -1, 1),
                           weight(b, each, -1, 1), weight(b, each, 0.5, 2) };
    return node(b, "BatchNormalization", 5, in);
}

/* Each takes one of the values made so far, all [2, channels, 5], and makes another. */
static size_t grow(builder *b, const size_t *made, size_t n_made)
{
    static const char *const unary[] = { "Relu",    "LeakyRelu", "Sigmoid", "Tanh",
                                         "Softmax", "Identity",  "Dropout" };
    static const char *const binary[] = { "Add", "Sub", "Mul", "Max", "Min" };
    const size_t x = made[pick(b, n_made)];
    size_t in[3] = { x, made[pick(b, n_made)], 0 };
    const int64_t pads[2] = { 1, 1 }, perm[3] = { 0, 2, 1 }, n = b->channels;
    const int64_t groups[4] = { 1, 1, 2, n };
    switch (pick(b, 8)) {
    case 0:
    case 1:
        return node(b, unary[pick(b, sizeof unary / sizeof unary[0])], 1, in);
    case 2:
    case 3:
        return node(b, binary[pick(b, sizeof binary / sizeof binary[0])], 2, in);
    case 4: /* Conv, in one or two groups, or depthwise */
        in[1] = weight(b, (hear_shape){ 3, { n, n / groups[pick(b, 4)], 3 } }, -1.8 / (double)n,
                       1.8 / (double)n);
        in[2] = weight(b, (hear_shape){ 1, { n } }, -1, 1);
        in[0] = node(b, "Conv", 2 + pick(b, 2), in);
        set_int(b, "group", n / b->graph->values[in[1]].init->shape.dim[1]);
        assert_int_equal(hear_node_set_ints(hear_graph_last_node(b->graph), "pads", 2, pads),
                         HEAR_OK);
        return pick(b, 3) ? normalise(b, in[0], n) : in[0];
    case 5: /* ConvTranspose */
        in[1] = weight(b, (hear_shape){ 3, { n, n / 2, 3 } }, -1.8 / (double)n, 1.8 / (double)n);
        in[0] = node(b, "ConvTranspose", 2, in);
        set_int(b, "group", 2);
        assert_int_equal(hear_node_set_ints(hear_graph_last_node(b->graph), "pads", 2, pads),
                         HEAR_OK);
        return normalise(b, in[0], n);
    case 6: /* there and back again */
        in[0] = node(b, "Transpose", 1, in);
        assert_int_equal(hear_node_set_ints(hear_graph_last_node(b->graph), "perm", 3, perm),
                         HEAR_OK);
        in[0] = node(b, pick(b, 2) ? "Relu" : "Identity", 1, in);
        in[0] = node(b, "Transpose", 1, in);
        assert_int_equal(hear_node_set_ints(hear_graph_last_node(b->graph), "perm", 3, perm),
                         HEAR_OK);
        return in[0];
    default: /* a product with the weights on the right */
        in[1] = weight(b, (hear_shape){ 2, { 5, 5 } }, -0.4, 0.4);
        return node(b, "MatMul", 2, in);
    }
}

static hear_graph *random_graph(uint64_t seed)
{
    builder b = { 0 };
    size_t made[40], n_made = 1;
    hear_rng_seed(&b.rng, seed);
    assert_int_equal(hear_graph_create(&b.graph, 17), HEAR_OK);
    b.channels = seed % 2 ? 18 : 6;
    const hear_shape in = { 3, { -1, b.channels, 5 } };
    assert_int_equal(hear_graph_add_input(b.graph, "x", HEAR_F32, &in, &made[0]), HEAR_OK);
    const size_t n = 3 + pick(&b, 30);
    while (n_made < n) {
        /* mostly from what came last, so that chains grow that can share bytes */
        const size_t from = pick(&b, 3) || n_made < 4 ? n_made - 1 : pick(&b, n_made);
        made[n_made] = grow(&b, made + from, n_made - from);
        n_made++;
    }
    assert_int_equal(hear_graph_add_output(b.graph, made[n_made - 1]), HEAR_OK);
    for (size_t i = 1; i + 1 < n_made; i++)
        if (pick(&b, 8) == 0)
            assert_int_equal(hear_graph_add_output(b.graph, made[i]), HEAR_OK);
    return b.graph;
}

static void fill(hear_plan *p)
{
    hear_rng rng;
    hear_rng_seed(&rng, 3);
    hear_tensor *x = hear_plan_input(p, 0);
    for (size_t i = 0; i < x->count; i++)
        ((float *)x->data)[i] = (float)(hear_rng_normal(&rng));
}

static void test_inference_equals_training_without_learning(void **state)
{
    (void)state;
    size_t n_folded = 0, bytes[2] = { 0, 0 };
    for (uint64_t seed = 0; seed < 400; seed++) {
        hear_graph *g = random_graph(seed);
        hear_plan *p[2] = { NULL, NULL };
        hear_error err = { 0 };
        for (int training = 0; training < 2; training++) {
            const hear_plan_config config = { .batch = 2, .training = training };
            if (hear_plan_create(&p[training], g, &config, &err))
                fail_msg("seed %d: %s", (int)seed, err.text);
            fill(p[training]);
            hear_plan_run(p[training]);
            bytes[training] += hear_plan_bytes(p[training]);
        }
        for (size_t o = 0; o < hear_plan_n_outputs(p[0]); o++) {
            const float *a = hear_plan_output(p[0], o)->data, *b = hear_plan_output(p[1], o)->data;
            for (size_t i = 0; i < hear_plan_output(p[0], o)->count; i++)
                if (!(fabsf(a[i] - b[i]) <= 1e-4f * (1.0f + fabsf(b[i]))))
                    fail_msg("seed %d: output %zu [%zu] is %g, expected %g", (int)seed, o, i,
                             (double)a[i], (double)b[i]);
        }
        for (size_t i = 0; i < hear_plan_n_nodes(p[0]); i++)
            n_folded += hear_plan_node_info(p[0], i).folded;
        hear_plan_destroy(p[0]);
        hear_plan_destroy(p[1]);
        hear_graph_destroy(g);
    }
    print_message("%zu nodes folded, %zu bytes for inference, %zu for training\n", n_folded,
                  bytes[0], bytes[1]);
    assert_true(n_folded > 1000 && bytes[0] < bytes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inference_equals_training_without_learning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
