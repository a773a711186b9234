/* test_metrics.c - scores against scikit-learn's on the same probabilities. */
#include "test.h"

#include "train/metrics.h"

/* Four labels, the last of which never occurs; numbers below by scikit-learn 1.9 and SciPy. */
static const size_t truth[12] = { 0, 1, 2, 2, 1, 0, 0, 1, 2, 0, 1, 1 };
static const float probs[12][4] = {
    { 0.3224f, 0.4962f, 0.1385f, 0.0429f }, { 0.8608f, 0.0510f, 0.0882f, 0.0000f },
    { 0.0178f, 0.3586f, 0.6153f, 0.0083f }, { 0.5114f, 0.0139f, 0.4683f, 0.0064f },
    { 0.1590f, 0.5632f, 0.2768f, 0.0010f }, { 0.6968f, 0.1682f, 0.1154f, 0.0196f },
    { 0.4733f, 0.1416f, 0.2959f, 0.0892f }, { 0.0482f, 0.5282f, 0.4068f, 0.0168f },
    { 0.3514f, 0.4262f, 0.2113f, 0.0111f }, { 0.6156f, 0.2758f, 0.1042f, 0.0044f },
    { 0.1954f, 0.1911f, 0.6132f, 0.0003f }, { 0.1344f, 0.3677f, 0.4106f, 0.0872f },
};

static void test_scores_equal_those_of_scikit_learn(void **state)
{
    (void)state;
    static const size_t confusion[16] = { 3, 1, 0, 0, 1, 2, 2, 0, 1, 1, 1, 0, 0, 0, 0, 0 };
    static const double precision[4] = { 0.6, 0.5, 1.0 / 3.0, 0.0 };
    static const double recall[4] = { 0.75, 0.4, 1.0 / 3.0, 0.0 };
    static const double f1[4] = { 0.66666667, 0.44444444, 0.33333333, 0.0 };
    hear_metrics *m;
    assert_int_equal(hear_metrics_create(&m, 4), HEAR_OK);
    for (int round = 0; round < 2; round++) { /* reset forgets all */
        hear_metrics_reset(m);
        for (size_t i = 0; i < 12; i++)
            hear_metrics_add(m, truth[i], probs[i]);
        for (size_t i = 0; i < 16; i++)
            assert_int_equal(m->confusion[i], confusion[i]);
        assert_true(isnan(hear_metrics_precision(m, 3)) && isnan(hear_metrics_recall(m, 3)) &&
                    isnan(hear_metrics_f1(m, 3)));
        for (size_t l = 0; l < 3; l++) {
            assert_close(hear_metrics_precision(m, l), precision[l], 1e-8);
            assert_close(hear_metrics_recall(m, l), recall[l], 1e-8);
            assert_close(hear_metrics_f1(m, l), f1[l], 1e-8);
        }
        assert_close(hear_metrics_accuracy(m), 0.5, 1e-12);
        assert_close(hear_metrics_balanced(m), 0.4944444444444444, 1e-12);
        assert_close(hear_metrics_macro_f1(m), 0.48148148148148145, 1e-12);
        assert_close(hear_metrics_log_loss(m), 1.030745617065552, 1e-6);
        assert_int_equal(hear_metrics_support(m, 1), 5);
        assert_int_equal(hear_metrics_right(m), 6);
    }
    hear_metrics_destroy(m);
}

static void test_nothing_scores_zero(void **state)
{
    (void)state;
    hear_metrics *m;
    assert_int_equal(hear_metrics_create(&m, 2), HEAR_OK);
    assert_true(hear_metrics_accuracy(m) == 0.0 && hear_metrics_balanced(m) == 0.0);
    assert_true(hear_metrics_log_loss(m) == 0.0 && hear_metrics_macro_f1(m) == 0.0);
    const float certain[2] = { 1.0f, 0.0f };
    hear_metrics_add(m, 1, certain); /* certain and wrong: ln 1e-15, not infinity */
    assert_close(hear_metrics_log_loss(m), 34.538776394910684, 1e-9);
    hear_metrics_destroy(m);
    hear_metrics_destroy(NULL);
}

static void test_wilson_interval_equals_that_of_scipy(void **state)
{
    (void)state;
    static const struct {
        size_t k, n;
        double low, high;
    } cases[] = {
        { 8, 10, 0.4901624715366418, 0.9433178485456248 },
        { 0, 10, 0.0, 0.27753279986288926 },
        { 10, 10, 0.7224672001371109, 1.0 },
        { 341, 353, 0.941529309047562, 0.9804487623550551 },
        { 0, 0, 0.0, 1.0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const hear_interval w = hear_wilson(cases[i].k, cases[i].n);
        assert_close(w.low, cases[i].low, 1e-12);
        assert_close(w.high, cases[i].high, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_equal_those_of_scikit_learn),
        cmocka_unit_test(test_nothing_scores_zero),
        cmocka_unit_test(test_wilson_interval_equals_that_of_scipy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
