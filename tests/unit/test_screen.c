/* test_screen.c - the whole display on a pseudo-terminal: what is drawn, keys, sizes, and the
 * terminal's state before and after. */
#include "test.h"

#include "stream/model_info.h"
#include "tui/screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { N_MELS = 40, MAX_BYTES = 1 << 22 };

/* A terminal whose far end is read by a thread, so that drawing never waits. */
typedef struct {
    int master, slave;
    char path[64];
    pthread_t reader;
    atomic_bool stop;
    pthread_mutex_t lock;
    char *bytes;
    size_t n;
} terminal;

static void *read_all(void *arg)
{
    terminal *t = arg;
    char buffer[4096];
    while (!atomic_load(&t->stop)) {
        struct pollfd p = { .fd = t->master, .events = POLLIN };
        if (poll(&p, 1, 20) <= 0)
            continue;
        const ssize_t n = read(t->master, buffer, sizeof buffer);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            break;
        pthread_mutex_lock(&t->lock);
        for (ssize_t i = 0; i < n && t->n + 1 < MAX_BYTES; i++)
            t->bytes[t->n++] = buffer[i];
        pthread_mutex_unlock(&t->lock);
    }
    return NULL;
}

static void set_size(terminal *t, int n_rows, int n_cols)
{
    const struct winsize size = { .ws_row = (unsigned short)n_rows,
                                  .ws_col = (unsigned short)n_cols };
    assert_int_equal(ioctl(t->master, TIOCSWINSZ, &size), 0);
}

static void open_terminal(terminal *t, int n_rows, int n_cols)
{
    memset(t, 0, sizeof *t);
    t->bytes = calloc(1, MAX_BYTES);
    assert_non_null(t->bytes);
    assert_int_equal(openpty(&t->master, &t->slave, t->path, NULL, NULL), 0);
    /* what poll has seen, the other side may drop before it is read */
    assert_int_equal(fcntl(t->master, F_SETFL, O_RDWR | O_NONBLOCK), 0);
    set_size(t, n_rows, n_cols);
    pthread_mutex_init(&t->lock, NULL);
    assert_int_equal(pthread_create(&t->reader, NULL, read_all, t), 0);
}

static void hang_up(terminal *t)
{
    atomic_store(&t->stop, true);
    pthread_join(t->reader, NULL);
    close(t->master);
    t->master = -1;
}

static void close_terminal(terminal *t)
{
    if (t->master >= 0)
        hang_up(t);
    close(t->slave);
    pthread_mutex_destroy(&t->lock);
    free(t->bytes);
}

/* Waits until text was written to the terminal, at most five seconds. */
static bool was_written(terminal *t, const char *text)
{
    bool found = false;
    for (int i = 0; i < 500 && !found; i++) {
        pthread_mutex_lock(&t->lock);
        found = memmem(t->bytes, t->n, text, strlen(text)) != NULL;
        pthread_mutex_unlock(&t->lock);
        if (!found)
            usleep(10000);
    }
    return found;
}

static size_t n_written(terminal *t)
{
    pthread_mutex_lock(&t->lock);
    const size_t n = t->n;
    pthread_mutex_unlock(&t->lock);
    return n;
}

static void forget_written(terminal *t)
{
    usleep(50000);
    pthread_mutex_lock(&t->lock);
    t->n = 0;
    pthread_mutex_unlock(&t->lock);
}

static char *labels[] = { "speech", "m\xc3\xbcsic", "\033[2Jevil", "a label that is far too long" };
static struct hear_model model = { .info = { .frontend = { .rate_hz = 16000,
                                                           .n_mels = N_MELS,
                                                           .fmax_hz = 8000.0,
                                                           .power = 2,
                                                           .log = HEAR_LOG_DB },
                                             .n_labels = 4,
                                             .labels = labels,
                                             .window = 94,
                                             .hop = 16 } };

