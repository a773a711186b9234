/* onnx_attr.h - one AttributeProto, checked. For nn/onnx_*.c alone. */
#ifndef NN_ONNX_ATTR_H
#define NN_ONNX_ATTR_H

#include "nn/graph.h"

#include "nn/onnx.pb-c.h"

/* what: "node 3 (Conv 'x')", for messages. On failure *out may be half filled: clear it in any
 * case. Errors: HEAR_ERR_MODEL, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_onnx_attr(hear_attr *out, const HearOnnx__AttributeProto *a,
                                           const char *what, hear_error *err);
#endif
