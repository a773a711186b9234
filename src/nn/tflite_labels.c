/* tflite_labels.c - the labels in the zip behind a TensorFlow Lite file. See tflite.h.
 * Fields: PKWARE's APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16. */
#include "config.h"

#include "nn/tflite.h"

#include <string.h>

enum { END = 22, ENTRY = 46, LOCAL = 30, MAX_COMMENT = 65535 };

static size_t u16(const uint8_t *b)
{
    return (size_t)(b[0] | b[1] << 8);
}

static size_t u32(const uint8_t *b)
{
    return u16(b) | u16(b + 2) << 16;
}

/* The text of an entry that is stored as it is; NULL otherwise. */
static const char *stored(const uint8_t *b, size_t n, size_t entry, size_t *n_text)
{
    const size_t length = u32(b + entry + 24), local = u32(b + entry + 42);
    if (u16(b + entry + 10) != 0 || u32(b + entry + 20) != length || local > n ||
        n - local < LOCAL || memcmp(b + local, "PK\3\4", 4) != 0)
        return NULL;
    const size_t skip = LOCAL + u16(b + local + 26) + u16(b + local + 28);
    if (skip > n - local || length > n - local - skip)
        return NULL;
    *n_text = length;
    return (const char *)b + local + skip;
}

const char *hear_tflite_labels(const void *bytes, size_t n_bytes, size_t *n_text)
{
    const uint8_t *const b = bytes;
    if (n_bytes < END)
        return NULL;
    size_t end = n_bytes - END;
    const size_t first = end > MAX_COMMENT ? end - MAX_COMMENT : 0;
    while (memcmp(b + end, "PK\5\6", 4) != 0)
        if (end-- == first)
            return NULL;
    size_t at = u32(b + end + 16);
    for (size_t left = u16(b + end + 10); left > 0; left--) {
        if (at > end || end - at < ENTRY || memcmp(b + at, "PK\1\2", 4) != 0)
            return NULL;
        const size_t name = u16(b + at + 28), rest = u16(b + at + 30) + u16(b + at + 32);
        if (name + rest > end - at - ENTRY)
            return NULL;
        if (name > 4 && memcmp(b + at + ENTRY + name - 4, ".txt", 4) == 0) {
            const char *const text = stored(b, n_bytes, at, n_text);
            if (text)
                return text;
        }
        at += ENTRY + name + rest;
    }
    return NULL;
}
