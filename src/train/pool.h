/* pool.h - a few threads that do numbered tasks together; who does which one must not matter. */
#ifndef TRAIN_POOL_H
#define TRAIN_POOL_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct hear_pool hear_pool;

/* n_threads: 1 .. 64, the caller of run among them; fewer where the system gives no more. Errors:
 * HEAR_ERR_ARG, HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_pool_create(hear_pool **out, size_t n_threads);
void hear_pool_destroy(hear_pool *p); /* NULL is allowed */
size_t hear_pool_n_threads(const hear_pool *p);

/* Calls task(user, i) once for each i < n_tasks, and returns when all are done. One caller at a
 * time; what it wrote before is seen by the tasks, and what they wrote by it afterwards. */
void hear_pool_run(hear_pool *p, void (*task)(void *user, size_t i), void *user, size_t n_tasks);
#endif
