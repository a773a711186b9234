/* broadcast.h - walks up to three tensors of which the output's shape is the broadcast one.
 *
 * Dimensions that lie behind each other in all of them are joined, so that the common cases are one
 * long row: for (hear_broadcast_walk w = hear_broadcast_begin(b); w.more; hear_broadcast_next(b,
 * &w)) row(out + w.out, in[0] + w.in[0], b->step[0], …, b->n). Real-time: no heap. */
#ifndef NN_BROADCAST_H
#define NN_BROADCAST_H

#include "nn/graph.h"

#define HEAR_BROADCAST_INPUTS 3

typedef struct {
    size_t n_in;
    size_t n;                           /* elements in a row; 0 where the output is empty */
    size_t step[HEAR_BROADCAST_INPUTS]; /* 1, or 0 where the input stays on one element */
    size_t rank;                        /* dimensions outside of the row */
    size_t dim[HEAR_MAX_RANK];
    size_t stride[HEAR_BROADCAST_INPUTS][HEAR_MAX_RANK];
} hear_broadcast;

typedef struct {
    bool more;
    size_t out;                       /* elements */
    size_t in[HEAR_BROADCAST_INPUTS]; /* elements */
    size_t index[HEAR_MAX_RANK];
} hear_broadcast_walk;

/* out is what hear_shape_broadcast made of in[0 .. n_in - 1]. */
void hear_broadcast_init(hear_broadcast *b, const hear_shape *out, size_t n_in,
                         const hear_shape *const *in);
hear_broadcast_walk hear_broadcast_begin(const hear_broadcast *b);
void hear_broadcast_next(const hear_broadcast *b, hear_broadcast_walk *w);
#endif
