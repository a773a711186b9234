/* test_adopt.c - networks of others, and the front ends that they were trained with. */
#include "test.h"

#include "stream/adopt.h"
#include "stream/preset.h"

#include <string.h>

static char *labels[] = { (char *)"a", (char *)"b", (char *)"c" };

/* x of these dimensions -> ReduceMean to [N, 1] -> Gemm to 3 (or 5, the embedding) -> `last`. */
static hear_graph *network(size_t rank, const int64_t *dims, const char *last)
{
    hear_graph *g = NULL;
    hear_shape in = { .rank = rank };
    const hear_shape w3 = { .rank = 2, .dim = { 1, 3 } }, w5 = { .rank = 2, .dim = { 1, 5 } };
    int64_t axes[HEAR_MAX_RANK];
    size_t x, mean, flat, w, wide, out, more;
    for (size_t i = 0; i < rank; i++) {
        in.dim[i] = dims[i];
        axes[i] = (int64_t)i;
    }
    assert_int_equal(hear_graph_create(&g, 13), HEAR_OK);
    assert_int_equal(hear_graph_add_input(g, "x", HEAR_F32, &in, &x), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "w3", &w3, NULL, &w), HEAR_OK);
    assert_int_equal(hear_graph_add_weight(g, "w5", &w5, NULL, &wide), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "ReduceMean", "mean", 1, &x, &mean), HEAR_OK);
    assert_int_equal(hear_node_set_ints(hear_graph_last_node(g), "axes", rank - 1, axes + 1),
                     HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Flatten", "flat", 1, &mean, &flat), HEAR_OK);
    assert_int_equal(
        hear_graph_add_node(g, "Gemm", "embedding", 2, (size_t[]){ flat, wide }, &more), HEAR_OK);
    assert_int_equal(hear_graph_add_node(g, "Gemm", "sum", 2, (size_t[]){ flat, w }, &out),
                     HEAR_OK);
    if (last)
        assert_int_equal(hear_graph_add_node(g, last, "last", 1, &out, &out), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, more), HEAR_OK);
    assert_int_equal(hear_graph_add_output(g, out), HEAR_OK);
    return g;
}

static hear_adoption settings(const char *preset)
{
    hear_preset p;
    assert_int_equal(hear_preset_parse(&p, preset, NULL), HEAR_OK);
    return (hear_adoption){ .frontend = p.frontend,
                            .n_labels = 3,
                            .labels = labels,
                            .window_s = p.window_s,
                            .window_open = true };
}

