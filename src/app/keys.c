/* keys.c - see keys.h. */
#include "config.h"

#include "app/keys.h"

#include "app/signals.h"
#include "base/clock.h"
#include "io/quiet.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <termios.h>
#include <unistd.h>

enum { LOOK_MS = 50 }; /* how soon a signal is noticed */

static struct termios before;
static atomic_bool taken; /* before is filled */

static void set_modes(void)
{
    struct termios modes = before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

bool hear_keys_take(void)
{
    if (!isatty(STDIN_FILENO) || !isatty(hear_quiet_fd()) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    taken = true;
    hear_signals_guard_terminal(hear_keys_give_back);
    set_modes();
    return true;
}

void hear_keys_give_back(void)
{
    if (atomic_exchange(&taken, false))
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void stop_and_go_on(void)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    hear_signals_suspend();
    set_modes();
}

int hear_keys_wait(int wait_ms)
{
    const uint64_t end_ns = hear_now_ns() + (uint64_t)wait_ms * 1000000u;
    do {
        struct pollfd p = { .fd = taken ? STDIN_FILENO : -1, .events = POLLIN };
        unsigned char key;
        if (poll(&p, 1, wait_ms < LOOK_MS ? wait_ms : LOOK_MS) > 0) {
            if (read(STDIN_FILENO, &key, 1) != 1)
                return HEAR_KEYS_END;
            return key;
        }
        const int number = hear_signals_wait(0);
        if (number == SIGTSTP && taken)
            stop_and_go_on();
        else if (number == SIGCONT && taken) /* who stopped it set the terminal as it liked */
            set_modes();
        if (hear_signals_caught())
            return HEAR_KEYS_END;
    } while (hear_now_ns() < end_ns);
    return HEAR_KEYS_NONE;
}
