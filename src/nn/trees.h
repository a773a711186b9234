/* trees.h - the trees of ai.onnx.ml's TreeEnsembleClassifier, sorted out of the lists that a node
 * holds.
 *
 * The lists may name trees and nodes in any order. Each tree must have one root, from which each of
 * its nodes is reached by one way, so that no walk runs for ever. */
#ifndef NN_TREES_H
#define NN_TREES_H

#include "nn/class_scores.h"

typedef enum {
    HEAR_TREE_LEAF,
    HEAR_TREE_LEQ,
    HEAR_TREE_LT,
    HEAR_TREE_GTE,
    HEAR_TREE_GT,
    HEAR_TREE_EQ,
    HEAR_TREE_NEQ
} hear_tree_mode;

typedef struct {
    float value;
    uint32_t feature;
    uint32_t yes, no;          /* nodes */
    uint32_t first, n_weights; /* of a leaf */
    uint8_t mode;              /* hear_tree_mode: what x must be to value for yes */
    bool nan_is_yes, has_parent;
} hear_tree_node;

typedef struct {
    uint32_t label;
    float weight;
} hear_tree_weight;

typedef struct {
    hear_classes classes;
    size_t n_rows, n_features;
    size_t n_nodes, n_weights, n_trees, n_base;
    bool one_score;            /* of two labels, the weights name one only */
    bool all_positive;         /* weights */
    const float *base;         /* [n_base] 0, 1 for two labels, or one for each label */
    hear_tree_node *nodes;     /* [n_nodes] */
    hear_tree_weight *weights; /* [n_weights] */
    uint32_t *roots;           /* [n_trees] nodes */
} hear_trees;

/* Reads the node's attributes; *out is its hear_call_params. Errors: HEAR_ERR_MODEL with err set,
 * HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_trees_read(hear_trees **out, hear_call *c, hear_error *err);
#endif
