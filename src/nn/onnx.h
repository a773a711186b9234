/* onnx.h - graphs from and to ONNX files (github.com/onnx/onnx, onnx.proto: IR versions 3 to 10).
 *
 * Read as from an enemy: every size, offset, type and name is checked, nesting and memory are
 * bounded, and other files are looked at only where they are weights' data and lie beside the
 * model. Nothing is executed here, and no operator is known here: nn/plan says what it cannot run.
 */
#ifndef NN_ONNX_H
#define NN_ONNX_H

#include "nn/graph.h"

#define HEAR_ONNX_MAX_BYTES ((size_t)512 << 20) /* of a file */

/* Errors: HEAR_ERR_NO_INPUT, HEAR_ERR_IO, HEAR_ERR_MEM, HEAR_ERR_MODEL (err says what is wrong and
 * where). */
HEAR_MUST_CHECK hear_status hear_onnx_read(hear_graph **out, const char *path, hear_error *err);
/* Refuses weights that keep their data in another file. */
HEAR_MUST_CHECK hear_status hear_onnx_parse(hear_graph **out, const void *bytes, size_t n_bytes,
                                            hear_error *err);
/* One TensorProto of its own (ONNX's test data); freed with hear_tensor_destroy. */
HEAR_MUST_CHECK hear_status hear_onnx_parse_tensor(hear_tensor **out, const void *bytes,
                                                   size_t n_bytes, hear_error *err);

/* Written beside and renamed; same graph, same bytes. Errors: HEAR_ERR_IO, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_onnx_write(const hear_graph *g, const char *path, hear_error *err);
#endif
