/* test_infer.c - what a network's numbers mean, and which networks fit their front end. */
#include "test.h"

#include "base/rng.h"
#include "small_model.h"
#include "nn/plan.h"
#include "stream/infer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_logits_become_a_softmax(void **state)
{
    (void)state;
    const float in[] = { 1.0f, 2.0f, 0.0f, -200.0f };
    float out[4];
    hear_infer_probs(HEAR_OUTPUT_LOGITS, in, out, 4);
    assert_close(out[0], 0.24472847, 1e-7); /* e^1 / (e^0 + e^1 + e^2) */
    assert_close(out[1], 0.66524096, 1e-7);
    assert_close(out[2], 0.09003057, 1e-7);
    assert_close(out[3], 0.0, 1e-30);
    const float large[] = { 1e30f, 1e30f, -1e30f, 0.0f };
    hear_infer_probs(HEAR_OUTPUT_LOGITS, large, out, 4);
    assert_true(out[0] == 0.5f && out[1] == 0.5f && out[2] == 0.0f && out[3] == 0.0f);
}

static void test_what_is_no_number_is_no_class(void **state)
{
    (void)state;
    float out[4];
    const float one_nan[] = { 0.0f, NAN, 0.0f, -INFINITY };
    hear_infer_probs(HEAR_OUTPUT_LOGITS, one_nan, out, 4);
    assert_true(out[0] == 0.5f && out[1] == 0.0f && out[2] == 0.5f && out[3] == 0.0f);
    const float infinite[] = { INFINITY, NAN, 5.0f, INFINITY };
    hear_infer_probs(HEAR_OUTPUT_LOGITS, infinite, out, 4);
    assert_true(out[0] == 0.5f && out[1] == 0.0f && out[2] == 0.0f && out[3] == 0.5f);
    const float none[] = { NAN, NAN, -INFINITY, NAN };
    hear_infer_probs(HEAR_OUTPUT_LOGITS, none, out, 4);
    for (int i = 0; i < 4; i++)
        assert_true(out[i] == 0.0f);
    static const hear_output others[] = { HEAR_OUTPUT_SOFTMAX, HEAR_OUTPUT_SIGMOID,
                                          HEAR_OUTPUT_SCORES };
    for (int i = 0; i < 3; i++) {
        const float in[] = { 0.25f, NAN, 1.5f, -0.5f };
        hear_infer_probs(others[i], in, out, 4);
        assert_true(out[0] == 0.25f && out[1] == 0.0f && out[2] == 1.0f && out[3] == 0.0f);
    }
}

static void test_both_layouts_hear_the_same(void **state)
{
    (void)state;
    hear_model *by_time = small_model(0, HEAR_LAYOUT_TIME_MEL);
    hear_model *by_mel = small_model(0, HEAR_LAYOUT_MEL_TIME);
    hear_infer *a, *b;
    assert_int_equal(hear_infer_create(&a, by_time, NULL), HEAR_OK);
    assert_int_equal(hear_infer_create(&b, by_mel, NULL), HEAR_OK);
    float frames[25 * 8], from_a[3], from_b[3], again[3];
    hear_rng r;
    hear_rng_seed(&r, 1);
    for (size_t i = 0; i < 25 * 8; i++)
        frames[i] = (float)(-40.0 + 20.0 * hear_rng_normal(&r));
    test_forbid_heap();
    hear_infer_run(a, frames, from_a);
    hear_infer_run(b, frames, from_b);
    hear_infer_run(a, NULL, again);
    hear_infer_run(a, frames, again);
    test_allow_heap();
    for (int i = 0; i < 3; i++)
        assert_close(from_a[i], from_b[i], 1e-5);
    assert_memory_equal(from_a, again, sizeof again);
    assert_close(from_a[0] + from_a[1] + from_a[2], 1.0, 1e-6);
    hear_infer_destroy(a);
    hear_infer_destroy(b);
    hear_model_close(by_time);
    hear_model_close(by_mel);
}

enum { FRAMES = 25, BANDS = 8 }; /* of a window of the small models */

static void make_frames(float *frames, size_t n, uint64_t seed)
{
    hear_rng r;
    hear_rng_seed(&r, seed);
    for (size_t i = 0; i < n * BANDS; i++)
        frames[i] = (float)(-40.0 + 20.0 * hear_rng_normal(&r));
}

