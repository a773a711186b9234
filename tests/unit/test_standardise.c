/* test_standardise.c - mean and deviation of what a network sees, from recordings to learn from. */
#include "test.h"

#include "hand_data.h"
#include "train/arch.h"
#include "train/trainer.h"

#include <math.h>

static const float *constant(const hear_graph *g, const char *name)
{
    return g->values[hear_graph_find(g, name)].init->data;
}

/* 0, 1 … 39 in the first number of the windows, more than one batch of them, and always 7 in the
 * second; what is to be tested on is 1000. */
static void test_all_windows_to_learn_from_and_no_others_count(void **state)
{
    (void)state;
    static const test_clip clips[] = { { "a", "r", HEAR_SPLIT_TRAIN, 25 },
                                       { "b", "s", HEAR_SPLIT_TRAIN, 15 },
                                       { "b", "t", HEAR_SPLIT_TEST, 9 },
                                       { "a", "u", HEAR_SPLIT_VALID, 9 } };
    hear_frontend_config c = hear_frontend_default();
    c.n_mels = 2;
    c.log = HEAR_LOG_NONE;
    test_data d = test_make_data(&c, clips, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < clips[i].n_frames; k++) {
            d.sounds.sound[i].frames[2 * k] = i > 1 ? 1000.0f : (float)(25 * i + k);
            d.sounds.sound[i].frames[2 * k + 1] = 7.0f;
        }
    hear_graph *g;
    hear_sampler *sampler;
    hear_error err = { 0 };
    const hear_arch_options options = { .n_labels = 2, .input = "flat" };
    assert_int_equal(hear_arch_build(&g, &hear_arch_logreg, &options, 1, 2, &err), HEAR_OK);
    assert_int_equal(
        hear_sampler_create(&sampler, d.data, &d.sounds, HEAR_SPLIT_TRAIN, HEAR_SAMPLE_PLAIN, &err),
        HEAR_OK);
    const hear_examples e = {
        .data = d.data, .sounds = &d.sounds, .sampler = sampler, .window = 1, .hop = 1
    };
    assert_int_equal(
        hear_train_standardise(g, &(hear_trainer_config){ .examples = &e, .batch = 0 }, &err),
        HEAR_OK);
    assert_close(constant(g, "fixed.mean")[0], 19.5, 1e-5);
    assert_close(constant(g, "fixed.scale")[0], 1.0 / sqrt((40.0 * 40.0 - 1.0) / 12.0), 1e-6);
    assert_close(constant(g, "fixed.mean")[1], 7.0, 1e-6);
    assert_true(constant(g, "fixed.scale")[1] == 0.0f); /* it says nothing */
    hear_sampler_destroy(sampler);
    hear_graph_destroy(g);
    test_free_data(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_windows_to_learn_from_and_no_others_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
