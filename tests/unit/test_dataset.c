/* test_dataset.c - tables and folders of recordings, and how they are split. */
#include "test.h"

#include "folder.h"

#include "train/dataset.h"
#include "train/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hear_dataset *open_table(const char *text)
{
    test_put_file("t.tsv", text, strlen(text));
    hear_dataset *d;
    hear_error err = { 0 };
    if (hear_dataset_open(&d, test_in_folder("t.tsv"), NULL, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    return d;
}

static void test_a_table_is_read_by_its_header(void **state)
{
    (void)state;
    hear_dataset *d = open_table("\xef\xbb\xbfseconds\tlabel\tpath\tsplit\tgroup\tsource\r\n"
                                 "1.0\tyes\ta b.wav\ttrain\tanna\tx\r\n"
                                 "\n"
                                 "1.0\tno\t/abs/c.ogg\ttest\tbert\ty\n"
                                 "1.0\tno\tsub/d.wav\tvalid\tcarl\tx");
    assert_int_equal(d->n_clips, 3);
    assert_true(d->has_group && d->has_split);
    assert_int_equal(d->labels.n, 2);
    assert_string_equal(d->labels.name[0], "no"); /* sorted, not as they came */
    assert_int_equal(d->clips[0].label, 1);
    assert_string_equal(d->clips[0].path, test_in_folder("a b.wav"));
    assert_string_equal(d->clips[1].path, "/abs/c.ogg");
    assert_string_equal(d->clips[2].path, test_in_folder("sub/d.wav"));
    assert_string_equal(d->groups.name[d->clips[2].group], "carl");
    assert_int_equal(d->sources.n, 2);
    assert_int_equal(d->clips[2].source, d->clips[0].source);
    assert_int_equal(d->clips[1].split, HEAR_SPLIT_TEST);
    assert_int_equal(d->clips[2].split, HEAR_SPLIT_VALID);
    assert_int_equal(hear_dataset_count(d, HEAR_SPLIT_TRAIN), 1);
    hear_dataset_destroy(d);

    assert_int_equal(hear_dataset_open(&d, test_in_folder("t.tsv"), "/root", NULL), HEAR_OK);
    assert_string_equal(d->clips[0].path, "/root/a b.wav");
    hear_dataset_destroy(d);
    hear_dataset_destroy(NULL);
}

static void test_without_groups_each_recording_is_one(void **state)
{
    (void)state;
    hear_dataset *d = open_table("path\tlabel\na\tx\nb\tx\nc\ty\n");
    assert_int_equal(d->groups.n, 3);
    assert_false(d->has_group || d->has_split);
    assert_int_equal(hear_dataset_count(d, HEAR_SPLIT_TRAIN), 3);
    hear_dataset_destroy(d);
}

static void test_what_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *table, *complaint;
    } cases[] = {
        { "", "line 1 has no column \"path\"" },
        { "a.wav\tdog\nb.wav\tcat\n", "line 1 has no column \"path\"" },
        { "path\tgroup\n", "line 1 has no column \"label\"" },
        { "path\tlabel\tpath\n", "line 1 has two columns \"path\"" },
        { "path\tlabel\na\tx\nb\n", "line 3 has 1 columns, the header has 2" },
        { "path\tlabel\na\tx\n\nb\ty\tz\n", "line 4 has 3 columns" },
        { "path\tlabel\na\tx\n\ty\n", "line 3: path is empty" },
        { "path\tlabel\na\t\n", "line 2: label is empty" },
        { "path\tlabel\tgroup\na\tx\t\n", "line 2: group is empty" },
        { "path\tlabel\tsplit\na\tx\tdev\n", "line 2: split \"dev\" is none of" },
        { "path\tlabel\na\tx\nb\tx\na\ty\n", "line 4 lists " },
        { "path\tlabel\na\tx\nb\tx\na\ty\n", "as line 2 does" },
        { "path\tlabel\tgroup\tsplit\na\tx\tanna\ttrain\nb\ty\tanna\ttest\n",
          "group \"anna\" is in train and in test" },
        { "path\tlabel\tgroup\tsplit\na\tx\t\x1b[2J\tvalid\nb\ty\t\x1b[2J\ttrain\n",
          "group \"?[2J\" is in valid and in train" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_put_file("bad.tsv", cases[i].table, strlen(cases[i].table));
        hear_dataset *d;
        hear_error err = { 0 };
        assert_int_equal(hear_dataset_open(&d, test_in_folder("bad.tsv"), NULL, &err),
                         HEAR_ERR_DATA);
        assert_null(d);
        if (!strstr(err.text, cases[i].complaint))
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].complaint);
    }
    hear_dataset *d;
    test_put_file("nul.tsv", "path\tlabel\0\n", 12);
    assert_int_equal(hear_dataset_open(&d, test_in_folder("nul.tsv"), NULL, NULL), HEAR_ERR_DATA);
    assert_int_equal(hear_dataset_open(&d, test_in_folder("none"), NULL, NULL), HEAR_ERR_NO_INPUT);
}

