/* pump.c - see pump.h. */
#include "config.h"

#include "io/pump.h"

#include "base/error.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct hear_pump {
    hear_input *in;
    int from, to; /* the pipe's ends */
    pthread_t thread;
    hear_error error; /* the thread's until ended */
    atomic_int ended; /* a hear_status + 1; release pairs with the acquire in status */
};

static hear_status carry(hear_pump *p)
{
    unsigned char bytes[4096];
    for (;;) {
        size_t got;
        hear_status status = hear_input_read(p->in, bytes, sizeof bytes, &got, &p->error);
        if (status != HEAR_OK || got == 0)
            return status;
        for (size_t at = 0; at < got;) {
            status = hear_input_wait_writable(p->in, p->to);
            if (status != HEAR_OK)
                return hear_fail(&p->error, status, NULL);
            const ssize_t w = write(p->to, bytes + at, got - at);
            if (w < 0 && errno != EAGAIN && errno != EINTR)
                return hear_fail(&p->error, HEAR_ERR_IO, "%s", strerror(errno));
            if (w > 0)
                at += (size_t)w;
        }
    }
}

static void *run(void *arg)
{
    hear_pump *p = arg;
    const hear_status status = carry(p);
    atomic_store_explicit(&p->ended, (int)status + 1, memory_order_release);
    close(p->to);
    return NULL;
}

hear_status hear_pump_start(hear_pump **out, hear_input *in, hear_error *err)
{
    *out = NULL;
    hear_pump *p = calloc(1, sizeof *p);
    if (!p)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    p->in = in;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(p);
        return hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
    }
    p->from = ends[0];
    p->to = ends[1];
    int why = fcntl(p->to, F_SETFL, O_NONBLOCK) != 0 ? errno : 0;
    if (!why)
        why = hear_thread_start(&p->thread, run, p);
    if (why) {
        close(p->from);
        close(p->to);
        free(p);
        return hear_fail(err, HEAR_ERR_IO, "%s", strerror(why));
    }
    *out = p;
    return HEAR_OK;
}

int hear_pump_fd(const hear_pump *p)
{
    return p->from;
}

hear_status hear_pump_status(hear_pump *p, hear_error *err)
{
    const int ended = atomic_load_explicit(&p->ended, memory_order_acquire);
    if (ended == 0 || ended == (int)HEAR_OK + 1)
        return HEAR_OK;
    return hear_fail(err, (hear_status)(ended - 1), "%s", p->error.text);
}

void hear_pump_stop(hear_pump *p)
{
    if (!p)
        return;
    hear_input_interrupt(p->in);
    pthread_join(p->thread, NULL);
    close(p->from);
    free(p);
}
