/* test_onnx.c - graphs to ONNX files and back, and files that lie. */
#include "test.h"

#include "base/file.h"
#include "nn/onnx.h"
#include "proto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- files made by hand: a model is versions, and a graph whose parts a test adds or spoils */

static void add_opset(proto *model, const char *domain, int64_t version)
{
    proto o = { 0 };
    proto_text(&o, 1, domain);
    proto_int(&o, 2, version);
    proto_message(model, 8, &o);
}

static void add_value_info(proto *graph, unsigned field, const char *name, const int64_t *dims,
                           size_t rank)
{
    proto shape = { 0 }, tensor = { 0 }, type = { 0 }, info = { 0 };
    for (size_t i = 0; i < rank; i++) {
        proto dim = { 0 };
        if (dims[i] >= 0)
            proto_int(&dim, 1, dims[i]);
        else
            proto_text(&dim, 2, "N");
        proto_message(&shape, 1, &dim);
    }
    proto_int(&tensor, 1, HEAR_F32);
    proto_message(&tensor, 2, &shape);
    proto_message(&type, 1, &tensor);
    proto_text(&info, 1, name);
    proto_message(&info, 2, &type);
    proto_message(graph, field, &info);
}

static proto make_node(const char *op, const char *in, const char *in2, const char *out)
{
    proto n = { 0 };
    proto_text(&n, 1, in);
    if (in2)
        proto_text(&n, 1, in2);
    proto_text(&n, 2, out);
    proto_text(&n, 3, "a node");
    proto_text(&n, 4, op);
    return n;
}

static void add_node(proto *graph, const char *op, const char *in, const char *in2, const char *out)
{
    const proto n = make_node(op, in, in2, out);
    proto_message(graph, 1, &n);
}

/* float32 [2] of 1, 2 */
static proto make_tensor(const char *name)
{
    static const uint8_t one_two[8] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40 };
    proto t = { 0 };
    proto_int(&t, 1, 2);
    proto_int(&t, 2, HEAR_F32);
    proto_text(&t, 8, name);
    proto_data(&t, 9, one_two, sizeof one_two);
    return t;
}

static const int64_t by_two[] = { -1, 2 };

static proto make_model(const proto *graph)
{
    proto m = { 0 };
    proto_int(&m, 1, 8);
    add_opset(&m, "", 17);
    proto_message(&m, 7, graph);
    return m;
}

/* x [?, 2], w [2] -> Add -> y; extra: one more initialiser in place of w, or NULL */
static proto make_graph(const proto *weight)
{
    proto g = { 0 };
    const proto w = make_tensor("w");
    add_value_info(&g, 11, "x", by_two, 2);
    add_value_info(&g, 12, "y", by_two, 2);
    proto_message(&g, 5, weight ? weight : &w);
    add_node(&g, "Add", "x", "w", "y");
    return g;
}

static hear_graph *parse(const proto *m)
{
    hear_graph *g = NULL;
    hear_error err = { 0 };
    const hear_status status = hear_onnx_parse(&g, m->data, m->n, &err);
    if (status != HEAR_OK)
        print_error("%s\n", err.text);
    assert_int_equal(status, HEAR_OK);
    assert_non_null(g);
    return g;
}

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

/* ---- what is read */

static void test_reads_values_nodes_and_types(void **state)
{
    (void)state;
    const proto graph = make_graph(NULL);
    const proto m = make_model(&graph);
    hear_graph *g = parse(&m);
    assert_int_equal(g->opset, 17);
    assert_int_equal(g->opset_ml, 0);
    assert_int_equal(g->n_in, 1);
    assert_int_equal(g->n_out, 1);
    assert_int_equal(g->n_nodes, 1);
    const hear_value *x = &g->values[g->in[0]];
    assert_string_equal(x->name, "x");
    assert_true(x->has_type);
    assert_int_equal(x->shape.rank, 2);
    assert_int_equal(x->shape.dim[0], -1);
    assert_int_equal(x->shape.dim[1], 2);
    const hear_node *n = &g->nodes[0];
    assert_string_equal(n->op_type, "Add");
    assert_string_equal(n->name, "a node");
    assert_string_equal(n->domain, "");
    assert_int_equal(n->in[0], g->in[0]);
    assert_int_equal(n->out[0], g->out[0]);
    const hear_tensor *w = g->values[n->in[1]].init;
    assert_non_null(w);
    assert_close(((float *)w->data)[0], 1.0, 0.0);
    assert_close(((float *)w->data)[1], 2.0, 0.0);
    hear_graph_destroy(g);
}

