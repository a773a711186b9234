/* test_meter.c - decibels, and how bars fall. */
#include "test.h"

#include "tui/meter.h"

static void test_decibels_of_full_scale(void **state)
{
    (void)state;
    assert_close(hear_meter_db(1.0), 0.0, 1e-12);
    assert_close(hear_meter_db(0.5), -6.0206, 1e-4);
    assert_close(hear_meter_db(0.001), -60.0, 1e-9);
    assert_true(isinf(hear_meter_db(0.0)) && hear_meter_db(0.0) < 0.0);
    assert_close(hear_meter_share(-60.0), 0.0, 1e-12);
    assert_close(hear_meter_share(-15.0), 0.75, 1e-12);
    assert_close(hear_meter_share(3.0), 1.0, 0.0);
    assert_close(hear_meter_share(-INFINITY), 0.0, 0.0);
}

static void test_bars_rise_at_once_and_fall_24_db_a_second(void **state)
{
    (void)state;
    hear_meter m = { 0 };
    hear_meter_update(&m, 1.0, 0.1, 10.0);
    assert_close(m.peak_db, 0.0, 1e-9);
    assert_close(m.rms_db, -20.0, 1e-9);
    hear_meter_update(&m, 0.0, 0.0, 10.5);
    assert_close(m.peak_db, -12.0, 1e-9);
    assert_close(m.rms_db, -32.0, 1e-9);
    hear_meter_update(&m, 0.5, 0.0, 10.6); /* -6.02 dB is over -14.4 */
    assert_close(m.peak_db, -6.0206, 1e-4);
}

static void test_the_held_peak_stays_and_then_falls(void **state)
{
    (void)state;
    hear_meter m = { 0 };
    hear_meter_update(&m, 0.5, 0.1, 0.0);
    hear_meter_update(&m, 0.01, 0.01, 1.4);
    assert_close(m.hold_db, -6.0206, 1e-4);
    hear_meter_update(&m, 0.01, 0.01, 2.4); /* one second later: 16 dB */
    assert_close(m.hold_db, -22.0206, 1e-4);
    hear_meter_update(&m, 0.5, 0.1, 2.5);
    assert_close(m.hold_db, -6.0206, 1e-4);
}

static void test_numbers_change_four_times_a_second_and_miss_no_peak(void **state)
{
    (void)state;
    hear_meter m = { 0 };
    hear_meter_update(&m, 0.1, 0.1, 0.0);
    hear_meter_update(&m, 0.5, 0.1, 0.1);
    hear_meter_update(&m, 0.1, 0.1, 0.2);
    assert_close(m.text_peak_db, -20.0, 1e-4);
    hear_meter_update(&m, 0.1, 0.1, 0.26);
    assert_close(m.text_peak_db, -6.0206, 1e-4);
}

static void test_numbers_are_of_the_same_sound(void **state)
{
    (void)state;
    hear_meter m = { 0 };
    hear_meter_update(&m, 0.5, 0.2, 0.0);
    hear_meter_update(&m, 0.0, 0.0, 0.3); /* zeros from here on */
    assert_true(m.text_peak_db <= -120.0 && m.text_rms_db <= -120.0);
    hear_meter_update(&m, 0.5, 0.3, 0.4);
    hear_meter_update(&m, 0.5, 0.1, 0.6);
    assert_close(m.text_rms_db, -13.0103, 1e-4); /* the root of (0.09 + 0.01) / 2 */
}

static void test_full_scale_of_16_bits_clips_for_two_seconds(void **state)
{
    (void)state;
    hear_meter m = { 0 };
    assert_false(hear_meter_clips(&m));
    hear_meter_update(&m, 0.99, 0.1, 0.0);
    assert_false(hear_meter_clips(&m));
    hear_meter_update(&m, 32767.0 / 32768.0, 0.1, 1.0);
    hear_meter_update(&m, 0.1, 0.1, 2.9);
    assert_true(hear_meter_clips(&m));
    hear_meter_update(&m, 0.1, 0.1, 3.1);
    assert_false(hear_meter_clips(&m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decibels_of_full_scale),
        cmocka_unit_test(test_bars_rise_at_once_and_fall_24_db_a_second),
        cmocka_unit_test(test_the_held_peak_stays_and_then_falls),
        cmocka_unit_test(test_numbers_change_four_times_a_second_and_miss_no_peak),
        cmocka_unit_test(test_numbers_are_of_the_same_sound),
        cmocka_unit_test(test_full_scale_of_16_bits_clips_for_two_seconds),
    };
    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
