/* test_matrix.c - rows for what learns from all windows at once, and what each weighs. */
#include "test.h"

#include "hand_data.h"
#include "train/arch.h"
#include "train/matrix.h"

#include <string.h>

static hear_error err;

/* One recording of "rare", one of "many" of the same length, and one of "many" with three times as
 * many windows: of each the windows of one frame. */
static void make(hear_matrix *m, hear_sampling sampling, size_t n_threads)
{
    static const test_clip clips[] = { { "rare", "r", HEAR_SPLIT_TRAIN, 1 },
                                       { "many", "s", HEAR_SPLIT_TRAIN, 1 },
                                       { "many", "t", HEAR_SPLIT_TRAIN, 3 },
                                       { "many", "u", HEAR_SPLIT_TEST, 2 } };
    hear_frontend_config c = hear_frontend_default();
    c.n_mels = 2;
    c.log = HEAR_LOG_NONE;
    test_data d = test_make_data(&c, clips, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 2 * clips[i].n_frames; k++)
            d.sounds.sound[i].frames[k] = (float)(10 * i + k);
    hear_graph *g;
    hear_pool *pool;
    hear_sampler *sampler;
    const hear_arch_options options = { .n_labels = 2, .input = "flat", .c = 1.0 };
    assert_int_equal(hear_arch_build(&g, &hear_arch_logreg, &options, 1, 2, &err), HEAR_OK);
    assert_int_equal(hear_pool_create(&pool, n_threads), HEAR_OK);
    assert_int_equal(
        hear_sampler_create(&sampler, d.data, &d.sounds, HEAR_SPLIT_TRAIN, sampling, &err),
        HEAR_OK);
    const hear_examples e = {
        .data = d.data, .sounds = &d.sounds, .sampler = sampler, .window = 1, .hop = 1
    };
    assert_int_equal(hear_matrix_make(m, g, "features", &e, sampling, pool, &err), HEAR_OK);
    hear_sampler_destroy(sampler);
    hear_pool_destroy(pool);
    hear_graph_destroy(g);
    test_free_data(&d);
}

static void test_a_row_is_a_window_of_a_recording_to_learn_from(void **state)
{
    (void)state;
    static const float x[5][2] = { { 10, 11 }, { 20, 21 }, { 22, 23 }, { 24, 25 }, { 0, 1 } };
    static const size_t label[5] = { 0, 0, 0, 0, 1 }, group[5] = { 0, 1, 1, 1, 2 };
    for (size_t n_threads = 1; n_threads <= 3; n_threads++) {
        hear_matrix m;
        make(&m, HEAR_SAMPLE_PLAIN, n_threads);
        assert_int_equal(m.n, 5);
        assert_int_equal(m.n_features, 2);
        assert_int_equal(m.n_labels, 2);
        assert_int_equal(m.n_groups, 3);
        assert_memory_equal(m.x, x, sizeof x);
        assert_memory_equal(m.label, label, sizeof label);
        assert_memory_equal(m.group, group, sizeof group);
        hear_matrix_clear(&m);
    }
}

static void test_windows_weigh_as_recordings_are_sampled(void **state)
{
    (void)state;
    static const struct {
        hear_sampling sampling;
        double weight[5]; /* mean 1 */
    } cases[] = {
        { HEAR_SAMPLE_PLAIN, { 1, 1, 1, 1, 1 } },
        { HEAR_SAMPLE_WEIGHTED, { 0.625, 0.625, 0.625, 0.625, 2.5 } }, /* 5 / (2 * 4), 5 / 2 */
        /* half of 5 each label; of many's a quarter each recording, shared by its windows */
        { HEAR_SAMPLE_BALANCED, { 1.25, 1.25 / 3, 1.25 / 3, 1.25 / 3, 2.5 } },
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        hear_matrix m;
        make(&m, cases[c].sampling, 1);
        for (size_t i = 0; i < 5; i++)
            assert_close(m.weight[i], cases[c].weight[i], 1e-12);
        hear_matrix_clear(&m);
    }
}

/* Of the clips of two groups in turns, 9 and 4: by the roots 3 and 2, shared out within each. */
static void test_groups_count_by_the_root_in_any_order(void **state)
{
    (void)state;
    test_clip clips[13];
    for (size_t i = 0; i < 13; i++)
        clips[i] = (test_clip){ "a", i % 2 && i < 8 ? "four" : "nine", HEAR_SPLIT_TRAIN, 1 };
    hear_frontend_config c = hear_frontend_default();
    c.n_mels = 2;
    test_data d = test_make_data(&c, clips, 13);
    hear_sampler *s;
    assert_int_equal(
        hear_sampler_create(&s, d.data, &d.sounds, HEAR_SPLIT_TRAIN, HEAR_SAMPLE_BALANCED, &err),
        HEAR_OK);
    for (size_t i = 0; i < 13; i++) {
        const bool four = strcmp(clips[hear_sampler_clip(s, i)].group, "four") == 0;
        assert_close(hear_sampler_share(s, i), four ? 0.4 / 4 : 0.6 / 9, 1e-12);
    }
    hear_sampler_destroy(s);
    test_free_data(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_is_a_window_of_a_recording_to_learn_from),
        cmocka_unit_test(test_windows_weigh_as_recordings_are_sampled),
        cmocka_unit_test(test_groups_count_by_the_root_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
