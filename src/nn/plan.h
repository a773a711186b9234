/* plan.h - a graph for one batch size as a fixed list of calls over one arena.
 *
 * Planning infers shapes, folds constants (integer inputs that give shapes included), fuses, packs
 * weights and lays out the arena. Afterwards nothing allocates. A plan's results do not depend on
 * what ran before. Threads: one owner at a time; any number of plans may share a graph for
 * inference. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "nn/graph.h"

typedef struct hear_plan hear_plan;

typedef struct {
    size_t batch;  /* stands for -1 in the graph inputs' first dimension; >= 1 */
    bool training; /* keeps what backward needs; no fusion, weights used in place: graph must not be
                      const */
    const char *output; /* name of one value instead of the graph's outputs; NULL takes those */
    size_t max_bytes;   /* of arena, packed weights and operators' tables; 0 takes 1 GiB */
    bool only_check;    /* never to be run: no memory for values, nothing is packed */
    const hear_tensor *const
        *inputs; /* [n_in] or NULL: what integer inputs are bound to while planning (shapes,
                    axes); NULL entries stay inputs at run time */
} hear_plan_config;

/* Errors: HEAR_ERR_MODEL (err names operator, node and opset of what is not supported or does not
 * fit), HEAR_ERR_MEM. On failure *out is NULL. The graph must outlive the plan. */
HEAR_MUST_CHECK hear_status hear_plan_create(hear_plan **out, hear_graph *graph,
                                             const hear_plan_config *config, hear_error *err);
void hear_plan_destroy(hear_plan *p); /* NULL is allowed */

/* The tensors stay where they are for the plan's life. Inputs are the graph's, in its order; they
 * are written before run, which leaves them as they are. What is written into one that was bound
 * changes nothing. Outputs hold until the next run. */
size_t hear_plan_n_inputs(const hear_plan *p);
hear_tensor *hear_plan_input(hear_plan *p, size_t i);
size_t hear_plan_n_outputs(const hear_plan *p);
const hear_tensor *hear_plan_output(const hear_plan *p, size_t i);

/* Real-time: neither allocates, locks, logs nor fails. */
void hear_plan_run(hear_plan *p);

/* Gives type and shape to the graph's outputs that have none; what grows with the batch is -1. A
 * graph that cannot be planned stays as it is. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_graph_type_outputs(hear_graph *graph);

/* Multiply-accumulates of one run, and bytes of what max_bytes counts. */
uint64_t hear_plan_macs(const hear_plan *p);
size_t hear_plan_bytes(const hear_plan *p);

/* What one node comes to, for `model show`: i < hear_plan_n_nodes. */
typedef struct {
    const hear_node *node; /* of the graph, in its order */
    /* its first output: element type and shape (the content is another's by now); NULL where no
     * output of the plan depends on the node */
    const hear_tensor *out;
    size_t n_weights; /* float32 numbers of the initialised values that it reads */
    uint64_t macs;
    bool folded; /* costs nothing: a constant, a view, a part of another node, or not needed */
} hear_plan_node;
size_t hear_plan_n_nodes(const hear_plan *p);
hear_plan_node hear_plan_node_info(const hear_plan *p, size_t i);

/* Training plans only; the same seed and weights give the same bits. A weight is a float32
 * initialiser that reaches an output through differentiable nodes; value points into the graph, so
 * that a trained graph can be written as it is. */
typedef struct {
    const char *name;
    hear_tensor *value;
    float *grad; /* [count] */
    bool frozen; /* set by the caller: backward skips it */
} hear_plan_weight;
size_t hear_plan_n_weights(const hear_plan *p);
hear_plan_weight *hear_plan_weight_at(hear_plan *p, size_t i);
/* [count of output i]: written before backward, which leaves it as it is. */
float *hear_plan_output_grad(hear_plan *p, size_t i);
/* Valid after backward; NULL unless asked for before it, or where nothing flows to the input. */
const float *hear_plan_input_grad(const hear_plan *p, size_t i);
void hear_plan_want_input_grad(hear_plan *p);
void hear_plan_zero_grad(hear_plan *p);
/* on: dropout drops, batch normalisation uses the batch's statistics and moves the running ones
 * (unless its scale is frozen). Off at first. What is drawn depends on the seed and on the number
 * of runs since this call. */
void hear_plan_set_training(hear_plan *p, bool on, uint64_t seed);
void hear_plan_backward(hear_plan *p); /* adds to the grad of every weight that is not frozen */
#endif
