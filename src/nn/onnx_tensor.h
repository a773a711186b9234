/* onnx_tensor.h - one TensorProto, checked, as a tensor. For nn/onnx_*.c alone. */
#ifndef NN_ONNX_TENSOR_H
#define NN_ONNX_TENSOR_H

#include "nn/graph.h"

#include "nn/onnx.pb-c.h"

/* The type that a tensor of ONNX's type gets here: half precision becomes float32. 0 where it is
 * not supported. */
hear_dtype hear_onnx_dtype(int32_t data_type);

/* what: "initialiser 'w'", for messages. Errors: HEAR_ERR_MODEL, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_onnx_tensor(hear_tensor **out, const HearOnnx__TensorProto *t,
                                             const char *what, hear_error *err);

/* A NUL-terminated copy for free(); NULL where memory runs out. */
char *hear_onnx_text(const ProtobufCBinaryData *bytes);

/* Turns the elements' bytes round where the machine is big-endian: ONNX is little-endian. */
void hear_onnx_swap(void *data, size_t n, size_t size);
#endif