static hear_model *adopted(hear_graph *g, const hear_adoption *how)
{
    hear_error err = { 0 };
    hear_model *m = NULL;
    if (hear_adopt(g, how, &err) != HEAR_OK || hear_model_from_graph(&m, g, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    return m;
}

static void test_yamnets_input_is_a_patch(void **state)
{
    (void)state;
    const hear_adoption how = settings("yamnet");
    hear_model *m = adopted(network(4, (int64_t[]){ -1, 1, 96, 64 }, "Sigmoid"), &how);
    assert_int_equal(m->info.layout, HEAR_LAYOUT_TIME_MEL);
    assert_int_equal(m->info.output, HEAR_OUTPUT_SIGMOID);
    assert_int_equal(m->info.patch, 96);
    assert_int_equal(m->info.patch_hop, 48);
    assert_int_equal(m->info.hop, 48);
    assert_int_equal(m->info.window, 298); /* 297 * 160 + 400 = 47920 of 48000 samples */
    assert_string_equal(m->info.embedding, "embedding");
    /* the output that fits the labels is the first now */
    assert_string_equal(m->graph->values[m->graph->out[0]].name, "last");
    hear_model_close(m);
}

static void test_an_open_input_is_closed(void **state)
{
    (void)state;
    const hear_adoption how = settings("panns");
    hear_model *m = adopted(network(4, (int64_t[]){ -1, 1, -1, 64 }, "Softmax"), &how);
    assert_int_equal(m->info.output, HEAR_OUTPUT_SOFTMAX);
    assert_int_equal(m->info.patch, 0);
    assert_int_equal(m->info.window, 298); /* 297 hops of 320 and 1024 are nearest to 96000 */
    const hear_shape *s = &m->graph->values[m->graph->in[0]].shape;
    assert_true(s->dim[0] == -1 && s->dim[2] == 298 && s->dim[3] == 64);
    hear_model_close(m);
}

static void test_layouts_are_told_by_the_bands(void **state)
{
    (void)state;
    hear_adoption how = settings("librosa");
    static const struct {
        size_t rank;
        int64_t dims[4];
        const char *asked;
        hear_layout layout;
        size_t frames;
    } cases[] = {
        { 3, { -1, 128, 100 }, NULL, HEAR_LAYOUT_MEL_TIME, 100 },
        { 4, { -1, 100, 128, 1 }, NULL, HEAR_LAYOUT_TIME_MEL, 100 },
        { 3, { -1, 128, 128 }, NULL, HEAR_LAYOUT_TIME_MEL, 128 },
        { 3, { -1, 128, 128 }, "mel-time", HEAR_LAYOUT_MEL_TIME, 128 },
        { 2, { -1, 128 * 70 }, NULL, HEAR_LAYOUT_TIME_MEL, 70 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        how.layout = cases[i].asked;
        hear_model *m = adopted(network(cases[i].rank, cases[i].dims, NULL), &how);
        assert_int_equal(m->info.layout, cases[i].layout);
        assert_int_equal(m->info.window, cases[i].frames);
        assert_int_equal(m->info.output, HEAR_OUTPUT_LOGITS);
        hear_model_close(m);
    }
}

static void test_a_wave_is_taken_as_it_is(void **state)
{
    (void)state;
    hear_adoption how = settings("wave,rate_hz=32000,hop=320");
    hear_model *m = adopted(network(2, (int64_t[]){ -1, 32000 }, NULL), &how);
    assert_int_equal(m->info.patch, 100); /* a second of three */
    assert_int_equal(m->info.window, 300);
    hear_model_close(m);
    m = adopted(network(2, (int64_t[]){ -1, -1 }, NULL), &how);
    assert_int_equal(m->info.patch, 0);
    assert_int_equal(m->info.window, 300);
    assert_int_equal(m->graph->values[m->graph->in[0]].shape.dim[1], 96000);
    hear_model_close(m);
}

static void refuse(hear_graph *g, const hear_adoption *how, const char *text)
{
    hear_error err = { 0 };
    assert_int_not_equal(hear_adopt(g, how, &err), HEAR_OK);
    if (!strstr(err.text, text))
        fail_msg("'%s' instead of '%s'", err.text, text);
    hear_graph_destroy(g);
}

static void test_what_does_not_fit_is_named(void **state)
{
    (void)state;
    hear_adoption how = settings("yamnet");
    refuse(network(4, (int64_t[]){ -1, 3, 96, 64 }, NULL), &how, "is not made of frames of 64");
    refuse(network(3, (int64_t[]){ -1, 96, 65 }, NULL), &how, "is not made of frames of 64");
    refuse(network(2, (int64_t[]){ -1, 100 }, NULL), &how, "is not made of frames of 64");
    how.n_labels = 2;
    refuse(network(3, (int64_t[]){ -1, 96, 64 }, NULL), &how, "does not fit 2 labels");
    how = settings("yamnet");
    how.window_open = false;
    how.window_s = 0.5;
    refuse(network(3, (int64_t[]){ -1, 96, 64 }, NULL), &how, "shorter than its input");
}

static void test_presets_can_be_changed(void **state)
{
    (void)state;
    hear_preset p;
    hear_error err;
    assert_int_equal(hear_preset_parse(&p, "librosa,rate_hz=16000,n_fft=1024,log=ln", NULL),
                     HEAR_OK);
    assert_int_equal(p.frontend.rate_hz, 16000);
    assert_close(p.frontend.fmax_hz, 8000.0, 0.0); /* follows the rate */
    assert_int_equal(p.frontend.win_length, 1024); /* and n_fft */
    assert_int_equal(p.frontend.log, HEAR_LOG_LN);
    assert_int_equal(hear_preset_parse(&p, "yamnet,fmin_hz=60", NULL), HEAR_OK);
    assert_close(p.frontend.fmin_hz, 60.0, 0.0);
    assert_close(p.frontend.fmax_hz, 7500.0, 0.0);
    /* of other features, what both have stays */
    assert_int_equal(
        hear_preset_parse(&p, "librosa,n_fft=1024,features=descriptors,rate_hz=16000", NULL),
        HEAR_OK);
    assert_int_equal(p.frontend.features, HEAR_FEATURES_DESCRIPTORS);
    assert_int_equal(p.frontend.rate_hz, 16000);
    assert_int_equal(p.frontend.n_fft, 1024);
    assert_int_equal(p.frontend.win_length, 1024);
    assert_int_equal(p.frontend.hop, 512);
    assert_int_equal(hear_preset_parse(&p, "kaldi,features=spectrum", NULL), HEAR_OK);
    assert_int_equal(hear_frontend_width(&p.frontend), 257);
    assert_int_equal(p.frontend.win_length, 400);
    assert_int_equal(hear_preset_parse(&p, "panns,features=wave", NULL), HEAR_OK);
    assert_int_equal(p.frontend.rate_hz, 32000);
    assert_int_equal(hear_frontend_width(&p.frontend), 320);
    assert_int_equal(hear_preset_parse(&p, "wave,features=mel,rate_hz=8000", NULL), HEAR_OK);
    assert_close(p.frontend.fmax_hz, 4000.0, 0.0);
    static const struct {
        const char *spec, *text;
    } wrong[] = {
        { "", "is none of" },
        { "librosa,features=cepstra", "bad value of \"features\"" },
        { "librosa,features=descriptors,n_mels=4", "features \"descriptors\" have no \"n_mels\"" },
        { "yam", "is none of" },
        { "yamnet,", "is no KEY=VALUE" },
        { "yamnet,n_mels", "is no KEY=VALUE" },
        { "yamnet,mels=3", "unknown key \"mels\"" },
        { "yamnet,n_mels=many", "bad value of \"n_mels\"" },
        { "yamnet,rate_hz=8000", "fmax_hz 7500 is above half" },
        { "yamnet,log=\xff", "is no setting" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(hear_preset_parse(&p, wrong[i].spec, &err), HEAR_ERR_ARG);
        if (!strstr(err.text, wrong[i].text))
            fail_msg("'%s' instead of '%s'", err.text, wrong[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yamnets_input_is_a_patch),
        cmocka_unit_test(test_an_open_input_is_closed),
        cmocka_unit_test(test_layouts_are_told_by_the_bands),
        cmocka_unit_test(test_a_wave_is_taken_as_it_is),
        cmocka_unit_test(test_what_does_not_fit_is_named),
        cmocka_unit_test(test_presets_can_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
