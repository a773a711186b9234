/* test_fetch.c - files from a server on loopback: whole and right, or an error. */
#include "test.h"

#include "io/fetch.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* echo -n hello | sha256sum */
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static int listener;
static char url[64];

static const struct {
    const char *path, *answer;
} answers[] = {
    { "/right ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello" },
    { "/cut ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhel" },
    { "/short ", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nhel" },
    { "/long ", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello!" },
    { "/wrong ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhallo" },
    { "/none ", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello" },
    { "/ill ", "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" },
    { "/moved ", "HTTP/1.1 302 Found\r\nLocation: /right\r\nContent-Length: 0\r\n"
                 "Connection: close\r\n\r\n" },
    { "/local ", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n"
                 "Connection: close\r\n\r\n" },
};

static void *serve(void *arg)
{
    (void)arg;
    for (int s; (s = accept(listener, NULL, NULL)) >= 0; close(s)) {
        char request[2048] = "";
        size_t n = 0;
        ssize_t got = 1;
        while (got > 0 && n < sizeof request - 1 && !strstr(request, "\r\n\r\n")) {
            got = read(s, request + n, sizeof request - 1 - n);
            n += got > 0 ? (size_t)got : 0;
            request[n] = '\0';
        }
        for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
            if (strstr(request, answers[i].path)) {
                const ssize_t sent = write(s, answers[i].answer, strlen(answers[i].answer));
                (void)sent;
                break;
            }
    }
    return NULL;
}

static bool go_on(void *user, size_t n_got, size_t n_all)
{
    (void)user;
    assert_true(n_got <= n_all);
    return true;
}

static bool stop(void *user, size_t n_got, size_t n_all)
{
    (void)user, (void)n_got, (void)n_all;
    return false;
}

static hear_status fetch(const char *path, hear_error *err)
{
    const hear_fetch_config config = { .n_bytes = 5, .sha256 = HELLO, .progress = go_on };
    char address[128], *bytes;
    snprintf(address, sizeof address, "%s%s", url, path);
    const hear_status s = hear_fetch(&bytes, address, &config, err);
    if (s == HEAR_OK)
        assert_memory_equal(bytes, "hello", 5);
    else
        assert_null(bytes);
    free(bytes);
    return s;
}

static void test_what_is_right_comes_whole(void **state)
{
    (void)state;
    assert_int_equal(fetch("/right", NULL), HEAR_OK);
    assert_int_equal(fetch("/moved", NULL), HEAR_OK);
}

static void test_what_is_not_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        hear_status status;
        const char *text;
    } cases[] = {
        { "/cut", HEAR_ERR_IO, "" },
        { "/short", HEAR_ERR_DATA, "has 3 bytes; 5 are right" },
        { "/long", HEAR_ERR_DATA, "more than the 5 bytes" },
        { "/wrong", HEAR_ERR_DATA, "SHA-256" },
        { "/none", HEAR_ERR_NO_INPUT, "the server answers 404" },
        { "/ill", HEAR_ERR_IO, "the server answers 503" },
        { "/local", HEAR_ERR_IO, "" },
        { "/silent", HEAR_ERR_IO, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_error err = { 0 };
        assert_int_equal(fetch(cases[i].path, &err), cases[i].status);
        if (!err.text[0] || !strstr(err.text, cases[i].text))
            fail_msg("%s: '%s'", cases[i].path, err.text);
    }
}

static void test_it_can_be_stopped_and_there_may_be_no_server(void **state)
{
    (void)state;
    hear_fetch_config config = { .n_bytes = 5, .sha256 = HELLO, .progress = stop };
    char address[128], *bytes;
    snprintf(address, sizeof address, "%s/right", url);
    assert_int_equal(hear_fetch(&bytes, address, &config, NULL), HEAR_ERR_INTERRUPTED);
    hear_error err = { 0 };
    config.progress = NULL;
    assert_int_equal(hear_fetch(&bytes, "http://127.0.0.1:1/", &config, &err), HEAR_ERR_IO);
    assert_true(err.text[0] != '\0');
    assert_int_equal(hear_fetch(&bytes, "file:///etc/passwd", &config, NULL), HEAR_ERR_IO);
}

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof at;
    pthread_t thread;
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr *)&at, &size) != 0 ||
        pthread_create(&thread, NULL, serve, NULL) != 0) {
        printf("no server can be made here\n");
        return 77;
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_right_comes_whole),
        cmocka_unit_test(test_what_is_not_is_an_error),
        cmocka_unit_test(test_it_can_be_stopped_and_there_may_be_no_server),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    return failed;
}
