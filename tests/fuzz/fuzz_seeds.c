/* fuzz_seeds.c - small models that the fuzzer starts from, of the operators that hearsay has. */
#include "config.h"

#include "fuzz.h"

#include "nn/onnx.h"
#include "stream/model_info.h"

#include <stdlib.h>

/* Building fails only where memory runs out; then there is nothing to fuzz. */
static void must(hear_status status)
{
    if (status != HEAR_OK)
        abort();
}

static size_t input(hear_graph *g, const hear_shape *shape)
{
    size_t v;
    must(hear_graph_add_input(g, "x", HEAR_F32, shape, &v));
    return v;
}

static size_t weight(hear_graph *g, const char *name, size_t rank, const int64_t *dim)
{
    hear_shape s = { .rank = rank };
    for (size_t i = 0; i < rank; i++)
        s.dim[i] = dim[i];
    size_t v;
    must(hear_graph_add_weight(g, name, &s, NULL, &v));
    float *data = g->values[v].init->data;
    for (size_t i = 0; i < g->values[v].init->count; i++)
        data[i] = 0.01f * (float)(i % 7 + 1);
    return v;
}

static size_t integers(hear_graph *g, const char *name, int64_t n, const int64_t *numbers)
{
    hear_tensor *t;
    const hear_shape s = { .rank = 1, .dim = { n } };
    must(hear_tensor_create(&t, HEAR_I64, &s));
    for (int64_t i = 0; i < n; i++)
        ((int64_t *)t->data)[i] = numbers[i];
    size_t v;
    must(hear_graph_add_init(g, name, t, &v));
    hear_tensor_destroy(t);
    return v;
}

/* Ends with HEAR_NO_VALUE. */
#define NODE(g, op, name, ...) node(g, op, name, (const size_t[]){ __VA_ARGS__, HEAR_NO_VALUE })

static size_t node(hear_graph *g, const char *op, const char *name, const size_t *in)
{
    size_t n = 0, v;
    while (in[n] != HEAR_NO_VALUE)
        n++;
    must(hear_graph_add_node(g, op, name, n, in, &v));
    return v;
}

static void ints(hear_graph *g, const char *name, size_t n, const int64_t *values)
{
    must(hear_node_set_ints(hear_graph_last_node(g), name, n, values));
}

static void output(hear_graph *g, size_t v, int64_t n_labels)
{
    g->values[v].has_type = true;
    g->values[v].dtype = HEAR_F32;
    g->values[v].shape = (hear_shape){ .rank = 2, .dim = { -1, n_labels } };
    must(hear_graph_add_output(g, v));
}

static void describe(hear_graph *g, size_t window, uint32_t n_mels, hear_layout layout)
{
    static char *labels[] = { "speech", "music", "other" };
    hear_model_info info = { .frontend = hear_frontend_default(),
                             .n_labels = 3,
                             .labels = labels,
                             .window = window,
                             .hop = 1,
                             .layout = layout,
                             .card = "" };
    info.frontend.n_mels = n_mels;
    must(hear_model_info_store(&info, g));
}

static void make_mlp(hear_graph *g)
{
    const size_t x = input(g, &(hear_shape){ .rank = 3, .dim = { -1, 4, 4 } });
    const size_t w1 = weight(g, "w1", 2, (int64_t[]){ 16, 5 });
    const size_t b1 = weight(g, "b1", 1, (int64_t[]){ 5 });
    const size_t w2 = weight(g, "w2", 2, (int64_t[]){ 3, 5 });
    size_t v = NODE(g, "Flatten", "flat", x);
    v = NODE(g, "Gemm", "hidden", v, w1, b1);
    v = NODE(g, "Relu", "active", v);
    v = NODE(g, "Dropout", "dropped", v);
    v = NODE(g, "Gemm", "logits", v, w2);
    must(hear_node_set_int(hear_graph_last_node(g), "transB", 1));
    must(hear_node_set_float(hear_graph_last_node(g), "alpha", 0.5f));
    v = NODE(g, "Softmax", "y", v);
    output(g, v, 3);
    describe(g, 4, 4, HEAR_LAYOUT_TIME_MEL);
}

