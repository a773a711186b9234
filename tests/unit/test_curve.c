/* test_curve.c - threshold curves and calibration against scikit-learn's on the same scores. */
#include "test.h"

#include "train/curve.h"

/* Numbers below by scikit-learn 1.9: two pairs and a triple of ties, scores at both ends. */
enum { N = 20 };
static const bool positive[N] = { 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1 };
static const float score[N] = { 0.71f, 1.0f,  0.73f, 0.63f, 0.28f, 0.17f, 0.17f,
                                0.63f, 0.27f, 0.43f, 0.19f, 0.18f, 0.75f, 0.62f,
                                1.0f,  0.0f,  0.65f, 0.43f, 0.54f, 0.12f };

static void test_areas_equal_those_of_scikit_learn(void **state)
{
    (void)state;
    hear_curve *c;
    assert_int_equal(hear_curve_create(&c, score, positive, N), HEAR_OK);
    assert_int_equal(c->n_positive, 14);
    assert_int_equal(c->n_negative, 6);
    assert_int_equal(c->n_points, 16); /* 20 scores, four of them again */
    assert_close(hear_curve_auc(c), 0.7321428571428571, 1e-12);
    assert_close(hear_curve_average_precision(c), 0.8898568536726432, 1e-12);
    assert_close(c->points[0].threshold, 1.0, 0.0);
    assert_int_equal(c->points[0].tp, 2);
    assert_int_equal(c->points[c->n_points - 1].tp, 14);
    assert_int_equal(c->points[c->n_points - 1].fp, 6);
    hear_curve_destroy(c);
}

static void test_bins_equal_those_of_scikit_learn(void **state)
{
    (void)state;
    static const size_t n[5] = { 6, 2, 3, 7, 2 };
    static const double share[5] = { 0.5, 0.5, 2.0 / 3.0, 6.0 / 7.0, 1.0 };
    static const double mean[5] = { 0.13833333, 0.275, 0.46666667, 0.67428571, 1.0 };
    hear_bin bins[5];
    hear_calibration_bins(score, positive, N, bins, 5);
    double error = 0.0;
    for (int b = 0; b < 5; b++) {
        assert_int_equal(bins[b].n, n[b]);
        assert_close(bins[b].share, share[b], 1e-7);
        assert_close(bins[b].mean_score, mean[b], 1e-7);
        error += (double)n[b] / N * fabs(share[b] - mean[b]);
    }
    assert_close(hear_calibration_error(bins, 5), error, 1e-7);
}

static void test_one_class_alone_has_no_area(void **state)
{
    (void)state;
    hear_curve *c;
    assert_int_equal(hear_curve_create(&c, score, positive, 3), HEAR_OK); /* all positive */
    assert_true(isnan(hear_curve_auc(c)));
    assert_close(hear_curve_average_precision(c), 1.0, 1e-12);
    hear_curve_destroy(c);
    assert_int_equal(hear_curve_create(&c, score, positive, 0), HEAR_OK);
    assert_true(isnan(hear_curve_auc(c)));
    assert_true(isnan(hear_curve_average_precision(c)));
    hear_curve_destroy(c);
    hear_curve_destroy(NULL);
    hear_bin bins[3];
    hear_calibration_bins(score, positive, 0, bins, 3);
    assert_true(isnan(bins[1].share));
    assert_close(hear_calibration_error(bins, 3), 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas_equal_those_of_scikit_learn),
        cmocka_unit_test(test_bins_equal_those_of_scikit_learn),
        cmocka_unit_test(test_one_class_alone_has_no_area),
    };
    return cmocka_run_group_tests_name("curve", tests, NULL, NULL);
}
