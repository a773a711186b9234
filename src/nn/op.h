/* op.h - operators: what each one is, and what it sees of its node.
 *
 * An operator is a const struct of functions in a file of its own, listed once in op.c. The plan
 * calls infer for every node in order, prepare once when all memory is there, then forward (and
 * backward) as often as asked. infer trusts nothing that stands in a node: what it lets pass,
 * forward need not check again. Threads: a call belongs to its plan; operators are const.
 * Real-time: forward and backward neither allocate, lock, log nor fail. */
#ifndef NN_OP_H
#define NN_OP_H

#include "nn/graph.h"

#define HEAR_OPSET_MAX 28
#define HEAR_OPSET_ML_MAX 5

typedef struct hear_op hear_op;
typedef struct hear_call hear_call;

/* An activation that the plan let another operator apply to its own output. */
typedef enum {
    HEAR_ACT_NONE,
    HEAR_ACT_RELU,
    HEAR_ACT_LEAKY_RELU, /* a: slope below 0 */
    HEAR_ACT_CLIP,       /* a, b: lowest and highest */
    HEAR_ACT_SIGMOID,
    HEAR_ACT_TANH
} hear_act_kind;

typedef struct {
    hear_act_kind kind;
    float a, b;
} hear_act;

void hear_act_apply(const hear_act *act, float *x, size_t n); /* in place */
/* False where it is more than keeping within low .. high. */
bool hear_act_range(const hear_act *act, float *low, float *high);

/* The layouts of a call's results and of its inputs but constants: all as their shapes say, all the
 * same, or each as it likes (hear_tensor: channels_last). */
typedef enum { HEAR_LAYOUTS_PLAIN, HEAR_LAYOUTS_SAME, HEAR_LAYOUTS_ANY } hear_layouts;

/* One node of a plan. */
struct hear_call {
    const hear_op *op;
    const hear_node *node;
    int64_t opset;
    bool training; /* planned for training */
    size_t n_in, n_out;

    /* An input or output that is left out is NULL. While inferring, dtype and shape of the inputs
     * are known, data only where it is a constant or a weight, NULL otherwise; infer sets dtype and
     * shape of the outputs. Afterwards all have data. */
    const hear_tensor **in; /* [n_in] */
    hear_tensor **out;      /* [n_out] */

    /* Set by infer. */
    void *params;         /* the operator's own, from hear_call_params */
    size_t params_bytes;  /* hear_call_params sets it */
    size_t scratch_bytes; /* wanted for one forward or backward; shared, contents do not last */
    size_t state_bytes;   /* wanted for the plan's life: packed weights, what backward needs */
    bool view;            /* out[0] is in[0]'s bytes in another shape: forward is never called */
    uint64_t macs;

    void *scratch, *state; /* NULL where no bytes were wanted */
    hear_tensor *own[3];   /* weights that absorb made in place of inputs 0 .. 2 */
    hear_act act;          /* to be applied to out[0]; only where op->fuses_act */

    /* Training. A gradient that is NULL is not wanted (in) or is zero (out). */
    bool learning;          /* dropout and batch statistics are on */
    uint64_t seed;          /* of this run and node */
    const bool *frozen;     /* [n_in]: a weight that the caller froze */
    float **in_grad;        /* [n_in]: backward adds here */
    const float **out_grad; /* [n_out] */
};

typedef struct {
    const char *name;
    hear_attr_type type;
} hear_op_attr;

struct hear_op {
    const char *name;
    const char *domain;           /* "" or "ai.onnx.ml" */
    int64_t min_opset, max_opset; /* of that domain */
    size_t min_in, max_in;        /* the first min_in inputs are never left out */
    size_t max_out;               /* the first output is never left out, unless … */
    bool any_out;                 /* … any one output is enough */
    bool takes_strings;           /* constants of HEAR_STRING among the inputs */
    const hear_op_attr *attrs;    /* all that any version has, {0} ends; NULL has none */
    unsigned diff;                /* bit j: the gradient flows to input j (bit 31: also beyond) */
    bool inplace;                 /* out[0] may lie on in[0] where dtype and shape are equal */
    bool fuses_act;               /* forward honours act */
    bool of_shape;                /* forward reads the inputs' shapes only */
    hear_status (*infer)(hear_call *c, hear_error *err);
    /* Makes output channel k (the second dimension) gain[k] times what it was, plus offset[k], by
     * weights of its own; between infer and prepare. The plan has checked that inputs 1 and up are
     * constants. *done tells whether it could. NULL where it never can. Errors: HEAR_ERR_MEM. */
    hear_status (*absorb)(hear_call *c, size_t channels, const double *gain, const double *offset,
                          bool *done);
    void (*prepare)(hear_call *c); /* NULL where there is nothing to pack */
    void (*forward)(hear_call *c);
    void (*backward)(hear_call *c);         /* NULL where it cannot be trained */
    hear_act (*as_act)(const hear_call *c); /* NULL, or what this node is as an activation */
    /* NULL, or what this node does to channel k: gain[k] x + offset[k]; inputs 1 and up are
     * constants. */
    void (*as_affine)(const hear_call *c, double *gain, double *offset);
    /* Inference: what forward copes with, once all has been inferred and fused. NULL: plain ones.
     */
    hear_layouts (*layouts)(const hear_call *c);
    /* NULL, or told when the layouts are settled, before prepare: may change scratch_bytes. */
    void (*arrange)(hear_call *c);
    const char *const *cases; /* nodes to be tried by tests/unit, NULL ends: gradient checks where
                                 there is a backward, and what test_hostile_nodes.c spoils */
};