static hear_screen *open_screen(terminal *t)
{
    hear_screen *s = NULL;
    hear_error err = { 0 };
    const hear_screen_config config = { .model = &model,
                                        .source = "test.wav",
                                        .model_name = "four",
                                        .tty = t->path,
                                        .n_mels = N_MELS,
                                        .frame_s = 0.032,
                                        .top = 5 };
    if (hear_screen_create(&s, &config, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    return s;
}

static void feed(hear_screen *s, size_t label, size_t n_frames, double end_s)
{
    for (size_t i = 0; i < n_frames; i++) {
        float frame[N_MELS];
        for (size_t b = 0; b < N_MELS; b++)
            frame[b] = -60.0f + 70.0f * (float)((b + i) % N_MELS) / N_MELS;
        hear_screen_add_frames(s, frame, 1);
    }
    float probs[4] = { 0.02f, 0.02f, 0.02f, 0.02f };
    probs[label] = 0.94f;
    hear_screen_add_result(
        s, &(hear_window_result){
               .start_s = end_s - 3.0, .end_s = end_s, .n_labels = 4, .probs = probs });
    hear_screen_set_status(s, &(hear_screen_status){ .position_s = end_s,
                                                     .peak = 0.5f,
                                                     .rms = 0.1f,
                                                     .rate_hz = 44100,
                                                     .latency_ms = 12.0,
                                                     .cpu_share = 0.03,
                                                     .hop_s = 0.512,
                                                     .window_s = 3.04 });
}

/* Whether text stands on the screen as curses has drawn it. */
static bool is_shown(const char *text)
{
    wchar_t wanted[128];
    mbstowcs(wanted, text, 128);
    for (int y = 0; y < LINES; y++) {
        wchar_t row[512];
        if (mvinnwstr(y, 0, row, 511) != ERR && wcsstr(row, wanted))
            return true;
    }
    return false;
}

static void test_everything_that_was_given_is_shown(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    assert_int_equal(hear_screen_update(s, 0), HEAR_KEY_NONE);
    assert_true(is_shown("listening"));
    feed(s, 0, 100, 3.0);
    feed(s, 1, 16, 3.5);
    hear_screen_update(s, 0);
    static const char *const texts[] = { "hearsay", "test.wav", "four",  "speech", "m\xc3\xbcsic",
                                         "94.0 %",  "peak",     "-6.0",  "-20.0",  "44.1 kHz",
                                         "12 ms",   "lost 0 s", "00:03", "0.94",   "q quit",
                                         "4k",      "now" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!is_shown(texts[i]))
            fail_msg("\"%s\" is not shown", texts[i]);
    assert_true(was_written(&t, "speech"));
    assert_true(was_written(&t, "\xe2\x96\x80")); /* half blocks */
    assert_true(is_shown("?[2Jevil"));            /* harmless */
    hear_screen_destroy(s);
    close_terminal(&t);
}

static void test_times_stay_whole_after_ten_hours_and_after_a_week(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    feed(s, 0, 100, 40000.0);
    hear_screen_update(s, 0);
    assert_true(is_shown("11:06:37-11:06:40  speech"));
    feed(s, 1, 100, 604803.0);
    hear_screen_update(s, 0);
    assert_true(is_shown("168:00:03"));
    assert_true(is_shown("89:33:20-168:00:03   m\xc3\xbcsic"));
    hear_screen_destroy(s);
    close_terminal(&t);
}

static void test_losses_stand_out(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    feed(s, 0, 100, 3.0);
    hear_screen_set_status(
        s, &(hear_screen_status){ .lost_s = 0.25, .n_skipped = 3, .n_overflows = 7 });
    hear_screen_update(s, 0);
    assert_true(is_shown("lost 0.25 s"));
    assert_true(is_shown("skipped 3"));
    assert_true(is_shown("overflows 7"));
    assert_false(is_shown("gap"));
    const float probs[4] = { 0.0f, 0.0f, 0.0f, 0.9f };
    hear_screen_add_result(
        s, &(hear_window_result){
               .start_s = 0.5, .end_s = 3.5, .lost_s = 0.25, .n_labels = 4, .probs = probs });
    hear_screen_update(s, 0);
    assert_true(is_shown("with a gap"));
    assert_true(is_shown("0.90  gap")); /* however long the label */
    hear_screen_destroy(s);
    close_terminal(&t);
}

static void press(terminal *t, hear_screen *s, const char *keys, hear_screen_key expected)
{
    assert_int_equal(write(t->master, keys, strlen(keys)), strlen(keys));
    hear_screen_key key = HEAR_KEY_NONE;
    for (int i = 0; i < 20 && key != HEAR_KEY_QUIT; i++)
        key = hear_screen_update(s, 10);
    assert_int_equal(key, expected);
}

static void test_space_stops_the_picture_and_lets_it_go_on(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    feed(s, 0, 100, 63.0);
    press(&t, s, " ", HEAR_KEY_NONE);
    assert_true(is_shown("PAUSED"));
    feed(s, 1, 100, 125.0);
    hear_screen_update(s, 0);
    assert_true(is_shown("01:03") && !is_shown("02:05"));
    assert_true(was_written(&t, "PAUSED"));
    press(&t, s, " ", HEAR_KEY_NONE);
    assert_true(is_shown("02:05") && !is_shown("PAUSED"));
    hear_screen_destroy(s);
    close_terminal(&t);
}

static void test_question_mark_tells_the_keys_and_the_true_window(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    feed(s, 0, 100, 3.0);
    press(&t, s, "?", HEAR_KEY_NONE);
    assert_true(is_shown("3.040 s") && is_shown("0.512 s") && is_shown("40 mel bands"));
    press(&t, s, "\033OA", HEAR_KEY_NONE); /* an arrow means nothing */
    assert_true(is_shown("3.040 s"));
    press(&t, s, "?", HEAR_KEY_NONE);
    assert_false(is_shown("3.040 s"));
    hear_screen_destroy(s);
    close_terminal(&t);
}

static void test_q_quits_and_so_does_a_terminal_that_goes_away(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    press(&t, s, "xq", HEAR_KEY_QUIT);
    assert_int_equal(hear_screen_update(s, 0), HEAR_KEY_NONE);
    hang_up(&t);
    assert_int_equal(hear_screen_update(s, 0), HEAR_KEY_QUIT);
    hear_screen_destroy(s);
    close_terminal(&t);
}

static void test_windows_of_every_size_are_drawn_in(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    feed(s, 3, 300, 30.0);
    feed(s, 0, 16, 30.5);
    for (int help = 0; help < 2; help++) {
        for (int n_rows = 1; n_rows <= 60; n_rows += n_rows < 12 ? 1 : 6)
            for (int n_cols = 1; n_cols <= 140; n_cols += n_cols < 24 ? 1 : 13) {
                set_size(&t, n_rows, n_cols);
                hear_screen_update(s, 0);
                assert_int_equal(LINES, n_rows);
                assert_int_equal(COLS, n_cols);
            }
        press(&t, s, "?", HEAR_KEY_NONE);
    }
    set_size(&t, 5, 20);
    hear_screen_update(s, 0);
    assert_true(is_shown("speech") && is_shown("94.0 %"));
    set_size(&t, 24, 80);
    hear_screen_update(s, 0);
    assert_true(is_shown("00:30") && is_shown("now"));
    hear_screen_destroy(s);
    close_terminal(&t);
}

static bool same_modes(int fd, const struct termios *before)
{
    struct termios now;
    assert_int_equal(tcgetattr(fd, &now), 0);
    return now.c_iflag == before->c_iflag && now.c_oflag == before->c_oflag &&
           now.c_cflag == before->c_cflag && now.c_lflag == before->c_lflag &&
           memcmp(now.c_cc, before->c_cc, sizeof now.c_cc) == 0;
}

static void test_the_terminal_is_whole_again_however_it_ends(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    struct termios before;
    assert_int_equal(tcgetattr(t.slave, &before), 0);

    hear_screen *s = open_screen(&t);
    hear_screen_update(s, 0);
    assert_false(same_modes(t.slave, &before));
    assert_true(was_written(&t, "\033[?1049h")); /* the alternate screen */
    hear_screen_suspend(s);
    assert_true(same_modes(t.slave, &before));
    assert_true(was_written(&t, "\033[?1049l"));
    assert_int_equal(hear_screen_update(s, 0), HEAR_KEY_NONE); /* draws nothing */

    feed(s, 0, 100, 3.0);
    forget_written(&t);
    hear_screen_resume(s);
    hear_screen_update(s, 0);
    assert_false(same_modes(t.slave, &before));
    assert_true(was_written(&t, "\033[?1049h"));
    assert_true(was_written(&t, "test.wav")); /* all is drawn anew */

    forget_written(&t);
    hear_screen_restore(); /* as a crash handler does */
    assert_true(same_modes(t.slave, &before));
    assert_true(was_written(&t, "\033[?1049l"));
    assert_true(was_written(&t, "\033[?25h") || was_written(&t, "\033[?12l\033[?25h"));
    forget_written(&t);
    hear_screen_restore(); /* once is enough */
    usleep(50000);
    assert_int_equal(n_written(&t), 0);
    hear_screen_destroy(s);
    assert_true(same_modes(t.slave, &before));
    hear_screen_restore(); /* nothing is taken: nothing happens */
    close_terminal(&t);
}

static void test_terminals_that_cannot_are_refused_in_one_line(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    struct termios before;
    assert_int_equal(tcgetattr(t.slave, &before), 0);
    static const struct {
        const char *term, *says;
    } cases[] = { { "dumb", "TERM=dumb" },
                  { "no-such-terminal", "TERM=no-such-terminal" },
                  { "", "TERM is not set" },
                  { NULL, "TERM is not set" },
                  { "unknown", "TERM=unknown" } };
    hear_screen *s;
    hear_error err;
    hear_screen_config config = {
        .model = &model, .source = "x", .tty = t.path, .n_mels = N_MELS, .frame_s = 0.032, .top = 3
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].term)
            setenv("TERM", cases[i].term, 1);
        else
            unsetenv("TERM");
        assert_int_equal(hear_screen_create(&s, &config, &err), HEAR_ERR_IO);
        assert_null(s);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s", err.text);
    }
    setenv("TERM", "xterm-256color", 1);
    config.tty = "/dev/null";
    assert_int_equal(hear_screen_create(&s, &config, &err), HEAR_ERR_IO);
    config.tty = "/dev/no-such-terminal";
    assert_int_equal(hear_screen_create(&s, &config, &err), HEAR_ERR_IO);
    assert_non_null(strstr(err.text, "/dev/no-such-terminal"));
    assert_true(same_modes(t.slave, &before));
    close_terminal(&t);
}

