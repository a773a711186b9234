/* test_base.c - numbers, strings, files and random numbers. */
#include "test.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"

#include <dirent.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_fixed_decimals_round_and_carry(void **state)
{
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {
        { 0.0, 3, "0.000" },      { -0.0, 3, "0.000" },
        { -0.0004, 3, "0.000" },  { 0.9999, 3, "1.000" },
        { 2.5, 3, "2.500" },      { -2.25, 2, "-2.25" },
        { 9.9996, 3, "10.000" },  { 123456789.125, 2, "123456789.12" },
        { 7.6, 0, "8" },          { NAN, 3, "nan" },
        { -INFINITY, 3, "-inf" }, { 1e300, 3, "1e15" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[40];
        assert_int_equal(hear_format_fixed(out, sizeof out, cases[i].value, cases[i].decimals),
                         strlen(cases[i].text));
        assert_string_equal(out, cases[i].text);
    }
}

static void test_doubles_are_parsed_whole_or_not_at_all(void **state)
{
    (void)state;
    double v = 7.0;
    assert_true(hear_parse_double("0.5", &v) && v == 0.5);
    assert_true(hear_parse_double("-3e-2", &v) && v == -0.03);
    const char *const bad[] = { "",     "0.5x",  " 1",   "nan", "inf",
                                "-inf", "1e999", "0x10", "1,5", "--1" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(hear_parse_double(bad[i], &v));
    assert_true(v == -0.03);
    uint64_t u;
    assert_true(hear_parse_uint("18446744073709551615", &u) && u == UINT64_MAX);
    assert_false(hear_parse_uint("18446744073709551616", &u));
    assert_false(hear_parse_uint("-1", &u));
}

static void test_json_strings_are_escaped(void **state)
{
    (void)state;
    char out[64];
    size_t used = 0;
    assert_true(hear_append_json(out, sizeof out, &used, "a\"b\\\n\xc3\xa9\xff"));
    assert_string_equal(out, "\"a\\\"b\\\\\\u000a\xc3\xa9\xef\xbf\xbd\"");
    used = 0;
    assert_false(hear_append_json(out, 8, &used, "longer than eight"));
    used = 0;
    out[0] = '\0';
    assert_true(hear_append_clean(out, sizeof out, &used, "a\tb\033[1m"));
    assert_string_equal(out, "a?b?[1m");
}

static void test_a_field_is_as_wide_in_characters(void **state)
{
    (void)state;
    char out[64];
    const char *const text = "T\xc3\xbcr \xe2\x80\xa6"; /* 5 characters, 8 bytes */
    assert_int_equal(hear_utf8_count(text), 5);
    assert_int_equal(hear_utf8_count(""), 0);
    snprintf(out, sizeof out, "%*s|%-*s|", hear_field(text, 7), text, hear_field("ab", 3), "ab");
    assert_string_equal(out, "  T\xc3\xbcr \xe2\x80\xa6|ab |");
}

static void test_errors_keep_control_characters_out(void **state)
{
    (void)state;
    hear_error e;
    assert_int_equal(hear_fail(&e, HEAR_ERR_DATA, "bad %s", "\033[2Jx\n"), HEAR_ERR_DATA);
    assert_string_equal(e.text, "bad ?[2Jx?");
    assert_int_equal(hear_fail(NULL, HEAR_ERR_MEM, NULL), HEAR_ERR_MEM);
    hear_fail(&e, HEAR_ERR_MEM, NULL);
    assert_string_equal(hear_error_text(&e), "out of memory");
    assert_string_equal(hear_status_text((hear_status)99), "unknown status");
}

static void test_sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    size_t n;
    assert_false(hear_mul(SIZE_MAX, 2, &n));
    assert_false(hear_add(SIZE_MAX, 1, &n));
    assert_null(hear_alloc(SIZE_MAX / 2, 4));
    float *p = hear_alloc(3, sizeof *p);
    assert_int_equal((uintptr_t)p % HEAR_ALIGN, 0);
    assert_true(p[0] == 0.0f && p[2] == 0.0f);
    hear_free(p);
}

static size_t count_entries(const char *folder)
{
    DIR *d = opendir(folder);
    assert_non_null(d);
    size_t n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void test_a_file_appears_whole_or_not_at_all(void **state)
{
    (void)state;
    char folder[] = "/tmp/hearsay-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x", folder);
    hear_outfile *f;
    assert_int_equal(hear_outfile_open(&f, path, NULL), HEAR_OK);
    fputs("new", hear_outfile_stream(f));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(hear_outfile_commit(f, NULL), HEAR_OK);

    assert_int_equal(hear_outfile_open(&f, path, NULL), HEAR_OK);
    fputs("half", hear_outfile_stream(f));
    hear_outfile_discard(f);
    char *data;
    size_t n;
    assert_int_equal(hear_file_read(path, 100, &data, &n, NULL), HEAR_OK);
    assert_string_equal(data, "new");
    free(data);
    assert_int_equal(count_entries(folder), 1);

    char full[400]; /* the longest name that there is has no room for an ending */
    snprintf(full, sizeof full, "%s/%0255d", folder, 0);
    assert_int_equal(hear_outfile_open(&f, full, NULL), HEAR_OK);
    assert_int_equal(hear_outfile_commit(f, NULL), HEAR_OK);
    assert_int_equal(unlink(full), 0);
    hear_error why;
    snprintf(full, sizeof full, "%s/%0256d", folder, 0);
    assert_int_equal(hear_outfile_open(&f, full, &why), HEAR_ERR_IO);
    assert_string_equal(why.text, "cannot write: File name too long");

    assert_string_equal(hear_file_ending("a.b/c.tar.gz"), "gz");
    assert_string_equal(hear_file_ending("a.b/c"), "");
    assert_string_equal(hear_file_ending("a/.hidden"), "");
    if (geteuid() != 0) { /* whom nothing is forbidden */
        assert_int_equal(chmod(path, 0), 0);
        assert_int_equal(hear_file_read(path, 100, &data, &n, NULL), HEAR_ERR_NO_INPUT);
        assert_int_equal(chmod(path, 0600), 0);
    }
    hear_error e;
    char named[80];
    snprintf(named, sizeof named, "%s.fifo", path);
    assert_int_equal(mkfifo(named, 0600), 0);
    assert_int_equal(hear_file_read(named, 100, &data, &n, &e), HEAR_ERR_DATA); /* at once */
    assert_string_equal(e.text, "is no file, but a named pipe");
    alarm(10); /* for whoever waits for a reader */
    assert_int_equal(hear_outfile_check(named, &e), HEAR_OK);
    alarm(0);
    unlink(named);
    assert_int_equal(hear_file_read("/dev/zero", 100, &data, &n, &e), HEAR_ERR_DATA);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "shell", 5), 5);
    close(ends[1]);
    snprintf(named, sizeof named, "/dev/fd/%d", ends[0]); /* as bash's <(...) */
    assert_int_equal(hear_file_read(named, 100, &data, &n, NULL), HEAR_OK);
    assert_string_equal(data, "shell");
    free(data);
    close(ends[0]);

    assert_int_equal(hear_file_read(path, 2, &data, &n, &e), HEAR_ERR_DATA);
    assert_int_equal(hear_file_read(folder, 100, &data, &n, &e), HEAR_ERR_DATA);
    unlink(path);
    assert_int_equal(hear_file_read(path, 100, &data, &n, &e), HEAR_ERR_NO_INPUT);
    assert_int_equal(hear_outfile_open(&f, folder, &e), HEAR_ERR_IO);
    snprintf(path, sizeof path, "%s/none/x", folder);
    assert_int_equal(hear_outfile_open(&f, path, &e), HEAR_ERR_IO);
    assert_string_equal(e.text, "cannot write: No such file or directory");
    rmdir(folder);
}

