/* test_onnx.c - graphs to ONNX files and back, and files that lie. */
#include "test.h"

#include "base/file.h"
#include "nn/onnx.h"
#include "onnx_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* The one weight of a file as it is read. */
static hear_tensor *read_weight(const proto *t)
{
    const proto graph = make_graph(t), m = make_model(&graph);
    hear_graph *g = parse(&m);
    hear_tensor *copy = NULL;
    assert_int_equal(hear_tensor_copy(&copy, g->values[hear_graph_find(g, "w")].init), HEAR_OK);
    hear_graph_destroy(g);
    return copy;
}

static proto weight_of(hear_dtype dtype, int64_t count)
{
    proto t = { 0 };
    proto_int(&t, 1, count);
    proto_int(&t, 2, (int64_t)dtype);
    proto_text(&t, 8, "w");
    return t;
}

static void test_half_precision_becomes_float32(void **state)
{
    (void)state;
    enum { F16 = 10, BF16 = 16 };
    /* 1.5, -2, the largest, the smallest normal and subnormal, -inf, NaN */
    static const uint16_t half[] = { 0x3e00, 0xc000, 0x7bff, 0x0400, 0x0001, 0xfc00, 0x7e00 };
    static const float want[] = { 1.5f, -2.0f, 65504.0f, 0x1p-14f, 0x1p-24f, -INFINITY };
    proto t = weight_of((hear_dtype)F16, 7), typed = t;
    proto_data(&t, 9, half, sizeof half);
    for (size_t i = 0; i < 7; i++)
        proto_int(&typed, 5, half[i]); /* one by one, which a reader must take as well as packed */
    for (int k = 0; k < 2; k++) {
        hear_tensor *w = read_weight(k ? &typed : &t);
        assert_int_equal(w->dtype, HEAR_F32);
        for (size_t i = 0; i < 6; i++)
            assert_true(((float *)w->data)[i] == want[i]);
        assert_true(isnan(((float *)w->data)[6]));
        hear_tensor_destroy(w);
    }
    static const uint16_t brain[] = { 0x3fc0, 0xff80 };
    t = weight_of((hear_dtype)BF16, 2);
    proto_data(&t, 9, brain, sizeof brain);
    hear_tensor *w = read_weight(&t);
    assert_true(((float *)w->data)[0] == 1.5f);
    assert_true(((float *)w->data)[1] == -INFINITY);
    hear_tensor_destroy(w);
}

static void test_each_type_from_its_own_field(void **state)
{
    (void)state;
    static const float floats[] = { 0.5f, -1.0f };
    static const double doubles[] = { 0.5, -1e300 };
    proto t = weight_of(HEAR_F32, 2);
    proto_data(&t, 4, floats, sizeof floats);
    hear_tensor *w = read_weight(&t);
    assert_memory_equal(w->data, floats, sizeof floats);
    hear_tensor_destroy(w);
    t = weight_of(HEAR_F64, 2);
    proto_data(&t, 10, doubles, sizeof doubles);
    w = read_weight(&t);
    assert_memory_equal(w->data, doubles, sizeof doubles);
    hear_tensor_destroy(w);
    t = weight_of(HEAR_I64, 2);
    proto_int(&t, 7, INT64_MIN);
    proto_int(&t, 7, 3);
    w = read_weight(&t);
    assert_true(((int64_t *)w->data)[0] == INT64_MIN && ((int64_t *)w->data)[1] == 3);
    hear_tensor_destroy(w);
    t = weight_of(HEAR_I8, 2);
    proto_int(&t, 5, -128);
    proto_int(&t, 5, 127);
    w = read_weight(&t);
    assert_true(((int8_t *)w->data)[0] == -128 && ((int8_t *)w->data)[1] == 127);
    hear_tensor_destroy(w);
    t = weight_of(HEAR_BOOL, 2);
    proto_data(&t, 9, "\x02\0", 2);
    w = read_weight(&t);
    assert_true(((uint8_t *)w->data)[0] == 1 && ((uint8_t *)w->data)[1] == 0);
    hear_tensor_destroy(w);
    t = weight_of(HEAR_STRING, 2);
    proto_text(&t, 6, "cat");
    proto_text(&t, 6, "");
    w = read_weight(&t);
    assert_string_equal(((char **)w->data)[0], "cat");
    assert_string_equal(((char **)w->data)[1], "");
    hear_tensor_destroy(w);
}

