/* tap.h - the newest records of a stream, for a display that must not delay it.
 *
 * The writer never waits: it overwrites the oldest record. A reader that comes too late misses what
 * is overwritten, and never sees a record that is half one and half another.
 * Threads: one writer, one reader. Real-time: write and read neither allocate, lock nor fail. */
#ifndef STREAM_TAP_H
#define STREAM_TAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct hear_tap hear_tap;

/* n_words: 32-bit words of a record, >= 1; n_records: that are kept, >= 1. NULL where memory runs
 * out. */
hear_tap *hear_tap_create(size_t n_words, size_t n_records);
void hear_tap_destroy(hear_tap *t); /* NULL is allowed */

/* record: any bytes, [4 n_words]. */
void hear_tap_write(hear_tap *t, const void *record);
/* Records that were not read before, oldest first, at most max, into out [max][4 n_words]; the
 * return value says how many. Where there are more, hear_tap_read_newest gives up all but the
 * newest ones; hear_tap_read leaves the rest for the next call. */
size_t hear_tap_read(hear_tap *t, void *out, size_t max);
size_t hear_tap_read_newest(hear_tap *t, void *out, size_t max);
#endif
