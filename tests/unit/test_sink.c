/* test_sink.c - results as lines. */
#include "test.h"

#include "base/thread.h"
#include "io/sink.h"
#include "stream/model_info.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *labels[] = { (char *)"speech", (char *)"music", (char *)"caf\xc3\xa9 \"x\"" };
static const hear_model model = { .info = { .n_labels = 3, .labels = labels } };
static const float probs[] = { 0.98124f, 0.015f, 0.00376f };
static const hear_window_result window = {
    .start_s = 0.5, .end_s = 3.5, .n_labels = 3, .probs = probs
};

static int file_of(char *path)
{
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

static const char *content(int fd)
{
    static char text[131072];
    const ssize_t n = pread(fd, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    return text;
}

/* What comes of one window, one more with loss, and one file. */
static const char *lines(const char *format, size_t top, double threshold)
{
    char path[] = "/tmp/hearsay-sink-XXXXXX";
    const hear_sink_config config = {
        .format = format, .fd = file_of(path), .top = top, .threshold = threshold
    };
    hear_sink *s;
    assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
    assert_int_equal(hear_sink_begin(s, NULL), HEAR_OK);
    assert_int_equal(hear_sink_window(s, "a.wav", &window, NULL), HEAR_OK);
    const float other[] = { 0.25f, 0.25f, 0.5f };
    const hear_window_result lost = {
        .start_s = 3.0, .end_s = 6.0004, .lost_s = 0.12, .n_labels = 3, .probs = other
    };
    assert_int_equal(hear_sink_window(s, "a.wav", &lost, NULL), HEAR_OK);
    assert_int_equal(hear_sink_file(s, "b\t.wav", &lost, NULL), HEAR_OK);
    hear_sink_destroy(s);
    const char *const text = content(config.fd);
    close(config.fd);
    return text;
}

static char gathered[4096];

static hear_status gather(void *user, const char *line, size_t n, hear_error *err)
{
    (void)user, (void)err;
    strncat(gathered, line, n);
    return HEAR_OK;
}

static void test_lines_of_another_sink_are_as_if_made_here(void **state)
{
    (void)state;
    static const char *const formats[] = { "text", "tsv", "jsonl" };
    for (size_t i = 0; i < 3; i++) {
        char path[] = "/tmp/hearsay-sink-XXXXXX";
        const hear_sink_config config = { .format = formats[i], .fd = file_of(path), .top = 2 };
        hear_sink_config apart = config;
        apart.fd = -1;
        apart.take = gather;
        hear_sink *s, *other;
        assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
        assert_int_equal(hear_sink_create(&other, &model, &apart, NULL), HEAR_OK);
        for (int round = 0; round < 2; round++) {
            const char *const source = round ? "b" : "a";
            gathered[0] = '\0';
            assert_int_equal(hear_sink_window(other, source, &window, NULL), HEAR_OK);
            assert_int_equal(hear_sink_window(other, source, &window, NULL), HEAR_OK);
            assert_int_equal(hear_sink_pass(s, source, false, gathered, strlen(gathered), NULL),
                             HEAR_OK);
            assert_int_equal(hear_sink_pass(s, source, false, "", 0, NULL), HEAR_OK);
            gathered[0] = '\0';
            assert_int_equal(hear_sink_file(other, source, &window, NULL), HEAR_OK);
            assert_int_equal(hear_sink_pass(s, source, true, gathered, strlen(gathered), NULL),
                             HEAR_OK);
        }
        char passed[4096];
        const char *const text = content(config.fd);
        const size_t n = strlen(text);
        assert_in_range(n, 1, sizeof passed - 1);
        memcpy(passed, text, n + 1);
        assert_int_equal(ftruncate(config.fd, 0), 0);
        assert_int_equal(lseek(config.fd, 0, SEEK_SET), 0);
        hear_sink_destroy(s);
        assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
        for (int round = 0; round < 2; round++) {
            const char *const source = round ? "b" : "a";
            assert_int_equal(hear_sink_window(s, source, &window, NULL), HEAR_OK);
            assert_int_equal(hear_sink_window(s, source, &window, NULL), HEAR_OK);
            assert_int_equal(hear_sink_file(s, source, &window, NULL), HEAR_OK);
        }
        assert_string_equal(passed, content(config.fd));
        hear_sink_destroy(s);
        hear_sink_destroy(other);
        close(config.fd);
    }
}

static void test_tsv_is_a_table_with_a_header(void **state)
{
    (void)state;
    assert_string_equal(lines("tsv", 1, 0.0), "source\tstart_s\tend_s\tlabel\tprob\n"
                                              "a.wav\t0.500\t3.500\tspeech\t0.9812\n"
                                              "a.wav\t3.000\t6.000\tcaf\xc3\xa9 \"x\"\t0.5000\n"
                                              "b?.wav\t3.000\t6.000\tcaf\xc3\xa9 \"x\"\t0.5000\n");
    assert_string_equal(lines("tsv", 2, 0.6),
                        "source\tstart_s\tend_s\tlabel\tprob\tlabel2\tprob2\n"
                        "a.wav\t0.500\t3.500\tspeech\t0.9812\tmusic\t0.0150\n");
}

static void test_jsonl_is_an_object_a_line(void **state)
{
    (void)state;
    assert_string_equal(
        lines("jsonl", 2, 0.0),
        "{\"v\":1,\"type\":\"window\",\"source\":\"a.wav\",\"start_s\":0.500,\"end_s\":3.500,"
        "\"label\":\"speech\",\"prob\":0.9812,\"top\":[{\"label\":\"speech\",\"prob\":0.9812},"
        "{\"label\":\"music\",\"prob\":0.0150}],\"lost_s\":0.000}\n"
        "{\"v\":1,\"type\":\"window\",\"source\":\"a.wav\",\"start_s\":3.000,\"end_s\":6.000,"
        "\"label\":\"caf\xc3\xa9 \\\"x\\\"\",\"prob\":0.5000,\"top\":["
        "{\"label\":\"caf\xc3\xa9 \\\"x\\\"\",\"prob\":0.5000},"
        "{\"label\":\"speech\",\"prob\":0.2500}],\"lost_s\":0.120}\n"
        "{\"v\":1,\"type\":\"file\",\"source\":\"b\\u0009.wav\",\"start_s\":3.000,\"end_s\":6.000,"
        "\"label\":\"caf\xc3\xa9 \\\"x\\\"\",\"prob\":0.5000,\"top\":["
        "{\"label\":\"caf\xc3\xa9 \\\"x\\\"\",\"prob\":0.5000},"
        "{\"label\":\"speech\",\"prob\":0.2500}],\"lost_s\":0.120}\n");
}

static void test_text_has_columns_under_the_sources_name(void **state)
{
    (void)state;
    assert_string_equal(
        lines("text", 3, 0.0),
        "a.wav:\n"
        "     0.500 -     3.500 s   speech     98.1 %   music 1.5, caf\xc3\xa9 \"x\" 0.4\n"
        "     3.000 -     6.000 s   caf\xc3\xa9 \"x\"   50.0 %   speech 25.0, "
        "music 25.0   lost 0.120 s\n"
        "b?.wav                               3.000 s   caf\xc3\xa9 \"x\"   50.0 %   "
        "speech 25.0, music 25.0   lost 0.120 s\n");
}

static void test_colours_tell_how_likely_a_class_is(void **state)
{
    (void)state;
    static const struct {
        float prob;
        const char *line;
    } cases[] = {
        { 0.8f, "\033[1;32mspeech\033[0m     80.0 %\n" },
        { 0.7f, "\033[33mspeech\033[0m     70.0 %\n" },
        { 0.5f, "\033[33mspeech\033[0m     50.0 %\n" },
        { 0.4f, "\033[2mspeech\033[0m     40.0 %\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[] = "/tmp/hearsay-sink-XXXXXX";
        const hear_sink_config config = {
            .format = "text", .fd = file_of(path), .top = 1, .color = true
        };
        hear_sink *s;
        assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
        const float of[] = { cases[i].prob, 0.1f, 0.1f };
        const hear_window_result r = { .end_s = 1.0, .n_labels = 3, .probs = of };
        assert_int_equal(hear_sink_window(s, "a", &r, NULL), HEAR_OK);
        assert_string_equal(strstr(content(config.fd), "\033"), cases[i].line);
        hear_sink_destroy(s);
        close(config.fd);
    }
}

/* A threshold that a probability just reaches keeps it; of a file as of a window. */
static void test_what_reaches_the_threshold_is_told(void **state)
{
    (void)state;
    static const char header[] = "source\tstart_s\tend_s\tlabel\tprob\tlabel2\tprob2\n";
    static const float half[] = { 0.5f, 0.25f, 0.25f };
    const hear_window_result r = { .end_s = 1.0, .n_labels = 3, .probs = half };
    for (int of_file = 0; of_file < 2; of_file++) {
        for (int above = 0; above < 2; above++) {
            char path[] = "/tmp/hearsay-sink-XXXXXX";
            const hear_sink_config config = {
                .format = "tsv", .fd = file_of(path), .top = 2, .threshold = above ? 0.501 : 0.5
            };
            hear_sink *s;
            assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
            assert_int_equal(hear_sink_begin(s, NULL), HEAR_OK);
            assert_int_equal((of_file ? hear_sink_file : hear_sink_window)(s, "a", &r, NULL),
                             HEAR_OK);
            const char *const text = content(config.fd);
            assert_memory_equal(text, header, sizeof header - 1);
            assert_string_equal(text + sizeof header - 1,
                                above ? "" : "a\t0.000\t1.000\tspeech\t0.5000\tmusic\t0.2500\n");
            hear_sink_destroy(s);
            close(config.fd);
        }
    }
}

static void test_more_classes_than_there_are_are_all_of_them(void **state)
{
    (void)state;
    assert_string_equal(lines("tsv", 9, 0.6),
                        "source\tstart_s\tend_s\tlabel\tprob\tlabel2\tprob2\tlabel3\tprob3\n"
                        "a.wav\t0.500\t3.500\tspeech\t0.9812\tmusic\t0.0150\t"
                        "caf\xc3\xa9 \"x\"\t0.0038\n");
}

static void test_labels_may_have_any_length(void **state)
{
    (void)state;
    static char text[3][3001];
    static char *names[] = { text[0], text[1], text[2] };
    for (int i = 0; i < 3; i++)
        memset(text[i], 1 + i, sizeof text[i] - 1); /* six bytes each in JSON */
    const hear_model long_names = { .info = { .n_labels = 3, .labels = names } };
    static const char *const formats[] = { "text", "tsv", "jsonl" };
    static const size_t bytes[] = { 3 * 3000, 3 * 3000, (1 + 3) * 6 * 3000 };
    for (size_t i = 0; i < 3; i++) {
        char path[] = "/tmp/hearsay-sink-XXXXXX";
        const hear_sink_config config = { .format = formats[i], .fd = file_of(path), .top = 3 };
        hear_sink *s;
        assert_int_equal(hear_sink_create(&s, &long_names, &config, NULL), HEAR_OK);
        assert_int_equal(hear_sink_file(s, "a", &window, NULL), HEAR_OK);
        const char *const line = content(config.fd);
        const size_t n = strlen(line);
        assert_in_range(n, bytes[i], bytes[i] + 400);
        assert_ptr_equal(strchr(line, '\n'), line + n - 1);
        hear_sink_destroy(s);
        close(config.fd);
    }
}

static void test_an_unknown_format_is_refused(void **state)
{
    (void)state;
    hear_sink *s;
    hear_error err;
    const hear_sink_config config = { .format = "xml", .fd = 1, .top = 1 };
    assert_int_equal(hear_sink_create(&s, &model, &config, &err), HEAR_ERR_ARG);
    assert_null(s);
    assert_string_equal(err.text, "format \"xml\": text, tsv and jsonl are known");
}

static void test_one_write_a_line_and_no_heap_after_the_first(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_DIRECT), 0); /* each write is a packet of its own */
    const char *const formats[] = { "text", "tsv", "jsonl" };
    for (size_t i = 0; i < 3; i++) {
        const hear_sink_config config = { .format = formats[i], .fd = ends[1], .top = 3 };
        hear_sink *s;
        assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
        assert_int_equal(hear_sink_window(s, "a.wav", &window, NULL), HEAR_OK);
        test_forbid_heap();
        for (int k = 0; k < 3; k++)
            assert_int_equal(hear_sink_window(s, "a.wav", &window, NULL), HEAR_OK);
        test_allow_heap();
        char line[4096];
        for (int k = 0; k < (i == 0 ? 5 : 4); k++) {
            const ssize_t n = read(ends[0], line, sizeof line);
            assert_true(n > 0 && line[n - 1] == '\n');
            assert_ptr_equal(memchr(line, '\n', (size_t)n), line + n - 1);
        }
        hear_sink_destroy(s);
    }
    close(ends[0]);
    close(ends[1]);
}

static void test_a_source_may_have_any_length(void **state)
{
    (void)state;
    static char name[9000];
    memset(name, '\001', sizeof name - 1); /* six bytes each in JSON */
    char path[] = "/tmp/hearsay-sink-XXXXXX";
    const hear_sink_config config = { .format = "jsonl", .fd = file_of(path), .top = 3 };
    hear_sink *s;
    assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
    assert_int_equal(hear_sink_window(s, name, &window, NULL), HEAR_OK);
    const char *const text = content(config.fd);
    assert_true(strlen(text) > 6 * (sizeof name - 1));
    assert_string_equal(text + strlen(text) - 17, ",\"lost_s\":0.000}\n");
    hear_sink_destroy(s);
    close(config.fd);
}

static void test_a_closed_pipe_and_a_full_disk_are_told_apart(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    hear_sink_config config = { .format = "tsv", .fd = ends[1], .top = 1 };
    hear_sink *s;
    assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
    assert_int_equal(hear_sink_begin(s, NULL), HEAR_ERR_INTERRUPTED);
    hear_sink_destroy(s);
    close(ends[1]);
    config.fd = open("/dev/full", O_WRONLY);
    if (config.fd < 0)
        skip();
    assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
    hear_error err;
    assert_int_equal(hear_sink_begin(s, &err), HEAR_ERR_IO);
    assert_string_equal(err.text, "cannot write: No space left on device");
    hear_sink_destroy(s);
    close(config.fd);
}

typedef struct {
    int fd;
    size_t n;
    char text[400000];
} pipe_reader;

static void *read_slowly(void *arg)
{
    test_heap_exempt_thread();
    pipe_reader *const r = arg;
    for (ssize_t n = 1; n > 0; r->n += (size_t)n) {
        const size_t left = sizeof r->text - r->n;
        n = read(r->fd, r->text + r->n, left < 3000 ? left : 3000);
        if (n < 0)
            break;
        usleep(50);
    }
    return NULL;
}

/* Lines longer than what a pipe takes at once go through it whole, with and without a stop_fd. */
static void test_long_lines_go_through_a_full_pipe_unharmed(void **state)
{
    (void)state;
    enum { N_LINES = 3 };
    static char name[100001];
    for (size_t i = 0; i + 1 < sizeof name; i++)
        name[i] = (char)('a' + i % 23);
    for (int stops = 0; stops < 2; stops++) {
        int ends[2], stop[2];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(pipe(stop), 0);
        static pipe_reader reader;
        reader.fd = ends[0];
        reader.n = 0;
        pthread_t thread;
        assert_int_equal(hear_thread_start(&thread, read_slowly, &reader), 0);
        const hear_sink_config config = {
            .format = "tsv", .fd = ends[1], .top = 1, .stop_fd = stops ? stop[0] : 0
        };
        hear_sink *s;
        assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
        for (int i = 0; i < N_LINES; i++)
            assert_int_equal(hear_sink_window(s, name, &window, NULL), HEAR_OK);
        hear_sink_destroy(s);
        close(ends[1]);
        pthread_join(thread, NULL);
        static const char rest[] = "\t0.500\t3.500\tspeech\t0.9812\n";
        const size_t n_name = sizeof name - 1, n_line = n_name + sizeof rest - 1;
        assert_int_equal(reader.n, N_LINES * n_line);
        for (size_t i = 0; i < N_LINES; i++) {
            assert_memory_equal(reader.text + i * n_line, name, n_name);
            assert_memory_equal(reader.text + i * n_line + n_name, rest, sizeof rest - 1);
        }
        close(ends[0]);
        close(stop[0]);
        close(stop[1]);
    }
}

static void *stop_soon(void *arg)
{
    test_heap_exempt_thread();
    usleep(30000);
    return write(*(int *)arg, "!", 1) == 1 ? NULL : arg;
}

static void test_a_write_that_waits_can_be_stopped(void **state)
{
    (void)state;
    int ends[2], stop[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(stop), 0);
    const hear_sink_config config = {
        .format = "jsonl", .fd = ends[1], .top = 3, .stop_fd = stop[0]
    };
    hear_sink *s;
    assert_int_equal(hear_sink_create(&s, &model, &config, NULL), HEAR_OK);
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, stop_soon, &stop[1]), 0);
    static char name[5000]; /* lines longer than PIPE_BUF */
    memset(name, 'x', sizeof name - 1);
    hear_status status;
    while ((status = hear_sink_window(s, name, &window, NULL)) == HEAR_OK) {
    }
    assert_int_equal(status, HEAR_ERR_INTERRUPTED);
    void *failed;
    pthread_join(thread, &failed);
    assert_null(failed);
    hear_sink_destroy(s);
    close(ends[0]);
    close(ends[1]);
    close(stop[0]);
    close(stop[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_another_sink_are_as_if_made_here),
        cmocka_unit_test(test_tsv_is_a_table_with_a_header),
        cmocka_unit_test(test_jsonl_is_an_object_a_line),
        cmocka_unit_test(test_text_has_columns_under_the_sources_name),
        cmocka_unit_test(test_colours_tell_how_likely_a_class_is),
        cmocka_unit_test(test_what_reaches_the_threshold_is_told),
        cmocka_unit_test(test_more_classes_than_there_are_are_all_of_them),
        cmocka_unit_test(test_labels_may_have_any_length),
        cmocka_unit_test(test_an_unknown_format_is_refused),
        cmocka_unit_test(test_one_write_a_line_and_no_heap_after_the_first),
        cmocka_unit_test(test_a_source_may_have_any_length),
        cmocka_unit_test(test_a_closed_pipe_and_a_full_disk_are_told_apart),
        cmocka_unit_test(test_long_lines_go_through_a_full_pipe_unharmed),
        cmocka_unit_test(test_a_write_that_waits_can_be_stopped),
    };
    return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