static void test_a_tensor_of_its_own(void **state)
{
    (void)state;
    const proto t = make_tensor("");
    hear_tensor *read = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_parse_tensor(&read, t.data, t.n, &err), HEAR_OK);
    assert_int_equal(read->shape.rank, 1);
    assert_close(((float *)read->data)[1], 2.0, 0.0);
    hear_tensor_destroy(read);
    assert_int_equal(hear_onnx_parse_tensor(&read, t.data, t.n - 1, &err), HEAR_ERR_MODEL);
    assert_null(read);
    assert_string_equal(err.text, "not an ONNX file, or cut short");
    assert_int_equal(hear_onnx_parse_tensor(&read, "", 0, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "the tensor has data type 0, which is not supported");
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

/* ---- memory that runs out: at every allocation once, clean each time */

static void test_want_of_memory_while_reading(void **state)
{
    (void)state;
    if (!test_heap_is_watched())
        skip();
    hear_graph *g = everything();
    char *data;
    size_t n;
    write_bytes(g, &data, &n);
    hear_graph_destroy(g);
    const long before = test_heap_balance();
    hear_status status = HEAR_ERR_MEM;
    unsigned long at = 0;
    while (status != HEAR_OK) {
        hear_error err = { 0 };
        test_fail_heap(++at);
        status = hear_onnx_parse(&g, data, n, &err);
        test_fail_heap(0);
        assert_true(status == HEAR_OK || status == HEAR_ERR_MEM);
        if (status == HEAR_OK)
            hear_graph_destroy(g);
        assert_int_equal(test_heap_balance(), before);
    }
    assert_true(at > 50); /* there was something to fail */
    free(data);
}

static void test_want_of_memory_while_copying_and_writing(void **state)
{
    (void)state;
    if (!test_heap_is_watched())
        skip();
    hear_graph *g = everything(), *copy = NULL;
    const long before = test_heap_balance();
    hear_status status = HEAR_ERR_MEM;
    for (unsigned long at = 1; status != HEAR_OK; at++) {
        test_fail_heap(at);
        status = hear_graph_copy(&copy, g);
        test_fail_heap(0);
        assert_true(status == HEAR_OK || status == HEAR_ERR_MEM);
        hear_graph_destroy(copy);
        assert_int_equal(test_heap_balance(), before);
    }
    status = HEAR_ERR_MEM;
    for (unsigned long at = 1; status != HEAR_OK; at++) {
        test_fail_heap(at);
        status = hear_onnx_write(g, "/dev/null", NULL);
        test_fail_heap(0);
        assert_true(status == HEAR_OK || status == HEAR_ERR_MEM || status == HEAR_ERR_IO);
        assert_int_equal(test_heap_balance(), before);
    }
    hear_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_values_nodes_and_types),
        cmocka_unit_test(test_an_initialiser_is_no_input),
        cmocka_unit_test(test_half_precision_becomes_float32),
        cmocka_unit_test(test_each_type_from_its_own_field),
        cmocka_unit_test(test_a_tensor_of_its_own),
        cmocka_unit_test(test_round_trip_gives_the_same_bytes),
        cmocka_unit_test(test_a_file_that_cannot_be_written_says_why),
        cmocka_unit_test(test_a_file_that_is_not_there_or_a_folder),
        cmocka_unit_test(test_every_truncation_is_survived),
        cmocka_unit_test(test_every_corrupted_byte_is_survived),
        cmocka_unit_test(test_want_of_memory_while_reading),
        cmocka_unit_test(test_want_of_memory_while_copying_and_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
