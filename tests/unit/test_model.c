/* test_model.c - what a model file says of itself: stored, loaded, and refused where it is wrong.
 */
#include "test.h"

#include "nn/onnx.h"
#include "stream/model_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *two_labels[] = { "speech", "m\xc3\xbasica" };

static hear_model_info example_info(void)
{
    hear_model_info info = { .frontend = hear_frontend_default(),
                             .n_labels = 2,
                             .labels = two_labels,
                             .output = HEAR_OUTPUT_SIGMOID,
                             .window = 93,
                             .hop = 16,
                             .layout = HEAR_LAYOUT_MEL_TIME,
                             .card = "how it\nwas made" };
    info.frontend.n_mels = 64;
    return info;
}

/* x [?, 1, 64, 93] -> Odd -> y [?, 2], with the example's metadata. */
static hear_graph *example_graph(void)
{
    hear_graph *g = NULL;
    size_t x, y;
    const hear_shape in = { .rank = 4, .dim = { -1, 1, 64, 93 } };
    const hear_shape out = { .rank = 2, .dim = { -1, 2 } };
    const hear_model_info info = example_info();
    assert_int_equal(hear_graph_create(&g, 17), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Odd", "y", 1, &x, &y), HEAR_OK);
    g->values[y].has_type = true;
    g->values[y].dtype = HEAR_F32;
    g->values[y].shape = out;
    assert_int_equal(hear_graph_add_output(g, y), HEAR_OK);
    assert_int_equal(hear_model_info_store(&info, g), HEAR_OK);
    return g;
}

/* The graph, taken over, is refused, and the message holds `expected`. */
static void refuse(hear_graph *g, const char *expected)
{
    hear_model *model = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_model_from_graph(&model, g, &err), HEAR_ERR_MODEL);
    assert_null(model);
    assert_int_equal(err.status, HEAR_ERR_MODEL);
    if (!strstr(err.text, expected))
        print_error("'%s' instead of '%s'\n", err.text, expected);
    assert_non_null(strstr(err.text, expected));
}

static void refuse_prop(const char *key, const char *text, const char *expected)
{
    hear_graph *g = example_graph();
    assert_int_equal(hear_graph_set_prop(g, key, text), HEAR_OK);
    refuse(g, expected);
}

static void test_a_model_file_tells_what_was_stored(void **state)
{
    (void)state;
    char path[] = "/tmp/hearsay-model-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    hear_graph *g = example_graph();
    hear_error err = { 0 };
    assert_int_equal(hear_onnx_write(g, path, &err), HEAR_OK);
    hear_graph_destroy(g);
    hear_model *m = NULL;
    assert_int_equal(hear_model_open(&m, path, &err), HEAR_OK);
    unlink(path);

    assert_int_equal(hear_model_n_labels(m), 2);
    assert_string_equal(hear_model_label(m, 0), "speech");
    assert_string_equal(hear_model_label(m, 1), "m\xc3\xbasica");
    assert_close(hear_model_rate_hz(m), 16000.0, 0.0);
    /* 92 hops of 512 and a frame of 1024 samples are 48128; 16 hops are 8192 */
    assert_close(hear_model_window_s(m), 3.008, 1e-12);
    assert_close(hear_model_hop_s(m), 0.512, 1e-12);
    assert_int_equal(m->info.output, HEAR_OUTPUT_SIGMOID);
    assert_int_equal(m->info.layout, HEAR_LAYOUT_MEL_TIME);
    assert_int_equal(m->info.frontend.n_mels, 64);
    assert_string_equal(m->info.card, "how it\nwas made");
    hear_model_close(m);
}

static void test_storing_replaces_and_is_repeatable(void **state)
{
    (void)state;
    hear_graph *g = example_graph();
    hear_model_info info = example_info();
    const size_t n_props = g->n_props;
    char *labels = strdup(hear_graph_prop(g, "hearsay.labels"));
    assert_string_equal(labels, "[\"speech\",\"m\xc3\xbasica\"]");
    info.window = 94;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_OK);
    assert_int_equal(g->n_props, n_props);
    assert_string_equal(hear_graph_prop(g, "hearsay.window"), "94");
    assert_string_equal(hear_graph_prop(g, "hearsay.labels"), labels);
    free(labels);
    hear_graph_destroy(g);
}

static void test_storing_types_the_outputs(void **state)
{
    (void)state;
    hear_graph *g = NULL;
    size_t x, y;
    const hear_shape in = { .rank = 3, .dim = { -1, 2, 5 } };
    hear_model_info info = example_info();
    assert_int_equal(hear_graph_create(&g, 13), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "ReduceMean", "y", 1, &x, &y), HEAR_OK);
    assert_int_equal(hear_node_set_ints(hear_graph_last_node(g), "axes", 1, (int64_t[]){ 1 }),
                     HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, y), HEAR_OK);
    assert_int_equal(hear_model_info_store(&info, g), HEAR_OK);
    char text[32];
    assert_true(g->values[y].has_type);
    assert_int_equal(g->values[y].dtype, HEAR_F32);
    assert_string_equal(hear_shape_text(&g->values[y].shape, text, sizeof text), "[?, 1, 5]");
    hear_graph_destroy(g);
}

