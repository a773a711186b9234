/* one_node.h - a graph of one node, written as a line of text.
 *
 * Words, apart by blanks: the inputs in order, then attributes and the rest.
 *   x=2x3           a float32 tensor of that shape, filled with distinct numbers in -1 .. 1
 *   x=2x3(0.5..2)   … in 0.5 .. 2
 *   x=2x2{1,2,3,4}  … with these
 *   x={5}           a scalar
 *   c=2{1,2}        a float32 tensor that is a constant in any case
 *   i=0,-1          a list of int64, a constant; "i=" is an empty one
 *   n=2,3           a list of int32
 *   b=1,0           a list of bool
 *   s=-3,4          a list of int8
 *   u=3,200         a list of uint8
 *   u=1x2{3,200}    … of that shape; so too the others
 *   -               an input that is left out
 *   name=value      an attribute of the operator, of the type that it states; lists have commas (a
 *                   tensor is a list of int64)
 *   opset=11        default 17, of ai.onnx.ml 3
 *   outs=3          outputs, default 1
 *   learning        dropout and batch statistics are on */
#ifndef TESTS_ONE_NODE_H
#define TESTS_ONE_NODE_H

#include "test.h"

#include "nn/graph.h"

typedef struct {
    hear_graph *graph;
    bool learning;
} one_node;

/* as_weights: the x are initialised values; otherwise graph inputs, whose numbers are in
 * values[i]. Fails the test on what it cannot read. */
one_node one_node_make(const char *op, const char *text, bool as_weights);
void one_node_free(one_node *n);

/* Runs an inference plan of op on text, the x being inputs; returns output 0 as a copy, to be freed
 * with hear_tensor_destroy. Fails the test where planning fails. */
hear_tensor *one_node_run(const char *op, const char *text);
/* What planning says: the error's text, "" where it went well. */
const char *one_node_error(const char *op, const char *text);
/* Output 0 is `want`, "2x2{1,2,3,4}", within 1e-6. */
void one_node_expect(const char *op, const char *text, const char *want);
/* Planning is refused with a text that holds `part`. */
void one_node_refuse(const char *op, const char *text, const char *part);
#endif
