/* forest.h - random forests (L. Breiman 2001): classification trees that split by the Gini
 * impurity, each grown on groups drawn with replacement, each split chosen among a few features.
 *
 * As scikit-learn's RandomForestClassifier, but that groups are drawn instead of rows, so that what
 * is out of the bag is of speakers and takes that the tree has not heard. Same seed, same trees,
 * however many threads there are. */
#ifndef TRAIN_FOREST_H
#define TRAIN_FOREST_H

#include "train/matrix.h"

#define HEAR_MAX_TREES 10000
#define HEAR_MAX_DEPTH 64

typedef struct {
    size_t n_trees;   /* 1 .. HEAR_MAX_TREES */
    size_t max_depth; /* 1 .. HEAR_MAX_DEPTH */
    size_t n_tried;   /* features that a split is chosen among; 0: the root of their number */
    bool bootstrap;   /* false: every tree sees all rows */
    uint64_t seed;
} hear_forest_config;

typedef struct {
    size_t feature;  /* of a branch */
    float threshold; /* x <= threshold goes to yes, others to no */
    size_t yes, no;  /* nodes of the tree; 0 of a leaf */
} hear_forest_node;

typedef struct {
    size_t n_nodes, room;
    hear_forest_node *nodes; /* [n_nodes], the root first, each before those below it */
    double *shares;          /* [n_nodes][n_labels] of the labels among the rows there, sum 1 */
} hear_forest_tree;

typedef struct {
    size_t n_trees, n_features, n_labels;
    hear_forest_tree *trees; /* [n_trees] */
    /* Rows that some tree has not seen, and how many of them these trees got right. */
    size_t n_out_of_bag, n_out_of_bag_right;
} hear_forest;

/* Errors: HEAR_ERR_ARG (a field out of its range), HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_forest_grow(hear_forest **out, const hear_forest_config *config,
                                             const hear_matrix *m, hear_pool *pool);
void hear_forest_destroy(hear_forest *f); /* NULL is allowed */
/* x: [n_features]; probs: [n_labels], the mean of the trees' shares. */
void hear_forest_probs(const hear_forest *f, const float *x, double *probs);
#endif
