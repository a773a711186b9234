/* net.c - see net.h. */
#include "config.h"

#include "train/net.h"

#include <stdio.h>
#include <string.h>

size_t hear_net_nodes(hear_net *n, const char *op_type, const char *name, size_t n_in,
                      const size_t *in)
{
    size_t out = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_node(n->graph, op_type, name, n_in, in, &out);
    return n->status == HEAR_OK ? out : HEAR_NO_VALUE;
}

size_t hear_net_node(hear_net *n, const char *op_type, const char *name, size_t a)
{
    return hear_net_nodes(n, op_type, name, 1, &a);
}

size_t hear_net_node2(hear_net *n, const char *op_type, const char *name, size_t a, size_t b)
{
    return hear_net_nodes(n, op_type, name, 2, (const size_t[]){ a, b });
}

void hear_net_set_int(hear_net *n, const char *attr, int64_t value)
{
    if (n->status == HEAR_OK)
        n->status = hear_node_set_int(hear_graph_last_node(n->graph), attr, value);
}

void hear_net_set_ints(hear_net *n, const char *attr, size_t count, const int64_t *values)
{
    if (n->status == HEAR_OK)
        n->status = hear_node_set_ints(hear_graph_last_node(n->graph), attr, count, values);
}

size_t hear_net_flatten(hear_net *n, const char *name, size_t x)
{
    const size_t out = hear_net_node(n, "Flatten", name, x);
    hear_net_set_int(n, "axis", 1);
    return out;
}

size_t hear_net_concat(hear_net *n, const char *name, int64_t axis, size_t n_in, const size_t *in)
{
    const size_t out = hear_net_nodes(n, "Concat", name, n_in, in);
    hear_net_set_int(n, "axis", axis);
    return out;
}

size_t hear_net_weight(hear_net *n, const char *name, size_t rank, const int64_t *dims)
{
    hear_shape shape = { .rank = rank };
    size_t value = HEAR_NO_VALUE;
    memcpy(shape.dim, dims, rank * sizeof *dims);
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_weight(n->graph, name, &shape, NULL, &value);
    return value;
}

size_t hear_net_filled(hear_net *n, const char *name, size_t count, float value)
{
    const size_t v = hear_net_weight(n, name, 1, (const int64_t[]){ (int64_t)count });
    if (n->status == HEAR_OK)
        for (size_t i = 0; i < count; i++)
            ((float *)n->graph->values[v].init->data)[i] = value;
    return v;
}

static size_t add_fixed(hear_net *n, const char *name, const hear_shape *shape, const float *values)
{
    char full[96];
    snprintf(full, sizeof full, HEAR_NET_FIXED "%s", name);
    size_t value = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_weight(n->graph, full, shape, values, &value);
    return value;
}

size_t hear_net_fixed(hear_net *n, const char *name, size_t count, const float *values)
{
    return add_fixed(n, name, &(hear_shape){ .rank = 1, .dim = { (int64_t)count } }, values);
}

size_t hear_net_fixed_matrix(hear_net *n, const char *name, size_t rows, size_t columns,
                             const float *values)
{
    return add_fixed(
        n, name, &(hear_shape){ .rank = 2, .dim = { (int64_t)rows, (int64_t)columns } }, values);
}

size_t hear_net_dense(hear_net *n, const char *name, size_t x, size_t n_in, size_t n_out)
{
    char text[96];
    snprintf(text, sizeof text, "%s.weight", name);
    const size_t weight =
        hear_net_weight(n, text, 2, (const int64_t[]){ (int64_t)n_out, (int64_t)n_in });
    snprintf(text, sizeof text, "%s.bias", name);
    const size_t bias = hear_net_weight(n, text, 1, (const int64_t[]){ (int64_t)n_out });
    const size_t out = hear_net_nodes(n, "Gemm", name, 3, (const size_t[]){ x, weight, bias });
    hear_net_set_int(n, "transB", 1);
    return out;
}

static size_t add_tensor(hear_net *n, const char *name, const hear_tensor *t)
{
    size_t value = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_init(n->graph, name, t, &value);
    return value;
}

