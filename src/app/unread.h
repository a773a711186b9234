/* unread.h - recordings that could not be read, which are told at the end, where they are seen.
 * Threads: one owner. */
#ifndef APP_UNREAD_H
#define APP_UNREAD_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct {
    size_t n; /* all; those that memory has no room for are told at once */
    size_t n_kept, room;
    struct {
        char *path, *why; /* NULL where memory ran out */
    } * kept;             /* [n_kept] */
} hear_unread;            /* starts as zeros */

void hear_unread_add(hear_unread *u, const char *path, const hear_error *err);
/* Tells them and forgets them. Returns an exit code. */
int hear_unread_tell(hear_unread *u);
#endif
