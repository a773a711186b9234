/* net.h - short words for building graphs by hand: the first error sticks, and what follows it
 * does nothing, so that an architecture reads as its layers.
 *
 * Values are numbers in the graph. Every node gives one value, named as the node is. */
#ifndef TRAIN_NET_H
#define TRAIN_NET_H

#include "nn/graph.h"

#define HEAR_NET_OPSET 13 /* ReduceMean's axes are an attribute, Clip's bounds inputs */

typedef struct {
    hear_graph *graph;
    hear_status status; /* the first error, HEAR_OK until then */
} hear_net;

size_t hear_net_node(hear_net *n, const char *op_type, const char *name, size_t a);
size_t hear_net_node2(hear_net *n, const char *op_type, const char *name, size_t a, size_t b);
size_t hear_net_nodes(hear_net *n, const char *op_type, const char *name, size_t n_in,
                      const size_t *in);
size_t hear_net_concat(hear_net *n, const char *name, int64_t axis, size_t n_in, const size_t *in);

/* A weight of zeros: hear_init_weights gives it its first value. dims: [rank]. */
size_t hear_net_weight(hear_net *n, const char *name, size_t rank, const int64_t *dims);
/* The same of rank 1, all of one value: they are not drawn. */
size_t hear_net_filled(hear_net *n, const char *name, size_t count, float value);
/* A constant that is no weight to be trained: names of such begin with "fixed.". */
size_t hear_net_fixed(hear_net *n, const char *name, size_t count, const float *values);
/* The same of rank 2; values: [rows][columns]. */
size_t hear_net_fixed_matrix(hear_net *n, const char *name, size_t rows, size_t columns,
                             const float *values);
#define HEAR_NET_FIXED "fixed."

/* x [N, n_in] -> [N, n_out]: Gemm with weight NAME.weight [n_out, n_in] and bias NAME.bias. */
size_t hear_net_dense(hear_net *n, const char *name, size_t x, size_t n_in, size_t n_out);
/* x [N, n_in, steps]: a convolution over time with weight NAME.weight [channels, n_in, kernel] and
 * bias NAME.bias. */
typedef struct {
    size_t channels, kernel, stride, dilation; /* stride, dilation: 1 .. */
    size_t before, behind;                     /* zeros at the ends */
} hear_net_conv;
size_t hear_net_convolve(hear_net *n, const char *name, size_t x, size_t n_in, hear_net_conv c);
/* Each channel of x [N, channels, …] to mean 0 and deviation 1 over the batch, then scaled and
 * shifted (S. Ioffe and C. Szegedy 2015); weights WEIGHTS.scale, shift, mean, variance. */
size_t hear_net_normalise(hear_net *n, const char *name, const char *weights, size_t x,
                          size_t channels);
size_t hear_net_dropout(hear_net *n, const char *name, size_t x, double share);
/* op_type "ReduceMean", "ReduceMax" … over one axis, which goes unless kept. */
size_t hear_net_reduce(hear_net *n, const char *op_type, const char *name, size_t x, int64_t axis,
                       bool keep);
/* x with `front` and `back` zeros at the ends of an axis of its `rank` ones. */
size_t hear_net_widen(hear_net *n, const char *name, size_t x, size_t rank, size_t axis,
                      int64_t front, int64_t back);
/* x without the first `front` and the last `back` of an axis. */
size_t hear_net_trim(hear_net *n, const char *name, size_t x, int64_t axis, int64_t front,
                     int64_t back);
/* x put into other dimensions, of which one may be -1: what is left. */
size_t hear_net_reshape(hear_net *n, const char *name, size_t x, size_t rank, const int64_t *dims);
size_t hear_net_transpose(hear_net *n, const char *name, size_t x, size_t rank,
                          const int64_t *order);
size_t hear_net_flatten(hear_net *n, const char *name, size_t x);    /* [N, rest] */
void hear_net_set_int(hear_net *n, const char *attr, int64_t value); /* of the last node */
void hear_net_set_ints(hear_net *n, const char *attr, size_t count, const int64_t *values);
void hear_net_output(hear_net *n, size_t value);
#endif
