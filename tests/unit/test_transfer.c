/* test_transfer.c - a network cut open and given a new head. */
#include "test.h"

#include "nn/plan.h"
#include "stream/small_model.h"
#include "train/transfer.h"

#include <string.h>

static const hear_arch_options options = { .n_labels = 2, .c = 1.0 };
static hear_error err;

static void test_the_old_network_is_kept_up_to_the_cut(void **state)
{
    (void)state;
    hear_model *base = small_model(1, HEAR_LAYOUT_TIME_MEL);
    hear_graph *g;
    /* the last node's input: what the last layer sees */
    const hear_node *const last = &base->graph->nodes[base->graph->n_nodes - 2];
    const char *const cut = base->graph->values[last->in[0]].name;
    assert_int_equal(hear_transfer_build(&g, base, cut, &options, &err), HEAR_OK);
    hear_plan *old, *new;
    assert_int_equal(
        hear_plan_create(&old, base->graph, &(hear_plan_config){ .batch = 1, .output = cut }, &err),
        HEAR_OK);
    assert_int_equal(
        hear_plan_create(&new, g, &(hear_plan_config){ .batch = 1, .output = "standard" }, &err),
        HEAR_OK);
    const size_t n = hear_plan_input(old, 0)->count;
    for (size_t i = 0; i < n; i++)
        ((float *)hear_plan_input(old, 0)->data)[i] = ((float *)hear_plan_input(new, 0)->data)[i] =
            (float)(i % 17) * 0.1f - 0.8f;
    hear_plan_run(old);
    hear_plan_run(new);
    const hear_tensor *a = hear_plan_output(old, 0), *b = hear_plan_output(new, 0);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->data, b->data, a->count * sizeof(float)); /* mean 0, scale 1 as yet */
    hear_plan_destroy(old);
    hear_plan_destroy(new);

    /* its own last layer is gone, and the new one's weights alone are not fixed */
    assert_true(g->n_nodes < base->graph->n_nodes + 6);
    size_t n_free = 0;
    for (size_t i = 0; i < g->n_values; i++)
        n_free += g->values[i].init && strncmp(g->values[i].name, HEAR_NET_FIXED, 6) != 0;
    assert_int_equal(n_free, 2);
    assert_int_equal(g->values[hear_graph_find(g, "logits.bias")].shape.dim[0], 2);
    assert_int_equal(g->n_props, 0);
    hear_graph_destroy(g);
    hear_model_close(base);
}

static void test_a_cut_that_cannot_be_is_refused(void **state)
{
    (void)state;
    hear_graph *g;
    hear_model *base = small_model(1, HEAR_LAYOUT_TIME_MEL);
    assert_null(hear_transfer_cut(base));
    assert_int_equal(hear_transfer_build(&g, base, "nowhere", &options, &err), HEAR_ERR_ARG);
    assert_null(g);
    assert_non_null(strstr(err.text, "no value 'nowhere'"));
    hear_model_close(base);
    base = small_model(0, HEAR_LAYOUT_MEL_TIME);
    assert_int_equal(hear_transfer_build(&g, base, "x", &options, &err), HEAR_ERR_ARG);
    assert_non_null(strstr(err.text, "mel-time"));
    hear_model_close(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_old_network_is_kept_up_to_the_cut),
        cmocka_unit_test(test_a_cut_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
