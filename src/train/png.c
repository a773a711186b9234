/* png.c - see png.h. PNG (ISO/IEC 15948) with one stored block of deflate for each row. */
#include "config.h"

#include "train/png.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

void hear_heat(float x, unsigned char *rgb)
{
    const float t = fminf(fmaxf(x, 0.0f), 1.0f);
    rgb[0] = (unsigned char)lrintf(255.0f * fminf(1.0f, 1.7f * t));
    rgb[1] = (unsigned char)lrintf(255.0f * fmaxf(0.0f, 1.8f * t - 0.8f));
    rgb[2] = (unsigned char)lrintf(255.0f * (t < 0.4f ? t : t < 0.8f ? 0.8f - t : 5.0f * t - 4.0f));
}

enum { ROW_HEAD = 5 + 1 /* deflate's, and the filter's */, REST = 8 + 25 + 12 + 2 + 4 + 12 };

size_t hear_png_size(size_t width, size_t height)
{
    return REST + height * (ROW_HEAD + 3 * width);
}

static unsigned char *be32(unsigned char *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(v >> (24 - 8 * i));
    return at + 4;
}

static uint32_t crc(const unsigned char *bytes, size_t n)
{
    uint32_t c = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        c ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            c = c & 1u ? 0xedb88320u ^ c >> 1 : c >> 1;
    }
    return ~c;
}

static uint32_t add_adler(uint32_t sum, const unsigned char *bytes, size_t n)
{
    uint32_t a = sum & 0xffffu, b = sum >> 16;
    for (size_t i = 0; i < n; i++) {
        a = (a + bytes[i]) % 65521u;
        b = (b + a) % 65521u;
    }
    return b << 16 | a;
}

/* A chunk whose n bytes of data stand at at + 8 already. */
static unsigned char *close_chunk(unsigned char *at, const char *type, size_t n)
{
    be32(at, (uint32_t)n);
    memcpy(at + 4, type, 4);
    return be32(at + 8 + n, crc(at + 4, n + 4));
}

void hear_png_write(unsigned char *out, const unsigned char *rgb, size_t width, size_t height)
{
    static const unsigned char eight_bits_rgb[5] = { 8, 2, 0, 0, 0 };
    memcpy(out, "\x89PNG\r\n\x1a\n", 8);
    unsigned char *at = out + 8;
    memcpy(be32(be32(at + 8, (uint32_t)width), (uint32_t)height), eight_bits_rgb, 5);
    at = close_chunk(at, "IHDR", 13);
    unsigned char *const data = at;
    memcpy(data + 8, "\x78\x01", 2);
    unsigned char *to = data + 10;
    uint32_t sum = 1;
    const size_t row = 3 * width + 1;
    for (size_t y = 0; y < height; y++) {
        *to++ = y + 1 == height; /* the last block */
        *to++ = (unsigned char)row;
        *to++ = (unsigned char)(row >> 8);
        *to++ = (unsigned char)~row;
        *to++ = (unsigned char)(~row >> 8);
        *to = 0; /* no filter */
        memcpy(to + 1, rgb + y * 3 * width, 3 * width);
        sum = add_adler(sum, to, row);
        to += row;
    }
    to = be32(to, sum);
    at = close_chunk(data, "IDAT", (size_t)(to - data) - 8);
    close_chunk(at, "IEND", 0);
}
