/* names.c - see names.h. */
#include "config.h"

#include "train/names.h"

#include "base/digest.h"
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void hear_names_clear(hear_names *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->name[i]);
    free(s->name);
    free(s->slots);
    *s = (hear_names){ 0 };
}

/* The slot that holds name, or the free one where it belongs. n_slots is a power of two > n. */
static size_t slot_of(const hear_names *s, const char *name)
{
    size_t i = (size_t)hear_print_add(HEAR_PRINT, name, strlen(name)) & (s->n_slots - 1);
    while (s->slots[i] && strcmp(s->name[s->slots[i] - 1], name) != 0)
        i = (i + 1) & (s->n_slots - 1);
    return i;
}

static void fill_slots(hear_names *s)
{
    memset(s->slots, 0, s->n_slots * sizeof *s->slots);
    for (size_t i = 0; i < s->n; i++)
        s->slots[slot_of(s, s->name[i])] = i + 1;
}

hear_status hear_names_add(hear_names *s, const char *name, size_t *number)
{
    if ((*number = hear_names_find(s, name)) != SIZE_MAX)
        return HEAR_OK;
    if ((s->n + 1) * 2 > s->n_slots) {
        const size_t n_slots = s->n_slots ? s->n_slots * 2 : 64;
        size_t *slots = realloc(s->slots, n_slots * sizeof *slots);
        if (!slots)
            return HEAR_ERR_MEM;
        s->slots = slots;
        s->n_slots = n_slots;
        fill_slots(s);
    }
    if (!hear_grow(&s->name, &s->room, s->n, sizeof *s->name))
        return HEAR_ERR_MEM;
    char *copy = hear_strdup(name);
    if (!copy)
        return HEAR_ERR_MEM;
    s->slots[slot_of(s, name)] = s->n + 1;
    s->name[s->n] = copy;
    *number = s->n++;
    return HEAR_OK;
}

size_t hear_names_find(const hear_names *s, const char *name)
{
    return s->n_slots ? s->slots[slot_of(s, name)] - 1 : SIZE_MAX;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

hear_status hear_names_sort(hear_names *s, size_t *new_number)
{
    char **old = malloc((s->n + 1) * sizeof *old);
    if (!old)
        return HEAR_ERR_MEM;
    if (s->n > 0) {
        memcpy(old, s->name, s->n * sizeof *old);
        qsort(s->name, s->n, sizeof *s->name, by_bytes);
        fill_slots(s);
        for (size_t i = 0; i < s->n; i++)
            new_number[i] = hear_names_find(s, old[i]);
    }
    free(old);
    return HEAR_OK;
}
