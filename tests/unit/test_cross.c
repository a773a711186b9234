/* test_cross.c - trainings that leave something out, and are tested on that. */
#include "test.h"

#include "loud_bands.h"
#include "train/cross.h"

typedef struct {
    size_t n_folds, n_clips;
} folds;

static void on_fold(void *user, const hear_cross_result *r)
{
    folds *const f = user;
    assert_int_equal(r->n_folds, 3);
    assert_non_null(r->clips);
    f->n_folds++;
    f->n_clips += r->clips->n;
}

static void test_crossing_tests_on_every_recording_but_those_of_test(void **state)
{
    (void)state;
    test_data d = loud_bands();
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 2), HEAR_OK);
    hear_job job = small_job(&d, pool);
    folds f = { 0 };
    job.user = &f;
    hear_metrics *all;
    assert_int_equal(hear_metrics_create(&all, 3), HEAR_OK);
    assert_int_equal(hear_cross_run(&job, d.data, &d.sounds, 3, 0.2, all, on_fold, NULL), HEAR_OK);
    assert_int_equal(f.n_folds, 3);
    assert_int_equal(f.n_clips, 72);
    assert_int_equal(all->n, 72);
    assert_in_range(hear_metrics_right(all), 65, 72);
    assert_int_equal(hear_metrics_support(all, 0), 24);
    assert_int_equal(d.data->clips[89].split,
                     HEAR_SPLIT_TEST); /* the caller's splits are as before */
    /* one source only: nothing is left to learn from */
    hear_metrics_reset(all);
    job.user = NULL;
    assert_int_equal(hear_cross_run(&job, d.data, &d.sounds, 0, 0.2, all, NULL, NULL),
                     HEAR_ERR_DATA);
    assert_int_equal(all->n, 0);
    assert_int_equal(hear_cross_run(&job, d.data, &d.sounds, 100, 0.2, all, NULL, NULL),
                     HEAR_ERR_DATA);
    hear_metrics_destroy(all);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

static void test_a_group_in_two_sources_is_never_on_both_sides(void **state)
{
    (void)state;
    size_t other;
    hear_pool *pool;
    hear_metrics *all;
    test_data d = loud_bands();
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    assert_int_equal(hear_metrics_create(&all, 3), HEAR_OK);
    assert_int_equal(hear_names_add(&d.data->sources, "other", &other), HEAR_OK);
    hear_job job = small_job(&d, pool);
    job.settings.epochs = 1;
    for (size_t i = 0; i < d.data->n_clips; i++)
        d.data->clips[i].source = i / 6 % 2; /* whole groups of each label */
    assert_int_equal(hear_cross_run(&job, d.data, &d.sounds, 0, 0.0, all, NULL, NULL), HEAR_OK);
    assert_int_equal(all->n, 72);
    for (size_t i = 0; i < d.data->n_clips; i++)
        d.data->clips[i].source = i % 2; /* half of each group */
    hear_metrics_reset(all);
    assert_int_equal(hear_cross_run(&job, d.data, &d.sounds, 0, 0.0, all, NULL, NULL),
                     HEAR_ERR_DATA);
    assert_int_equal(all->n, 0);
    hear_metrics_destroy(all);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

static void test_the_only_group_of_a_label_is_never_left_out(void **state)
{
    (void)state;
    hear_pool *pool;
    hear_metrics *all;
    test_data d = loud_bands();
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    assert_int_equal(hear_metrics_create(&all, 3), HEAR_OK);
    hear_job job = small_job(&d, pool);
    job.settings.epochs = 1;
    for (size_t i = 0; i < d.data->n_clips; i++) /* of "low" */
        d.data->clips[i].group = d.data->clips[i].label == 1 ? 0 : d.data->clips[i].group;
    assert_int_equal(hear_cross_run(&job, d.data, &d.sounds, 4, 0.0, all, NULL, NULL), HEAR_OK);
    assert_int_equal(all->n, 48);
    assert_int_equal(hear_metrics_support(all, 1), 0);
    hear_metrics_destroy(all);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crossing_tests_on_every_recording_but_those_of_test),
        cmocka_unit_test(test_the_only_group_of_a_label_is_never_left_out),
        cmocka_unit_test(test_a_group_in_two_sources_is_never_on_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
