/* writer.c - see writer.h. The queue is the pipeline's: bounded, and it counts what does not fit.
 */
#include "config.h"

#include "io/writer.h"

#include "base/error.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 1000 }; /* a read that has nothing comes back as often */

struct hear_writer {
    hear_writer_config config;
    pthread_t thread;
    atomic_bool done; /* release: error is set; pairs with the acquire in hear_writer_done */
    hear_error error; /* the thread's until done */
};

static void *run(void *arg)
{
    hear_writer *const w = arg;
    const hear_writer_config *const c = &w->config;
    hear_status s = c->begin ? c->begin(c->user, &w->error) : HEAR_OK;
    while (s == HEAR_OK) {
        hear_window_result r;
        const hear_read what = hear_pipeline_read(c->pipeline, &r, LOOK_MS);
        if (what == HEAR_READ_END)
            break;
        if (what == HEAR_READ_RESULT)
            s = c->window(c->user, &r, &w->error);
    }
    w->error.status = s;
    atomic_store_explicit(&w->done, true, memory_order_release); /* with hear_writer_done */
    if (c->done)
        c->done();
    return NULL;
}

hear_status hear_writer_start(hear_writer **out, const hear_writer_config *config, hear_error *err)
{
    *out = NULL;
    hear_writer *w = calloc(1, sizeof *w);
    if (!w)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    w->config = *config;
    const int why = hear_thread_start(&w->thread, run, w);
    if (why != 0) {
        free(w);
        return hear_fail(err, HEAR_ERR_INTERNAL, "cannot start a thread: %s", strerror(why));
    }
    *out = w;
    return HEAR_OK;
}

bool hear_writer_done(const hear_writer *w)
{
    return atomic_load_explicit(&w->done, memory_order_acquire); /* with the thread's release */
}

hear_status hear_writer_status(const hear_writer *w, hear_error *err)
{
    if (!hear_writer_done(w) || w->error.status == HEAR_OK)
        return HEAR_OK;
    if (err)
        *err = w->error;
    return w->error.status;
}

void hear_writer_destroy(hear_writer *w)
{
    if (!w)
        return;
    pthread_join(w->thread, NULL);
    free(w);
}