static void test_an_initialiser_is_no_input(void **state)
{
    (void)state;
    proto graph = make_graph(NULL);
    const int64_t two = 2;
    add_value_info(&graph, 11, "w", &two, 1); /* as IR version 3 wants it */
    const proto m = make_model(&graph);
    hear_graph *g = parse(&m);
    assert_int_equal(g->n_in, 1);
    assert_int_equal(g->n_values, 3);
    hear_graph_destroy(g);
}

/* ---- there and back */

static hear_graph *everything(void)
{
    hear_graph *g = NULL;
    size_t x, w, numbers, words, y, z;
    const hear_shape in = { .rank = 3, .dim = { -1, 4, 2 } }, two = { .rank = 1, .dim = { 2 } };
    assert_int_equal(hear_graph_create(&g, 13), HEAR_OK);
    g->opset_ml = 3;
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "w", &two, (float[]){ 0.1f, -2.0f }, &w), HEAR_OK);
    hear_tensor *t = NULL;
    assert_int_equal(hear_tensor_create(&t, HEAR_I64, &two), HEAR_OK);
    ((int64_t *)t->data)[1] = INT64_MIN;
    assert_int_equal(hear_graph_add_init(g, "numbers", t, &numbers), HEAR_OK);
    hear_tensor_destroy(t);
    assert_int_equal(hear_tensor_create(&t, HEAR_STRING, &two), HEAR_OK);
    ((char **)t->data)[1] = strdup("cat");
    assert_int_equal(hear_graph_add_init(g, "words", t, &words), HEAR_OK);

    const size_t ins[] = { x, HEAR_NO_VALUE, w };
    assert_int_equal(hear_graph_add_node(g, "Odd", "y", 3, ins, &y), HEAR_OK);
    hear_node *n = hear_graph_last_node(g);
    assert_int_equal(hear_node_set_int(n, "int", -7), HEAR_OK);
    assert_int_equal(hear_node_set_ints(n, "ints", 3, (int64_t[]){ 1, -1, INT64_MAX }), HEAR_OK);
    assert_int_equal(hear_node_set_ints(n, "none", 0, NULL), HEAR_OK);
    assert_int_equal(hear_node_set_float(n, "float", 0.25f), HEAR_OK);
    assert_int_equal(hear_node_set_floats(n, "floats", 2, (float[]){ 1.5f, -0.0f }), HEAR_OK);
    assert_int_equal(hear_node_set_string(n, "string", "text"), HEAR_OK);
    assert_int_equal(hear_node_set_strings(n, "strings", 2, (const char *[]){ "", "b" }), HEAR_OK);
    assert_int_equal(hear_node_set_tensor(n, "tensor", t), HEAR_OK);
    hear_tensor_destroy(t);

    assert_int_equal(hear_graph_add_value(g, "z", &z), HEAR_OK);
    const size_t outs[] = { HEAR_NO_VALUE, z };
    assert_int_equal(hear_graph_push_node(g, "ai.onnx.ml", "Odder", "", 1, &y, 2, outs), HEAR_OK);
    g->values[y].has_type = true;
    g->values[y].dtype = HEAR_F32;
    g->values[y].shape = in;
    assert_int_equal(hear_graph_add_output(g, z), HEAR_OK);
    assert_int_equal(hear_graph_set_prop(g, "hearsay.card", "two\nlines \xc3\xa9"), HEAR_OK);
    return g;
}

static void read_file(const char *path, char **data, size_t *n)
{
    hear_error err = { 0 };
    assert_int_equal(hear_file_read(path, 1 << 20, data, n, &err), HEAR_OK);
}

/* Writes g into a new file and gives back its bytes. */
static void write_bytes(const hear_graph *g, char **data, size_t *n)
{
    char path[] = "/tmp/hearsay-onnx-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_write(g, path, &err), HEAR_OK);
    read_file(path, data, n);
    unlink(path);
}

