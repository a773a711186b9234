/* test_alarms.c - false alarms an hour and detection delay, worked out by hand. */
#include "test.h"

#include "train/alarms.h"

#include <math.h>

enum { N = 3 }; /* labels */

static hear_alarms *new_alarms(void)
{
    hear_alarms *a;
    assert_int_equal(hear_alarms_create(&a, N), HEAR_OK);
    return a;
}

static void test_a_window_says_its_best_label_from_the_threshold_on(void **state)
{
    (void)state;
    static const float probs[3] = { 0.25f, 0.5f, 0.25f }, tie[3] = { 0.2f, 0.4f, 0.4f };
    assert_int_equal(hear_alarms_said(probs, 3, 0.0), 1);
    assert_int_equal(hear_alarms_said(probs, 3, 0.5), 1);
    assert_true(hear_alarms_said(probs, 3, 0.51) == HEAR_SAYS_NOTHING);
    assert_int_equal(hear_alarms_said(tie, 3, 0.0), 1);
}

/* A recording of 10 s of label 0, windows of 2 s each second: 0, 1, 1, nothing, 1, 2, 0, 0, 0. The
 * runs 1 1 and 1 are two false alarms of 1, 720 an hour; 2 is one of 2, 360 an hour. */
static void test_windows_in_a_row_are_one_alarm(void **state)
{
    (void)state;
    static const size_t said[9] = { 0, 1, 1, HEAR_SAYS_NOTHING, 1, 2, 0, 0, 0 };
    hear_said windows[9];
    for (size_t i = 0; i < 9; i++)
        windows[i] = (hear_said){ (double)i, (double)i + 2.0, said[i] };
    const hear_stretch all = { .end_s = 10.0, .label = 0 };
    hear_alarms *a = new_alarms();
    test_forbid_heap();
    hear_alarms_add(a, windows, 9, &all, 1);
    test_allow_heap();
    assert_int_equal(a->labels[1].n_false, 2);
    assert_int_equal(a->labels[2].n_false, 1);
    assert_int_equal(a->labels[0].n_false, 0);
    assert_close(hear_alarms_per_hour(&a->labels[1]), 720.0, 1e-9);
    assert_close(hear_alarms_per_hour(&a->labels[2]), 360.0, 1e-9);
    assert_true(isnan(hear_alarms_per_hour(&a->labels[0]))); /* nothing else was heard */
    assert_close(hear_alarms_delay_s(&a->labels[0]), 2.0, 1e-12);
    assert_true(isnan(hear_alarms_missed(&a->labels[1]))); /* it was never there */
    const hear_alarm_count together = hear_alarms_all(a);
    assert_close(hear_alarms_per_hour(&together), 1080.0, 1e-9);
    hear_alarms_destroy(a);
}

/* Recordings by themselves add up: 20 s without label 1, in which there are two alarms of it. */
static void test_recordings_add_up(void **state)
{
    (void)state;
    static const hear_said one = { 0.0, 3.0, 1 }, other = { 0.0, 2.5, 2 };
    const hear_stretch zero = { .end_s = 10.0, .label = 0 }, two = { .end_s = 2.5, .label = 2 };
    hear_alarms *a = new_alarms();
    hear_alarms_add(a, &one, 1, &zero, 1);
    hear_alarms_add(a, &one, 1, &zero, 1);
    hear_alarms_add(a, &other, 1, &two, 1);
    assert_close(a->labels[1].elsewhere_s, 22.5, 1e-12);
    assert_close(hear_alarms_per_hour(&a->labels[1]), 2 * 3600.0 / 22.5, 1e-9);
    assert_close(hear_alarms_missed(&a->labels[0]), 1.0, 1e-12);
    assert_true(isnan(hear_alarms_delay_s(&a->labels[0])));
    assert_close(hear_alarms_delay_s(&a->labels[2]), 2.5, 1e-12);
    hear_alarms_destroy(a);
}

