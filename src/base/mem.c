/* mem.c - see mem.h. */
#include "config.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

bool hear_mul(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b)
        return false;
    *product = a * b;
    return true;
}

bool hear_add(size_t a, size_t b, size_t *sum)
{
    if (a > SIZE_MAX - b)
        return false;
    *sum = a + b;
    return true;
}

void *hear_alloc(size_t n, size_t size)
{
    size_t bytes;
    if (!hear_mul(n, size, &bytes))
        return NULL;
    if (bytes == 0)
        bytes = 1;
    const bool large = bytes >= 2 * HUGE_PAGE;
    void *p = NULL;
    if (posix_memalign(&p, large ? HUGE_PAGE : HEAR_ALIGN, bytes) != 0)
        return NULL;
    if (large)
        madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 0, bytes);
    return p;
}

void hear_free(void *p)
{
    free(p);
}

char *hear_strdup(const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = malloc(bytes);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

bool hear_grow(void *array_pointer, size_t *room, size_t n_used, size_t size)
{
    if (n_used < *room)
        return true;
    const size_t n = *room ? *room * 2 : 8;
    size_t bytes;
    if (n < *room || !hear_mul(n, size, &bytes))
        return false;
    void *old, *grown;
    memcpy(&old, array_pointer, sizeof old); /* T ** and void ** may not alias */
    grown = realloc(old, bytes);
    if (!grown)
        return false;
    memcpy(array_pointer, &grown, sizeof grown);
    *room = n;
    return true;
}
