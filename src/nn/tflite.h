/* tflite.h - a convolutional network from a TensorFlow Lite file, as a graph of float32.
 *
 * For networks such as YAMNet's: a chain of Conv2D, DepthwiseConv2D (ReLU, ReLU6), a mean over the
 * picture, FullyConnected, and Logistic or Softmax. Whatever stands before the first convolution is
 * left out: its front end is hearsay's to make. Weights of int8, by tensor or by channel, become
 * float32; the rounding of what flows between the layers is not copied.
 * Read as from an enemy: see flat.h. */
#ifndef NN_TFLITE_H
#define NN_TFLITE_H

#include "nn/graph.h"

#define HEAR_TFLITE_MAX_BYTES ((size_t)256 << 20)

bool hear_is_tflite(const void *bytes, size_t n_bytes); /* by its identifier alone */

/* Input "patches" [N, 1, height, width]; outputs "scores" and "embedding", what the last
 * FullyConnected reads. Errors: HEAR_ERR_MODEL (err says what is not supported or malformed),
 * HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_tflite_parse(hear_graph **out, const void *bytes, size_t n_bytes,
                                              hear_error *err);

/* The list of labels that TensorFlow's metadata tools append in a zip: the first .txt in it that is
 * not compressed. Points into bytes; NULL where there is none. */
const char *hear_tflite_labels(const void *bytes, size_t n_bytes, size_t *n_text);
#endif
