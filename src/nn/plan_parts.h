/* plan_parts.h - the inside of a plan, shared by plan*.c.
 *
 * plan_build infers and folds, plan_fuse merges, plan_last chooses where the channels of a value
 * stand, plan_layout gives every value its place,
 * plan_train goes backwards, plan.c is the rest of plan.h. */
#ifndef NN_PLAN_PARTS_H
#define NN_PLAN_PARTS_H

#include "nn/op.h"
#include "nn/plan.h"

#define PLAN_NONE SIZE_MAX
#define PLAN_MAX_NODES 20000u /* the layout's time grows with the square */
#define PLAN_MAX_BYTES ((size_t)1 << 30)

/* One value of the graph, same number. Values that share memory (views, results in place) form a
 * chain of `same` that ends at the root, which owns the place in the arena. */
typedef struct {
    hear_tensor t;      /* as the operators see it; first, see plan_value_of */
    bool known;         /* dtype and shape are inferred */
    bool constant;      /* t.data is known when planning and never changes */
    bool owned;         /* t.data is the plan's own, outside the arena */
    bool input;         /* of the graph and not bound */
    bool output;        /* of the plan */
    size_t n_uses;      /* input slots of the planned nodes that read it */
    size_t same;        /* PLAN_NONE at a root */
    size_t maker;       /* number of the call that makes it; PLAN_NONE */
    size_t first, last; /* roots: steps between which the bytes must stay */
    size_t offset;      /* roots: in the arena */

    /* training */
    size_t weight;        /* number of the weight that it is; PLAN_NONE */
    bool reaches;         /* an output depends on it differentiably */
    size_t grad_offset;   /* roots that reach: in the arena */
    float *grad;          /* roots that reach */
    bool active, arrived; /* of the backward pass under way */
} plan_value;

typedef enum {
    CALL_UNNEEDED, /* no output of the plan depends on it */
    CALL_CONSTANT, /* folded */
    CALL_VIEW,     /* shares its input's bytes */
    CALL_MERGED,   /* became part of another */
    CALL_RUN
} plan_call_kind;

typedef struct {
    hear_call call;
    plan_call_kind kind;
    size_t state_offset;
} plan_call;

struct hear_plan {
    hear_graph *graph;
    hear_plan_config config;
    size_t max_bytes, bytes; /* of owned constants, operators' tables and the arena */
    size_t n_in, n_out;
    size_t *out;        /* [n_out] value numbers */
    plan_value *values; /* [graph->n_values] */
    plan_call *calls;   /* [graph->n_nodes] */
    size_t *steps;      /* [n_steps] call numbers, in order */
    size_t n_steps;
    void *arena;
    void **apart; /* under AddressSanitizer: what would lie in the arena, each on its own */
    size_t n_apart;
    size_t arena_bytes, scratch_offset;

    /* room for the calls' arrays, cut into pieces by plan_build */
    const hear_tensor **in_room;
    hear_tensor **out_room;
    float **in_grad_room;
    const float **out_grad_room;
    bool *frozen_room;

    /* training */
    hear_plan_weight *weights; /* [n_weights] */
    size_t n_weights;
    float **out_grads; /* [n_out] set by the caller */
    bool want_input_grad;
    bool learning;
    uint64_t seed, runs;
};

/* The value that a call's output is: another than the node says where calls were merged. */
static inline plan_value *plan_value_of(hear_tensor *t)
{
    return (plan_value *)(void *)t;
}

size_t plan_root(const hear_plan *p, size_t value);
/* Counts `bytes` more; HEAR_ERR_MODEL with err set where that passes the limit. */
HEAR_MUST_CHECK hear_status plan_account(hear_plan *p, size_t bytes, hear_error *err);

HEAR_MUST_CHECK hear_status plan_build(hear_plan *p, hear_error *err);
HEAR_MUST_CHECK hear_status plan_fuse(hear_plan *p, hear_error *err);
HEAR_MUST_CHECK hear_status plan_last(hear_plan *p, hear_error *err);
HEAR_MUST_CHECK hear_status plan_layout(hear_plan *p, hear_error *err);
HEAR_MUST_CHECK hear_status plan_find_weights(hear_plan *p, hear_error *err);

void plan_prepare_run(hear_plan *p); /* training: before each forward */
/* forward and backward of a view that must be a copy, since its bytes leave the plan. */
void plan_copy_forward(hear_call *c);
void plan_copy_backward(hear_call *c);
#endif
