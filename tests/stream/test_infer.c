/* test_infer.c - what a network's numbers mean, and which networks fit their front end. */
#include "test.h"

#include "base/rng.h"
#include "small_model.h"
#include "stream/infer.h"

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
        err.text, "the network's input [1, 25, 8] does not take 24 frames of 8 bands (time-mel)");
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
        cmocka_unit_test(test_a_network_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("infer", tests, NULL, NULL);
}