static hear_window window_at(const float *frames, size_t k)
{
    return (
        hear_window){ .index = k, .patch = k, .n_patches = 4, .frames = frames + k * 5 * BANDS };
}

/* What the network itself makes of one patch. */
static void run_patch(const hear_model *m, const float *frames, float *probs, float *embedding)
{
    hear_plan *p;
    const hear_plan_config config = { .batch = 1 };
    assert_int_equal(hear_plan_create(&p, m->graph, &config, NULL), HEAR_OK);
    memcpy(hear_plan_input(p, 0)->data, frames, 10 * BANDS * sizeof *frames);
    hear_plan_run(p);
    hear_infer_probs(HEAR_OUTPUT_LOGITS, hear_plan_output(p, 0)->data, probs, 3);
    memcpy(embedding, hear_plan_output(p, 1)->data, 6 * sizeof *embedding);
    hear_plan_destroy(p);
}

static void test_a_window_is_the_mean_of_its_patches(void **state)
{
    (void)state;
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    hear_infer *x;
    assert_int_equal(hear_infer_create(&x, m, NULL), HEAR_OK);
    float frames[(FRAMES + 10) * BANDS], probs[3], patch[3], embedding[6];
    make_frames(frames, FRAMES + 10, 1);
    const hear_window w = window_at(frames, 2);
    test_forbid_heap();
    hear_infer_window(x, &w, probs);
    test_allow_heap();
    double sum[3] = { 0.0 };
    assert_int_equal(hear_infer_n_embedding(x), 6);
    for (size_t i = 0; i < 4; i++) {
        run_patch(m, frames + (2 + i) * 5 * BANDS, patch, embedding);
        for (int l = 0; l < 3; l++)
            sum[l] += patch[l];
        assert_memory_equal(hear_infer_embedding(x, 2 + i), embedding, sizeof embedding);
    }
    for (int l = 0; l < 3; l++)
        assert_true(probs[l] == (float)(sum[l] / 4.0));
    assert_null(hear_infer_embedding(x, 1));
    assert_null(hear_infer_embedding(x, 6));

    /* fewer count where the recording ends: the mean of the first two */
    hear_window end = w;
    end.n_patches = 2;
    hear_infer_reset(x);
    hear_infer_window(x, &end, probs);
    run_patch(m, frames + 10 * BANDS, patch, embedding);
    const double first = patch[1];
    run_patch(m, frames + 15 * BANDS, patch, embedding);
    assert_true(probs[1] == (float)((first + patch[1]) / 2.0));
    hear_infer_destroy(x);
    hear_model_close(m);
}

/* The small model of patches, with an output "weight": a part of its embedding. */
static hear_model *weighed_model(void)
{
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    const hear_shape one = { .rank = 2, .dim = { 6, 1 } };
    const float first[6] = { 1.0f };
    size_t in[2] = { hear_graph_find(m->graph, "inner") }, product, weight;
    assert_int_equal(hear_graph_add_weight(m->graph, "first", &one, first, &in[1]), HEAR_OK);
    assert_int_equal(hear_graph_add_node(m->graph, "MatMul", "product", 2, in, &product), HEAR_OK);
    assert_int_equal(hear_graph_add_node(m->graph, "Sigmoid", "share", 1, &product, &weight),
                     HEAR_OK);
    assert_int_equal(hear_graph_add_output(m->graph, weight), HEAR_OK);
    free(m->info.weight);
    m->info.weight = strdup("share");
    return m;
}

