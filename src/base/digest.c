/* digest.c - see digest.h. */
#include "config.h"

#include "base/digest.h"

#include <stdint.h>
#include <stdio.h>

void hear_digest_begin(hear_digest *d)
{
    sha256_init(&d->sha);
}

void hear_digest_add(hear_digest *d, const void *bytes, size_t n)
{
    sha256_update(&d->sha, n, bytes);
}

void hear_digest_end(hear_digest *d, char text[HEAR_DIGEST_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(&d->sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

uint64_t hear_print_add(uint64_t print, const void *bytes, size_t n)
{
    const unsigned char *const b = bytes;
    for (size_t i = 0; i < n; i++)
        print = (print ^ b[i]) * UINT64_C(0x100000001b3);
    return print;
}
