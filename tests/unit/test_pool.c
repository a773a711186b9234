/* test_pool.c - threads that share numbered tasks. */
#include "test.h"

#include "train/pool.h"

static void add_up(void *user, size_t i)
{
    size_t *const n = user;
    n[i] += i;
}

static void test_a_pool_does_each_task_once(void **state)
{
    (void)state;
    hear_pool *p;
    assert_int_equal(hear_pool_create(&p, 0), HEAR_ERR_ARG);
    assert_int_equal(hear_pool_create(&p, 3), HEAR_OK);
    assert_int_equal(hear_pool_n_threads(p), 3);
    size_t n[100] = { 0 };
    for (size_t round = 1; round <= 200; round++) {
        hear_pool_run(p, add_up, n, 100);
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(n[i], round * i);
    }
    hear_pool_run(p, add_up, n, 0);
    hear_pool_destroy(p);
    hear_pool_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_pool_does_each_task_once) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
