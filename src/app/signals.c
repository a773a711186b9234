/* signals.c - see signals.h. Handlers write into pipes: `news`, which the main thread reads, and
 * `stop` and `late`, which nobody does. */
#include "config.h"

#include "app/signals.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
    PATIENCE_S = 2, /* for whoever reads the labels, after a signal */
    AGAIN_MS = 500  /* a second signal sooner is the same one: timeout(1) sends it to the program
                       and to its group */
};

static const int enders[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static const int crashes[] = { SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV };
enum {
    N_ENDERS = sizeof enders / sizeof enders[0],
    N_CRASHES = sizeof crashes / sizeof crashes[0]
};

typedef struct {
    int out, in; /* read from, written to */
} signal_pipe;

static signal_pipe news = { -1, -1 }, stop = { -1, -1 }, late = { -1, -1 };
static atomic_int caught;          /* lock-free, as the others here: a handler may use them */
static _Atomic uint64_t caught_ns; /* 0 until then */
static atomic_bool hurried, stopped;
static void (*_Atomic restore_terminal)(void);

static hear_status make_pipe(signal_pipe *p, hear_error *err)
{
    int fd[2];
    if (p->out >= 0)
        return HEAR_OK;
    if (pipe(fd) != 0)
        return hear_fail(err, HEAR_ERR_INTERNAL, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(fd[i], F_SETFL, O_NONBLOCK);
        fcntl(fd[i], F_SETFD, FD_CLOEXEC);
    }
    *p = (signal_pipe){ fd[0], fd[1] };
    return HEAR_OK;
}

static void put(const signal_pipe *p, int number)
{
    const int saved = errno;
    const unsigned char byte = (unsigned char)number;
    if (write(p->in, &byte, 1) < 0)
        errno = saved; /* full: there is enough to wake up for */
    errno = saved;
}

static void end_now(int number)
{
    void (*const restore)(void) = restore_terminal;
    if (restore)
        restore();
    signal(number, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(number);
}

static void on_ender(int number)
{
    uint64_t first_ns = 0;
    const uint64_t now_ns = hear_now_ns();
    if (!atomic_compare_exchange_strong(&caught_ns, &first_ns, now_ns)) {
        if (now_ns - first_ns > AGAIN_MS * 1000000u)
            end_now(number);
        return;
    }
    caught = number;
    alarm(PATIENCE_S);
    put(&stop, number);
    put(&news, number);
}

static void on_alarm(int number)
{
    (void)number;
    if (hurried)
        end_now(caught);
    hear_signals_hurry();
    alarm(1); /* for what does not wait for a reader, but hangs */
}

static void on_job_control(int number)
{
    put(&news, number);
}

static void on_crash(int number)
{
    end_now(number);
}

/* What is ignored since before the start stays so. */
static void set_handler(int number, void (*handler)(int))
{
    struct sigaction old, action = { .sa_handler = handler, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

hear_status hear_signals_catch(hear_error *err)
{
    signal_pipe *const pipes[] = { &news, &stop, &late };
    for (int i = 0; i < 3; i++) {
        const hear_status s = make_pipe(pipes[i], err);
        if (s != HEAR_OK)
            return s;
    }
    set_handler(SIGALRM, on_alarm);
    for (int i = 0; i < N_ENDERS; i++)
        set_handler(enders[i], on_ender);
    return HEAR_OK;
}

int hear_signals_caught(void)
{
    return caught;
}

int hear_signals_stop_fd(void)
{
    return stop.out;
}

int hear_signals_hurry_fd(void)
{
    return late.out;
}

void hear_signals_stop(void)
{
    stopped = true;
    put(&stop, 0);
}

bool hear_signals_stopped(void)
{
    return caught || stopped;
}

void hear_signals_hurry(void)
{
    hurried = true;
    put(&late, 0);
}

void hear_signals_guard_terminal(void (*restore)(void))
{
    restore_terminal = restore;
    set_handler(SIGTSTP, on_job_control);
    set_handler(SIGCONT, on_job_control);
    for (int i = 0; i < N_CRASHES; i++)
        set_handler(crashes[i], on_crash);
}

void hear_signals_suspend(void)
{
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    set_handler(SIGTSTP, on_job_control);
}

int hear_signals_wait(int timeout_ms)
{
    struct pollfd p = { .fd = news.out, .events = POLLIN };
    unsigned char byte = 0;
    if (poll(&p, 1, timeout_ms) <= 0 || read(news.out, &byte, 1) != 1)
        return 0;
    return byte;
}

void hear_signals_wake(void)
{
    put(&news, 0);
}

void hear_signals_end(void)
{
    if (caught)
        end_now(caught);
}
