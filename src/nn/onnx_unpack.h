/* onnx_unpack.h - protobuf-c's messages out of untrusted bytes, within a bounded amount of memory.
 *
 * For nn/onnx_*.c alone. Nesting is bounded by onnx.proto, where no message holds itself. */
#ifndef NN_ONNX_UNPACK_H
#define NN_ONNX_UNPACK_H

#include "hearsay/status.h"

#include <protobuf-c/protobuf-c.h>

#include <stdbool.h>
#include <stddef.h>

/* What a message may take: a few bytes of file can name a whole struct. */
typedef struct {
    ProtobufCAllocator allocator;
    size_t live, cap; /* bytes taken now, and at most */
    bool over;        /* the cap was hit */
    bool failed;      /* memory ran out */
} hear_onnx_memory;

/* The message lives in memory's allocator until hear_onnx_release; memory must stay where it is.
 * Errors: HEAR_ERR_MODEL, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_onnx_unpack(ProtobufCMessage **out, hear_onnx_memory *memory,
                                             const ProtobufCMessageDescriptor *type,
                                             const void *bytes, size_t n_bytes, hear_error *err);
void hear_onnx_release(ProtobufCMessage *message, hear_onnx_memory *memory);
/* Frees one field early; it reads as empty afterwards. */
void hear_onnx_release_bytes(ProtobufCBinaryData *field, hear_onnx_memory *memory);
#endif
