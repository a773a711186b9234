/* graph.h - a network: nodes in topological order over named values, as ONNX has them.
 *
 * Built by nn/onnx from a file or by train/arch by hand; executed by nn/plan.
 * Threads: a graph that nobody changes may be shared. */
#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include "hearsay/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAR_MAX_RANK 8
#define HEAR_NO_VALUE SIZE_MAX /* an optional input or output that is left out */

typedef enum { /* ONNX's TensorProto.DataType numbers */
               HEAR_F32 = 1,
               HEAR_U8 = 2,
               HEAR_I8 = 3,
               HEAR_I32 = 6,
               HEAR_I64 = 7,
               HEAR_STRING = 8,
               HEAR_BOOL = 9,
               HEAR_F64 = 11,
} hear_dtype;

size_t hear_dtype_size(hear_dtype dtype); /* bytes; 0 for what is not listed, and for strings */
const char *hear_dtype_name(hear_dtype dtype); /* "float32"; "unknown" for what is not listed */

typedef struct {
    size_t rank;                /* 0 .. HEAR_MAX_RANK; 0 is a scalar */
    int64_t dim[HEAR_MAX_RANK]; /* last runs fastest; -1 is unknown until planned (the batch) */
} hear_shape;

/* Number of elements; false for an unknown dimension or one that does not fit. */
bool hear_shape_count(const hear_shape *shape, size_t *count);
bool hear_shape_equal(const hear_shape *a, const hear_shape *b);
/* "[1, 64, 300]", "?" for -1. */
const char *hear_shape_text(const hear_shape *shape, char *out, size_t room);

typedef struct {
    hear_dtype dtype;
    hear_shape shape;
    size_t count; /* elements */
    void *data;   /* [count], aligned to HEAR_ALIGN, owned by whoever made the tensor; HEAR_STRING:
                     char *[count], each from malloc, NULL counts as "" */
    bool channels_last; /* within a plan: data is [N][space …][C], though shape says [N, C, space …]
                         */
} hear_tensor;

/* Zeroed. Errors: HEAR_ERR_MEM; HEAR_ERR_MODEL for an unknown dimension or type, or a size that
 * does not fit. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_tensor_create(hear_tensor **out, hear_dtype dtype,
                                               const hear_shape *shape);
HEAR_MUST_CHECK hear_status hear_tensor_copy(hear_tensor **out, const hear_tensor *t);
void hear_tensor_destroy(hear_tensor *t); /* NULL is allowed */

typedef enum {
    HEAR_ATTR_FLOAT = 1,
    HEAR_ATTR_INT = 2,
    HEAR_ATTR_STRING = 3,
    HEAR_ATTR_TENSOR = 4,
    HEAR_ATTR_FLOATS = 6,
    HEAR_ATTR_INTS = 7,
    HEAR_ATTR_STRINGS = 8
} hear_attr_type;

typedef struct {
    char *name;
    hear_attr_type type;
    size_t n;       /* of ints, floats or strings; 1 for single ones */
    int64_t *ints;  /* [n] */
    float *floats;  /* [n] */
    char **strings; /* [n], NUL-terminated */
    hear_tensor *tensor;
} hear_attr;

typedef struct {
    char *name;    /* may be "" */
    char *op_type; /* "Conv" */
    char *domain;  /* "" is ONNX's own, "ai.onnx.ml" the other one known */
    size_t n_in, n_out, n_attrs;
    size_t *in;  /* [n_in] value numbers or HEAR_NO_VALUE */
    size_t *out; /* [n_out] */
    hear_attr *attrs;
} hear_node;

typedef struct {
    char *name;        /* unique in the graph, never "" */
    bool has_type;     /* dtype and shape are known */
    hear_dtype dtype;  /* 0 where it is not known */
    hear_shape shape;  /* where has_type */
    hear_tensor *init; /* a constant or trainable weight, owned by the graph; NULL otherwise */
} hear_value;

typedef struct {
    char *key, *text;
} hear_prop;

typedef struct {
    int64_t opset;    /* of domain ""; 0 where it is not imported */
    int64_t opset_ml; /* of "ai.onnx.ml"; 0 where it is not imported */
    size_t n_values, n_nodes, n_in, n_out, n_props;
    hear_value *values;
    hear_node *nodes; /* in topological order */
    size_t *in, *out; /* value numbers; `in` holds no initialised value */
    hear_prop *props; /* metadata_props */
    size_t room_values, room_nodes, room_in, room_out, room_props; /* graph.c's own */
} hear_graph;