static void test_a_patch_counts_by_its_weight(void **state)
{
    (void)state;
    hear_model *m = weighed_model();
    hear_infer *x;
    hear_error err;
    assert_int_equal(hear_infer_create(&x, m, &err), HEAR_OK);
    float frames[(FRAMES + 10) * BANDS], probs[3], own[3], patch[3], embedding[6];
    make_frames(frames, FRAMES + 10, 1);
    const hear_window w[2] = { window_at(frames, 0), window_at(frames, 1) };
    double sum[2] = { 0.0 }, last = 0.0, weight = 0.0;
    for (size_t i = 0; i < 5; i++) {
        run_patch(m, frames + i * 5 * BANDS, patch, embedding);
        weight = 1.0 / (1.0 + exp(-(double)embedding[0]));
        last = patch[1];
        sum[0] += i < 4 ? weight : 0.0;
        sum[1] += i < 4 ? weight * last : 0.0;
    }
    hear_infer_window(x, &w[0], probs);
    assert_close(probs[1], sum[1] / sum[0], 1e-6);
    assert_close(hear_infer_own(x, own), sum[0], 1e-6);
    assert_memory_equal(own, probs, sizeof own);
    hear_infer_window(x, &w[1], probs);
    assert_close(hear_infer_own(x, own), weight, 1e-6);
    assert_close(own[1], last, 1e-6);
    hear_infer_destroy(x);

    free(m->info.weight);
    m->info.weight = strdup("inner");
    assert_int_equal(hear_infer_create(&x, m, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "no output of one float32 is the weight 'inner'");
    hear_model_close(m);
}

static void test_a_patch_is_computed_once(void **state)
{
    (void)state;
    hear_model *m = small_patch_model(HEAR_LAYOUT_MEL_TIME);
    hear_infer *x, *fresh;
    assert_int_equal(hear_infer_create(&x, m, NULL), HEAR_OK);
    assert_int_equal(hear_infer_create(&fresh, m, NULL), HEAR_OK);
    float frames[60 * BANDS], spoilt[60 * BANDS], a[3], b[3];
    make_frames(frames, 60, 3);
    for (size_t k = 0; k < 7; k++) {
        hear_window w = window_at(frames, k);
        hear_infer_reset(fresh);
        hear_infer_window(fresh, &w, b);
        /* but for its last patch, the window's frames are not looked at again */
        memcpy(spoilt, frames, sizeof spoilt);
        for (size_t i = 0; k > 0 && i < (k * 5 + 15) * BANDS; i++)
            spoilt[i] = 1e3f;
        w = window_at(spoilt, k);
        hear_infer_window(x, &w, a);
        assert_memory_equal(a, b, sizeof a);
    }
    /* a window that was left out is made up for; one of another stream does not count */
    hear_window w = window_at(frames, 0);
    hear_infer_window(x, &w, a);
    hear_infer_window(fresh, &w, b);
    assert_memory_equal(a, b, sizeof a);
    make_frames(spoilt, 60, 4);
    w = window_at(spoilt, 0);
    hear_infer_reset(x);
    hear_infer_window(x, &w, a);
    assert_true(memcmp(a, b, sizeof a) != 0);
    hear_infer_run(fresh, spoilt, b);
    assert_memory_equal(a, b, sizeof a);
    hear_infer_destroy(x);
    hear_infer_destroy(fresh);
    hear_model_close(m);
}

static void test_a_network_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    hear_model *m = small_model(0, HEAR_LAYOUT_TIME_MEL);
    hear_infer *x;
    hear_error err;
    m->info.window = 24;
    assert_int_equal(hear_infer_create(&x, m, &err), HEAR_ERR_MODEL);
    assert_null(x);
    assert_string_equal(
        err.text,
        "the network's input [1, 25, 8] does not take 24 frames of 8 mel bands (time-mel)");
    m->info.window = 25;
    m->info.layout = HEAR_LAYOUT_MEL_TIME;
    assert_int_equal(hear_infer_create(&x, m, &err), HEAR_ERR_MODEL);
    m->info.layout = HEAR_LAYOUT_TIME_MEL;
    m->info.n_labels = 2;
    assert_int_equal(hear_infer_create(&x, m, &err), HEAR_ERR_MODEL);
    assert_string_equal(err.text, "the network's output [1, 3] does not fit 2 labels");
    m->info.n_labels = 3;
    hear_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logits_become_a_softmax),
        cmocka_unit_test(test_what_is_no_number_is_no_class),
        cmocka_unit_test(test_both_layouts_hear_the_same),
        cmocka_unit_test(test_a_window_is_the_mean_of_its_patches),
        cmocka_unit_test(test_a_patch_counts_by_its_weight),
        cmocka_unit_test(test_a_patch_is_computed_once),
        cmocka_unit_test(test_a_network_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("infer", tests, NULL, NULL);
}