/* A stream: label 0 to 4 s, 1 to 9 s in two recordings, 0 to 12 s; windows of 2 s each second.
 *   window 0-2 1-3 2-4 3-5 4-6 5-7 6-8 7-9 8-10 9-11 10-12
 *   says    0   2   1   0   1   1   2   1   1    1    0
 * 2-4 says 1 before there is any (it touches 4 s but does not lie over it): false, one run of its
 * own. 3-5 lies over the edge, where both are right. The two recordings of 1 are one event, found
 * by 4-6, 2 s late. 9-11 goes on saying 1, but the run began within it. 0 comes back at 9 s and is
 * found by 10-12, 3 s late. 2 is said twice, and never there: 2 in 12 s. */
static void test_a_stream_of_several_recordings(void **state)
{
    (void)state;
    static const size_t said[11] = { 0, 2, 1, 0, 1, 1, 2, 1, 1, 1, 0 };
    hear_said windows[11];
    for (size_t i = 0; i < 11; i++)
        windows[i] = (hear_said){ (double)i, (double)i + 2.0, said[i] };
    static const hear_stretch stretches[4] = {
        { 0.0, 4.0, 0 }, { 4.0, 6.5, 1 }, { 6.5, 9.0, 1 }, { 9.0, 12.0, 0 }
    };
    hear_alarms *a = new_alarms();
    hear_alarms_add(a, windows, 11, stretches, 4);
    assert_int_equal(a->labels[0].n_events, 2);
    assert_int_equal(a->labels[1].n_events, 1);
    assert_int_equal(a->labels[0].n_found, 2);
    assert_close(hear_alarms_delay_s(&a->labels[0]), (2.0 + 3.0) / 2.0, 1e-12);
    assert_close(hear_alarms_delay_s(&a->labels[1]), 2.0, 1e-12);
    assert_int_equal(a->labels[0].n_false, 0);
    assert_int_equal(a->labels[1].n_false, 1);
    assert_int_equal(a->labels[2].n_false, 2);
    assert_close(hear_alarms_per_hour(&a->labels[0]), 0.0, 1e-12);
    assert_close(hear_alarms_per_hour(&a->labels[1]), 3600.0 / 7.0, 1e-9);
    assert_close(hear_alarms_per_hour(&a->labels[2]), 2 * 3600.0 / 12.0, 1e-9);
    const hear_alarm_count all = hear_alarms_all(a);
    assert_int_equal(all.n_events, 3);
    assert_close(hear_alarms_missed(&all), 0.0, 1e-12);
    assert_close(hear_alarms_delay_s(&all), 7.0 / 3.0, 1e-12);
    assert_close(hear_alarms_per_hour(&all), 900.0, 1e-9);
    hear_alarms_destroy(a);
    hear_alarms_destroy(NULL);
}

/* Said only when it is over: no window touches the event that says it. */
static void test_what_is_said_too_late_is_missed(void **state)
{
    (void)state;
    static const hear_said windows[3] = { { 0.0, 2.0, 0 }, { 2.0, 4.0, 0 }, { 4.0, 6.0, 1 } };
    static const hear_stretch stretches[3] = { { 0.0, 2.0, 0 }, { 2.0, 4.0, 1 }, { 4.0, 6.0, 0 } };
    hear_alarms *a = new_alarms();
    hear_alarms_add(a, windows, 3, stretches, 3);
    assert_close(hear_alarms_missed(&a->labels[1]), 1.0, 1e-12);
    assert_int_equal(a->labels[1].n_false, 1);
    assert_close(hear_alarms_missed(&a->labels[0]), 0.5, 1e-12);
    hear_alarms_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_window_says_its_best_label_from_the_threshold_on),
        cmocka_unit_test(test_windows_in_a_row_are_one_alarm),
        cmocka_unit_test(test_recordings_add_up),
        cmocka_unit_test(test_a_stream_of_several_recordings),
        cmocka_unit_test(test_what_is_said_too_late_is_missed),
    };
    return cmocka_run_group_tests_name("alarms", tests, NULL, NULL);
}
