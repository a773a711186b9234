/* test_label_folder.c - where the labels of a recording are. */
#include "test.h"

#include "app/label_folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_place(const char *path, const char *format, const char *wanted)
{
    char *const place = hear_label_place("out", path, format);
    assert_non_null(place);
    assert_string_equal(place, wanted);
    free(place);
}

static void test_a_path_stays_below_the_folder(void **state)
{
    (void)state;
    expect_place("a/x.wav", "tsv", "out/a/x.wav.tsv");
    expect_place("x.wav", "text", "out/x.wav.txt");
    expect_place("/data/x.wav", "jsonl", "out/data/x.wav.jsonl");
    expect_place(".//a/./x.wav", "tsv", "out/a/x.wav.tsv");
    expect_place("../x.wav", "tsv", "out/%../x.wav.tsv");
    expect_place("a/../../x.wav", "tsv", "out/a/%../%../x.wav.tsv");
    expect_place("%../x.wav", "tsv", "out/%%../x.wav.tsv");
    expect_place("...", "tsv", "out/....tsv");
    expect_place("%/%/%", "tsv", "out/%%/%%/%%.tsv");
}

static void test_two_recordings_of_one_place_are_found(void **state)
{
    (void)state;
    const char *first, *second;
    char *apart[] = { (char *)"a/x.wav", (char *)"b/x.wav", (char *)"a/x.flac", (char *)"x.wav",
                      (char *)"../x.wav" };
    assert_int_equal(hear_label_places_check("out", apart, 5, "tsv", &first, &second), HEAR_OK);
    assert_null(first);
    char *same[] = { (char *)"a/x.wav", (char *)"b/x.wav", (char *)"./a//x.wav" };
    assert_int_equal(hear_label_places_check("out", same, 3, "tsv", &first, &second), HEAR_OK);
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal(strlen(first) + strlen(second), strlen(same[0]) + strlen(same[2]));
}

static void test_folders_are_made_and_the_file_is_there_at_the_end(void **state)
{
    (void)state;
    char folder[] = "/tmp/hearsay-labels-XXXXXX", place[128], path[128];
    assert_non_null(mkdtemp(folder));
    snprintf(place, sizeof place, "%s/new/a/x.tsv", folder);
    hear_outfile *f;
    assert_int_equal(hear_label_place_open(&f, place, NULL), HEAR_OK);
    fputs("text", hear_outfile_stream(f));
    assert_int_equal(access(place, F_OK), -1);
    assert_int_equal(hear_outfile_commit(f, NULL), HEAR_OK);
    struct stat st;
    assert_int_equal(stat(place, &st), 0);
    assert_int_equal(st.st_size, 4);
    const mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
    assert_int_equal(unlink(place), 0);
    for (const char *const *p = (const char *const[]){ "/new/a", "/new", "", NULL }; *p; p++) {
        snprintf(path, sizeof path, "%s%s", folder, *p);
        assert_int_equal(rmdir(path), 0); /* nothing else was left */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_stays_below_the_folder),
        cmocka_unit_test(test_two_recordings_of_one_place_are_found),
        cmocka_unit_test(test_folders_are_made_and_the_file_is_there_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
