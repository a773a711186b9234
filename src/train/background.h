/* background.h - what a backbone makes of sounds that are none of the user's: what new labels are
 * told from.
 *
 * A file BACKBONE-background.onnx of our own numbers, made by tools/make-background, where models
 * lie. An embedding is brought to unit length, its mean is taken away, and what is left projected
 * onto few directions, in which the background has about the same spread ("whitened").
 * Initialisers: mean [n_in], basis [n_in][n_dims] and rows [n][n_dims] of int8 with a scale each
 * (basis_scale [n_dims], rows_scale [n]), group [n] of uint8. Threads: one that is not changed may
 * be shared. */
#ifndef TRAIN_BACKGROUND_H
#define TRAIN_BACKGROUND_H

#include "nn/checksum.h"

#include <stdbool.h>

#define HEAR_BACKGROUND_KIND "background" /* of hearsay.kind in the metadata */

typedef struct {
    size_t n_in, n_dims, n_rows;
    float *mean;    /* [n_in] */
    float *basis;   /* [n_in][n_dims]: packed times scale [n_dims] */
    int8_t *packed; /* [n_in][n_dims] */
    float *scale;   /* [n_dims] */
    float *rows;    /* [n_rows][n_dims] */
    uint8_t *group; /* [n_rows]: rows of one origin */
    size_t window;  /* frames whose patches' mean a row is of */
    char sha256[HEAR_DIGEST_TEXT];
} hear_background;

/* That of the backbone of that name and checksum, beside path (NULL: nowhere) or where models lie.
 * Errors: HEAR_ERR_NO_INPUT (err says what to do), HEAR_ERR_MODEL (malformed, or of another
 * network), HEAR_ERR_MEM. On failure *b is empty. */
HEAR_MUST_CHECK hear_status hear_background_load(hear_background *b, const char *backbone,
                                                 const char *sha256, const char *path,
                                                 hear_error *err);
bool hear_is_background(const hear_graph *g); /* says that it is one */
/* What g holds, whichever network it is of. Errors: HEAR_ERR_MODEL, HEAR_ERR_MEM; *b is empty. */
HEAR_MUST_CHECK hear_status hear_background_read(hear_background *b, const hear_graph *g,
                                                 hear_error *err);
void hear_background_clear(hear_background *b); /* one of zeros is allowed */

/* embedding: [n_in]; out: [n_dims]. */
void hear_background_project(const hear_background *b, const float *embedding, float *out);
#endif
