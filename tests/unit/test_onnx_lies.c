/* test_onnx_lies.c - ONNX files that lie are refused, each with its line. */
#include "test.h"

#include "nn/onnx.h"
#include "onnx_file.h"

#include <stdlib.h>
#include <string.h>

/* The model is refused, and the message holds `expected`. */
static void refuse(const proto *m, const char *expected)
{
    hear_graph *g = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_parse(&g, m->data, m->n, &err), HEAR_ERR_MODEL);
    assert_null(g);
    assert_int_equal(err.status, HEAR_ERR_MODEL);
    if (!strstr(err.text, expected))
        print_error("'%s' instead of '%s'\n", err.text, expected);
    assert_non_null(strstr(err.text, expected));
}

static void refuse_graph(const proto *graph, const char *expected)
{
    const proto m = make_model(graph);
    refuse(&m, expected);
}

static void refuse_weight(const proto *weight, const char *expected)
{
    const proto g = make_graph(weight);
    refuse_graph(&g, expected);
}

static void test_no_model_at_all(void **state)
{
    (void)state;
    proto m = { 0 };
    refuse(&m, "no graph");
    proto_text(&m, 7, "");
    refuse(&m, "no IR version");
    m.n = 0;
    proto_bytes(&m, "hello, world\n", 13);
    refuse(&m, "not an ONNX file");
}

static void test_weights_that_do_not_fit_their_shape(void **state)
{
    (void)state;
    proto t = make_tensor("w");
    proto_int(&t, 1, -1);
    refuse_weight(&t, "initialiser 'w' has a negative dimension");
    t = make_tensor("w");
    proto_int(&t, 1, 3);
    refuse_weight(&t, "other than its 6 elements' data");
    t = make_tensor("w");
    proto_int(&t, 1, INT64_MAX);
    refuse_weight(&t, "too large");
    t = make_tensor("w");
    for (int i = 0; i < HEAR_MAX_RANK; i++)
        proto_int(&t, 1, 1);
    refuse_weight(&t, "has 9 dimensions");
    t = make_tensor("w");
    proto_data(&t, 4, "\0\0\0\0\0\0\0\0", 8);
    refuse_weight(&t, "two kinds of data");
    t = make_tensor("w");
    proto_data(&t, 13, "", 0);
    refuse_weight(&t, "in another file");
    t = make_tensor("w");
    proto_int(&t, 14, 1);
    refuse_weight(&t, "in another file");
    t = make_tensor("w");
    proto_data(&t, 3, "", 0);
    refuse_weight(&t, "segments");
    t = make_tensor("w");
    proto_int(&t, 2, HEAR_STRING); /* the last one counts */
    refuse_weight(&t, "raw strings");
    static const struct {
        hear_dtype dtype;
        int64_t number;
    } outside[] = { { HEAR_U8, 256 }, { HEAR_U8, -1 }, { HEAR_I8, 128 }, { HEAR_I8, -129 } };
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        t.n = 0;
        proto_int(&t, 1, 1);
        proto_int(&t, 2, outside[i].dtype);
        proto_text(&t, 8, "w");
        proto_int(&t, 5, outside[i].number);
        refuse_weight(&t, "a number outside of its type");
    }
}

static proto small(void)
{
    return make_graph(NULL);
}

static void test_versions_out_of_range(void **state)
{
    (void)state;
    const proto g = small();
    proto m = make_model(&g);
    proto_int(&m, 1, 2);
    refuse(&m, "IR version 2; 3 is the oldest");
    m = make_model(&g);
    add_opset(&m, "ai.onnx", 16); /* another name of "" */
    refuse(&m, "two opsets of one domain");
    static const int64_t wrong[] = { 0, -1, INT64_MIN };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        m.n = 0;
        proto_int(&m, 1, 8);
        add_opset(&m, "", wrong[i]);
        proto_message(&m, 7, &g);
        refuse(&m, "opset ");
    }
    m = make_model(&g);
    add_opset(&m, "ai.onnx.ml", 0);
    refuse(&m, "opset 0 of ai.onnx.ml");
    m.n = 0;
    proto_int(&m, 1, 8);
    proto_message(&m, 7, &g);
    refuse(&m, "node 0 (Add 'a node'): the opset of its domain is not imported");
}