static void test_storing_refuses_what_loading_would(void **state)
{
    (void)state;
    hear_graph *g = example_graph();
    hear_model_info info = example_info();
    char *same[] = { "a", "a" }, *none[] = { "a", "" };
    info.hop = 94;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_ERR_ARG);
    info = example_info();
    info.labels = same;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_ERR_ARG);
    info.labels = none;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_ERR_ARG);
    info = example_info();
    info.frontend.n_fft = 1000;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_ERR_ARG);
    hear_graph_destroy(g);
}

static void test_a_card_may_be_missing_and_nothing_else(void **state)
{
    (void)state;
    static const char *const keys[] = { "hearsay.version", "hearsay.frontend", "hearsay.labels",
                                        "hearsay.output",  "hearsay.window",   "hearsay.hop",
                                        "hearsay.layout",  "hearsay.card" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        hear_graph *g = example_graph();
        for (size_t k = 0; k < g->n_props; k++)
            if (strcmp(g->props[k].key, keys[i]) == 0)
                g->props[k].key[0] = 'x';
        if (i == 0) {
            refuse(g, "has no hearsay metadata");
        } else if (strcmp(keys[i], "hearsay.card") != 0) {
            refuse(g, keys[i]);
        } else {
            hear_model *m = NULL;
            assert_int_equal(hear_model_from_graph(&m, g, NULL), HEAR_OK);
            assert_string_equal(m->info.card, "");
            hear_model_close(m);
        }
    }
}

static void test_wrong_metadata_is_named(void **state)
{
    (void)state;
    refuse_prop("hearsay.version", "2", "hearsay.version '2'");
    refuse_prop("hearsay.output", "softmaxx", "hearsay.output: 'softmaxx'");
    refuse_prop("hearsay.layout", "", "hearsay.layout: ''");
    refuse_prop("hearsay.frontend", "{}", "front end: no key");
    refuse_prop("hearsay.window", "0", "hearsay.window: 0 frames");
    refuse_prop("hearsay.window", "-1", "hearsay.window: '-1'");
    refuse_prop("hearsay.window", "93.0", "hearsay.window: '93.0'");
    refuse_prop("hearsay.window", "65537", "hearsay.window: '65537'");
    refuse_prop("hearsay.window", "99999999999999999999", "hearsay.window");
    refuse_prop("hearsay.hop", "0", "hearsay.hop: 0 frames");
    refuse_prop("hearsay.hop", "94", "hearsay.hop: 94 frames");
    refuse_prop("hearsay.labels", "[\"a\",\"a\"]", "'a' stands there twice");
    refuse_prop("hearsay.labels", "[\"a\",\"\"]", "label 1 '' is empty");
    refuse_prop("hearsay.labels", "[]", "0 labels");
    refuse_prop("hearsay.labels", "{\"a\":\"b\"}", "not a JSON array");
    refuse_prop("hearsay.labels", "[\"a\",1]", "label 1 is not a string");
    refuse_prop("hearsay.labels", "[\"a\",\"b\"", "hearsay.labels is not JSON");
    refuse_prop("hearsay.labels", "[\"a\",\"\\u0000\"]", "hearsay.labels is not JSON");
    refuse_prop("hearsay.labels", "[\"a\",\"\\u001b[2J\"]", "holds a control character");
    refuse_prop("hearsay.labels", "[\"a\",\"\\u0085\"]", "holds a control character");
    /* writing direction turned, a soft hyphen, a tag, a joiner that joins nothing */
    refuse_prop("hearsay.labels", "[\"a\",\"\\u202Ecigam\"]", "that cannot be seen");
    refuse_prop("hearsay.labels", "[\"a\",\"spe\\u00adech\"]", "that cannot be seen");
    refuse_prop("hearsay.labels", "[\"a\",\"b\\uDB40\\uDC41\"]", "that cannot be seen");
    refuse_prop("hearsay.labels", "[\"a\",\"spe\\u200dech\"]", "that cannot be seen");
    refuse_prop("hearsay.labels", "[\"a\",\"b\",\"c\"]", "does not fit 3 labels");
}

