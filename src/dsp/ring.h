/* ring.h - items from one thread to one other, without locks; what is lost keeps its place.
 *
 * An item is a fixed number of bytes: a sample, a frame, a result. What does not fit is counted,
 * and the reader is told of the loss exactly where it happened: hear_ring_view.lost items are
 * missing in front of the items of that view. Threads: one writer, one reader, each marked below;
 * create and destroy while neither runs. Real-time: but for create and destroy nothing here
 * allocates, locks, logs, waits or fails. */
#ifndef DSP_RING_H
#define DSP_RING_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hear_ring hear_ring;

typedef struct {
    size_t n_items;    /* room; 2 .. 2^31, rounded up to a power of two */
    size_t item_bytes; /* >= 1 */
    size_t n_gaps;     /* losses apart that may wait for the reader; 1 .. 2^20, rounded up too */
} hear_ring_config;

/* On failure *out is NULL. Errors: HEAR_ERR_ARG (a field out of its range), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_ring_create(hear_ring **out, const hear_ring_config *config);
void hear_ring_destroy(hear_ring *r); /* NULL is allowed */

/* Consecutive items: first, then second (n_second 0 where they do not wrap). */
typedef struct {
    void *first;
    size_t n_first;
    void *second;
    size_t n_second;
} hear_ring_space;

/* ---- the writer's side */

/* Writes what fits of n items and counts the rest as lost. Returns how many were written. After a
 * loss nothing fits while n_gaps losses wait for the reader: then all n are lost as well. */
size_t hear_ring_write(hear_ring *r, const void *items, size_t n);
/* Items known to be lost before they got here. */
void hear_ring_write_lost(hear_ring *r, uint64_t n);
/* Room for at most n items, to be filled in place; returns how many. Nothing is lost by it. */
size_t hear_ring_write_begin(hear_ring *r, size_t n, hear_ring_space *space);
/* The first n of these, at most as many as begin returned, are written. */
void hear_ring_write_end(hear_ring *r, size_t n);
/* No more will come; a loss at the very end reaches the reader too. */
void hear_ring_end(hear_ring *r);

/* ---- the reader's side */

typedef struct {
    uint64_t lost; /* items missing in front of these */
    const void *first;
    size_t n_first;
    const void *second;
    size_t n_second;
} hear_ring_view;

/* At most max items, up to the next loss, to be read in place; returns how many. view->lost may be
 * > 0 where there are none. */
size_t hear_ring_read_begin(hear_ring *r, size_t max, hear_ring_view *view);
/* The first n of these, at most as many as begin returned, are done with, and so is view->lost. */
void hear_ring_read_end(hear_ring *r, size_t n);
/* Copies at most max items; *lost as in a view. Returns how many. */
size_t hear_ring_read(hear_ring *r, void *items, size_t max, uint64_t *lost);
/* The writer has ended, and all that it wrote and lost has been read. */
bool hear_ring_at_end(const hear_ring *r);

/* ---- either side, or a third thread for display: true a moment ago */

size_t hear_ring_n_ready(const hear_ring *r); /* items to read; a writer finds room for at least
                                                 n_items - this */
size_t hear_ring_n_items(const hear_ring *r); /* the room that create rounded up to */
uint64_t hear_ring_lost(const hear_ring *r);  /* items lost so far, by write and write_lost */
#endif