/* Errors of all that builds: HEAR_ERR_MEM, and HEAR_ERR_MODEL for a name that is taken or a number
 * of no value. */
HEAR_MUST_CHECK hear_status hear_graph_create(hear_graph **out, int64_t opset);
void hear_graph_destroy(hear_graph *g); /* NULL is allowed */
HEAR_MUST_CHECK hear_status hear_graph_copy(hear_graph **out, const hear_graph *g);

/* HEAR_NO_VALUE where there is none of that name. */
size_t hear_graph_find(const hear_graph *g, const char *name);

HEAR_MUST_CHECK hear_status hear_graph_add_value(hear_graph *g, const char *name, size_t *value);
HEAR_MUST_CHECK hear_status hear_graph_add_input(hear_graph *g, const char *name, hear_dtype dtype,
                                                 const hear_shape *shape, size_t *value);
HEAR_MUST_CHECK hear_status hear_graph_add_output(hear_graph *g, size_t value); /* once each */
/* A float32 weight; data [count] is copied, NULL gives zeros. */
HEAR_MUST_CHECK hear_status hear_graph_add_weight(hear_graph *g, const char *name,
                                                  const hear_shape *shape, const float *data,
                                                  size_t *value);
HEAR_MUST_CHECK hear_status hear_graph_add_init(hear_graph *g, const char *name,
                                                const hear_tensor *copied, size_t *value);
/* One output, named `name` as the node is; attributes are added to hear_graph_last_node afterwards.
 */
HEAR_MUST_CHECK hear_status hear_graph_add_node(hear_graph *g, const char *op_type,
                                                const char *name, size_t n_in, const size_t *in,
                                                size_t *out_value);
/* The general form, for values that are there already: any domain and number of outputs, each
 * HEAR_NO_VALUE or made by no other node. */
HEAR_MUST_CHECK hear_status hear_graph_push_node(hear_graph *g, const char *domain,
                                                 const char *op_type, const char *name, size_t n_in,
                                                 const size_t *in, size_t n_out, const size_t *out);
/* As add_value and add_init for a name that the caller knows to be free, so that a large file reads
 * in linear time; init may be NULL, and is taken over, also on failure. */
HEAR_MUST_CHECK hear_status hear_graph_push_value(hear_graph *g, const char *name,
                                                  hear_tensor *init, size_t *value);
/* Makes a value that is there an input. */
HEAR_MUST_CHECK hear_status hear_graph_push_input(hear_graph *g, size_t value);
/* Takes away the nodes that no output depends on, and the constants that nobody reads then. Numbers
 * of values stay. */
void hear_graph_prune(hear_graph *g);
hear_node *hear_graph_last_node(hear_graph *g); /* until the next node is added */
/* Each replaces an attribute of that name. */
HEAR_MUST_CHECK hear_status hear_node_set_int(hear_node *n, const char *name, int64_t value);
HEAR_MUST_CHECK hear_status hear_node_set_ints(hear_node *n, const char *name, size_t count,
                                               const int64_t *values);
HEAR_MUST_CHECK hear_status hear_node_set_float(hear_node *n, const char *name, float value);
HEAR_MUST_CHECK hear_status hear_node_set_floats(hear_node *n, const char *name, size_t count,
                                                 const float *values);
HEAR_MUST_CHECK hear_status hear_node_set_string(hear_node *n, const char *name, const char *value);
HEAR_MUST_CHECK hear_status hear_node_set_strings(hear_node *n, const char *name, size_t count,
                                                  const char *const *values);
HEAR_MUST_CHECK hear_status hear_node_set_tensor(hear_node *n, const char *name,
                                                 const hear_tensor *copied);
/* Takes the attribute's content over, also on failure. */
HEAR_MUST_CHECK hear_status hear_node_take_attr(hear_node *n, hear_attr *attr);
void hear_attr_clear(hear_attr *attr);
/* NULL where the node has no such attribute. */
const hear_attr *hear_node_attr(const hear_node *n, const char *name);

const char *hear_graph_prop(const hear_graph *g, const char *key); /* NULL where there is none */
HEAR_MUST_CHECK hear_status hear_graph_set_prop(hear_graph *g, const char *key,
                                                const char *text); /* replaces */
void hear_graph_drop_prop(hear_graph *g, const char *key);         /* where it is there */
#endif