static void test_names_that_clash(void **state)
{
    (void)state;
    const proto w = make_tensor("w"), x = make_tensor("x");
    proto g = small();
    proto_message(&g, 5, &w);
    refuse_graph(&g, "the name 'w' is given twice");
    g = small();
    add_value_info(&g, 11, "x", by_two, 2);
    refuse_graph(&g, "the name 'x' is given twice");
    g = small();
    add_value_info(&g, 11, "y", by_two, 2);
    refuse_graph(&g, "the name 'y' is given twice");
    g = small();
    add_node(&g, "Relu", "x", NULL, "y");
    refuse_graph(&g, "the name 'y' is given twice");
    g = small();
    add_node(&g, "Relu", "x", NULL, "w");
    refuse_graph(&g, "the name 'w' is given twice");
    g = small();
    proto_message(&g, 5, &x); /* x is an initialised input then, and that is right */
    const proto m = make_model(&g);
    hear_graph *graph = NULL;
    assert_int_equal(hear_onnx_parse(&graph, m.data, m.n, NULL), HEAR_OK);
    assert_int_equal(graph->n_in, 0);
    hear_graph_destroy(graph);
    g = small();
    add_value_info(&g, 12, "y", by_two, 2);
    refuse_graph(&g, "the output 'y' is given twice");
}

static void test_names_that_are_no_text(void **state)
{
    (void)state;
    proto t = make_tensor("");
    refuse_weight(&t, "has no name");
    t = make_tensor("w\xff");
    refuse_weight(&t, "is not UTF-8 text");
    t = make_tensor("w");
    proto_data(&t, 8, "w\0w", 3);
    refuse_weight(&t, "is not UTF-8 text");
    proto g = small(), n = make_node("Relu\xc0", "x", NULL, "z");
    proto_message(&g, 1, &n);
    refuse_graph(&g, "the operator 'Relu?' is not UTF-8 text");
    g = small();
    n = make_node("Relu", "x", NULL, "z");
    proto_data(&n, 7, "a\0", 2);
    proto_message(&g, 1, &n);
    refuse_graph(&g, "the domain 'a' is not UTF-8 text");
}

static void test_nodes_must_be_in_order(void **state)
{
    (void)state;
    proto g = { 0 };
    add_value_info(&g, 11, "x", by_two, 2);
    add_value_info(&g, 12, "y", by_two, 2);
    proto other = g, alone = g;
    add_node(&g, "Relu", "z", NULL, "y");
    add_node(&g, "Relu", "x", NULL, "z");
    refuse_graph(&g, "node 0 (Relu 'a node') uses 'z' before it is made");
    add_node(&other, "Add", "x", "y", "y"); /* a circle of one */
    refuse_graph(&other, "uses 'y' before it is made");
    add_node(&alone, "Add", "x", "nothing", "y");
    refuse_graph(&alone, "uses 'nothing', which nothing makes");
}

static void test_outputs_must_be_made(void **state)
{
    (void)state;
    proto g = { 0 };
    add_value_info(&g, 11, "x", by_two, 2);
    refuse_graph(&g, "the graph has no output");
    add_value_info(&g, 12, "y", by_two, 2);
    refuse_graph(&g, "an output uses 'y', which nothing makes");
}

/* A node of one attribute is refused with that line. */
static void refuse_attribute(const proto *attribute, const char *expected)
{
    proto g = small(), n = make_node("Conv", "x", NULL, "z");
    proto_message(&n, 5, attribute);
    proto_message(&g, 1, &n);
    refuse_graph(&g, expected);
}

static proto make_attribute(const char *name, int64_t type)
{
    proto a = { 0 };
    proto_text(&a, 1, name);
    proto_int(&a, 20, type);
    return a;
}