/* NULL where there is none; every operator, for i < hear_op_count. */
const hear_op *hear_op_find(const char *domain, const char *name);
size_t hear_op_count(void);
const hear_op *hear_op_at(size_t i);

/* Sets err to `Conv "conv1" (opset 13): …` and returns HEAR_ERR_MODEL. */
hear_status hear_call_fail(const hear_call *c, hear_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Zeroed room for the operator's own settings, freed with the plan. NULL where memory runs out. */
void *hear_call_params(hear_call *c, size_t bytes);

/* For absorb: makes own[j] a float32 tensor of this shape, which the plan frees; its content is the
 * operator's to write. One that is there already is kept with its content: its shape is the same.
 * NULL where memory runs out. hear_call_weight is own[j], or else input j, or else NULL. */
hear_tensor *hear_call_own(hear_call *c, size_t j, const hear_shape *shape);
const hear_tensor *hear_call_weight(const hear_call *c, size_t j);

/* Attributes, whose types the plan has checked; `otherwise` where there is none. */
int64_t hear_call_int(const hear_call *c, const char *name, int64_t otherwise);
float hear_call_float(const hear_call *c, const char *name, float otherwise);
const char *hear_call_string(const hear_call *c, const char *name, const char *otherwise);

/* Helpers for infer. Errors: HEAR_ERR_MODEL with err set. */

/* Input j must be float32 (or any of what dtypes has bits for: 1u << HEAR_F32 …). */
HEAR_MUST_CHECK hear_status hear_call_want_f32(const hear_call *c, size_t j, hear_error *err);
HEAR_MUST_CHECK hear_status hear_call_want_dtype(const hear_call *c, size_t j, unsigned dtypes,
                                                 hear_error *err);
/* Input j must be known when planning: int64 or int32, of rank 0 or 1, copied into values. */
HEAR_MUST_CHECK hear_status hear_call_ints(const hear_call *c, size_t j, int64_t *values,
                                           size_t room, size_t *n, hear_error *err);
/* Axes, from attribute `name` or (where input j is there) from input j: made 0 .. rank - 1, none
 * twice. *n = 0 where there are none. */
HEAR_MUST_CHECK hear_status hear_call_axes(const hear_call *c, const char *name, size_t j,
                                           size_t rank, size_t axes[HEAR_MAX_RANK], size_t *n,
                                           hear_error *err);
/* -rank .. rank - 1 made 0 .. rank - 1. */
HEAR_MUST_CHECK hear_status hear_call_axis(const hear_call *c, int64_t axis, size_t rank,
                                           size_t *out, hear_error *err);
void hear_call_set_out(hear_call *c, size_t i, hear_dtype dtype, const hear_shape *shape);
bool hear_call_has_in(const hear_call *c, size_t j); /* there, and not left out */
bool hear_call_has_out(const hear_call *c, size_t i);

/* True where the channels, the second dimension, run fastest: there may be but one, or one number
 * of each. */
bool hear_tensor_is_last(const hear_tensor *t);
/* For layouts: SAME where all inputs that are not constants have the result's shape. */
hear_layouts hear_call_same_layouts(const hear_call *c);

/* Product of dimensions begin .. end - 1 of a shape whose count is known to fit. */
size_t hear_shape_product(const hear_shape *s, size_t begin, size_t end);
/* a * b and a + b, SIZE_MAX where that does not fit: the plan refuses such sizes. */
size_t hear_size_mul(size_t a, size_t b);
size_t hear_size_add(size_t a, size_t b);
/* NumPy's broadcasting; false where a and b do not fit. out may be a or b. */
bool hear_shape_broadcast(hear_shape *out, const hear_shape *a, const hear_shape *b);
#endif
