/* digest.h - what bytes come to: SHA-256 as text, and a hash for those that nobody forges. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

#define HEAR_DIGEST_TEXT 65 /* bytes: 64 hexadecimal digits in lower case, and the NUL */

typedef struct {
    struct sha256_ctx sha;
} hear_digest;

void hear_digest_begin(hear_digest *d);
void hear_digest_add(hear_digest *d, const void *bytes, size_t n);
void hear_digest_end(hear_digest *d, char text[HEAR_DIGEST_TEXT]);

/* FNV-1a of 64 bits, to be begun with HEAR_PRINT and carried on. */
#define HEAR_PRINT UINT64_C(0xcbf29ce484222325)
uint64_t hear_print_add(uint64_t print, const void *bytes, size_t n);
#endif
