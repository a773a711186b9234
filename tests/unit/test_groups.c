/* test_groups.c - which labels of a network belong together, from a text file. */
#include "test.h"

#include "folder.h"
#include "train/groups.h"

#include <string.h>

static char *labels[] = { (char *)"Bark", (char *)"Meow", (char *)"Hum, buzz", (char *)"Animal" };
static const hear_model_info base = { .n_labels = 4, .labels = labels };
static hear_error err;

static hear_status read_text(hear_groups **out, const char *text)
{
    test_put_file("groups.tsv", text, strlen(text));
    return hear_groups_open(out, test_in_folder("groups.tsv"), &base, &err);
}

static void test_lines_say_what_belongs_together(void **state)
{
    (void)state;
    hear_groups *g;
    assert_int_equal(read_text(&g, "# animals\n\ndog\tBark\nother\t*\r\n-\tAnimal\ncat\tMeow\n"
                                   "cat\tBark\n"),
                     HEAR_OK);
    assert_int_equal(g->names.n, 3);
    static const float member[] = {
        1, 0, 1, /* Bark: dog and cat */
        0, 0, 1, /* Meow */
        0, 1, 0, /* Hum, buzz: no line names it */
        0, 0, 0, /* Animal: of none */
    };
    assert_memory_equal(g->member, member, sizeof member);
    assert_int_equal(hear_groups_of(g, "dog"), 0);
    assert_int_equal(hear_groups_of(g, "dog-large"), 0);
    assert_int_equal(hear_groups_of(g, "cat-"), 2);
    assert_int_equal(hear_groups_of(g, "do-g"), 3);
    assert_int_equal(hear_groups_of(g, "dogs"), 3);
    hear_groups_destroy(g);
}

static void test_what_does_not_fit_is_refused_by_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "dog\tBark\ncat\n", "line 2 is not GROUP, tab, LABEL" },
        { "dog\tBark\n\tMeow\n", "line 2 is not GROUP" },
        { "dog\tBark\ncat\tPurr\n", "line 2: the model has no label 'Purr'" },
        { "dog\tBark\n", "names 1 groups" },
        { "", "names 0 groups" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_groups *g;
        assert_int_equal(read_text(&g, cases[i].text), HEAR_ERR_DATA);
        assert_null(g);
        assert_non_null(strstr(err.text, cases[i].says));
    }
    hear_groups *g;
    assert_int_equal(hear_groups_open(&g, "/nowhere/groups.tsv", &base, &err), HEAR_ERR_NO_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_say_what_belongs_together),
        cmocka_unit_test(test_what_does_not_fit_is_refused_by_its_line),
    };
    return cmocka_run_group_tests(tests, test_make_folder, test_remove_folder);
}
