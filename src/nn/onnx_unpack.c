/* onnx_unpack.c - see onnx_unpack.h. */
#include "config.h"

#include "nn/onnx_unpack.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/onnx.h"

#include <stdlib.h>

/* Weights take as much unpacked as packed; attributes and nodes, of which there are few, up to 30
 * times as much. */
#define CAP_PER_BYTE 8
#define CAP_BASE ((size_t)64 << 20)
#define CAP_MOST ((size_t)2047 << 20)

typedef union {
    size_t size;
    max_align_t align;
} header;

static void *take(void *user, size_t size)
{
    hear_onnx_memory *m = user;
    size_t bytes;
    if (!hear_add(size, sizeof(header), &bytes) || bytes > m->cap - m->live) {
        m->over = true;
        return NULL;
    }
    header *h = malloc(bytes);
    if (!h) {
        m->failed = true;
        return NULL;
    }
    h->size = bytes;
    m->live += bytes;
    return h + 1;
}

static void give_back(void *user, void *p)
{
    if (!p)
        return;
    hear_onnx_memory *m = user;
    header *h = (header *)p - 1;
    m->live -= h->size;
    free(h);
}

hear_status hear_onnx_unpack(ProtobufCMessage **out, hear_onnx_memory *memory,
                             const ProtobufCMessageDescriptor *type, const void *bytes,
                             size_t n_bytes, hear_error *err)
{
    *out = NULL;
    if (n_bytes > HEAR_ONNX_MAX_BYTES)
        return hear_fail(err, HEAR_ERR_MODEL, "larger than %zu MiB", HEAR_ONNX_MAX_BYTES >> 20);
    const size_t room = CAP_MOST - CAP_BASE;
    *memory = (hear_onnx_memory){ .allocator = { .alloc = take, .free = give_back } };
    memory->allocator.allocator_data = memory;
    memory->cap = CAP_BASE + (n_bytes > room / CAP_PER_BYTE ? room : n_bytes * CAP_PER_BYTE);
    *out = protobuf_c_message_unpack(type, &memory->allocator, n_bytes, bytes);
    if (*out)
        return HEAR_OK;
    if (memory->over)
        return hear_fail(err, HEAR_ERR_MODEL, "needs more than %zu MiB to be read",
                         memory->cap >> 20);
    if (memory->failed)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    return hear_fail(err, HEAR_ERR_MODEL, "not an ONNX file, or cut short");
}

void hear_onnx_release(ProtobufCMessage *message, hear_onnx_memory *memory)
{
    if (message)
        protobuf_c_message_free_unpacked(message, &memory->allocator);
}

void hear_onnx_release_bytes(ProtobufCBinaryData *field, hear_onnx_memory *memory)
{
    if (field->len > 0)
        give_back(memory, field->data);
    *field = (ProtobufCBinaryData){ .len = 0 };
}
