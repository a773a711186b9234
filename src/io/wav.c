/* wav.c - see wav.h. Chunks as in Microsoft's RIFF WAVE; RIFX is the same in big-endian. */
#include "config.h"

#include "io/wav.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_ALAW = 6, TAG_ULAW = 7, TAG_EXTENSIBLE = 0xfffe };

/* Lengths from here on are what programs write that do not know (0x7fffffff less a header, …). */
#define UNKNOWN_FROM 0x7fff0000u

static uint32_t number(const unsigned char *b, size_t n_bytes, bool big)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n_bytes; i++)
        v = v << 8 | b[big ? i : n_bytes - 1 - i];
    return v;
}

static int subtype(uint32_t tag, uint32_t bits)
{
    if (tag == TAG_PCM)
        return bits == 8    ? SF_FORMAT_PCM_U8
               : bits == 16 ? SF_FORMAT_PCM_16
               : bits == 24 ? SF_FORMAT_PCM_24
               : bits == 32 ? SF_FORMAT_PCM_32
                            : 0;
    if (tag == TAG_FLOAT)
        return bits == 32 ? SF_FORMAT_FLOAT : bits == 64 ? SF_FORMAT_DOUBLE : 0;
    if (tag == TAG_ALAW && bits == 8)
        return SF_FORMAT_ALAW;
    return tag == TAG_ULAW && bits == 8 ? SF_FORMAT_ULAW : 0;
}

/* fmt: [n], n >= 16. */
static void read_format(hear_wav_head *head, const unsigned char *fmt, size_t n, bool big)
{
    uint32_t tag = number(fmt, 2, big);
    head->n_channels = number(fmt + 2, 2, big);
    head->rate_hz = number(fmt + 4, 4, big);
    const uint32_t block = number(fmt + 12, 2, big);
    const uint32_t bits = number(fmt + 14, 2, big);
    if (tag == TAG_EXTENSIBLE && n >= 26)
        tag = number(fmt + 24, 2, big); /* the first two bytes of its GUID */
    const int sub = subtype(tag, bits);
    head->plain = sub != 0 && head->n_channels > 0 && block == head->n_channels * (bits / 8);
    head->sf_format = SF_FORMAT_RAW | sub | (big ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE);
}

size_t hear_wav_look(const unsigned char *bytes, size_t have, hear_wav_head *head)
{
    memset(head, 0, sizeof *head);
    if (have < 12)
        return 12;
    const bool big = memcmp(bytes, "RIFX", 4) == 0;
    if ((!big && memcmp(bytes, "RIFF", 4) != 0) || memcmp(bytes + 8, "WAVE", 4) != 0)
        return 0;
    const uint32_t riff = number(bytes + 4, 4, big);
    bool has_format = false;
    for (size_t at = 12;;) {
        if (have < at + 8)
            return at + 8;
        const uint32_t size = number(bytes + at + 4, 4, big);
        const unsigned char *const body = bytes + at + 8;
        if (memcmp(bytes + at, "data", 4) == 0) {
            if (!has_format)
                return 0;
            head->data_at = at + 8;
            /* an empty recording that was closed says how far its other chunks reach */
            head->zero = size == 0 && (riff <= 8 || riff >= UNKNOWN_FROM || riff == at);
            head->open_ended = head->zero || size >= UNKNOWN_FROM;
            return have;
        }
        if (size > UNKNOWN_FROM)
            return 0;
        if (memcmp(bytes + at, "fmt ", 4) == 0) {
            const size_t wanted = size < 40 ? size : 40;
            if (size < 16)
                return 0;
            if (have < at + 8 + wanted)
                return at + 8 + wanted;
            read_format(head, body, wanted, big);
            has_format = true;
        }
        at += 8 + (size_t)size + (size & 1u);
    }
}

static void put(unsigned char *at, uint32_t v, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        at[i] = (unsigned char)(v >> 8 * i);
}

void hear_wav_make_head(unsigned char out[HEAR_WAV_HEAD], uint32_t rate_hz, uint32_t n_bytes)
{
    memcpy(out, "RIFF....WAVEfmt ", 16);
    put(out + 4, n_bytes == HEAR_WAV_OPEN ? HEAR_WAV_OPEN : HEAR_WAV_HEAD - 8 + n_bytes, 4);
    put(out + 16, 16, 4);
    put(out + 20, TAG_PCM, 2);
    put(out + 22, 1, 2);
    put(out + 24, rate_hz, 4);
    put(out + 28, 2 * rate_hz, 4);
    put(out + 32, 2, 2);
    put(out + 34, 16, 2);
    memcpy(out + 36, "data", 4);
    put(out + 40, n_bytes, 4);
}

void hear_wav_make_samples(unsigned char *out, const float *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float x = isfinite(samples[i]) ? fminf(fmaxf(samples[i], -1.0f), 1.0f) : 0.0f;
        put(out + 2 * i, (uint32_t)(int32_t)lrintf(32767.0f * x), 2);
    }
}