static void test_a_folder_gives_labels_and_groups(void **state)
{
    (void)state;
    test_put_file("d/dog/b.wav", "", 0);
    test_put_file("d/dog/a.wav", "", 0);
    test_put_file("d/dog/.hidden", "", 0);
    test_put_file("d/cat/tom/1.wav", "", 0);
    test_put_file("d/cat/tom/more/2.wav", "", 0);
    test_put_file("d/dog/tom/3.wav", "", 0);
    test_put_file("d/README", "", 0);
    hear_dataset *d;
    assert_int_equal(hear_dataset_open(&d, test_in_folder("d"), NULL, NULL), HEAR_OK);
    assert_int_equal(d->n_clips, 5);
    assert_int_equal(d->labels.n, 2);
    assert_string_equal(d->clips[0].path, test_in_folder("d/cat/tom/1.wav")); /* by bytes */
    assert_string_equal(d->clips[2].path, test_in_folder("d/dog/a.wav"));
    assert_int_equal(d->groups.n, 3);
    assert_int_equal(d->clips[1].group, d->clips[0].group);
    assert_int_equal(d->clips[4].group, d->clips[0].group); /* tom is tom, also under dog */
    assert_true(d->has_group);
    assert_int_equal(hear_dataset_check(d, NULL), HEAR_OK);
    hear_dataset_destroy(d);
}

static void test_one_label_is_not_enough(void **state)
{
    (void)state;
    hear_error err = { 0 };
    hear_dataset *d = open_table("path\tlabel\na\tx\n");
    assert_int_equal(hear_dataset_check(d, &err), HEAR_ERR_DATA);
    hear_dataset_destroy(d);
    d = open_table("path\tlabel\tsplit\na\tx\ttrain\nb\ty\ttest\n");
    assert_int_equal(hear_dataset_check(d, &err), HEAR_ERR_DATA);
    assert_string_equal(err.text, "label \"y\" has no recording in train");
    hear_dataset_destroy(d);
}

static void test_a_label_that_no_model_may_have(void **state)
{
    (void)state;
    static const char *const labels[][2] = {
        { "lo\nw", "label 'lo?w' holds a control character, or one that cannot be seen" },
        { "lo\xe4w", "label 'lo?w' is not UTF-8" },
    };
    for (size_t i = 0; i < 2; i++) {
        hear_error err = { 0 };
        hear_dataset *d = open_table("path\tlabel\na\tx\n");
        assert_int_equal(
            hear_dataset_add(
                d, &(hear_clip_entry){ .path = "b", .label = labels[i][0], .group = "b" }),
            HEAR_OK);
        assert_int_equal(hear_dataset_check(d, &err), HEAR_ERR_DATA);
        assert_string_equal(err.text, labels[i][1]);
        hear_dataset_destroy(d);
    }
}

/* 2 labels of 60 clips in groups of 3, one label with a single group, one group under two labels,
 * and 5 clips for testing. */