static void test_no_color_leaves_colours_out(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    setenv("NO_COLOR", "1", 1);
    hear_screen *s = open_screen(&t);
    feed(s, 0, 100, 3.0);
    hear_screen_update(s, 0);
    assert_true(was_written(&t, "speech"));
    hear_screen_destroy(s);
    unsetenv("NO_COLOR");
    assert_true(was_written(&t, "\033[?1049l"));
    static const char *const colors[] = { "\033[38;5", "\033[48;5", "\033[30m", "\033[31m",
                                          "\033[36m",  "\033[40m",  "\033[41m", "\033[46m" };
    hang_up(&t); /* nobody else reads the bytes */
    for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++)
        assert_null(memmem(t.bytes, t.n, colors[i], strlen(colors[i])));
    close_terminal(&t);
}

static void test_what_is_given_needs_no_heap(void **state)
{
    (void)state;
    terminal t;
    open_terminal(&t, 24, 80);
    hear_screen *s = open_screen(&t);
    test_forbid_heap();
    feed(s, 0, 1000, 32.0);
    feed(s, 1, 1000, 64.0);
    test_allow_heap();
    hear_screen_destroy(s);
    close_terminal(&t);
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 77;
    setenv("TERM", "xterm-256color", 1);
    unsetenv("NO_COLOR");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_that_was_given_is_shown),
        cmocka_unit_test(test_times_stay_whole_after_ten_hours_and_after_a_week),
        cmocka_unit_test(test_losses_stand_out),
        cmocka_unit_test(test_space_stops_the_picture_and_lets_it_go_on),
        cmocka_unit_test(test_question_mark_tells_the_keys_and_the_true_window),
        cmocka_unit_test(test_q_quits_and_so_does_a_terminal_that_goes_away),
        cmocka_unit_test(test_windows_of_every_size_are_drawn_in),
        cmocka_unit_test(test_the_terminal_is_whole_again_however_it_ends),
        cmocka_unit_test(test_terminals_that_cannot_are_refused_in_one_line),
        cmocka_unit_test(test_no_color_leaves_colours_out),
        cmocka_unit_test(test_what_is_given_needs_no_heap),
    };
    return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
