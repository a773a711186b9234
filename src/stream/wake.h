/* wake.h - one thread sleeps until another one has done something for it.
 *
 * What is waited for is told by C11 atomics of one's own; this only ends the sleep. A post costs
 * one atomic exchange, and one system call where the other is asleep: sem_post, which takes no lock
 * (POSIX has it async-signal-safe) and so may be called from an audio callback. Nobody polls, so a
 * stream without sound costs nothing.
 * Threads: one sleeper, any number of posters. */
#ifndef STREAM_WAKE_H
#define STREAM_WAKE_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct {
    atomic_int asleep;
    sem_t semaphore;
} hear_wake;

void hear_wake_init(hear_wake *w);
void hear_wake_clear(hear_wake *w); /* nobody may sleep or post any more */

/* Real-time. Call it after the store that makes the sleeper's ready() true. */
void hear_wake_post(hear_wake *w);
/* Sleeps until ready(arg) is true, at most timeout_ms (negative: for ever); what ready said last.
 * ready: quick, only loads. */
bool hear_wake_wait(hear_wake *w, bool (*ready)(void *arg), void *arg, int timeout_ms);
#endif
