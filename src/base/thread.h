/* thread.h - starts threads that take no signals: those are the main thread's. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* Returns 0 or an errno. */
int hear_thread_start(pthread_t *thread, void *(*run)(void *), void *arg);
#endif
