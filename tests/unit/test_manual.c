/* test_manual.c - hearsay-model(5) lists the operators that there are, and no others. */
#include "test.h"

#include "base/file.h"
#include "nn/op.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_page(void)
{
    char path[4096], *text;
    size_t n;
    hear_error err = { 0 };
    snprintf(path, sizeof path, "%s/man/hearsay-model.5", test_srcdir());
    assert_int_equal(hear_file_read(path, 1 << 20, &text, &n, &err), HEAR_OK);
    return text;
}

/* "\n.It Cm Conv Ta 7 Ta gradient\n" */
static void expected_line(char *out, size_t room, const hear_op *op)
{
    snprintf(out, room, "\n.It Cm %s Ta %" PRId64 " Ta %s\n", op->name, op->min_opset,
             op->diff ? "gradient" : "\"\"");
}

static void test_every_operator_has_its_line(void **state)
{
    (void)state;
    char *page = read_page();
    size_t missing = 0;
    for (size_t i = 0; i < hear_op_count(); i++) {
        const hear_op *op = hear_op_at(i);
        if (op->domain[0]) /* the page says so of all */
            assert_int_equal(op->max_opset, strncmp(op->name, "Tree", 4) ? HEAR_OPSET_ML_MAX : 4);
        else
            assert_int_equal(op->max_opset, HEAR_OPSET_MAX);
        char line[128];
        expected_line(line, sizeof line, op);
        if (strstr(page, line))
            continue;
        print_error("man/hearsay-model.5 lacks:%s", line);
        missing++;
    }
    assert_int_equal(missing, 0);
    free(page);
}

static void test_no_line_is_left_over(void **state)
{
    (void)state;
    char *page = read_page();
    size_t n = 0;
    for (const char *c = page; (c = strstr(c, " Ta gradient\n")); c++)
        n++;
    for (const char *c = page; (c = strstr(c, " Ta \"\"\n")); c++)
        n++;
    assert_int_equal(n, hear_op_count() + 2); /* and the headings */
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operator_has_its_line),
        cmocka_unit_test(test_no_line_is_left_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