/* numpy.random.seed(2); numpy.random.randn(8) * 0.01, as the course notes print them */
static void test_legacy_normals_equal_numpys(void **state)
{
    (void)state;
    static const double w[] = { -0.00416758, -0.00056267, -0.02136196, 0.01640271,
                                -0.01793436, -0.00841747, 0.00502881,  -0.01245288,
                                -0.01057952, -0.00909008, 0.00551454,  0.02292208 };
    hear_mt19937 m;
    hear_mt19937_seed(&m, 2);
    for (size_t i = 0; i < sizeof w / sizeof w[0]; i++)
        assert_close(hear_mt19937_normal(&m) * 0.01, w[i], 5e-9);
}

/* numpy.random.seed(0); numpy.random.rand(3) */
static void test_legacy_uniforms_equal_numpys(void **state)
{
    (void)state;
    hear_mt19937 m;
    hear_mt19937_seed(&m, 0);
    assert_close(hear_mt19937_uniform(&m), 0.5488135039273248, 1e-16);
    assert_close(hear_mt19937_uniform(&m), 0.7151893663724195, 1e-16);
    assert_close(hear_mt19937_uniform(&m), 0.6027633760716439, 1e-16);
}

static void test_random_numbers_have_their_moments(void **state)
{
    (void)state;
    hear_rng r;
    hear_rng_seed(&r, 1);
    double sum = 0, square = 0, uniform = 0;
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        const double x = hear_rng_normal(&r);
        sum += x;
        square += x * x;
        uniform += hear_rng_uniform(&r);
    }
    assert_close(sum / N, 0.0, 0.01); /* 4.5 standard errors */
    assert_close(square / N, 1.0, 0.015);
    assert_close(uniform / N, 0.5, 0.003);
    double beta = 0;
    for (int i = 0; i < N; i++)
        beta += hear_rng_beta(&r, 0.4, 0.4);
    assert_close(beta / N, 0.5, 0.005);
    size_t counts[5] = { 0 };
    for (int i = 0; i < N; i++)
        counts[hear_rng_below(&r, 5)]++;
    for (int i = 0; i < 5; i++)
        assert_close((double)counts[i] / N, 0.2, 0.005);
}

static void test_streams_of_one_seed_differ(void **state)
{
    (void)state;
    hear_rng a, b, c;
    hear_rng_seed_stream(&a, 7, 0);
    hear_rng_seed_stream(&b, 7, 1);
    hear_rng_seed_stream(&c, 7, 0);
    const uint64_t x = hear_rng_next(&a);
    assert_true(x != hear_rng_next(&b));
    assert_true(x == hear_rng_next(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_decimals_round_and_carry),
        cmocka_unit_test(test_doubles_are_parsed_whole_or_not_at_all),
        cmocka_unit_test(test_json_strings_are_escaped),
        cmocka_unit_test(test_a_field_is_as_wide_in_characters),
        cmocka_unit_test(test_errors_keep_control_characters_out),
        cmocka_unit_test(test_sizes_that_overflow_are_refused),
        cmocka_unit_test(test_a_file_appears_whole_or_not_at_all),
        cmocka_unit_test(test_legacy_normals_equal_numpys),
        cmocka_unit_test(test_legacy_uniforms_equal_numpys),
        cmocka_unit_test(test_random_numbers_have_their_moments),
        cmocka_unit_test(test_streams_of_one_seed_differ),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
