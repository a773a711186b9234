/* test_waterfall.c - frames become columns of brightness. */
#include "test.h"

#include "tui/waterfall.h"

#include <string.h>

static const hear_frontend_config in_db = {
    .rate_hz = 16000, .n_mels = 4, .fmin_hz = 0.0, .fmax_hz = 8000.0, .power = 2, .log = HEAR_LOG_DB
};

static void add_same(hear_waterfall *w, float value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float frame[4] = { value, value, value, value };
        hear_waterfall_add(w, frame, 1);
    }
}

static uint8_t newest(const hear_waterfall *w)
{
    double middle_s;
    const uint8_t *bands = hear_waterfall_column(w, 0, &middle_s);
    assert_non_null(bands);
    return bands[0];
}

static void test_a_column_holds_whole_frames_of_about_a_tenth_of_a_second(void **state)
{
    (void)state;
    static const struct {
        double frame_s, column_s;
    } cases[] = { { 0.032, 0.096 }, { 0.01, 0.1 }, { 0.5, 0.5 } };
    for (size_t i = 0; i < 3; i++) {
        hear_waterfall *w = hear_waterfall_create(&in_db, 4, cases[i].frame_s);
        assert_close(hear_waterfall_column_s(w), cases[i].column_s, 1e-12);
        hear_waterfall_destroy(w);
    }
}

static void test_time_moves_with_frames_and_jumps_where_some_were_missed(void **state)
{
    (void)state;
    hear_waterfall *w = hear_waterfall_create(&in_db, 4, 0.032);
    double middle_s;
    add_same(w, -10.0f, 2);
    assert_null(hear_waterfall_column(w, 0, &middle_s));
    add_same(w, -10.0f, 1);
    assert_non_null(hear_waterfall_column(w, 0, &middle_s));
    assert_close(middle_s, 0.048, 1e-12);
    hear_waterfall_sync(w, 0.2); /* within the jitter of two threads: no jump */
    add_same(w, -10.0f, 3);
    hear_waterfall_column(w, 0, &middle_s);
    assert_close(middle_s, 0.144, 1e-12);
    hear_waterfall_sync(w, 5.0);
    add_same(w, -10.0f, 3);
    hear_waterfall_column(w, 0, &middle_s);
    assert_close(middle_s, 5.048, 1e-12);
    assert_null(hear_waterfall_column(w, 3, &middle_s));
    hear_waterfall_destroy(w);
}

static void test_the_loudest_is_white_and_65_db_below_is_black(void **state)
{
    (void)state;
    hear_waterfall *w = hear_waterfall_create(&in_db, 4, 0.1);
    const float frame[4] = { 20.0f, -45.0f, -12.5f, -100.0f };
    hear_waterfall_add(w, frame, 1);
    double middle_s;
    const uint8_t *bands = hear_waterfall_column(w, 0, &middle_s);
    assert_int_equal(bands[0], 255);
    assert_int_equal(bands[1], 0);
    assert_int_equal(bands[2], 78); /* 255 * 0.5^1.7 */
    assert_int_equal(bands[3], 0);

    /* ten columns make a second, in which the reference falls by 1.5 dB: 20 dB over a column of 0
     */
    add_same(w, 0.0f, 10);
    assert_int_equal(newest(w), 144); /* 255 * (1 - 18.5 / 65)^1.7 */
    hear_waterfall_destroy(w);
}

static void test_a_quiet_room_stays_dark(void **state)
{
    (void)state;
    hear_waterfall *w = hear_waterfall_create(&in_db, 4, 0.1);
    add_same(w, -60.0f, 2000); /* however long */
    assert_true(newest(w) < 10);
    hear_waterfall_destroy(w);
}

static void test_every_scale_of_the_front_end_looks_the_same(void **state)
{
    (void)state;
    /* a power of 0.01, -20 dB */
    static const struct {
        hear_log log;
        int power;
        float value;
    } cases[] = { { HEAR_LOG_DB, 2, -20.0f },
                  { HEAR_LOG_LN, 2, -4.60517f },
                  { HEAR_LOG_LN, 1, -2.302585f },
                  { HEAR_LOG_NONE, 2, 0.01f },
                  { HEAR_LOG_NONE, 1, 0.1f } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_frontend_config config = in_db;
        config.log = cases[i].log;
        config.power = cases[i].power;
        hear_waterfall *w = hear_waterfall_create(&config, 4, 0.1);
        add_same(w, cases[i].value, 1);
        assert_in_range(newest(w), 136, 138); /* 255 * (45 / 65)^1.7 = 136.5 */
        add_same(w, NAN, 1);
        assert_int_equal(newest(w), 0);
        hear_waterfall_destroy(w);
    }
}

static void test_rows_cover_all_bands_and_show_the_brightest(void **state)
{
    (void)state;
    const uint8_t bands[5] = { 1, 2, 9, 4, 5 };
    assert_int_equal(hear_waterfall_row(bands, 5, 0, 2), 2); /* bands 0, 1 */
    assert_int_equal(hear_waterfall_row(bands, 5, 1, 2), 9); /* 2, 3, 4 */
    for (size_t i = 0; i < 10; i++)                          /* more rows than bands */
        assert_int_equal(hear_waterfall_row(bands, 5, i, 10), bands[i / 2]);
}

