/* proto.h - a small protobuf writer, so that tests make ONNX files by hand, malformed ones too. */
#ifndef TESTS_PROTO_H
#define TESTS_PROTO_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    size_t n;
    uint8_t data[4096];
} proto;

static inline void proto_bytes(proto *p, const void *data, size_t n)
{
    assert(n <= sizeof p->data - p->n);
    if (n > 0)
        memcpy(p->data + p->n, data, n);
    p->n += n;
}

static inline void proto_varint(proto *p, uint64_t v)
{
    uint8_t b[10];
    size_t n = 0;
    do {
        b[n] = (uint8_t)(v & 0x7f) | (v > 0x7f ? 0x80 : 0);
        n++;
    } while (v >>= 7);
    proto_bytes(p, b, n);
}

static inline void proto_int(proto *p, unsigned field, int64_t v)
{
    proto_varint(p, field << 3);
    proto_varint(p, (uint64_t)v);
}

static inline void proto_float(proto *p, unsigned field, float v)
{
    proto_varint(p, field << 3 | 5);
    proto_bytes(p, &v, sizeof v); /* tests run on little-endian machines only where they use it */
}

static inline void proto_data(proto *p, unsigned field, const void *data, size_t n)
{
    proto_varint(p, field << 3 | 2);
    proto_varint(p, n);
    proto_bytes(p, data, n);
}

static inline void proto_text(proto *p, unsigned field, const char *text)
{
    proto_data(p, field, text, strlen(text));
}

static inline void proto_message(proto *p, unsigned field, const proto *m)
{
    proto_data(p, field, m->data, m->n);
}
#endif
