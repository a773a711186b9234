/* term.c - see term.h. */
#include "config.h"

#include "tui/term.h"

#include "base/error.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

struct hear_term {
    FILE *in, *out;
    SCREEN *screen;
    bool suspended;
};

/* What a signal handler may touch: filled once, then only read while `taken` is set. */
static struct {
    int fd;
    struct termios modes;
    char bytes[256];
    size_t n_bytes;
} saved;
static atomic_bool taken; /* release: saved is filled; pairs with the acquire in restore */

static int save_byte(int byte)
{
    if (saved.n_bytes == sizeof saved.bytes)
        return EOF;
    saved.bytes[saved.n_bytes++] = (char)byte;
    return byte;
}

static void save_capability(const char *text)
{
    if (text)
        tputs(text, 1, save_byte);
}

/* The bytes that undo what curses did to the terminal. */
static void save_way_back(void)
{
    saved.n_bytes = 0;
    save_capability(exit_attribute_mode);
    save_capability(orig_pair);
    save_capability(keypad_local);
    save_capability(exit_ca_mode ? exit_ca_mode : clear_screen);
    save_capability(cursor_normal);
}

void hear_term_restore(void)
{
    if (!atomic_exchange_explicit(&taken, false, memory_order_acquire))
        return;
    const int keep = errno;
    for (size_t done = 0; done < saved.n_bytes;) {
        const ssize_t n = write(saved.fd, saved.bytes + done, saved.n_bytes - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    tcsetattr(saved.fd, TCSANOW, &saved.modes);
    errno = keep;
}

/* The streams that curses shall use. */
static hear_status open_streams(hear_term *t, const char *tty, hear_error *err)
{
    int in = -1, out = -1;
    if (tty) {
        out = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (out < 0)
            return hear_fail(err, HEAR_ERR_IO, "no terminal to draw on: %s: %s", tty,
                             strerror(errno));
    } else {
        out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    if (out < 0 || !isatty(out)) {
        if (out >= 0)
            close(out);
        return hear_fail(err, HEAR_ERR_IO, "no terminal to draw on: %s is none",
                         tty ? tty : "standard output");
    }
    if (tty)
        in = fcntl(out, F_DUPFD_CLOEXEC, 3);
    else if (isatty(STDIN_FILENO))
        in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        in = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (in < 0)
        in = fcntl(out, F_DUPFD_CLOEXEC, 3); /* at least nothing else is read as keys */
    t->in = in < 0 ? NULL : fdopen(in, "r");
    t->out = fdopen(out, "w");
    if (!t->in && in >= 0)
        close(in);
    if (!t->out)
        close(out);
    return t->in && t->out ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

/* Refuses before curses has touched anything. */
static hear_status check_type(const char *name, int fd, hear_error *err)
{
    if (!name || !*name)
        return hear_fail(err, HEAR_ERR_IO, "cannot draw on this terminal: TERM is not set");
    int known;
    if (setupterm(name, fd, &known) == ERR)
        return hear_fail(err, HEAR_ERR_IO,
                         known == 0 ? "cannot draw on this terminal: its type TERM=%s is not known"
                                    : "cannot draw on this terminal: no terminfo, TERM=%s",
                         name);
    const bool usable = cursor_address && clear_screen;
    del_curterm(cur_term);
    return usable ? HEAR_OK
                  : hear_fail(err, HEAR_ERR_IO,
                              "cannot draw on this terminal: the cursor of TERM=%s cannot be moved",
                              name);
}

hear_status hear_term_check(hear_error *err)
{
    return check_type(getenv("TERM"), STDOUT_FILENO, err);
}

static void take(void)
{
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    leaveok(stdscr, TRUE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
}

static void give_back(void)
{
    if (!exit_ca_mode) { /* no screen of our own: nothing of ours stays on theirs */
        erase();
        refresh();
    }
    endwin();
    atomic_store_explicit(&taken, false, memory_order_relaxed);
}

hear_status hear_term_open(hear_term **out, const char *tty, hear_error *err)
{
    *out = NULL;
    hear_term *t = calloc(1, sizeof *t);
    if (!t)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const char *name = getenv("TERM");
    hear_status status = open_streams(t, tty, err);
    if (status == HEAR_OK)
        status = check_type(name, fileno(t->out), err);
    if (status == HEAR_OK && tcgetattr(fileno(t->out), &saved.modes) != 0)
        status = hear_fail(err, HEAR_ERR_IO, "no terminal to draw on: %s", strerror(errno));
    if (status != HEAR_OK) {
        hear_term_close(t);
        return status;
    }

    /* curses would end the program by itself and stop it under us: signals stay the program's. A
     * new size is asked for, so that SIGWINCH may go to any thread or to none. */
    static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
    struct sigaction before[sizeof signals / sizeof signals[0]];
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], NULL, &before[i]);
    t->screen = newterm(name, t->out, t->in);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &before[i], NULL);
    if (!t->screen) {
        hear_term_close(t);
        return hear_fail(err, HEAR_ERR_IO, "cannot draw on this terminal: TERM=%s", name);
    }
    set_term(t->screen);
    set_escdelay(25);
    saved.fd = fileno(t->out);
    save_way_back();
    atomic_store_explicit(&taken, true, memory_order_release);
    take();
    *out = t;
    return HEAR_OK;
}

void hear_term_close(hear_term *t)
{
    if (!t)
        return;
    if (t->screen) {
        if (!t->suspended)
            give_back();
        delscreen(t->screen);
    }
    if (t->out)
        fclose(t->out);
    if (t->in)
        fclose(t->in);
    free(t);
}

void hear_term_suspend(hear_term *t)
{
    if (t->suspended)
        return;
    t->suspended = true;
    give_back();
}

void hear_term_resume(hear_term *t)
{
    t->suspended = false;
    atomic_store_explicit(&taken, true, memory_order_release);
    reset_prog_mode();
    take();
    clearok(stdscr, TRUE);
}

bool hear_term_suspended(const hear_term *t)
{
    return t->suspended;
}

bool hear_term_follow_size(hear_term *t)
{
    struct winsize size;
    if (ioctl(fileno(t->out), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    if (size.ws_row == LINES && size.ws_col == COLS)
        return false;
    resize_term(size.ws_row, size.ws_col);
    clearok(stdscr, TRUE);
    return true;
}

int hear_term_key(hear_term *t, int wait_ms)
{
    struct pollfd p = { .fd = fileno(t->in), .events = POLLIN };
    if (poll(&p, 1, wait_ms) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)))
        return HEAR_TERM_GONE;
    const int key = getch();
    return key == ERR ? HEAR_TERM_NO_KEY : key;
}
