/* weights.h - all that training changes in a graph, as one row of numbers: weights, and the running
 * statistics of batch normalisation; and what trainers of several plans do with them. */
#ifndef TRAIN_WEIGHTS_H
#define TRAIN_WEIGHTS_H

#include "nn/graph.h"
#include "nn/plan.h"

size_t hear_weights_count(const hear_graph *g);
void hear_weights_get(const hear_graph *g, float *out); /* [count] */
void hear_weights_set(hear_graph *g, const float *in);
/* From one graph to a copy of it. */
void hear_weights_copy(hear_graph *to, const hear_graph *from);
/* The running mean over the steps, which keeps `keep` of itself: less in the first steps, so that
 * the first weights are soon forgotten; step 0 takes now as it is. mean, now: [n] */
void hear_weights_average(float *mean, const float *now, size_t n, uint64_t step, double keep);

/* Freezes what is fixed by its name (net.h). */
void hear_plan_freeze_fixed(hear_plan *p);
/* Adds the gradients of a plan of a copy of the graph. */
void hear_plan_add_grad(hear_plan *to, hear_plan *from);
#endif
