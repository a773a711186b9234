/* test_page_tune.c - what tune found, as charts with places worked out by hand. */
#include "test.h"

#include "train/page_tune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 10 /* recordings of a point */ };

/* n_right of N recordings of label 0 are named rightly. */
static hear_metrics *metrics_of(size_t n_right)
{
    static const float right[2] = { 0.75f, 0.25f }, wrong[2] = { 0.25f, 0.75f };
    hear_metrics *m;
    assert_int_equal(hear_metrics_create(&m, 2), HEAR_OK);
    for (size_t i = 0; i < N; i++)
        hear_metrics_add(m, 0, i < n_right ? right : wrong);
    return m;
}

static char *text_of(const hear_page_tune *page)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(hear_page_tune_write(out, page), HEAR_OK);
    fclose(out);
    return text;
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

/* Right of ten: hidden 2: 0 with lr a, 5 with lr b; hidden 4: 10 and 5. Between the axes there are
 * 384 by 286 pixels from (52, 30) on, for x from -0.5 to 2.1; 0 % is at 316, and 50 % at 173. */
static void test_each_option_has_a_chart_with_a_line_for_each_other(void **state)
{
    (void)state;
    hear_metrics *points[4] = { metrics_of(0), metrics_of(5), metrics_of(10), metrics_of(5) };
    static const char *const options[2] = { "hidden", "lr" };
    static const size_t n_values[2] = { 2, 2 };
    char two[] = "2", four[] = "4", a[] = "a", b[] = "<b>";
    char *hidden[2] = { two, four }, *lr[2] = { a, b };
    char *const *const values[2] = { hidden, lr };
    const hear_page_tune page = { .arch = "mlp",
                                  .data = "t.tsv",
                                  .n_folds = 3,
                                  .n_options = 2,
                                  .option = options,
                                  .n_values = n_values,
                                  .value = values,
                                  .n_points = 4,
                                  .points = (const hear_metrics *const *)points };
    char *text = text_of(&page);
    assert_int_equal(count(text, "<svg"), 2);
    static const char *const lines[] = { "d=\"M122.2 316.0L269.8 30.0\"",   /* hidden, lr a */
                                         "d=\"M129.5 173.0L277.2 173.0\"",  /* hidden, lr b */
                                         "d=\"M122.2 316.0L269.8 173.0\"",  /* lr, hidden 2 */
                                         "d=\"M129.5 30.0L277.2 173.0\"" }; /* lr, hidden 4 */
    const char *at = text;
    for (size_t i = 0; i < 4; i++) {
        at = strstr(at, lines[i]);
        assert_non_null(at);
    }
    assert_non_null(strstr(text, ">lr &lt;b&gt;</text>"));
    assert_non_null(strstr(text, ">hidden 4</text>"));
    assert_null(strstr(text, "<b>"));
    assert_non_null(strstr(text, "<tr><td>4</td><td>a</td><td>100.0</td>"));
    free(text);
    for (size_t i = 0; i < 4; i++)
        hear_metrics_destroy(points[i]);
}

/* Eight values of another option are too many lines: the best of them stands for all. */
static void test_of_many_others_the_best_is_drawn(void **state)
{
    (void)state;
    hear_metrics *points[16];
    for (size_t i = 0; i < 16; i++)
        points[i] = metrics_of(i == 5 ? 10 : i == 12 ? 5 : 0);
    static const char *const options[2] = { "hidden", "seed" };
    static const size_t n_values[2] = { 2, 8 };
    char digits[8][2] = { "0", "1", "2", "3", "4", "5", "6", "7" };
    char *seeds[8], *hidden[2] = { digits[1], digits[2] };
    for (size_t i = 0; i < 8; i++)
        seeds[i] = digits[i];
    char *const *const values[2] = { hidden, seeds };
    const hear_page_tune page = { .arch = "mlp",
                                  .data = "t.tsv",
                                  .n_options = 2,
                                  .option = options,
                                  .n_values = n_values,
                                  .value = values,
                                  .n_points = 16,
                                  .points = (const hear_metrics *const *)points };
    char *text = text_of(&page);
    /* 100 % with hidden 1 and 50 % with hidden 2; intervals from 72 and 24 % on: the axis from 20
     */
    assert_non_null(strstr(text, "d=\"M148.0 30.0L340.0 208.8\""));
    assert_non_null(strstr(text, ">Right against hidden, the best of the others</text>"));
    free(text);
    for (size_t i = 0; i < 16; i++)
        hear_metrics_destroy(points[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_option_has_a_chart_with_a_line_for_each_other),
        cmocka_unit_test(test_of_many_others_the_best_is_drawn),
    };
    return cmocka_run_group_tests_name("page_tune", tests, NULL, NULL);
}
