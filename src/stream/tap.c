/* tap.c - see tap.h: a sequence lock over words that are atomics themselves, so that reading what
 * is being overwritten is no data race, only found out afterwards. */
#include "config.h"

#include "stream/tap.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct hear_tap {
    size_t n_words, n_records;
    /* Records begun and done. The words' release stores stand behind `begun`, so whoever acquires a
     * word of a later record also sees that it was begun. */
    _Alignas(HEAR_ALIGN) atomic_uint_fast64_t begun;
    atomic_uint_fast64_t done;
    _Alignas(HEAR_ALIGN) uint64_t n_read; /* the reader's */
    _Atomic uint32_t *words;              /* [n_records][n_words] */
};

hear_tap *hear_tap_create(size_t n_words, size_t n_records)
{
    size_t count;
    hear_tap *t = hear_alloc(1, sizeof *t);
    if (t && hear_mul(n_words, n_records, &count))
        t->words = hear_alloc(count, sizeof *t->words);
    if (!t || !t->words) {
        hear_free(t);
        return NULL;
    }
    t->n_words = n_words;
    t->n_records = n_records;
    return t;
}

void hear_tap_destroy(hear_tap *t)
{
    if (!t)
        return;
    hear_free(t->words);
    hear_free(t);
}

void hear_tap_write(hear_tap *t, const void *record)
{
    const unsigned char *const bytes = record;
    const uint64_t k = atomic_load_explicit(&t->done, memory_order_relaxed);
    atomic_store_explicit(&t->begun, k + 1, memory_order_relaxed);
    _Atomic uint32_t *const words = t->words + (k % t->n_records) * t->n_words;
    for (size_t i = 0; i < t->n_words; i++) {
        uint32_t word;
        memcpy(&word, bytes + 4 * i, sizeof word);
        atomic_store_explicit(&words[i], word, memory_order_release); /* acquired by read_from */
    }
    atomic_store_explicit(&t->done, k + 1, memory_order_release); /* acquired by the reader */
}

static size_t read_from(hear_tap *t, void *out, uint64_t first, uint64_t end)
{
    unsigned char *const bytes = out;
    for (uint64_t k = first; k < end; k++) {
        const _Atomic uint32_t *const words = t->words + (k % t->n_records) * t->n_words;
        for (size_t i = 0; i < t->n_words; i++) {
            const uint32_t word = atomic_load_explicit(&words[i], memory_order_acquire);
            memcpy(bytes + 4 * ((size_t)(k - first) * t->n_words + i), &word, sizeof word);
        }
    }
    t->n_read = end;
    const uint64_t begun = atomic_load_explicit(&t->begun, memory_order_relaxed);
    const uint64_t intact = begun > t->n_records ? begun - t->n_records : 0;
    if (intact <= first)
        return (size_t)(end - first);
    if (intact >= end)
        return 0;
    memmove(bytes, bytes + 4 * (size_t)(intact - first) * t->n_words,
            4 * (size_t)(end - intact) * t->n_words);
    return (size_t)(end - intact);
}

static uint64_t oldest(const hear_tap *t, uint64_t done)
{
    const uint64_t kept = done > t->n_records ? done - t->n_records : 0;
    return t->n_read > kept ? t->n_read : kept;
}

size_t hear_tap_read(hear_tap *t, void *out, size_t max)
{
    const uint64_t done = atomic_load_explicit(&t->done, memory_order_acquire);
    const uint64_t first = oldest(t, done);
    return read_from(t, out, first, done - first > max ? first + max : done);
}

size_t hear_tap_read_newest(hear_tap *t, void *out, size_t max)
{
    const uint64_t done = atomic_load_explicit(&t->done, memory_order_acquire);
    const uint64_t first = oldest(t, done);
    return read_from(t, out, done - first > max ? done - max : first, done);
}