static void test_attributes_that_are_wrong(void **state)
{
    (void)state;
    proto a = make_attribute("", HEAR_ATTR_INT);
    refuse_attribute(&a, "an attribute without a name");
    a = make_attribute("\x80", HEAR_ATTR_INT);
    refuse_attribute(&a, "an attribute without a name in UTF-8");
    a = make_attribute("body", HEAR_ATTR_INT);
    proto_text(&a, 6, "");
    refuse_attribute(&a, "node 1 (Conv 'a node'): attribute 'body' is a subgraph");
    a = make_attribute("body", 10);
    refuse_attribute(&a, "is a subgraph, which is not supported");
    a = make_attribute("t", HEAR_ATTR_TENSOR);
    refuse_attribute(&a, "attribute 't' has no tensor");
    proto t = make_tensor("");
    proto_int(&t, 1, -5);
    proto_message(&a, 5, &t);
    refuse_attribute(&a, "attribute 't' has a negative dimension");
    static const int64_t types[] = { 0, 9, 11, 12, 13, 14, 15, -1 };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        a = make_attribute("a", types[i]);
        refuse_attribute(&a, "which is not supported");
    }
    a = make_attribute("s", HEAR_ATTR_STRING);
    proto_data(&a, 4, "a\0b", 3);
    refuse_attribute(&a, "attribute 's' holds a zero byte");
    a = make_attribute("s", HEAR_ATTR_STRINGS);
    proto_data(&a, 9, "", 0);
    proto_data(&a, 9, "\0", 1);
    refuse_attribute(&a, "attribute 's' holds a zero byte");
}

static void test_attributes_twice_or_too_many(void **state)
{
    (void)state;
    const proto a = make_attribute("a", HEAR_ATTR_INT);
    proto g = small(), n = make_node("Conv", "x", NULL, "z");
    proto_message(&n, 5, &a);
    proto_message(&n, 5, &a);
    proto_message(&g, 1, &n);
    refuse_graph(&g, "attribute 'a' is given twice");
    g = small();
    n = make_node("Conv", "x", NULL, "z");
    for (int i = 0; i < 257; i++)
        proto_message(&n, 5, &a);
    proto_message(&g, 1, &n);
    refuse_graph(&g, "has more than 256 attributes");
    g = small();
    n = (proto){ 0 };
    proto_text(&n, 2, "z");
    proto_message(&g, 1, &n);
    refuse_graph(&g, "node 1 () has no operator");
}

static void test_a_type_that_is_not_supported_matters_where_it_is_used(void **state)
{
    (void)state;
    proto t = make_tensor("w");
    proto_int(&t, 2, 14); /* complex64 */
    refuse_weight(&t, "uses initialiser 'w' of data type 14, which is not supported");
    t = make_tensor("other");
    proto_int(&t, 2, 14);
    proto g = small();
    proto_message(&g, 5, &t);
    const proto m = make_model(&g);
    hear_graph *graph = NULL;
    assert_int_equal(hear_onnx_parse(&graph, m.data, m.n, NULL), HEAR_OK);
    assert_int_equal(hear_graph_find(graph, "other"), HEAR_NO_VALUE);
    hear_graph_destroy(graph);
    g = small();
    proto_data(&g, 15, "", 0);
    refuse_graph(&g, "sparse initialisers");
}

static void test_metadata_that_is_wrong(void **state)
{
    (void)state;
    const proto g = small();
    proto m = make_model(&g), p = { 0 };
    proto_text(&p, 1, "key");
    proto_text(&p, 2, "text");
    proto_message(&m, 14, &p);
    proto_message(&m, 14, &p);
    refuse(&m, "metadata 'key' is given twice");
    m = make_model(&g);
    proto_data(&p, 2, "a\0", 2);
    proto_message(&m, 14, &p);
    refuse(&m, "metadata 'key' is not UTF-8 text");
    p.n = 0;
    m = make_model(&g);
    for (int i = 0; i < 1025; i++)
        proto_message(&m, 14, &p);
    refuse(&m, "more than 1024 metadata entries");
}

