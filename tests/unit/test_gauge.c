/* test_gauge.c - level and times as a display reads them. */
#include "test.h"

#include "stream/gauge.h"

static void test_the_level_is_of_what_came_since_the_last_look(void **state)
{
    (void)state;
    hear_gauge g = { 0 };
    const float first[] = { 0.5f, -0.75f, 0.0f, 0.0f }, second[] = { NAN, -3.0f };
    test_forbid_heap();
    hear_gauge_level(&g, first, 2);
    hear_gauge_level(&g, first + 2, 2);
    hear_gauge_reading r = hear_gauge_read(&g);
    assert_true(r.peak == 0.75f);
    assert_close(r.rms, 0.45069390943, 1e-7); /* sqrt((0.25 + 0.5625) / 4) */
    r = hear_gauge_read(&g);
    assert_true(r.peak == 0.0f && r.rms == 0.0f);
    hear_gauge_level(&g, second, 2); /* no number is silence, what is too loud is 1 */
    r = hear_gauge_read(&g);
    test_allow_heap();
    assert_true(r.peak == 1.0f);
    assert_close(r.rms, 0.70710678, 1e-6);
}

static void test_the_median_is_right_to_a_sixteenth(void **state)
{
    (void)state;
    hear_gauge g = { 0 };
    assert_true(hear_gauge_read(&g).p50_ms == 0.0);
    for (uint64_t ns = 3000; ns < 900000000; ns = ns * 7 / 3) {
        hear_gauge one = { 0 };
        hear_gauge_inference(&one, ns, 5);
        hear_gauge_inference(&one, ns, 2000000);
        hear_gauge_inference(&one, 3000000000, 2000000); /* the worst moves no median */
        const hear_gauge_reading r = hear_gauge_read(&one);
        assert_close(r.p50_ms, 1e-6 * (double)ns, 1e-6 * (double)ns / 16.0);
        assert_close(r.worst_ms, 3000.0, 1e-9);
        assert_close(r.latency_ms, 2.0, 1e-9);
    }
    for (int i = 1; i <= 99; i++)
        hear_gauge_inference(&g, (uint64_t)i * 1000000u, 0);
    assert_close(hear_gauge_read(&g).p50_ms, 50.0, 50.0 / 16.0);
}

static void test_a_quantile_is_the_first_that_so_many_do_not_exceed(void **state)
{
    (void)state;
    static const struct {
        int n_short, n_long; /* windows of 1 ms and of 64 ms */
        double p50_ms, p99_ms;
    } cases[] = { { 50, 50, 1, 64 }, { 49, 51, 64, 64 }, { 99, 1, 1, 1 }, { 98, 2, 1, 64 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_gauge g = { 0 };
        for (int k = 0; k < cases[i].n_short; k++)
            hear_gauge_inference(&g, 1000000, 0);
        for (int k = 0; k < cases[i].n_long; k++)
            hear_gauge_inference(&g, 64000000, 0);
        const hear_gauge_reading r = hear_gauge_read(&g);
        assert_close(r.p50_ms, cases[i].p50_ms, cases[i].p50_ms / 16.0);
        assert_close(r.p99_ms, cases[i].p99_ms, cases[i].p99_ms / 16.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_level_is_of_what_came_since_the_last_look),
        cmocka_unit_test(test_the_median_is_right_to_a_sixteenth),
        cmocka_unit_test(test_a_quantile_is_the_first_that_so_many_do_not_exceed),
    };
    return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