static void test_patches_are_optional_but_whole(void **state)
{
    (void)state;
    hear_model_info info = example_info();
    hear_graph *g = example_graph();
    info.window = 200;
    info.patch = 93;
    info.patch_hop = 8;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_OK);
    hear_model *m = NULL;
    assert_int_equal(hear_model_from_graph(&m, g, NULL), HEAR_OK);
    assert_int_equal(m->info.patch, 93);
    assert_int_equal(m->info.patch_hop, 8);
    assert_int_equal(hear_model_info_n_patches(&m->info), 14); /* (200 - 93) / 8 + 1 */
    info = example_info();                                     /* without: the keys are gone */
    assert_int_equal(hear_model_info_store(&info, m->graph), HEAR_OK);
    assert_null(hear_graph_prop(m->graph, "hearsay.patch"));
    assert_null(hear_graph_prop(m->graph, "hearsay.patch_hop"));
    hear_model_close(m);

    refuse_prop("hearsay.patch", "93", "hearsay.patch_hop is missing");
    refuse_prop("hearsay.patch_hop", "8", "hearsay.patch is missing");
    static const struct {
        size_t patch, patch_hop, hop;
        bool right;
    } cases[] = {
        { 93, 8, 16, true },   { 93, 16, 16, true }, { 93, 93, 93, true }, { 94, 8, 16, false },
        { 93, 94, 16, false }, { 93, 0, 16, false }, { 0, 8, 16, false },  { 93, 7, 16, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        info = example_info();
        info.patch = cases[i].patch;
        info.patch_hop = cases[i].patch_hop;
        info.hop = cases[i].hop;
        const hear_status expected = cases[i].right ? HEAR_OK : HEAR_ERR_ARG;
        assert_int_equal(hear_model_info_check(&info, NULL), expected);
    }
}

static void test_the_embedding_is_an_output(void **state)
{
    (void)state;
    hear_graph *g = example_graph();
    hear_model_info info = example_info();
    info.embedding = "y";
    assert_int_equal(hear_model_info_store(&info, g), HEAR_OK);
    hear_model *m = NULL;
    assert_int_equal(hear_model_from_graph(&m, g, NULL), HEAR_OK);
    assert_string_equal(m->info.embedding, "y");
    hear_model_close(m);
    refuse_prop("hearsay.embedding", "x", "hearsay.embedding: no output of float32 is 'x'");
    refuse_prop("hearsay.weight", "x", "hearsay.weight: no output of float32 is 'x'");
}

static void test_a_window_has_bounded_size(void **state)
{
    (void)state;
    hear_graph *g = example_graph();
    hear_model_info info = example_info();
    info.window = 65536; /* times 64 is just the most */
    assert_int_equal(hear_model_info_store(&info, g), HEAR_OK);
    info.frontend.n_mels = 65;
    assert_int_equal(hear_model_info_store(&info, g), HEAR_ERR_ARG);
    hear_graph_destroy(g);
}

static void set_input(hear_graph *g, size_t rank, const int64_t *dims)
{
    g->values[g->in[0]].shape.rank = rank;
    memcpy(g->values[g->in[0]].shape.dim, dims, rank * sizeof *dims);
}

static void test_the_input_must_take_windows(void **state)
{
    (void)state;
    static const struct {
        size_t rank;
        int64_t dims[4];
        bool right;
    } cases[] = {
        { 4, { -1, 1, 64, 93 }, true },     { 3, { 1, 64, 93 }, true },
        { 2, { -1, 64 * 93 }, true },       { 4, { -1, -1, -1, -1 }, true },
        { 3, { -1, 93, 64 }, false },       { 4, { -1, 64, 93, 1 }, true },
        { 3, { 2, 64, 93 }, false },        { 4, { -1, 3, 64, 93 }, false },
        { 2, { -1, 64 * 94 }, false },      { 0, { 0 }, false },
        { 3, { -1, INT64_MAX, 2 }, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_graph *g = example_graph();
        set_input(g, cases[i].rank, cases[i].dims);
        hear_model *m = NULL;
        if (cases[i].right)
            assert_int_equal(hear_model_from_graph(&m, g, NULL), HEAR_OK);
        else
            refuse(g, "does not take 93 frames of 64 mel bands (mel-time)");
        hear_model_close(m);
    }
}

static void test_one_input_of_float32(void **state)
{
    (void)state;
    hear_graph *g = example_graph();
    size_t v;
    const hear_shape s = { .rank = 1, .dim = { 1 } };
    assert_int_equal(hear_graph_add_input(g, "more", HEAR_F32, &s, &v), HEAR_OK);
    refuse(g, "has 2 inputs");
    g = example_graph();
    g->values[g->in[0]].dtype = HEAR_I64;
    refuse(g, "is not float32");
    g = example_graph();
    g->n_out = 0;
    refuse(g, "no output");
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    hear_model *m = NULL;
    hear_error err = { 0 };
    assert_int_equal(hear_model_open(&m, "/nowhere/x.onnx", &err), HEAR_ERR_NO_INPUT);
    assert_null(m);
    hear_model_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_model_file_tells_what_was_stored),
        cmocka_unit_test(test_storing_replaces_and_is_repeatable),
        cmocka_unit_test(test_storing_types_the_outputs),
        cmocka_unit_test(test_storing_refuses_what_loading_would),
        cmocka_unit_test(test_a_card_may_be_missing_and_nothing_else),
        cmocka_unit_test(test_wrong_metadata_is_named),
        cmocka_unit_test(test_patches_are_optional_but_whole),
        cmocka_unit_test(test_the_embedding_is_an_output),
        cmocka_unit_test(test_a_window_has_bounded_size),
        cmocka_unit_test(test_the_input_must_take_windows),
        cmocka_unit_test(test_one_input_of_float32),
        cmocka_unit_test(test_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
