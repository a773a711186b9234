/* mem.h - aligned, zeroed memory whose size cannot overflow. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

#define HEAR_ALIGN 64 /* bytes: a cache line, and an AVX-512 vector */

/* n objects of size bytes, zeroed, aligned to HEAR_ALIGN; NULL where memory or size_t runs out.
 * n or size 0 gives a pointer that may be freed. */
void *hear_alloc(size_t n, size_t size);
void hear_free(void *p); /* NULL is allowed */

/* Text that the caller frees with free(); NULL where memory runs out. */
char *hear_strdup(const char *text);

/* *product = a * b; false, with *product untouched, where that does not fit. */
bool hear_mul(size_t a, size_t b, size_t *product);
bool hear_add(size_t a, size_t b, size_t *sum);

/* Grows *array, of n_used objects of size bytes and room for *room, to hold at least one more.
 * The new room is not zeroed. Plain malloc memory: free it with free(). False where memory runs
 * out. */
bool hear_grow(void *array_pointer, size_t *room, size_t n_used, size_t size);
#endif
