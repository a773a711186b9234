/* test_logreg.c - logistic regression ends where scikit-learn's does. */
#include "drawn.h"

#include "train/logreg.h"
#include "train/minimise.h"

#include <string.h>

#include "tests/data/sklearn_learn.inc"

static drawn_matrix data;

static void test_the_objective_is_scikit_learns(void **state)
{
    (void)state;
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 2), HEAR_OK);
    size_t most = 0;
    for (size_t i = 0; i < sizeof regressions / sizeof regressions[0]; i++) {
        drawn_data(&data, 300, 12, regressions[i].n_labels, 17, false);
        for (size_t k = 0; k < 300 && regressions[i].weighted; k++)
            data.weight[k] = 0.5 + (double)(k % 3) / 2.0;
        const hear_logreg_config config = { .c = regressions[i].c,
                                            .l1 = regressions[i].l1,
                                            .max_steps = 2000 };
        hear_logreg l;
        assert_int_equal(hear_logreg_solve(&l, &config, &data.m, pool), HEAR_OK);
        assert_true(l.converged);
        const double want = regressions[i].objective;
        if (!(fabs(l.objective - want) <= 1e-6 * want))
            fail_msg("%zu labels, %s, C %g: %.12g, expected %.12g", regressions[i].n_labels,
                     config.l1 ? "L1" : "L2", config.c, l.objective, want);
        most = l.n_steps > most ? l.n_steps : most;
        hear_logreg_clear(&l);
    }
    print_message("at most %zu steps\n", most);
    hear_pool_destroy(pool);
}

static void test_l1_leaves_weights_at_zero(void **state)
{
    (void)state;
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    drawn_data(&data, 300, 12, 2, 17, false);
    const hear_logreg_config config = { .c = 0.05, .l1 = true, .max_steps = 2000 };
    hear_logreg l;
    assert_int_equal(hear_logreg_solve(&l, &config, &data.m, pool), HEAR_OK);
    size_t n_zero = 0;
    for (size_t i = 0; i < 12; i++)
        n_zero += l.weights[i] == 0.0;
    assert_true(n_zero >= 10); /* all but features 0 and 11 say nothing alone */
    assert_true(l.weights[0] > 0.0);
    hear_logreg_clear(&l);
    hear_pool_destroy(pool);
}

static bool stop(void *user)
{
    return --*(int *)user == 0;
}

static void test_it_ends_when_told(void **state)
{
    (void)state;
    hear_pool *pool;
    int n = 3;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    drawn_data(&data, 300, 12, 3, 17, false);
    hear_logreg_config config = { .c = 100.0, .max_steps = 2, .stop = stop, .user = &n };
    hear_logreg l;
    assert_int_equal(hear_logreg_solve(&l, &config, &data.m, pool), HEAR_OK);
    assert_int_equal(l.n_steps, 2);
    assert_false(l.converged);
    hear_logreg_clear(&l);
    n = 2;
    config.max_steps = 100;
    assert_int_equal(hear_logreg_solve(&l, &config, &data.m, pool), HEAR_ERR_INTERRUPTED);
    assert_null(l.weights);
    config.c = 0.0;
    assert_int_equal(hear_logreg_solve(&l, &config, &data.m, pool), HEAR_ERR_ARG);
    hear_pool_destroy(pool);
}

/* 1 + sum of (i + 1) (x[i] - i)^2 / 2 */
static double bowl(void *user, const double *x, double *gradient)
{
    double sum = 1.0;
    (void)user;
    for (size_t i = 0; i < 4; i++) {
        const double d = x[i] - (double)i;
        sum += (double)(i + 1) * d * d / 2.0;
        gradient[i] = (double)(i + 1) * d;
    }
    return sum;
}

/* Where the slope is the l1: (i + 1) (i - x) = 2, or at 0; variable 3 is free. */
static void test_l1_moves_the_lowest_point(void **state)
{
    (void)state;
    static const bool is_free[4] = { false, false, false, true };
    static const double want[4] = { 0.0, 0.0, 4.0 / 3.0, 3.0 };
    double x[4] = { 5.0, -5.0, 5.0, -5.0 };
    const hear_minimise_config config = {
        .n = 4, .l1 = 2.0, .is_free = is_free, .max_steps = 100, .value = bowl
    };
    hear_minimum m;
    assert_int_equal(hear_minimise(&config, x, &m), HEAR_OK);
    assert_true(m.converged);
    for (size_t i = 0; i < 4; i++)
        assert_close(x[i], want[i], 1e-5);
    assert_close(m.value, 1.0 + 1.0 + 2.0 / 3.0 + 8.0 / 3.0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_objective_is_scikit_learns),
        cmocka_unit_test(test_l1_leaves_weights_at_zero),
        cmocka_unit_test(test_it_ends_when_told),
        cmocka_unit_test(test_l1_moves_the_lowest_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