static void make_cnn(hear_graph *g)
{
    const size_t x = input(g, &(hear_shape){ .rank = 4, .dim = { -1, 1, 8, 6 } });
    const size_t w = weight(g, "w", 4, (int64_t[]){ 4, 1, 3, 3 });
    const size_t b = weight(g, "b", 1, (int64_t[]){ 4 });
    const size_t d = weight(g, "d", 4, (int64_t[]){ 4, 1, 3, 3 });
    const size_t s = weight(g, "s", 1, (int64_t[]){ 4 });
    const size_t p = weight(g, "p", 2, (int64_t[]){ 4, 3 });
    size_t v = NODE(g, "Conv", "conv", x, w, b);
    ints(g, "pads", 4, (int64_t[]){ 1, 1, 1, 1 });
    v = NODE(g, "BatchNormalization", "norm", v, s, s, s, s);
    v = NODE(g, "LeakyRelu", "leaky", v);
    v = NODE(g, "MaxPool", "pool", v);
    ints(g, "kernel_shape", 2, (int64_t[]){ 2, 2 });
    ints(g, "strides", 2, (int64_t[]){ 2, 2 });
    v = NODE(g, "Conv", "depthwise", v, d);
    must(hear_node_set_int(hear_graph_last_node(g), "group", 4));
    must(hear_node_set_string(hear_graph_last_node(g), "auto_pad", "SAME_UPPER"));
    ints(g, "dilations", 2, (int64_t[]){ 2, 1 });
    v = NODE(g, "Clip", "clipped", v);
    v = NODE(g, "AveragePool", "mean", v);
    ints(g, "kernel_shape", 2, (int64_t[]){ 2, 3 });
    must(hear_node_set_int(hear_graph_last_node(g), "count_include_pad", 1));
    v = NODE(g, "GlobalAveragePool", "global", v);
    v = NODE(g, "Flatten", "flat", v);
    v = NODE(g, "MatMul", "product", v, p);
    v = NODE(g, "Sigmoid", "y", v);
    output(g, v, 3);
    describe(g, 6, 8, HEAR_LAYOUT_MEL_TIME);
}

static void make_shapes(hear_graph *g)
{
    const size_t x = input(g, &(hear_shape){ .rank = 3, .dim = { -1, 6, 4 } });
    const size_t to = integers(g, "to", 3, (int64_t[]){ 0, -1, 3 });
    const size_t w = weight(g, "w", 3, (int64_t[]){ 4, 16, 3 });
    const size_t one = weight(g, "one", 1, (int64_t[]){ 1 });
    size_t v = NODE(g, "Transpose", "turned", x);
    ints(g, "perm", 3, (int64_t[]){ 0, 2, 1 });
    v = NODE(g, "Reshape", "shaped", v, to);
    v = NODE(g, "Concat", "joined", v, v);
    must(hear_node_set_int(hear_graph_last_node(g), "axis", 1));
    v = NODE(g, "Conv", "conv1d", v, NODE(g, "Identity", "same", w));
    v = NODE(g, "Add", "sum", v, one);
    v = NODE(g, "Mul", "scaled", v, v);
    v = NODE(g, "ReduceMean", "mean", v);
    ints(g, "axes", 1, (int64_t[]){ -1 });
    v = NODE(g, "Tanh", "y", v);
    must(hear_graph_add_output(g, v));
    describe(g, 6, 4, HEAR_LAYOUT_TIME_MEL);
}

/* What exports of other programs hold between their layers. */
static void make_export(hear_graph *g)
{
    const size_t x = input(g, &(hear_shape){ .rank = 3, .dim = { -1, 6, 4 } });
    const size_t pads = integers(g, "pads", 6, (int64_t[]){ 0, 1, 0, 0, 1, 2 });
    const size_t from = integers(g, "from", 2, (int64_t[]){ 1, -2 });
    const size_t to = integers(g, "to", 2, (int64_t[]){ 7, -9 });
    const size_t axes = integers(g, "axes", 2, (int64_t[]){ 1, 2 });
    const size_t steps = integers(g, "steps", 2, (int64_t[]){ 2, -1 });
    const size_t picks = integers(g, "picks", 2, (int64_t[]){ 0, -1 });
    const size_t one = integers(g, "one", 1, (int64_t[]){ 1 });
    size_t v = NODE(g, "Pad", "padded", x, pads);
    v = NODE(g, "Slice", "sliced", v, from, to, axes, steps);
    v = NODE(g, "Gather", "picked", v, picks);
    must(hear_node_set_int(hear_graph_last_node(g), "axis", -1));
    const size_t shape = NODE(g, "Shape", "shape", v);
    v = NODE(g, "Unsqueeze", "wider", v, one);
    v = NODE(g, "Reshape", "back", NODE(g, "Squeeze", "narrower", v, one), shape);
    v = NODE(g, "Max", "greater", v, NODE(g, "Exp", "exp", v), NODE(g, "Sqrt", "sqrt", v));
    v = NODE(g, "GlobalMaxPool", "peak", v);
    v = NODE(g, "ReduceSum", "sum", v, axes);
    must(hear_node_set_int(hear_graph_last_node(g), "keepdims", 0));
    v = NODE(g, "Unsqueeze", "row", v, one);
    v = NODE(g, "LogSoftmax", "y", v);
    must(hear_graph_add_output(g, v));
    describe(g, 6, 4, HEAR_LAYOUT_TIME_MEL);
}

int fuzz_write_seed(size_t i, const char *path)
{
    static void (*const makers[])(hear_graph *) = { make_mlp, make_cnn, make_shapes, make_export };
    if (i >= sizeof makers / sizeof makers[0])
        return 0;
    hear_graph *g;
    must(hear_graph_create(&g, 13));
    makers[i](g);
    must(hear_onnx_write(g, path, NULL));
    hear_graph_destroy(g);
    return 1;
}