static hear_dataset *made(void)
{
    hear_dataset *d;
    assert_int_equal(hear_dataset_create(&d), HEAR_OK);
    for (int i = 0; i < 120; i++) {
        char path[16], group[16];
        snprintf(path, sizeof path, "%d", i);
        snprintf(group, sizeof group, "g%d", i / 3);
        assert_int_equal(hear_dataset_add(d, &(hear_clip_entry){ .path = path,
                                                                 .label = i < 60 ? "a" : "b",
                                                                 .group = group,
                                                                 .source = "" }),
                         HEAR_OK);
    }
    static const struct {
        const char *label, *group;
        hear_split split;
    } more[] = { { "lonely", "l", HEAR_SPLIT_TRAIN },
                 { "a", "both", HEAR_SPLIT_TRAIN },
                 { "b", "both", HEAR_SPLIT_TRAIN },
                 { "a", "t", HEAR_SPLIT_TEST },
                 { "b", "t", HEAR_SPLIT_TEST } };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        assert_int_equal(hear_dataset_add(d, &(hear_clip_entry){ .label = more[i].label,
                                                                 .group = more[i].group,
                                                                 .source = "",
                                                                 .split = more[i].split }),
                         HEAR_OK);
    assert_int_equal(hear_dataset_finish(d, NULL), HEAR_OK);
    return d;
}

static void test_validation_takes_whole_groups_of_every_label(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        hear_dataset *d = made(), *again = made();
        assert_int_equal(hear_split_validation(d, 0.2, seed), HEAR_OK);
        assert_int_equal(hear_split_validation(again, 0.2, seed), HEAR_OK);
        size_t n[3] = { 0 };
        for (size_t i = 0; i < d->n_clips; i++) {
            assert_int_equal(d->clips[i].split, again->clips[i].split);
            n[d->clips[i].label] += d->clips[i].split == HEAR_SPLIT_VALID;
        }
        assert_in_range(n[0], 12, 16); /* a fifth of 61, and at most half of a fifth more */
        assert_in_range(n[1], 12, 16);
        assert_int_equal(n[2], 0); /* the lonely group stays to be learnt from */
        assert_int_equal(hear_dataset_count(d, HEAR_SPLIT_TEST), 2);
        assert_int_equal(hear_dataset_finish(d, NULL), HEAR_OK); /* no group in two splits */
        const size_t before = hear_dataset_count(d, HEAR_SPLIT_VALID);
        assert_int_equal(hear_split_validation(d, 0.5, seed), HEAR_OK); /* there is one: kept */
        assert_int_equal(hear_dataset_count(d, HEAR_SPLIT_VALID), before);
        hear_dataset_destroy(d);
        hear_dataset_destroy(again);
    }
    hear_dataset *d = made();
    assert_int_equal(hear_split_validation(d, 1.0, 0), HEAR_ERR_ARG);
    assert_int_equal(hear_split_validation(d, -0.1, 0), HEAR_ERR_ARG);
    assert_int_equal(hear_split_validation(d, 0.0, 0), HEAR_OK);
    assert_int_equal(hear_dataset_count(d, HEAR_SPLIT_VALID), 0);
    assert_int_equal(hear_split_validation(d, NAN, 0), HEAR_ERR_ARG);
    hear_dataset_destroy(d);
}

static void test_the_seed_moves_the_split(void **state)
{
    (void)state;
    hear_dataset *a = made(), *b = made();
    assert_int_equal(hear_split_validation(a, 0.2, 1), HEAR_OK);
    assert_int_equal(hear_split_validation(b, 0.2, 2), HEAR_OK);
    size_t moved = 0;
    for (size_t i = 0; i < a->n_clips; i++)
        moved += a->clips[i].split != b->clips[i].split;
    assert_true(moved > 0);
    hear_dataset_destroy(a);
    hear_dataset_destroy(b);
}

