/* onnx_external.h - weights that stand in a file beside the model, as PyTorch's exporter puts them.
 *
 * For nn/onnx_read.c alone. */
#ifndef NN_ONNX_EXTERNAL_H
#define NN_ONNX_EXTERNAL_H

#include "hearsay/status.h"

#include "nn/onnx_unpack.h"

#include "nn/onnx.pb-c.h"

/* Reads the data of every initialiser that keeps it in a file of the folder that `path` is in, and
 * makes it the initialiser's own. Such a file is named without any folder, so that no model reaches
 * beyond its own; all of it together is no more than HEAR_ONNX_MAX_BYTES.
 * Errors: HEAR_ERR_MODEL (err says which initialiser and what file), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_onnx_take_external(HearOnnx__GraphProto *graph,
                                                    hear_onnx_memory *memory, const char *path,
                                                    hear_error *err);
#endif
