/* test_options.c - command lines against a table of options, and what a status ends with. */
#include "test.h"

#include "app/cmd.h"

#include <string.h>

typedef struct {
    const char *model, *format;
    double hop_s;
    uint64_t top;
    bool display;
} args;

static const hear_option options[] = {
    { 'm', "model", "MODEL", HEAR_OPT_TEXT, offsetof(args, model), .help = "x" },
    { 'f', "format", "text|tsv|jsonl", HEAR_OPT_CHOICE, offsetof(args, format), .help = "x" },
    { 0, "display", NULL, HEAR_OPT_FLAG, offsetof(args, display), .help = "x" },
    { 0, "hop", "S", HEAR_OPT_REAL, offsetof(args, hop_s), 0.05, INFINITY, .help = "x" },
    { 0, "top", "K", HEAR_OPT_COUNT, offsetof(args, top), 1, 4096, .help = "x" },
    { 0 },
};
static const hear_cmd cmd = { .name = "probe", .summary = "x", .operands = "", .options = options };

static const args defaults = { .model = "d", .hop_s = 0.5, .top = 3 };

/* A command line of words, "" at the end of the array is not passed on. */
static int parse(args *a, int *first, char *const *words, int n, char **argv)
{
    int code = -1;
    *a = defaults;
    argv[0] = (char *)"probe";
    for (int i = 0; i < n; i++)
        argv[i + 1] = words[i];
    argv[n + 1] = NULL;
    return hear_options_parse(&cmd, n + 1, argv, a, first, &code) ? -1 : code;
}
#define PARSE(...)                                                                                 \
    parse(&a, &first, (char *[]){ __VA_ARGS__ },                                                   \
          sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *), argv)

static void test_options_and_operands_come_in_any_order(void **state)
{
    (void)state;
    args a;
    int first;
    char *argv[16];
    assert_int_equal(PARSE("one", "-m", "x", "--hop=0.25", "-", "--top", "7", "--display"), -1);
    assert_string_equal(a.model, "x");
    assert_true(a.hop_s == 0.25 && a.top == 7 && a.display);
    assert_null(a.format);
    assert_string_equal(argv[first], "one");
    assert_string_equal(argv[first + 1], "-");
    assert_null(argv[first + 2]);

    assert_int_equal(PARSE("--", "-m"), -1);
    assert_string_equal(a.model, "d");
    assert_string_equal(argv[first], "-m");
}

static void test_wrong_options_are_refused(void **state)
{
    (void)state;
    args a;
    int first;
    char *argv[16];
    assert_int_equal(PARSE("--hop", "0.049"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--hop", "nan"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--hop", "0,5"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--hop", "inf"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--top", "0"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--top", "4097"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--top", "-1"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--top", "2.0"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("-f", "tsv|jsonl"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("-f", "ts"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("-f", ""), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("-f"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("-x"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--bogus=1"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--display=1"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("--help=1"), HEAR_EXIT_USAGE);
    assert_int_equal(PARSE("-f", "text"), -1);
    assert_int_equal(PARSE("-f", "jsonl", "--hop", "0.05", "--top", "4096"), -1);
}

static void test_a_needed_option_is_asked_for(void **state)
{
    (void)state;
    static const hear_option needed[] = {
        { 'm', "model", "MODEL", HEAR_OPT_TEXT, 0, .help = "x", .required = true }, { 0 }
    };
    const hear_cmd c = { .name = "probe", .summary = "x", .operands = "", .options = needed };
    const char *model = NULL;
    int first, code = -1;
    char *without[] = { (char *)"probe", NULL };
    assert_false(hear_options_parse(&c, 1, without, &model, &first, &code));
    assert_int_equal(code, HEAR_EXIT_USAGE);
    char *with[] = { (char *)"probe", (char *)"-mx", NULL };
    assert_true(hear_options_parse(&c, 2, with, &model, &first, &code));
    assert_string_equal(model, "x");
}

static void test_each_status_has_its_exit_code(void **state)
{
    (void)state;
    static const int codes[HEAR_N_STATUS] = { 0, 64, 65, 66, 69, 70, 70, 74, 78, 0 };
    for (int i = 0; i < HEAR_N_STATUS; i++)
        assert_int_equal(hear_exit_code((hear_status)i), codes[i]);
    assert_int_equal(hear_exit_code((hear_status)99), 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_and_operands_come_in_any_order),
        cmocka_unit_test(test_wrong_options_are_refused),
        cmocka_unit_test(test_a_needed_option_is_asked_for),
        cmocka_unit_test(test_each_status_has_its_exit_code),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
