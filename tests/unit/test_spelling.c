/* test_spelling.c - the distance between two words. */
#include "test.h"

#include "app/spelling.h"

#include <string.h>

static size_t distance(const char *a, const char *b)
{
    const size_t there = hear_spelling_distance(a, strlen(a), b, strlen(b));
    assert_int_equal(there, hear_spelling_distance(b, strlen(b), a, strlen(a)));
    return there;
}

static void test_bytes_are_changed_left_out_and_put_in(void **state)
{
    (void)state;
    assert_int_equal(distance("", ""), 0);
    assert_int_equal(distance("", "dog"), 3);
    assert_int_equal(distance("dog", "dog"), 0);
    assert_int_equal(distance("dog", "dig"), 1);
    assert_int_equal(distance("clasify", "classify"), 1);
    assert_int_equal(distance("kitten", "sitting"), 3); /* k-s, e-i, g */
    assert_int_equal(distance("listne", "listen"), 2);
}

static void test_case_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(distance("DOG", "dog"), 0);
    assert_int_equal(distance("[@", "{`"), 2); /* 32 apart too, but no letters */
}

static void test_parts_of_words_and_long_ones(void **state)
{
    (void)state;
    char a[400], b[400];
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    assert_int_equal(hear_spelling_distance("dogma", 3, "dogs", 4), 1);
    assert_int_equal(hear_spelling_distance(a, sizeof a, b, sizeof b), 400);
    assert_int_equal(hear_spelling_distance(a, 10, a, sizeof a), 246); /* of 256 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_changed_left_out_and_put_in),
        cmocka_unit_test(test_case_does_not_count),
        cmocka_unit_test(test_parts_of_words_and_long_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
