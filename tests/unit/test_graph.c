/* test_graph.c - values, nodes, attributes and metadata of graphs built by hand. */
#include "test.h"

#include "nn/graph.h"

#include "base/mem.h"

#include <string.h>

static hear_shape shape2(int64_t a, int64_t b)
{
    return (hear_shape){ .rank = 2, .dim = { a, b } };
}

static void test_count_is_the_product_and_fits(void **state)
{
    (void)state;
    size_t n = 7;
    const hear_shape scalar = { .rank = 0 };
    assert_true(hear_shape_count(&scalar, &n));
    assert_int_equal(n, 1);
    hear_shape s = { .rank = 3, .dim = { 2, 3, 4 } };
    assert_true(hear_shape_count(&s, &n));
    assert_int_equal(n, 24);
    s.dim[0] = -1;
    assert_false(hear_shape_count(&s, &n));
    s = (hear_shape){ .rank = 3, .dim = { INT64_MAX, INT64_MAX, 0 } };
    assert_true(hear_shape_count(&s, &n)); /* nothing of anything */
    assert_int_equal(n, 0);
    s.dim[2] = 2;
    assert_false(hear_shape_count(&s, &n));
}

static void test_shape_as_text(void **state)
{
    (void)state;
    char text[32];
    hear_shape s = { .rank = 3, .dim = { -1, 64, 300 } };
    assert_string_equal(hear_shape_text(&s, text, sizeof text), "[?, 64, 300]");
    s.rank = 0;
    assert_string_equal(hear_shape_text(&s, text, sizeof text), "[]");
    s = shape2(123456, 7);
    assert_string_equal(hear_shape_text(&s, text, 8), "[123456");
    const hear_shape same = shape2(123456, 7);
    assert_true(hear_shape_equal(&s, &same));
    s.rank = 1;
    assert_false(hear_shape_equal(&s, &same));
}

static void test_tensor_refuses_what_it_cannot_hold(void **state)
{
    (void)state;
    hear_tensor *t = NULL;
    hear_shape s = shape2(-1, 2);
    assert_int_equal(hear_tensor_create(&t, HEAR_F32, &s), HEAR_ERR_MODEL);
    assert_null(t);
    s = shape2(2, 2);
    assert_int_equal(hear_tensor_create(&t, (hear_dtype)10, &s), HEAR_ERR_MODEL);
    assert_int_equal(hear_tensor_create(&t, (hear_dtype)-1, &s), HEAR_ERR_MODEL);
    s = shape2(INT64_MAX / 2, 2);
    assert_int_equal(hear_tensor_create(&t, HEAR_F64, &s), HEAR_ERR_MODEL);
    s = shape2(3, 0);
    assert_int_equal(hear_tensor_create(&t, HEAR_F64, &s), HEAR_OK);
    assert_int_equal(t->count, 0);
    hear_tensor_destroy(t);
}

static void test_tensor_of_strings_is_copied_deeply(void **state)
{
    (void)state;
    hear_tensor *t = NULL, *copy = NULL;
    const hear_shape s = shape2(1, 2);
    assert_int_equal(hear_tensor_create(&t, HEAR_STRING, &s), HEAR_OK);
    ((char **)t->data)[1] = hear_strdup("cat");
    assert_int_equal(hear_tensor_copy(&copy, t), HEAR_OK);
    hear_tensor_destroy(t);
    assert_null(((char **)copy->data)[0]);
    assert_string_equal(((char **)copy->data)[1], "cat");
    hear_tensor_destroy(copy);
}

/* x [?, 2] -> Gemm with w, b -> y */
static hear_graph *small(void)
{
    hear_graph *g = NULL;
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    size_t x, w, b, y;
    const hear_shape in = shape2(-1, 2), weights = shape2(2, 3);
    const hear_shape bias = { .rank = 1, .dim = { 3 } };
    const float data[6] = { 1, 2, 3, 4, 5, 6 };
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "w", &weights, data, &w), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "b", &bias, NULL, &b), HEAR_OK);
    const size_t ins[] = { x, w, b };
    assert_int_equal(hear_graph_add_node(g, "Gemm", "y", 3, ins, &y), HEAR_OK);
    assert_int_equal(hear_node_set_float(hear_graph_last_node(g), "alpha", 0.5f), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, y), HEAR_OK);
    return g;
}