static size_t add_ints(hear_net *n, const char *node, const char *part, size_t count,
                       const int64_t *values)
{
    char name[96];
    int64_t copy[2 * HEAR_MAX_RANK];
    snprintf(name, sizeof name, "%s.%s", node, part);
    memcpy(copy, values, count * sizeof *values);
    return add_tensor(n, name,
                      &(hear_tensor){ .dtype = HEAR_I64,
                                      .shape = { .rank = 1, .dim = { (int64_t)count } },
                                      .count = count,
                                      .data = copy });
}

size_t hear_net_reshape(hear_net *n, const char *name, size_t x, size_t rank, const int64_t *dims)
{
    return hear_net_node2(n, "Reshape", name, x, add_ints(n, name, "shape", rank, dims));
}

size_t hear_net_transpose(hear_net *n, const char *name, size_t x, size_t rank,
                          const int64_t *order)
{
    const size_t out = hear_net_node(n, "Transpose", name, x);
    hear_net_set_ints(n, "perm", rank, order);
    return out;
}

size_t hear_net_widen(hear_net *n, const char *name, size_t x, size_t rank, size_t axis,
                      int64_t front, int64_t back)
{
    int64_t pads[2 * HEAR_MAX_RANK] = { 0 };
    pads[axis] = front;
    pads[rank + axis] = back;
    return hear_net_node2(n, "Pad", name, x, add_ints(n, name, "pads", 2 * rank, pads));
}

size_t hear_net_convolve(hear_net *n, const char *name, size_t x, size_t n_in, hear_net_conv c)
{
    char text[48];
    size_t in[3] = { x };
    snprintf(text, sizeof text, "%s.weight", name);
    in[1] = hear_net_weight(
        n, text, 3, (const int64_t[]){ (int64_t)c.channels, (int64_t)n_in, (int64_t)c.kernel });
    snprintf(text, sizeof text, "%s.bias", name);
    in[2] = hear_net_weight(n, text, 1, (const int64_t[]){ (int64_t)c.channels });
    const size_t out = hear_net_nodes(n, "Conv", name, 3, in);
    hear_net_set_ints(n, "kernel_shape", 1, (const int64_t[]){ (int64_t)c.kernel });
    hear_net_set_ints(n, "strides", 1, (const int64_t[]){ (int64_t)c.stride });
    hear_net_set_ints(n, "dilations", 1, (const int64_t[]){ (int64_t)c.dilation });
    hear_net_set_ints(n, "pads", 2, (const int64_t[]){ (int64_t)c.before, (int64_t)c.behind });
    return out;
}

size_t hear_net_normalise(hear_net *n, const char *name, const char *weights, size_t x,
                          size_t channels)
{
    static const char *const parts[4] = { "scale", "shift", "mean", "variance" };
    char text[48];
    size_t in[5] = { x };
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "%s.%s", weights, parts[i]);
        in[1 + i] = hear_net_filled(n, text, channels, i % 3 == 0 ? 1.0f : 0.0f);
    }
    return hear_net_nodes(n, "BatchNormalization", name, 5, in);
}

size_t hear_net_dropout(hear_net *n, const char *name, size_t x, double share)
{
    char text[96];
    float ratio = (float)share;
    snprintf(text, sizeof text, "%s.ratio", name);
    const size_t r =
        add_tensor(n, text, &(hear_tensor){ .dtype = HEAR_F32, .count = 1, .data = &ratio });
    return hear_net_node2(n, "Dropout", name, x, r);
}

size_t hear_net_reduce(hear_net *n, const char *op_type, const char *name, size_t x, int64_t axis,
                       bool keep)
{
    const size_t out = hear_net_node(n, op_type, name, x);
    hear_net_set_ints(n, "axes", 1, &axis);
    hear_net_set_int(n, "keepdims", keep);
    return out;
}

size_t hear_net_trim(hear_net *n, const char *name, size_t x, int64_t axis, int64_t front,
                     int64_t back)
{
    const size_t starts = add_ints(n, name, "starts", 1, (const int64_t[]){ front });
    const size_t ends =
        add_ints(n, name, "ends", 1, (const int64_t[]){ back > 0 ? -back : INT64_MAX });
    const size_t axes = add_ints(n, name, "axes", 1, (const int64_t[]){ axis });
    return hear_net_nodes(n, "Slice", name, 4, (const size_t[]){ x, starts, ends, axes });
}

void hear_net_output(hear_net *n, size_t value)
{
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_output(n->graph, value);
}
