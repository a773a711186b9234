/* quiet.c - see quiet.h. Where no descriptor is left, all stays as it is: noisy, but no failure. */
#include "config.h"

#include "io/quiet.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned depth;
/* The true standard error as of the last begin; never closed, so that whoever got its number from
 * hear_quiet_fd may write to it at any time. -1 until the first begin. */
static atomic_int kept = -1;
static atomic_bool quiet;
static int nothing = -1;

static bool keep(void)
{
    const int fd = atomic_load(&kept);
    if (fd >= 0)
        return dup3(STDERR_FILENO, fd, O_CLOEXEC) >= 0;
    atomic_store(&kept, fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
    return atomic_load(&kept) >= 0;
}

void hear_quiet_begin(void)
{
    pthread_mutex_lock(&lock);
    if (depth++ == 0) {
        if (nothing < 0)
            nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nothing >= 0 && keep() && dup2(nothing, STDERR_FILENO) >= 0)
            atomic_store(&quiet, true);
    }
    pthread_mutex_unlock(&lock);
}

void hear_quiet_end(void)
{
    pthread_mutex_lock(&lock);
    if (--depth == 0)
        hear_quiet_restore();
    pthread_mutex_unlock(&lock);
}

int hear_quiet_fd(void)
{
    const int fd = atomic_load(&kept);
    return fd >= 0 ? fd : STDERR_FILENO; /* also when not quiet: another thread may begin now */
}

void hear_quiet_restore(void)
{
    if (atomic_load(&quiet)) {
        dup2(atomic_load(&kept), STDERR_FILENO);
        atomic_store(&quiet, false);
    }
}
