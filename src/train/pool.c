/* pool.c - see pool.h. Runs are milliseconds apart, so a mutex and two conditions do. */
#include "config.h"

#include "train/pool.h"

#include "base/thread.h"

#include <stdbool.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

struct hear_pool {
    pthread_mutex_t lock;
    pthread_cond_t work; /* there is a task, or the end */
    pthread_cond_t idle; /* the last task was done */
    void (*task)(void *, size_t);
    void *user;
    size_t next, n_tasks, n_done;
    bool ending;
    size_t n_helpers;
    pthread_t helpers[MAX_THREADS];
};

/* Does tasks until none is left; called and left with the lock held. */
static void do_tasks(hear_pool *p)
{
    while (p->next < p->n_tasks) {
        const size_t i = p->next++;
        pthread_mutex_unlock(&p->lock);
        p->task(p->user, i);
        pthread_mutex_lock(&p->lock);
        if (++p->n_done == p->n_tasks)
            pthread_cond_signal(&p->idle);
    }
}

static void *help(void *arg)
{
    hear_pool *const p = arg;
    pthread_mutex_lock(&p->lock);
    while (!p->ending) {
        do_tasks(p);
        if (!p->ending)
            pthread_cond_wait(&p->work, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

hear_status hear_pool_create(hear_pool **out, size_t n_threads)
{
    *out = NULL;
    if (n_threads < 1 || n_threads > MAX_THREADS)
        return HEAR_ERR_ARG;
    hear_pool *p = calloc(1, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->idle, NULL);
    while (p->n_helpers + 1 < n_threads &&
           hear_thread_start(&p->helpers[p->n_helpers], help, p) == 0)
        p->n_helpers++;
    *out = p;
    return HEAR_OK;
}

void hear_pool_destroy(hear_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->n_helpers; i++)
        pthread_join(p->helpers[i], NULL);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->idle);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

size_t hear_pool_n_threads(const hear_pool *p)
{
    return p->n_helpers + 1;
}

void hear_pool_run(hear_pool *p, void (*task)(void *user, size_t i), void *user, size_t n_tasks)
{
    pthread_mutex_lock(&p->lock);
    p->task = task;
    p->user = user;
    p->next = p->n_done = 0;
    p->n_tasks = n_tasks;
    pthread_cond_broadcast(&p->work);
    do_tasks(p);
    while (p->n_done < p->n_tasks)
        pthread_cond_wait(&p->idle, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
