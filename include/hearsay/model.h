/* model.h - a model file: an ONNX graph whose metadata say what it hears and how.
 *
 * Threads: an open model never changes, so any number of threads and classifiers may share one. */
#ifndef HEARSAY_MODEL_H
#define HEARSAY_MODEL_H

#include "hearsay/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hear_model hear_model;

/* Errors: HEAR_ERR_NO_INPUT, HEAR_ERR_IO, HEAR_ERR_MEM; HEAR_ERR_MODEL for a file that is
 * malformed, hostile, unsupported, or lacks hearsay's metadata (err says which). On failure *out is
 * NULL. */
HEAR_API HEAR_MUST_CHECK hear_status hear_model_open(hear_model **out, const char *path,
                                                     hear_error *err);
HEAR_API void
hear_model_close(hear_model *model); /* NULL is allowed; after every classifier on it */

HEAR_API size_t hear_model_n_labels(const hear_model *model); /* 1 .. HEAR_MAX_CLASSES */
HEAR_API const char *hear_model_label(const hear_model *model, size_t i); /* UTF-8, i < n_labels */
HEAR_API double hear_model_rate_hz(const hear_model *model);  /* what its front end hears at */
HEAR_API double hear_model_window_s(const hear_model *model); /* true length: whole frames */
HEAR_API double hear_model_hop_s(const hear_model *model);    /* its own hop: whole frames */

#ifdef __cplusplus
}
#endif
#endif
