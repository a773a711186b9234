/* class_scores.h - what the classifiers of ai.onnx.ml share: their labels, and what becomes of
 * their scores.
 *
 * Output 0 is the label of the highest score [N], int64. Labels that are strings come out as their
 * number in the list: strings are nothing that runs in real time. Output 1 is the scores [N, n],
 * float32. */
#ifndef NN_CLASS_SCORES_H
#define NN_CLASS_SCORES_H

#include "nn/op.h"

typedef enum {
    HEAR_POST_NONE,
    HEAR_POST_SOFTMAX,
    HEAR_POST_LOGISTIC,
    HEAR_POST_SOFTMAX_ZERO
} hear_post;

typedef struct {
    size_t n;            /* >= 1 */
    const int64_t *ints; /* [n], NULL where they are strings; the node's own */
    hear_post post;
} hear_classes;

/* Reads attribute post_transform and the labels; ints_name: of their attribute of integers, that of
 * strings is classlabels_strings. Errors: HEAR_ERR_MODEL with err set. */
HEAR_MUST_CHECK hear_status hear_classes_infer(const hear_call *c, const char *ints_name,
                                               hear_classes *out, hear_error *err);
/* Rows and columns of input 0, float32 [N, n_features] or [n_features]. Errors: HEAR_ERR_MODEL. */
HEAR_MUST_CHECK hear_status hear_classes_input(const hear_call *c, size_t *n_rows,
                                               size_t *n_features, hear_error *err);
/* Sets both outputs. */
void hear_classes_set_out(hear_call *c, size_t n_rows, size_t n_scores);

int64_t hear_classes_label(const hear_classes *classes, size_t i); /* i < n */
/* Number of the highest score, the first of equals; 0 where none is a number. */
size_t hear_classes_highest(const float *scores, size_t n);
void hear_post_apply(hear_post post, float *scores, size_t n); /* in place */
/* scores[0] of one unit for two classes becomes both: 1 - p and p, or -s and s where signed_score,
 * of which LOGISTIC makes probabilities. */
void hear_post_two(hear_post post, bool signed_score, float scores[2]);
#endif