static void test_more_outputs_than_any_network_has(void **state)
{
    (void)state;
    proto g = small(), info = { 0 };
    for (int i = 0; i < 1024; i++)
        proto_message(&g, 12, &info);
    refuse_graph(&g, "more than 1024 outputs");
}

/* ---- size and depth */

/* Refused from n bytes of a model whose graph is `piece` again and again. */
static void refuse_repeated(const void *piece, size_t n_piece, size_t n, const char *expected)
{
    proto head = { 0 };
    proto_int(&head, 1, 8);
    proto_varint(&head, 7 << 3 | 2);
    proto_varint(&head, n * n_piece);
    uint8_t *file = malloc(head.n + n * n_piece);
    assert_non_null(file);
    memcpy(file, head.data, head.n);
    for (size_t i = 0; i < n; i++)
        memcpy(file + head.n + i * n_piece, piece, n_piece);
    hear_graph *g = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_parse(&g, file, head.n + n * n_piece, &err), HEAR_ERR_MODEL);
    if (!strstr(err.text, expected))
        print_error("'%s' instead of '%s'\n", err.text, expected);
    assert_non_null(strstr(err.text, expected));
    free(file);
}

static void test_two_bytes_that_cost_a_struct(void **state)
{
    (void)state;
    refuse_repeated("\x0a\0", 2, 2 << 20, "needs more than 96 MiB"); /* empty nodes */
    refuse_repeated("\x2a\0", 2, 2 << 20, "needs more than 96 MiB"); /* empty initialisers */
}

static void test_a_file_too_large_for_its_reader(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_parse(&g, "", HEAR_ONNX_MAX_BYTES + 1, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "larger than 512 MiB");
}

/* Wraps the n bytes that end at file + *start into a field of their own, in front of them. */
static void wrap(uint8_t *file, size_t *start, size_t end, uint8_t tag)
{
    proto head = { 0 };
    proto_varint(&head, tag);
    proto_varint(&head, end - *start);
    assert_true(*start >= head.n);
    *start -= head.n;
    memcpy(file + *start, head.data, head.n);
}

static void test_nesting_does_not_make_the_reader_recurse(void **state)
{
    (void)state;
    enum { ROOM = 1 << 20 };
    uint8_t *file = malloc(ROOM);
    assert_non_null(file);
    size_t start = ROOM - 64;
    const size_t end = ROOM - 64;
    while (start > 64) { /* attribute g of a node of a graph that is attribute g of … */
        wrap(file, &start, end, 6 << 3 | 2);
        wrap(file, &start, end, 5 << 3 | 2);
        wrap(file, &start, end, 1 << 3 | 2);
    }
    wrap(file, &start, end, 7 << 3 | 2);
    proto tail = { 0 };
    proto_int(&tail, 1, 8);
    add_opset(&tail, "", 17);
    memcpy(file + end, tail.data, tail.n);
    hear_graph *g = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_parse(&g, file + start, end + tail.n - start, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "node 0 () has no operator");
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_model_at_all),
        cmocka_unit_test(test_weights_that_do_not_fit_their_shape),
        cmocka_unit_test(test_versions_out_of_range),
        cmocka_unit_test(test_names_that_clash),
        cmocka_unit_test(test_names_that_are_no_text),
        cmocka_unit_test(test_nodes_must_be_in_order),
        cmocka_unit_test(test_outputs_must_be_made),
        cmocka_unit_test(test_attributes_that_are_wrong),
        cmocka_unit_test(test_attributes_twice_or_too_many),
        cmocka_unit_test(test_a_type_that_is_not_supported_matters_where_it_is_used),
        cmocka_unit_test(test_metadata_that_is_wrong),
        cmocka_unit_test(test_more_outputs_than_any_network_has),
        cmocka_unit_test(test_two_bytes_that_cost_a_struct),
        cmocka_unit_test(test_a_file_too_large_for_its_reader),
        cmocka_unit_test(test_nesting_does_not_make_the_reader_recurse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
