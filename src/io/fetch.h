/* fetch.h - a file from the network, whole and checked, or not at all.
 *
 * Threads: the main thread. */
#ifndef IO_FETCH_H
#define IO_FETCH_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n_bytes;     /* that it must have */
    const char *sha256; /* 64 hexadecimal digits in lower case */
    /* Called now and then; false stops. May be NULL. */
    bool (*progress)(void *user, size_t n_got, size_t n_all);
    void *user;
} hear_fetch_config;

/* The file's bytes, freed with free(); proxies as curl takes them from the environment. http and
 * https alone. Errors: HEAR_ERR_NO_INPUT (the server says that there is none), HEAR_ERR_IO (no
 * connection, or cut short), HEAR_ERR_DATA (another size or checksum), HEAR_ERR_INTERRUPTED,
 * HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_fetch(char **bytes, const char *url,
                                       const hear_fetch_config *config, hear_error *err);
/* Whether bytes are what config asks for. Errors: HEAR_ERR_DATA. */
HEAR_MUST_CHECK hear_status hear_fetch_check(const void *bytes, size_t n,
                                             const hear_fetch_config *config, hear_error *err);
#endif
