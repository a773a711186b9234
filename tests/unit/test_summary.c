/* test_summary.c - figures of a small evaluation, worked out by hand; and what pages are made of.
 */
#include "test.h"

#include "train/chart.h"
#include "train/media.h"
#include "train/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Three recordings of two labels; the second has two windows. */
static hear_evaluated_clip clips[3] = {
    { .clip = 0, .truth = 0, .first_window = 0, .n_windows = 1, .seconds = 3.0 },
    { .clip = 1, .truth = 1, .first_window = 1, .n_windows = 2, .seconds = 4.0 },
    { .clip = 2, .truth = 1, .first_window = 3, .n_windows = 1, .seconds = 2.0 },
};
static float window_probs[8] = { 0.9f, 0.1f, 0.6f, 0.4f, 0.2f, 0.8f, 0.75f, 0.25f };
static double start_s[4] = { 0.0, 0.0, 1.0, 0.0 }, end_s[4] = { 3.0, 3.0, 4.0, 2.0 };
static float clip_probs[6] = { 0.9f, 0.1f, 0.4f, 0.6f, 0.75f, 0.25f };
static const hear_evaluation evaluation = {
    .n_labels = 2,
    .n_clips = 3,
    .clips = clips,
    .clip_probs = clip_probs,
    .n_windows = 4,
    .window_probs = window_probs,
    .window_start_s = start_s,
    .window_end_s = end_s,
};

static void test_a_summary_counts_recordings_and_windows(void **state)
{
    (void)state;
    hear_summary *s;
    assert_int_equal(hear_summary_create(&s, &evaluation, 0.0), HEAR_OK);
    assert_close(hear_metrics_accuracy(s->clips), 2.0 / 3.0, 1e-12);
    assert_close(hear_metrics_accuracy(s->windows), 2.0 / 4.0, 1e-12); /* windows 0 and 2 */
    assert_close(hear_metrics_balanced(s->clips), 0.75, 1e-12);
    /* for label 0: yes has 0.9, no has 0.4 and 0.75: both pairs in order */
    assert_close(s->labels[0].auc, 1.0, 1e-12);
    assert_close(s->macro_auc, 1.0, 1e-12);
    /* said with 0.9 right, 0.6 right, 0.75 wrong: (0.1 + 0.4 + 0.75) / 3 */
    assert_close(s->calibration_error, 1.25 / 3.0, 1e-6);
    hear_summary_destroy(s);
    hear_summary_destroy(NULL);
}

/* Alarms of 0 in recordings of 1: windows 1 and 3, two in 6 s; of 1 where it is 0: none in 3 s.
 * Recording 1 is found by its second window, which ends after 4 s; the last one is missed. */
static void test_a_summary_counts_alarms_at_the_threshold(void **state)
{
    (void)state;
    hear_summary *s;
    assert_int_equal(hear_summary_create(&s, &evaluation, 0.0), HEAR_OK);
    assert_close(hear_alarms_per_hour(&s->alarms->labels[0]), 1200.0, 1e-9);
    assert_close(hear_alarms_per_hour(&s->alarms->labels[1]), 0.0, 1e-9);
    assert_close(hear_alarms_delay_s(&s->alarms->labels[0]), 3.0, 1e-12);
    assert_close(hear_alarms_delay_s(&s->alarms->labels[1]), 4.0, 1e-12);
    assert_close(hear_alarms_missed(&s->alarms->labels[1]), 0.5, 1e-12);
    hear_summary_destroy(s);
    /* from 0.7 on, window 1 (0.6) says nothing any more */
    assert_int_equal(hear_summary_create(&s, &evaluation, 0.7), HEAR_OK);
    assert_int_equal(s->alarms->labels[0].n_false, 1);
    assert_close(hear_alarms_per_hour(&s->alarms->labels[0]), 600.0, 1e-9);
    hear_summary_destroy(s);
}

static void test_the_surest_mistakes_come_first(void **state)
{
    (void)state;
    hear_evaluated_clip all[5];
    float probs[10];
    static const float wrong[5] = { 0.6f, 0.9f, 0.2f, 0.8f, 0.7f }; /* 0.2 is said 1, rightly */
    for (size_t i = 0; i < 5; i++) {
        all[i] = (hear_evaluated_clip){ .clip = i, .truth = 1, .n_windows = 1 };
        probs[2 * i] = wrong[i];
        probs[2 * i + 1] = 1.0f - wrong[i];
    }
    const hear_evaluation e = { .n_labels = 2, .n_clips = 5, .clips = all, .clip_probs = probs };
    size_t worst[8];
    assert_int_equal(hear_worst_mistakes(&e, worst, 8), 4);
    assert_int_equal(worst[0], 1);
    assert_int_equal(worst[1], 3);
    assert_int_equal(worst[2], 4);
    assert_int_equal(worst[3], 0);
    assert_int_equal(hear_worst_mistakes(&e, worst, 2), 2);
    assert_int_equal(worst[0], 1);
    assert_int_equal(worst[1], 3);
    assert_int_equal(hear_worst_mistakes(&e, worst, 0), 0);
}

/* What write puts into a stream, as text that the caller frees. */
static char *text_of(void (*write)(FILE *, const void *), const void *what)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    write(out, what);
    fclose(out);
    return text;
}

static void write_base64(FILE *out, const void *what)
{
    hear_put_base64(out, what, strlen(what));
}

static void test_base64_equals_the_rfcs_examples(void **state)
{
    (void)state;
    static const char *const cases[][2] = { /* RFC 4648, section 10 */
                                            { "", "" },
                                            { "f", "Zg==" },
                                            { "fo", "Zm8=" },
                                            { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" },
                                            { "fooba", "Zm9vYmE=" },
                                            { "foobar", "Zm9vYmFy" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = text_of(write_base64, cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void write_chart(FILE *out, const void *what)
{
    const double x[3] = { 0.0, NAN, 1.0 }, y[3] = { 0.0, 0.5, 1.0 };
    const hear_series series = { .name = what, .n = 3, .x = x, .y = y, .dots = true };
    const hear_chart chart = { .title = "a & b",
                               .x_label = "x",
                               .y_label = "y",
                               .x_high = 1,
                               .y_high = 1,
                               .width = 166,
                               .height = 174 };
    hear_chart_write(out, &chart, &series, 1);
}

static void test_a_chart_escapes_names_and_breaks_lines_at_nan(void **state)
{
    (void)state;
    char *text = text_of(write_chart, "<cat>");
    assert_non_null(strstr(text, ">a &amp; b</text>"));
    assert_non_null(strstr(text, ">&lt;cat&gt;</text>"));
    /* 100 by 100 pixels inside the margins: from the corner below to the one above */
    assert_non_null(strstr(text, "d=\"M52.0 130.0M152.0 30.0\""));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_summary_counts_recordings_and_windows),
        cmocka_unit_test(test_a_summary_counts_alarms_at_the_threshold),
        cmocka_unit_test(test_the_surest_mistakes_come_first),
        cmocka_unit_test(test_base64_equals_the_rfcs_examples),
        cmocka_unit_test(test_a_chart_escapes_names_and_breaks_lines_at_nan),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
