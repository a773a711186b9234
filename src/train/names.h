/* names.h - numbers for names: 0, 1, … in the order in which they came. */
#ifndef TRAIN_NAMES_H
#define TRAIN_NAMES_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct {
    char **name; /* [n] */
    size_t n;
    size_t room, n_slots; /* names.c's own */
    size_t *slots;        /* hash table of numbers + 1, open addressing; 0 is free */
} hear_names;

void hear_names_clear(hear_names *s); /* back to { 0 }, which is how one begins */
/* The number of name, added (copied) where it is not there. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_names_add(hear_names *s, const char *name, size_t *number);
/* SIZE_MAX where it is not there. */
size_t hear_names_find(const hear_names *s, const char *name);
/* Sorts by bytes; new_number [n] says where each went. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_names_sort(hear_names *s, size_t *new_number);
#endif
