/* onnx_file.h - ONNX files made by hand: a model is versions and a graph, whose parts a test adds
 * or spoils. */
#ifndef TESTS_ONNX_FILE_H
#define TESTS_ONNX_FILE_H

#include "proto.h"

#include "nn/graph.h"

static inline void add_opset(proto *model, const char *domain, int64_t version)
{
    proto o = { 0 };
    proto_text(&o, 1, domain);
    proto_int(&o, 2, version);
    proto_message(model, 8, &o);
}

static inline void add_value_info(proto *graph, unsigned field, const char *name,
                                  const int64_t *dims, size_t rank)
{
    proto shape = { 0 }, tensor = { 0 }, type = { 0 }, info = { 0 };
    for (size_t i = 0; i < rank; i++) {
        proto dim = { 0 };
        if (dims[i] >= 0)
            proto_int(&dim, 1, dims[i]);
        else
            proto_text(&dim, 2, "N");
        proto_message(&shape, 1, &dim);
    }
    proto_int(&tensor, 1, HEAR_F32);
    proto_message(&tensor, 2, &shape);
    proto_message(&type, 1, &tensor);
    proto_text(&info, 1, name);
    proto_message(&info, 2, &type);
    proto_message(graph, field, &info);
}

static inline proto make_node(const char *op, const char *in, const char *in2, const char *out)
{
    proto n = { 0 };
    proto_text(&n, 1, in);
    if (in2)
        proto_text(&n, 1, in2);
    proto_text(&n, 2, out);
    proto_text(&n, 3, "a node");
    proto_text(&n, 4, op);
    return n;
}

static inline void add_node(proto *graph, const char *op, const char *in, const char *in2,
                            const char *out)
{
    const proto n = make_node(op, in, in2, out);
    proto_message(graph, 1, &n);
}

/* float32 [2] of 1, 2 */
static inline proto make_tensor(const char *name)
{
    static const uint8_t one_two[8] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40 };
    proto t = { 0 };
    proto_int(&t, 1, 2);
    proto_int(&t, 2, HEAR_F32);
    proto_text(&t, 8, name);
    proto_data(&t, 9, one_two, sizeof one_two);
    return t;
}

static const int64_t by_two[] = { -1, 2 };

static inline proto make_model(const proto *graph)
{
    proto m = { 0 };
    proto_int(&m, 1, 8);
    add_opset(&m, "", 17);
    proto_message(&m, 7, graph);
    return m;
}

/* x [?, 2], w [2] -> Add -> y; weight: an initialiser in place of w, or NULL */
static inline proto make_graph(const proto *weight)
{
    proto g = { 0 };
    const proto w = make_tensor("w");
    add_value_info(&g, 11, "x", by_two, 2);
    add_value_info(&g, 12, "y", by_two, 2);
    proto_message(&g, 5, weight ? weight : &w);
    add_node(&g, "Add", "x", "w", "y");
    return g;
}
#endif
