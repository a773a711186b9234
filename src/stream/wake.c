/* wake.c - see wake.h.
 *
 * Why no wake-up is missed: sleeper and poster both exchange `asleep`. If the poster's exchange
 * comes second it reads 1 and posts. If it comes first, the sleeper's exchange acquires what the
 * poster released, and its second look at ready() sees it. */
#include "config.h"

#include "stream/wake.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

void hear_wake_init(hear_wake *w)
{
    atomic_init(&w->asleep, 0);
    sem_init(&w->semaphore, 0, 0);
}

void hear_wake_clear(hear_wake *w)
{
    sem_destroy(&w->semaphore);
}

void hear_wake_post(hear_wake *w)
{
    if (atomic_exchange_explicit(&w->asleep, 0, memory_order_acq_rel))
        sem_post(&w->semaphore);
}

/* A post that was meant for an earlier sleep only makes this one look again. */
static bool sleep_until(hear_wake *w, uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX)
        return sem_wait(&w->semaphore) == 0 || errno == EINTR;
    const struct timespec deadline = { (time_t)(deadline_ns / 1000000000u),
                                       (long)(deadline_ns % 1000000000u) };
    return sem_clockwait(&w->semaphore, CLOCK_MONOTONIC, &deadline) == 0 || errno == EINTR;
}

bool hear_wake_wait(hear_wake *w, bool (*ready)(void *arg), void *arg, int timeout_ms)
{
    if (ready(arg))
        return true;
    if (timeout_ms == 0)
        return false;
    const uint64_t deadline_ns =
        timeout_ms < 0 ? UINT64_MAX : hear_now_ns() + (uint64_t)timeout_ms * 1000000u;
    for (bool in_time = true; in_time;) {
        atomic_exchange_explicit(&w->asleep, 1, memory_order_acq_rel);
        if (ready(arg)) {
            atomic_exchange_explicit(&w->asleep, 0, memory_order_acq_rel);
            return true;
        }
        in_time = sleep_until(w, deadline_ns);
    }
    return ready(arg);
}
