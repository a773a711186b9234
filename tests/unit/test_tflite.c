/* test_tflite.c - networks from TensorFlow Lite files. */
#include "test.h"

#include "nn/flat.h"
#include "nn/plan.h"
#include "nn/tflite.h"
#include "tflite_file.h"

#include <stdlib.h>
#include <string.h>

static void test_a_network_computes_what_its_weights_say(void **state)
{
    (void)state;
    static tfl f;
    tfl_make(&f);
    hear_graph *g;
    hear_error err = { 0 };
    if (hear_tflite_parse(&g, f.bytes, f.n, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    hear_plan *p;
    const hear_plan_config config = { .batch = 1 };
    assert_int_equal(hear_plan_create(&p, g, &config, NULL), HEAR_OK);
    float *x = hear_plan_input(p, 0)->data;
    assert_int_equal(hear_plan_input(p, 0)->count, 24);
    x[0] = 0.5f; /* one corner of a dark picture */
    hear_plan_run(p);
    /* SAME pads 6 and 4 by 0 in front and 1 behind: only the first output sees the corner. It is
     * 1 x 0.5 and 2 x 0.5; depthwise, by 1.5 and -1.5, ReLU: 0.75 and 0; the mean over 6 places */
    const float *e = hear_plan_output(p, 1)->data, *y = hear_plan_output(p, 0)->data;
    assert_close(e[0], 0.125, 1e-6);
    assert_close(e[1], 0.0, 1e-6);
    /* the dense layer takes a quarter of e0, of e1 and of both */
    assert_close(y[0], 1.0 / (1.0 + exp(-0.03125)), 1e-6);
    assert_close(y[1], 0.5, 1e-6);
    assert_close(y[2], 1.0 / (1.0 + exp(-0.03125)), 1e-6);
    x[0] = 1000.0f; /* the first layer stops at 6 */
    hear_plan_run(p);
    assert_close(((const float *)hear_plan_output(p, 1)->data)[0], 1.5, 1e-6);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
}

static void test_every_truncation_and_spoilt_byte_is_survived(void **state)
{
    (void)state;
    static tfl f;
    tfl_make(&f);
    for (size_t n = 0; n < f.n; n++) {
        uint8_t *cut = malloc(n ? n : 1);
        assert_non_null(cut);
        memcpy(cut, f.bytes, n);
        hear_graph *g;
        hear_error err = { 0 };
        if (hear_tflite_parse(&g, cut, n, &err) == HEAR_OK)
            hear_graph_destroy(g);
        else
            assert_true(err.status == HEAR_ERR_MODEL && err.text[0]);
        if (n > 0) {
            cut[n - 1] ^= 0xff;
            size_t n_text;
            (void)hear_tflite_labels(cut, n, &n_text);
        }
        free(cut);
    }
    for (size_t i = 8; i < f.n; i++) {
        tfl spoilt = f;
        spoilt.bytes[i] ^= 0x7f;
        hear_graph *g;
        if (hear_tflite_parse(&g, spoilt.bytes, spoilt.n, NULL) == HEAR_OK)
            hear_graph_destroy(g);
    }
}

/* Scales for real numbers, of which there are more than zero points; those end the file. */
static void test_real_weights_have_no_use_for_scales(void **state)
{
    (void)state;
    static tfl f;
    const float one = 1.0f, weights[18] = { [4] = 2.0f, [13] = 4.0f };
    uint32_t ones[18];
    tfl_make(&f);
    const hear_flat in = { f.bytes, f.n };
    const size_t model = hear_flat_root(&in);
    const size_t sub = hear_flat_item(&in, hear_flat_list(&in, model, 2, 4), 0);
    const size_t t = hear_flat_item(&in, hear_flat_list(&in, sub, 0, 4), 1);
    const size_t q = hear_flat_table(&in, t, 4);
    tfl_bytes(&f, hear_flat_item(&in, hear_flat_list(&in, model, 4, 4), 1), 0, sizeof weights,
              weights);
    for (size_t i = 0; i < 18; i++)
        memcpy(&ones[i], &one, sizeof one);
    tfl_set(&f, t, 1, 0);
    tfl_set(&f, q, 6, 3);
    tfl_list(&f, q, 2, 18, ones);
    tfl_refer(&f, q, 3);
    tfl_put(&f, f.n, 2);
    f.n += 4 + 2 * 8;
    uint8_t *const bytes = malloc(f.n);
    assert_non_null(bytes);
    memcpy(bytes, f.bytes, f.n);
    hear_graph *g;
    hear_error err = { 0 };
    if (hear_tflite_parse(&g, bytes, f.n, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    free(bytes);
    const hear_tensor *const w = g->values[hear_graph_find(g, "w0")].init;
    assert_memory_equal(w->data, weights, sizeof weights);
    hear_graph_destroy(g);
}

/* Two layers' weights are the same 3200 bytes; a file may refer to its bytes very often. */
static void test_weights_are_no_larger_than_the_file(void **state)
{
    (void)state;
    static tfl f;
    static const uint8_t shared[3200];
    tfl_make(&f);
    const hear_flat in = { f.bytes, f.n };
    const size_t model = hear_flat_root(&in);
    const size_t sub = hear_flat_item(&in, hear_flat_list(&in, model, 2, 4), 0);
    const hear_flat_vector tensors = hear_flat_list(&in, sub, 0, 4);
    tfl_bytes(&f, hear_flat_item(&in, hear_flat_list(&in, model, 4, 4), 1), 0, sizeof shared,
              shared);
    for (size_t i = 1; i <= 4; i += 3) {
        const size_t t = hear_flat_item(&in, tensors, i);
        const size_t dims = hear_flat_list(&in, t, 0, 4).at;
        tfl_put(&f, dims + 4, 40);
        tfl_put(&f, dims + 8, 40);
        tfl_set(&f, t, 2, 1);
    }
    hear_graph *g;
    hear_error err = { 0 };
    assert_int_equal(hear_tflite_parse(&g, f.bytes, f.n, &err), HEAR_ERR_MODEL);
    assert_non_null(strstr(err.text, "larger than itself"));
}

/* tfl_make's mean becomes a pool of that window over its picture of 3 x 2, with ReLU; or with axes,
 * a mean over those. What parsing says. */
static const char *said_of_mean(uint32_t height, uint32_t width, const int32_t *axes)
{
    static hear_error err;
    static tfl f;
    tfl_make(&f);
    const hear_flat in = { f.bytes, f.n };
    const size_t model = hear_flat_root(&in);
    const size_t sub = hear_flat_item(&in, hear_flat_list(&in, model, 2, 4), 0);
    const size_t op = hear_flat_item(&in, hear_flat_list(&in, sub, 3, 4), 2);
    if (axes) { /* in buffer 0, which the last tensor names */
        tfl_bytes(&f, hear_flat_item(&in, hear_flat_list(&in, model, 4, 4), 0), 0, 8, axes);
        tfl_list(&f, op, 1, 2, (uint32_t[]){ 5, 10 });
    } else {
        tfl_set(&f, hear_flat_item(&in, hear_flat_list(&in, model, 1, 4), 2), 3, 1);
        const size_t at = tfl_field(&f, op, 4), options = tfl_table(&f);
        tfl_put(&f, at, (uint32_t)(options - at));
        tfl_set(&f, options, 3, width);
        tfl_set(&f, options, 4, height);
        tfl_set(&f, options, 5, 1);
    }
    hear_graph *g;
    err = (hear_error){ .text = "" };
    if (hear_tflite_parse(&g, f.bytes, f.n, &err) == HEAR_OK) {
        assert_true(axes || hear_graph_find(g, "Relu6") != HEAR_NO_VALUE);
        hear_graph_destroy(g);
    }
    return err.text;
}

static void test_a_mean_is_over_the_whole_picture(void **state)
{
    (void)state;
    assert_string_equal(said_of_mean(3, 2, NULL), "");
    assert_non_null(strstr(said_of_mean(2, 2, NULL), "less than the picture"));
    assert_non_null(strstr(said_of_mean(3, 1, NULL), "less than the picture"));
    assert_string_equal(said_of_mean(0, 0, (int32_t[]){ 1, 2 }), "");
    assert_string_equal(said_of_mean(0, 0, (int32_t[]){ -2, 1 }), "");
    assert_non_null(strstr(said_of_mean(0, 0, (int32_t[]){ 1, 3 }), "less than the picture"));
}

/* A zip of one stored file "l.txt". */
static const char zip[] = "front"
                          "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\10\0\0\0\5\0\0\0l.txt"
                          "dog\ncat\n"
                          "PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\10\0\0\0\5\0\0\0\0\0"
                          "\0\0\0\0\0\0\0\0\5\0\0\0l.txt"
                          "PK\5\6\0\0\0\0\1\0\1\0\63\0\0\0\60\0\0\0\0\0";

static void test_labels_are_in_the_zip_behind(void **state)
{
    (void)state;
    size_t n = 0;
    const char *text = hear_tflite_labels(zip, sizeof zip - 1, &n);
    assert_non_null(text);
    assert_int_equal(n, 8);
    assert_memory_equal(text, "dog\ncat\n", 8);
    for (size_t cut = 0; cut + 1 < sizeof zip; cut++) {
        char *copy = malloc(cut + 1);
        memcpy(copy, zip, cut);
        assert_null(hear_tflite_labels(copy, cut, &n));
        free(copy);
    }
    char bad[sizeof zip];
    for (size_t i = 0; i + 1 < sizeof zip; i++) {
        memcpy(bad, zip, sizeof zip);
        bad[i] = (char)0xff;
        const char *found = hear_tflite_labels(bad, sizeof zip - 1, &n);
        assert_true(!found || (found >= bad && found + n <= bad + sizeof bad));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_network_computes_what_its_weights_say),
        cmocka_unit_test(test_every_truncation_and_spoilt_byte_is_survived),
        cmocka_unit_test(test_real_weights_have_no_use_for_scales),
        cmocka_unit_test(test_weights_are_no_larger_than_the_file),
        cmocka_unit_test(test_a_mean_is_over_the_whole_picture),
        cmocka_unit_test(test_labels_are_in_the_zip_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
