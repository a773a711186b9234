/* test_layout.c - which widget stands where, in windows of every size. */
#include "test.h"

#include "tui/layout.h"

#include <stdbool.h>

static int rows(const hear_screen_layout *l, hear_part part)
{
    return l->part[part].n_rows;
}

static bool overlap(hear_rect a, hear_rect b)
{
    return a.n_rows > 0 && b.n_rows > 0 && a.y < b.y + b.n_rows && b.y < a.y + a.n_rows &&
           a.x < b.x + b.n_cols && b.x < a.x + a.n_cols;
}

static void test_parts_stay_inside_and_apart_at_every_size(void **state)
{
    (void)state;
    static const size_t bars[] = { 1, 3, 5, 521 }, bands[] = { 1, 40, 128 };
    for (int n_rows = 1; n_rows <= 80; n_rows++)
        for (int n_cols = 1; n_cols <= 130; n_cols++)
            for (size_t i = 0; i < 4 * 3; i++) {
                const hear_screen_layout l =
                    hear_screen_layout_plan(n_rows, n_cols, bars[i % 4], bands[i / 4]);
                for (int p = 0; p < HEAR_N_PARTS; p++) {
                    const hear_rect r = l.part[p];
                    assert_true(r.n_rows >= 0 && r.y >= 0 && r.x >= 0 && r.n_cols >= 1);
                    assert_true(r.y + r.n_rows <= n_rows && r.x + r.n_cols <= n_cols);
                    for (int q = 0; q < p; q++)
                        assert_false(overlap(r, l.part[q]));
                }
                assert_int_equal(rows(&l, HEAR_PART_LABEL), 1);
            }
}

static void test_the_label_is_the_last_to_go(void **state)
{
    (void)state;
    static const hear_part order[] = { HEAR_PART_LABEL, HEAR_PART_METER, HEAR_PART_STATUS,
                                       HEAR_PART_BARS };
    for (int n_rows = 1; n_rows <= 4; n_rows++) {
        const hear_screen_layout l = hear_screen_layout_plan(n_rows, 20, 3, 128);
        for (int i = 0; i < 4; i++)
            assert_int_equal(rows(&l, order[i]), i < n_rows);
    }
}

static void test_a_usual_window_has_everything(void **state)
{
    (void)state;
    const hear_screen_layout l = hear_screen_layout_plan(24, 80, 3, 128);
    for (int p = 0; p < HEAR_N_PARTS; p++)
        assert_true(l.part[p].n_rows > 0);
    assert_true(rows(&l, HEAR_PART_WATERFALL) >= 7);
    assert_true(rows(&l, HEAR_PART_BARS) >= 3);
    assert_true(rows(&l, HEAR_PART_TIMELINE) >= 5);
    assert_int_equal(l.part[HEAR_PART_STATUS].y, 23);                          /* the last row */
    assert_true(l.part[HEAR_PART_TIMELINE].x > l.part[HEAR_PART_BARS].n_cols); /* beside them */
}

static void test_forty_columns_stack_the_past_under_the_bars(void **state)
{
    (void)state;
    const hear_screen_layout l = hear_screen_layout_plan(24, 40, 3, 128);
    assert_int_equal(l.part[HEAR_PART_TIMELINE].x, 0);
    assert_true(l.part[HEAR_PART_TIMELINE].y >=
                l.part[HEAR_PART_BARS].y + rows(&l, HEAR_PART_BARS));
    assert_true(rows(&l, HEAR_PART_TIMELINE) >= 3 && rows(&l, HEAR_PART_WATERFALL) >= 5);
}

static void test_a_spectrogram_has_no_more_rows_than_bands(void **state)
{
    (void)state;
    const hear_screen_layout l = hear_screen_layout_plan(100, 80, 3, 20);
    assert_int_equal(rows(&l, HEAR_PART_WATERFALL), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_stay_inside_and_apart_at_every_size),
        cmocka_unit_test(test_the_label_is_the_last_to_go),
        cmocka_unit_test(test_a_usual_window_has_everything),
        cmocka_unit_test(test_forty_columns_stack_the_past_under_the_bars),
        cmocka_unit_test(test_a_spectrogram_has_no_more_rows_than_bands),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
