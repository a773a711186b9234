/* test_labels.c - lists of labels, as others write them. */
#include "test.h"

#include "app/read_labels.h"

#include <stdio.h>
#include <string.h>

static hear_label_list list;

static hear_status parse(const char *text)
{
    char copy[512];
    hear_label_list_clear(&list);
    snprintf(copy, sizeof copy, "%s", text);
    return hear_parse_labels(&list, copy, strlen(text), NULL);
}

static void test_one_label_a_line(void **state)
{
    (void)state;
    assert_int_equal(parse("dog\r\n cat, kitten\t\nbell\n\n"), HEAR_OK);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.label[0], "dog");
    assert_string_equal(list.label[1], "cat, kitten");
    assert_string_equal(list.label[2], "bell");
    assert_int_equal(parse("\xef\xbb\xbf"
                           "dog"),
                     HEAR_OK);
    assert_string_equal(list.label[0], "dog");
    assert_int_equal(parse("dog\n\ncat"), HEAR_ERR_DATA);
    assert_int_equal(list.n, 0);
    assert_int_equal(parse(""), HEAR_ERR_DATA);
    assert_int_equal(parse("dog\ncat\ndog"), HEAR_ERR_DATA);
    assert_int_equal(parse("dog\nc\tat"), HEAR_ERR_DATA);
    assert_int_equal(parse("dog\nc\xe4t"), HEAR_ERR_DATA); /* Latin-1 */
}

static void test_the_table_of_audioset(void **state)
{
    (void)state;
    assert_int_equal(parse("index,mid,display_name\n0,/m/09x0r,Speech\n"
                           "1,/m/x,\"Child speech, \"\"kid\"\" speaking\"\n"),
                     HEAR_OK);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.label[0], "Speech");
    assert_string_equal(list.label[1], "Child speech, \"kid\" speaking");
    assert_int_equal(parse("index,mid,display_name\n0,/m/09x0r\n"), HEAR_ERR_DATA);
    assert_int_equal(parse("index,mid,display_name\n0,/m/09x0r,\"Speech\n"), HEAR_ERR_DATA);
}

static void test_what_is_no_text_is_refused(void **state)
{
    (void)state;
    char binary[] = "dog\0cat";
    assert_int_equal(hear_parse_labels(&list, binary, sizeof binary - 1, NULL), HEAR_ERR_DATA);
    assert_int_equal(hear_read_labels(&list, "/nowhere/labels.txt", NULL), HEAR_ERR_NO_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_label_a_line),
        cmocka_unit_test(test_the_table_of_audioset),
        cmocka_unit_test(test_what_is_no_text_is_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    hear_label_list_clear(&list);
    return failed;
}