static void test_frequencies_stand_where_their_band_is(void **state)
{
    (void)state;
    /* HTK: 1000 Hz is 1000 mel (999.99), 8000 Hz 2840.02; bands' middles are fmin + k 2840.02 / 5
     */
    hear_frontend_config config = in_db;
    config.mel_scale = HEAR_MEL_HTK;
    assert_close(hear_waterfall_place(&config, 4, 1000.0), (999.99 / 568.005 - 1.0) / 3.0, 1e-4);
    /* Slaney: 1000 Hz is 15, 8000 Hz 15 + 27 ln 8 / ln 6.4 = 45.2456 */
    config.mel_scale = HEAR_MEL_SLANEY;
    assert_close(hear_waterfall_place(&config, 4, 1000.0), (15.0 / 9.04912 - 1.0) / 3.0, 1e-4);
    assert_close(hear_waterfall_place(&config, 4, 500.0), (7.5 / 9.04912 - 1.0) / 3.0, 1e-4);
}

static void test_a_copy_shows_the_same_and_old_columns_are_forgotten(void **state)
{
    (void)state;
    hear_waterfall *w = hear_waterfall_create(&in_db, 4, 0.1), *copy;
    copy = hear_waterfall_create(&in_db, 4, 0.1);
    for (int i = 0; i < HEAR_WATERFALL_COLUMNS + 7; i++)
        add_same(w, -0.1f * (float)(i % 50), 1);
    hear_waterfall_copy(copy, w);
    double a_s, b_s;
    for (size_t i = 0; i < HEAR_WATERFALL_COLUMNS; i++) {
        const uint8_t *a = hear_waterfall_column(w, i, &a_s);
        const uint8_t *b = hear_waterfall_column(copy, i, &b_s);
        assert_memory_equal(a, b, 4);
        assert_close(a_s, b_s, 0.0);
    }
    assert_null(hear_waterfall_column(w, HEAR_WATERFALL_COLUMNS, &a_s));
    hear_waterfall_destroy(w);
    hear_waterfall_destroy(copy);
}

/* Three frames a column, each loudest in another band, in one call as in three. */
static void test_a_column_is_the_loudest_of_its_frames(void **state)
{
    (void)state;
    static const float frames[3][4] = { { -40.0f, -9.0f, -40.0f, -40.0f },
                                        { -10.0f, -40.0f, -40.0f, -12.0f },
                                        { -40.0f, -40.0f, -11.0f, -40.0f } };
    static const float most[4] = { -10.0f, -9.0f, -11.0f, -12.0f };
    hear_waterfall *w = hear_waterfall_create(&in_db, 4, 0.032);
    hear_waterfall *whole = hear_waterfall_create(&in_db, 4, 0.032);
    double middle_s;
    for (int i = 0; i < 3; i++)
        hear_waterfall_add(whole, most, 1);
    const uint8_t *const expected = hear_waterfall_column(whole, 0, &middle_s);
    for (int column = 0; column < 2; column++) { /* nothing of the first stays in the second */
        hear_waterfall_add(w, frames[0], 3);
        assert_memory_equal(hear_waterfall_column(w, 0, &middle_s), expected, 4);
    }
    hear_waterfall_destroy(w);
    hear_waterfall_destroy(whole);
}

static void test_a_copy_goes_on_where_the_first_was(void **state)
{
    (void)state;
    hear_waterfall *w = hear_waterfall_create(&in_db, 4, 0.032);
    hear_waterfall *copy = hear_waterfall_create(&in_db, 4, 0.032);
    add_same(w, -10.0f, 5); /* a column and two frames of the next */
    hear_waterfall_copy(copy, w);
    add_same(copy, -30.0f, 1);
    double middle_s;
    const uint8_t *const bands = hear_waterfall_column(copy, 0, &middle_s);
    assert_close(middle_s, 0.144, 1e-12);
    add_same(w, -30.0f, 1);
    assert_memory_equal(bands, hear_waterfall_column(w, 0, &middle_s), 4);
    assert_null(hear_waterfall_column(copy, 2, &middle_s));
    hear_waterfall_destroy(w);
    hear_waterfall_destroy(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_column_holds_whole_frames_of_about_a_tenth_of_a_second),
        cmocka_unit_test(test_time_moves_with_frames_and_jumps_where_some_were_missed),
        cmocka_unit_test(test_the_loudest_is_white_and_65_db_below_is_black),
        cmocka_unit_test(test_a_quiet_room_stays_dark),
        cmocka_unit_test(test_every_scale_of_the_front_end_looks_the_same),
        cmocka_unit_test(test_rows_cover_all_bands_and_show_the_brightest),
        cmocka_unit_test(test_frequencies_stand_where_their_band_is),
        cmocka_unit_test(test_a_copy_shows_the_same_and_old_columns_are_forgotten),
        cmocka_unit_test(test_a_column_is_the_loudest_of_its_frames),
        cmocka_unit_test(test_a_copy_goes_on_where_the_first_was),
    };
    return cmocka_run_group_tests_name("waterfall", tests, NULL, NULL);
}
