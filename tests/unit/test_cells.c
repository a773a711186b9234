/* test_cells.c - text from others as terminal cells. */
#include "test.h"

#include "tui/cells.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void check(const char *text, size_t columns, bool utf8, const wchar_t *expected, size_t used)
{
    wchar_t out[HEAR_CELLS_ROOM(64)];
    assert_true(columns <= 64);
    const size_t n = hear_cells_clip(out, text, columns, utf8);
    if (wcscmp(out, expected) != 0 || n != used)
        print_error("\"%s\" in %zu: %ls, %zu columns\n", text, columns, out, n);
    assert_int_equal(wcscmp(out, expected), 0);
    assert_int_equal(n, used);
}

static void test_what_fits_stays_and_what_does_not_ends_in_dots(void **state)
{
    (void)state;
    check("speech", 6, true, L"speech", 6);
    check("speech", 5, true, L"spee\u2026", 5);
    check("speech", 5, false, L"spee~", 5);
    check("speech", 1, true, L"\u2026", 1);
    check("speech", 0, true, L"", 0);
    check("", 4, true, L"", 0);
}

static void test_wide_letters_count_twice_and_are_never_halved(void **state)
{
    (void)state;
    const char *music = "\xe9\x9f\xb3\xe6\xa5\xbd"; /* two letters, four columns */
    check(music, 4, true, L"\u97f3\u697d", 4);
    check(music, 3, true, L"\u97f3\u2026", 3);
    check(music, 2, true, L"\u2026", 1); /* one and dots would be three */
    check(music, 9, false, L"??", 2);
    assert_int_equal(hear_cells_width(music, true), 4);
    assert_int_equal(hear_cells_width(music, false), 2);
}

static void test_marks_stay_on_their_letter_two_at_most(void **state)
{
    (void)state;
    check("e\xcc\x81t\xc3\xa9", 3, true, L"e\u0301t\u00e9", 3);
    check("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x", 2, true, L"e\u0301\u0302x", 2);
    check("\xcc\x81x", 2, true, L"x", 1); /* no letter to stand on */
}

static void test_nothing_that_steers_the_terminal_passes(void **state)
{
    (void)state;
    check("\033[2Ja\tb\nc\x7f", 20, true, L"?[2Ja?b?c?", 10);
    check("\xc2\x9b\x31m", 20, true, L"?1m", 3); /* the one-byte form of ESC [ */
    check("a\xe2\x80\xae"
          "b",
          20, true, L"a?b", 3); /* right to left from here on */
    check("a\xe2\x80\x8b"
          "b",
          20, true, L"a?b", 3); /* a space without width */
}

/* The first and the last of each run that does not show, and what stands just beside it. */
static void test_hidden_characters_are_found_and_their_neighbours_are_not(void **state)
{
    (void)state;
    static const wchar_t hidden[] = { 0x80,   0x9f,   0xad,   0x61c,  0x200b, 0x200f,
                                      0x2028, 0x202e, 0x2060, 0x206f, 0xfeff };
    static const wchar_t visible[] = { 0xa1,   0xac,   0xae,   0x800,  0x2010,
                                       0x2027, 0x2030, 0x2070, 0x10000 };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        char text[8] = { 0 };
        assert_true(wctomb(text, hidden[i]) > 0);
        check(text, 4, true, L"?", 1);
    }
    for (size_t i = 0; i < sizeof visible / sizeof visible[0]; i++) {
        char text[8] = { 0 };
        assert_true(wctomb(text, visible[i]) > 0);
        check(text, 4, true, (const wchar_t[]){ visible[i], 0 }, 1);
    }
}

static void test_bytes_that_are_not_utf8_are_shown_as_one_column_each(void **state)
{
    (void)state;
    check("a\xff\xfe z", 20, true, L"a\ufffd\ufffd z", 5);
    check("\xc0\xaf", 20, true, L"\ufffd\ufffd", 2);           /* '/', longer than need be */
    check("\xed\xa0\x80", 20, true, L"\ufffd\ufffd\ufffd", 3); /* half of a pair */
    check("\xf0\x9f\x8e", 20, true, L"\ufffd\ufffd\ufffd", 3); /* cut off */
    check("a\xff", 20, false, L"a?", 2);
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits_stays_and_what_does_not_ends_in_dots),
        cmocka_unit_test(test_wide_letters_count_twice_and_are_never_halved),
        cmocka_unit_test(test_marks_stay_on_their_letter_two_at_most),
        cmocka_unit_test(test_nothing_that_steers_the_terminal_passes),
        cmocka_unit_test(test_hidden_characters_are_found_and_their_neighbours_are_not),
        cmocka_unit_test(test_bytes_that_are_not_utf8_are_shown_as_one_column_each),
    };
    return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
