/* test_timeline.c - windows become spans. */
#include "test.h"

#include "tui/timeline.h"

/* A window of 3 s that starts at start_s, with that class best. */
static void add(hear_timeline *t, double start_s, size_t label, float prob, double lost_s)
{
    float probs[3] = { 0.0f, 0.0f, 0.0f };
    probs[label] = prob;
    hear_timeline_add(t, &(hear_window_result){ .start_s = start_s,
                                                .end_s = start_s + 3.0,
                                                .lost_s = lost_s,
                                                .n_labels = 3,
                                                .probs = probs });
}

static void test_consecutive_windows_of_one_label_are_one_span(void **state)
{
    (void)state;
    hear_timeline t = { 0 };
    assert_null(hear_timeline_get(&t, 0));
    add(&t, 0.0, 1, 0.9f, 0.0);
    add(&t, 0.5, 1, 0.7f, 0.0);
    const hear_span *s = hear_timeline_get(&t, 0);
    assert_non_null(s);
    assert_null(hear_timeline_get(&t, 1));
    assert_int_equal(s->label, 1);
    assert_close(s->start_s, 0.0, 0.0);
    assert_close(s->end_s, 3.5, 0.0);
    assert_close(hear_span_prob(s), 0.8, 1e-6);
}

static void test_the_border_lies_between_the_middles_of_two_windows(void **state)
{
    (void)state;
    hear_timeline t = { 0 };
    add(&t, 0.0, 0, 0.9f, 0.0);
    add(&t, 0.5, 0, 0.9f, 0.0); /* its middle: 2.0 */
    add(&t, 1.0, 2, 0.6f, 0.0); /* 2.5 */
    const hear_span *now = hear_timeline_get(&t, 0), *before = hear_timeline_get(&t, 1);
    assert_close(before->start_s, 0.0, 0.0);
    assert_close(before->end_s, 2.25, 0.0);
    assert_close(now->start_s, 2.25, 0.0);
    assert_close(now->end_s, 4.0, 0.0);
    assert_ptr_equal(hear_timeline_at(&t, 2.24), before);
    assert_ptr_equal(hear_timeline_at(&t, 2.25), now);
    assert_null(hear_timeline_at(&t, 4.0));
    assert_null(hear_timeline_at(&t, -0.1));
}

static void test_a_loss_marks_its_span_only(void **state)
{
    (void)state;
    hear_timeline t = { 0 };
    add(&t, 0.0, 0, 0.9f, 0.0);
    add(&t, 0.5, 1, 0.9f, 1.0 / 48000.0); /* one sample is a loss */
    add(&t, 1.0, 1, 0.9f, 0.0);
    add(&t, 1.5, 2, 0.9f, 0.0);
    assert_false(hear_timeline_get(&t, 0)->lost);
    assert_true(hear_timeline_get(&t, 1)->lost);
    assert_false(hear_timeline_get(&t, 2)->lost);
}

static void test_the_oldest_is_forgotten_first(void **state)
{
    (void)state;
    hear_timeline t = { 0 };
    for (size_t i = 0; i < HEAR_TIMELINE_SPANS + 5; i++)
        add(&t, 0.5 * (double)i, i % 2, 0.9f, 0.0);
    assert_non_null(hear_timeline_get(&t, HEAR_TIMELINE_SPANS - 1));
    assert_null(hear_timeline_get(&t, HEAR_TIMELINE_SPANS));
    assert_int_equal(hear_timeline_get(&t, 0)->label, HEAR_TIMELINE_SPANS % 2);
    assert_null(hear_timeline_at(&t, 1.0));
}

static void test_clocks(void **state)
{
    (void)state;
    static const struct {
        double time_s;
        const char *text;
    } cases[] = { { 0.0, "00:00" },    { 59.999, "00:59" },   { 60.0, "01:00" },
                  { 3599.0, "59:59" }, { 3600.0, "1:00:00" }, { 360000.0, "100:00:00" },
                  { -1.0, "00:00" },   { NAN, "00:00" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[24];
        hear_timeline_clock(out, sizeof out, cases[i].time_s);
        assert_string_equal(out, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consecutive_windows_of_one_label_are_one_span),
        cmocka_unit_test(test_the_border_lies_between_the_middles_of_two_windows),
        cmocka_unit_test(test_a_loss_marks_its_span_only),
        cmocka_unit_test(test_the_oldest_is_forgotten_first),
        cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
