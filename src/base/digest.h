/* digest.h - SHA-256, as text. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <nettle/sha2.h>
#include <stddef.h>

#define HEAR_DIGEST_TEXT 65 /* bytes: 64 hexadecimal digits in lower case, and the NUL */

typedef struct {
    struct sha256_ctx sha;
} hear_digest;

void hear_digest_begin(hear_digest *d);
void hear_digest_add(hear_digest *d, const void *bytes, size_t n);
void hear_digest_end(hear_digest *d, char text[HEAR_DIGEST_TEXT]);
#endif