static void test_names_are_unique_and_numbers_exist(void **state)
{
    (void)state;
    hear_graph *g = small();
    size_t v = 99;
    const size_t n_values = g->n_values;
    const hear_shape s = shape2(1, 1);
    assert_int_equal(hear_graph_find(g, "w"), 1);
    assert_int_equal(hear_graph_find(g, "nothing"), HEAR_NO_VALUE);
    assert_int_equal(hear_graph_add_value(g, "w", &v), HEAR_ERR_MODEL);
    assert_int_equal(hear_graph_add_value(g, "", &v), HEAR_ERR_MODEL);
    assert_int_equal(hear_graph_add_input(g, "y", HEAR_F32, &s, &v), HEAR_ERR_MODEL);
    assert_int_equal(hear_graph_add_weight(g, "x", &s, NULL, &v), HEAR_ERR_MODEL);
    const size_t far[] = { g->n_values };
    assert_int_equal(hear_graph_add_node(g, "Relu", "z", 1, far, &v), HEAR_ERR_MODEL);
    assert_int_equal(hear_graph_add_output(g, g->n_values), HEAR_ERR_MODEL);
    assert_int_equal(hear_graph_add_output(g, g->out[0]), HEAR_ERR_MODEL);
    assert_int_equal(g->n_values, n_values);
    assert_int_equal(g->n_nodes, 1);
    assert_int_equal(v, 99);
    hear_graph_destroy(g);
}

static void test_attributes_are_replaced_by_name(void **state)
{
    (void)state;
    hear_graph *g = small();
    hear_node *n = hear_graph_last_node(g);
    const int64_t pads[] = { 1, 0, 1, 0 };
    const char *const words[] = { "a", "b" };
    assert_int_equal(hear_node_set_ints(n, "pads", 4, pads), HEAR_OK);
    assert_int_equal(hear_node_set_string(n, "auto_pad", "VALID"), HEAR_OK);
    assert_int_equal(hear_node_set_strings(n, "words", 2, words), HEAR_OK);
    assert_int_equal(hear_node_set_int(n, "alpha", -3), HEAR_OK);
    assert_int_equal(n->n_attrs, 4);
    assert_int_equal(hear_node_attr(n, "alpha")->type, HEAR_ATTR_INT);
    assert_int_equal(hear_node_attr(n, "alpha")->ints[0], -3);
    assert_null(hear_node_attr(n, "alpha")->floats);
    assert_int_equal(hear_node_attr(n, "pads")->n, 4);
    assert_int_equal(hear_node_attr(n, "pads")->ints[2], 1);
    assert_string_equal(hear_node_attr(n, "auto_pad")->strings[0], "VALID");
    assert_string_equal(hear_node_attr(n, "words")->strings[1], "b");
    assert_null(hear_node_attr(n, "dilations"));
    hear_graph_destroy(g);
}

static void test_copy_shares_nothing(void **state)
{
    (void)state;
    hear_graph *g = small(), *copy = NULL;
    hear_node *n = hear_graph_last_node(g);
    assert_int_equal(hear_graph_set_prop(g, "k", "old"), HEAR_OK);
    assert_int_equal(hear_graph_set_prop(g, "k", "new"), HEAR_OK);
    assert_int_equal(hear_node_set_tensor(n, "t", g->values[1].init), HEAR_OK);
    assert_int_equal(hear_graph_copy(&copy, g), HEAR_OK);
    ((float *)g->values[1].init->data)[5] = 0.0f;
    hear_graph_destroy(g);

    assert_int_equal(copy->opset, 17);
    assert_int_equal(copy->n_values, 4);
    assert_int_equal(copy->n_in, 1);
    assert_int_equal(copy->n_out, 1);
    assert_int_equal(copy->out[0], 3);
    assert_string_equal(hear_graph_prop(copy, "k"), "new");
    assert_null(hear_graph_prop(copy, "none"));
    assert_close(((float *)copy->values[1].init->data)[5], 6.0, 0.0);
    assert_true(copy->values[1].has_type);
    assert_int_equal(copy->values[0].shape.dim[0], -1);
    n = &copy->nodes[0];
    assert_string_equal(n->op_type, "Gemm");
    assert_string_equal(n->domain, "");
    assert_int_equal(n->in[2], 2);
    assert_close(hear_node_attr(n, "alpha")->floats[0], 0.5, 0.0);
    assert_close(((float *)hear_node_attr(n, "t")->tensor->data)[5], 6.0, 0.0);
    hear_graph_destroy(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_is_the_product_and_fits),
        cmocka_unit_test(test_shape_as_text),
        cmocka_unit_test(test_tensor_refuses_what_it_cannot_hold),
        cmocka_unit_test(test_tensor_of_strings_is_copied_deeply),
        cmocka_unit_test(test_names_are_unique_and_numbers_exist),
        cmocka_unit_test(test_attributes_are_replaced_by_name),
        cmocka_unit_test(test_copy_shares_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