static void test_round_trip_gives_the_same_bytes(void **state)
{
    (void)state;
    hear_graph *g = everything(), *back = NULL;
    char *first, *second;
    size_t n_first, n_second;
    write_bytes(g, &first, &n_first);
    hear_graph_destroy(g);
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_parse(&back, first, n_first, &err), HEAR_OK);
    write_bytes(back, &second, &n_second);
    assert_int_equal(n_first, n_second);
    assert_memory_equal(first, second, n_first);

    assert_int_equal(back->opset_ml, 3);
    assert_string_equal(hear_graph_prop(back, "hearsay.card"), "two\nlines \xc3\xa9");
    const hear_node *n = &back->nodes[0];
    assert_int_equal(n->in[1], HEAR_NO_VALUE);
    assert_int_equal(hear_node_attr(n, "ints")->ints[2], INT64_MAX);
    assert_int_equal(hear_node_attr(n, "none")->n, 0);
    assert_int_equal(hear_node_attr(n, "int")->ints[0], -7);
    assert_close(hear_node_attr(n, "floats")->floats[0], 1.5, 0.0);
    assert_string_equal(hear_node_attr(n, "strings")->strings[1], "b");
    assert_string_equal(((char **)hear_node_attr(n, "tensor")->tensor->data)[1], "cat");
    assert_string_equal(back->nodes[1].domain, "ai.onnx.ml");
    assert_int_equal(back->nodes[1].out[0], HEAR_NO_VALUE);
    assert_true(back->values[n->out[0]].has_type);
    const hear_tensor *numbers = back->values[hear_graph_find(back, "numbers")].init;
    assert_true(((int64_t *)numbers->data)[1] == INT64_MIN);
    hear_graph_destroy(back);
    free(first);
    free(second);
}

static void test_a_file_that_cannot_be_written_says_why(void **state)
{
    (void)state;
    hear_graph *g = everything();
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_write(g, "/nowhere/at/all.onnx", &err), HEAR_ERR_IO);
    assert_string_not_equal(err.text, "");
    hear_graph_destroy(g);
}

static void test_a_file_that_is_not_there_or_a_folder(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_read(&g, "/nowhere/at/all.onnx", &err), HEAR_ERR_NO_INPUT);
    assert_int_equal(hear_onnx_read(&g, "/", &err), HEAR_ERR_MODEL);
    assert_int_equal(err.status, HEAR_ERR_MODEL);
    assert_int_equal(hear_onnx_read(&g, "/", NULL), HEAR_ERR_MODEL);
    assert_null(g);
}

/* ---- truncated and corrupted: fine or refused, never a crash or a leak (the sanitizers see) */

static void try_bytes(const void *data, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a byte too far is seen */
    assert_non_null(exact);
    memcpy(exact, data, n);
    hear_graph *g = NULL;
    hear_error err = { 0 };
    const hear_status status = hear_onnx_parse(&g, exact, n, &err);
    assert_true(status == HEAR_OK || (status == HEAR_ERR_MODEL && err.text[0]));
    assert_true((status == HEAR_OK) == (g != NULL));
    hear_graph_destroy(g);
    free(exact);
}

static void test_every_truncation_is_survived(void **state)
{
    (void)state;
    hear_graph *g = everything();
    char *data;
    size_t n;
    write_bytes(g, &data, &n);
    hear_graph_destroy(g);
    for (size_t i = 0; i <= n; i++)
        try_bytes(data, i);
    free(data);
}

static void test_every_corrupted_byte_is_survived(void **state)
{
    (void)state;
    hear_graph *g = everything();
    char *data;
    size_t n;
    write_bytes(g, &data, &n);
    hear_graph_destroy(g);
    for (size_t i = 0; i < n; i++) {
        const char kept = data[i];
        for (int v = 0; v < 256; v++) {
            data[i] = (char)v;
            try_bytes(data, n);
        }
        data[i] = kept;
    }
    free(data);
}

/* ---- files that lie, each with its line */

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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_values_nodes_and_types),
        cmocka_unit_test(test_an_initialiser_is_no_input),
        cmocka_unit_test(test_round_trip_gives_the_same_bytes),
        cmocka_unit_test(test_a_file_that_cannot_be_written_says_why),
        cmocka_unit_test(test_a_file_that_is_not_there_or_a_folder),
        cmocka_unit_test(test_every_truncation_is_survived),
        cmocka_unit_test(test_every_corrupted_byte_is_survived),
        cmocka_unit_test(test_no_model_at_all),
        cmocka_unit_test(test_weights_that_do_not_fit_their_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