static void test_two_groups_give_one_each_whatever_their_size(void **state)
{
    (void)state;
    hear_dataset *d;
    assert_int_equal(hear_dataset_create(&d), HEAR_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(hear_dataset_add(d, &(hear_clip_entry){ .label = "a",
                                                                 .group = i < 9 ? "big" : "tiny",
                                                                 .source = "" }),
                         HEAR_OK);
    assert_int_equal(hear_dataset_finish(d, NULL), HEAR_OK);
    assert_int_equal(hear_split_validation(d, 0.5, 0), HEAR_OK);
    assert_int_equal(hear_dataset_count(d, HEAR_SPLIT_VALID), 1);
    assert_int_equal(d->clips[9].split, HEAR_SPLIT_VALID);
    hear_dataset_destroy(d);
}

static void test_folds_hold_whole_groups_and_like_sizes(void **state)
{
    (void)state;
    hear_dataset *d = made();
    size_t *fold = calloc(d->groups.n, sizeof *fold);
    assert_int_equal(hear_split_folds(d, 5, 7, fold), HEAR_OK);
    size_t n[5][3] = { { 0 } };
    for (size_t i = 0; i < d->n_clips; i++) {
        const hear_clip *c = &d->clips[i];
        if (c->split == HEAR_SPLIT_TEST) {
            assert_int_equal(fold[c->group], SIZE_MAX);
            continue;
        }
        assert_in_range(fold[c->group], 0, 4);
        n[fold[c->group]][c->label]++;
    }
    for (size_t f = 0; f < 5; f++) {
        assert_in_range(n[f][0], 10, 15); /* 20 groups of 3 and one of 1 in each of two labels */
        assert_in_range(n[f][1], 10, 15);
    }
    assert_int_equal(hear_split_folds(d, 1, 7, fold), HEAR_ERR_ARG);
    assert_int_equal(hear_split_folds(d, 43, 7, fold), HEAR_ERR_ARG); /* 42 groups */
    assert_int_equal(hear_split_folds(d, 42, 7, fold), HEAR_OK);
    free(fold);
    hear_dataset_destroy(d);
}

/* Of a: one group of 10 clips and ten of 1; of b two of 4, which would both go where fewer clips
 * are if labels did not count. */
static void test_folds_share_out_each_label(void **state)
{
    (void)state;
    hear_dataset *d;
    assert_int_equal(hear_dataset_create(&d), HEAR_OK);
    for (size_t g = 0; g < 13; g++)
        for (size_t i = 0; i < (g == 0 ? 10 : g < 3 ? 4 : 1); i++) {
            char group[8];
            snprintf(group, sizeof group, "g%zu", g);
            assert_int_equal(
                hear_dataset_add(d, &(hear_clip_entry){ .label = g == 1 || g == 2 ? "b" : "a",
                                                        .group = group,
                                                        .source = "" }),
                HEAR_OK);
        }
    assert_int_equal(hear_dataset_finish(d, NULL), HEAR_OK);
    for (uint64_t seed = 0; seed < 10; seed++) {
        size_t fold[13], n[2][2] = { { 0 } };
        assert_int_equal(hear_split_folds(d, 2, seed, fold), HEAR_OK);
        for (size_t i = 0; i < d->n_clips; i++)
            n[fold[d->clips[i].group]][d->clips[i].label]++;
        for (size_t f = 0; f < 2; f++) {
            assert_int_equal(n[f][0], 10);
            assert_int_equal(n[f][1], 4);
        }
    }
    hear_dataset_destroy(d);
}

static void test_many_names_keep_their_numbers(void **state)
{
    (void)state;
    hear_names names = { 0 };
    size_t number, *moved = calloc(20000, sizeof *moved);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < 20000; i++) {
            char name[16];
            snprintf(name, sizeof name, "n%zu", i * 7919 % 20000);
            assert_int_equal(hear_names_add(&names, name, &number), HEAR_OK);
            assert_int_equal(number, i);
        }
    assert_int_equal(names.n, 20000);
    assert_int_equal(hear_names_sort(&names, moved), HEAR_OK);
    assert_string_equal(names.name[1], "n1");
    assert_int_equal(hear_names_find(&names, "n1"), 1);
    assert_int_equal(moved[0], 0); /* "n0" was first and is the smallest */
    assert_int_equal(hear_names_find(&names, "none"), SIZE_MAX);
    hear_names_clear(&names);
    free(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_is_read_by_its_header),
        cmocka_unit_test(test_without_groups_each_recording_is_one),
        cmocka_unit_test(test_what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(test_a_folder_gives_labels_and_groups),
        cmocka_unit_test(test_one_label_is_not_enough),
        cmocka_unit_test(test_a_label_that_no_model_may_have),
        cmocka_unit_test(test_validation_takes_whole_groups_of_every_label),
        cmocka_unit_test(test_the_seed_moves_the_split),
        cmocka_unit_test(test_two_groups_give_one_each_whatever_their_size),
        cmocka_unit_test(test_folds_hold_whole_groups_and_like_sizes),
        cmocka_unit_test(test_folds_share_out_each_label),
        cmocka_unit_test(test_many_names_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, test_make_folder, test_remove_folder);
}
