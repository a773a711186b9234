/* weights.h - all that training changes in a graph, as one row of numbers: weights, and the running
 * statistics of batch normalisation. */
#ifndef TRAIN_WEIGHTS_H
#define TRAIN_WEIGHTS_H

#include "nn/graph.h"

size_t hear_weights_count(const hear_graph *g);
void hear_weights_get(const hear_graph *g, float *out); /* [count] */
void hear_weights_set(hear_graph *g, const float *in);
/* From one graph to a copy of it. */
void hear_weights_copy(hear_graph *to, const hear_graph *from);
#endif
