/* window_read.c - what a node's attributes say about its windows, see window.h. */
#include "config.h"

#include "nn/window.h"

#include "base/error.h"

#include <string.h>

#define MOST (1 << 20) /* of every number in an attribute: beyond any sound */

typedef enum { PAD_NOTSET, PAD_VALID, PAD_UPPER, PAD_LOWER } padding;

static hear_status read_padding(const hear_call *c, padding *kind, hear_error *err)
{
    const char *text = hear_call_string(c, "auto_pad", "NOTSET");
    static const char *const names[] = { "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *kind = (padding)i;
            return HEAR_OK;
        }
    return hear_call_fail(c, err, "auto_pad \"%.20s\" is not known", text);
}

/* An attribute of n numbers, each at least `least`; `otherwise` where it is missing. */
static hear_status read_numbers(const hear_call *c, const char *name, size_t n, int64_t least,
                                int64_t otherwise, int64_t *out, hear_error *err)
{
    const hear_attr *a = hear_node_attr(c->node, name);
    if (a && a->n != n)
        return hear_call_fail(c, err, "%s has %zu numbers instead of %zu", name, a->n, n);
    for (size_t i = 0; i < n; i++) {
        out[i] = a ? a->ints[i] : otherwise;
        if (a && (out[i] < least || out[i] > MOST))
            return hear_call_fail(c, err, "%s are out of range", name);
    }
    return HEAR_OK;
}

/* Total padding, shared out: the odd one goes to the end, or for SAME_LOWER to the beginning. */
static void share(padding kind, int64_t total, int64_t *pad, int64_t *pad_end)
{
    total = total > 0 ? total : 0;
    *pad = kind == PAD_LOWER ? total - total / 2 : total / 2;
    *pad_end = total - *pad;
}

static hear_status read_dimension(hear_window *w, size_t d, const hear_call *c, int64_t pad,
                                  int64_t pad_end, padding kind, bool ceil_mode, hear_error *err)
{
    const int64_t in = (int64_t)w->in[d], stride = (int64_t)w->stride[d];
    const int64_t span = ((int64_t)w->kernel[d] - 1) * (int64_t)w->dilation[d] + 1;
    if (in < 1)
        return hear_call_fail(c, err, "the input is empty");
    if (kind == PAD_UPPER || kind == PAD_LOWER) {
        const int64_t out = (in + stride - 1) / stride;
        share(kind, (out - 1) * stride + span - in, &pad, &pad_end);
    } else if (kind == PAD_VALID) {
        pad = pad_end = 0;
    }
    const int64_t room = in + pad + pad_end - span;
    if (room < 0)
        return hear_call_fail(c, err, "the kernel is larger than the padded input");
    int64_t out = (room + (ceil_mode ? stride - 1 : 0)) / stride + 1;
    if (ceil_mode && (out - 1) * stride >= in + pad)
        out--; /* a window that begins behind the input sees nothing */
    if (out > INT32_MAX)
        return hear_call_fail(c, err, "the result is too large");
    w->pad[d] = (size_t)pad;
    w->pad_end[d] = (size_t)pad_end;
    w->out[d] = (size_t)out;
    return HEAR_OK;
}

/* kernel: [rank] */
static hear_status read_window(hear_window *w, const hear_call *c, const int64_t *kernel,
                               bool ceil_mode, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    if (x->rank < 3 || x->rank > 2 + HEAR_SPACE)
        return hear_call_fail(c, err, "the input must have 3 to 5 dimensions");
    memset(w, 0, sizeof *w);
    w->rank = x->rank - 2;
    const size_t skip = HEAR_SPACE - w->rank;
    int64_t stride[HEAR_SPACE], dilation[HEAR_SPACE], pad[2 * HEAR_SPACE];
    padding kind = PAD_NOTSET;
    hear_status s;
    if ((s = read_numbers(c, "strides", w->rank, 1, 1, stride, err)) ||
        (s = read_numbers(c, "dilations", w->rank, 1, 1, dilation, err)) ||
        (s = read_numbers(c, "pads", 2 * w->rank, 0, 0, pad, err)) ||
        (s = read_padding(c, &kind, err)))
        return s;
    for (size_t d = 0; d < HEAR_SPACE; d++) {
        const bool there = d >= skip;
        if (there && (kernel[d - skip] < 1 || kernel[d - skip] > MOST))
            return hear_call_fail(c, err, "the kernel's shape is out of range");
        w->in[d] = there ? (size_t)x->dim[2 + d - skip] : 1;
        w->kernel[d] = there ? (size_t)kernel[d - skip] : 1;
        w->stride[d] = there ? (size_t)stride[d - skip] : 1;
        w->dilation[d] = there ? (size_t)dilation[d - skip] : 1;
        s = read_dimension(w, d, c, there ? pad[d - skip] : 0, there ? pad[d - skip + w->rank] : 0,
                           kind, ceil_mode, err);
        if (s)
            return s;
    }
    return HEAR_OK;
}

/* The weights end with the kernel's shape, which the node may say again. */
static hear_status check_weights(const hear_call *c, const hear_shape *weights, hear_error *err)
{
    if (weights->rank != c->in[0]->shape.rank || weights->rank < 3)
        return hear_call_fail(c, err, "input and weights must have the same 3 to 5 dimensions");
    const hear_attr *kernel = hear_node_attr(c->node, "kernel_shape");
    bool same = !kernel || kernel->n == weights->rank - 2;
    for (size_t i = 0; kernel && same && i < kernel->n; i++)
        same = kernel->ints[i] == weights->dim[2 + i];
    return same ? HEAR_OK : hear_call_fail(c, err, "kernel_shape is not that of the weights");
}

hear_status hear_window_read_conv(hear_window *w, const hear_call *c, const hear_shape *weights,
                                  hear_error *err)
{
    const hear_status s = check_weights(c, weights, err);
    return s ? s : read_window(w, c, &weights->dim[2], false, err);
}

/* Pads below the kernel's span, and no kernel out of all proportion to the input, over which a run
 * would never end. */
static hear_status check_pool(const hear_window *w, const hear_call *c, hear_error *err)
{
    for (size_t d = 0; d < HEAR_SPACE; d++) {
        const size_t span = (w->kernel[d] - 1) * w->dilation[d] + 1;
        if (w->pad[d] >= span || w->pad_end[d] >= span)
            return hear_call_fail(c, err, "pads must be smaller than the kernel");
        if (w->kernel[d] > 64 && w->kernel[d] > 2 * w->in[d])
            return hear_call_fail(c, err, "the kernel is larger than the input");
    }
    return HEAR_OK;
}

hear_status hear_window_read_pool(hear_window *w, const hear_call *c, hear_error *err)
{
    const hear_attr *kernel = hear_node_attr(c->node, "kernel_shape");
    const size_t rank = c->in[0]->shape.rank;
    if (rank < 3 || rank > 2 + HEAR_SPACE)
        return hear_call_fail(c, err, "the input must have 3 to 5 dimensions");
    if (!kernel || kernel->n != rank - 2)
        return hear_call_fail(c, err, "kernel_shape must have %zu numbers", rank - 2);
    const bool ceil_mode = hear_call_int(c, "ceil_mode", 0) != 0;
    const hear_status s = read_window(w, c, kernel->ints, ceil_mode, err);
    return s ? s : check_pool(w, c, err);
}

/* in: the node's input along d. wanted: of output_shape, or -1. */
static hear_status read_transposed(hear_window *w, size_t d, const hear_call *c, int64_t in,
                                   int64_t pad, int64_t pad_end, int64_t more, int64_t wanted,
                                   padding kind, hear_error *err)
{
    const int64_t stride = (int64_t)w->stride[d];
    const int64_t span = ((int64_t)w->kernel[d] - 1) * (int64_t)w->dilation[d] + 1;
    const int64_t whole = stride * (in - 1) + more + span; /* without padding */
    if (in < 1)
        return hear_call_fail(c, err, "the input is empty");
    if (wanted < 0 && (kind == PAD_UPPER || kind == PAD_LOWER))
        wanted = in * stride;
    if (wanted >= 0) { /* ONNX gives the odd one to the beginning here, but for SAME_UPPER */
        share(kind == PAD_UPPER ? PAD_UPPER : PAD_LOWER, whole - wanted, &pad, &pad_end);
    } else {
        if (kind == PAD_VALID)
            pad = pad_end = 0;
        wanted = whole - pad - pad_end;
    }
    if (wanted < 1 || wanted > INT32_MAX)
        return hear_call_fail(c, err, "the result's size is out of range");
    w->in[d] = (size_t)wanted;
    w->out[d] = (size_t)in;
    w->pad[d] = (size_t)pad;
    w->pad_end[d] = (size_t)pad_end;
    return HEAR_OK;
}

hear_status hear_window_read_transposed(hear_window *w, const hear_call *c,
                                        const hear_shape *weights, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const int64_t *kernel = &weights->dim[2];
    hear_status s = check_weights(c, weights, err);
    if (s)
        return s;
    if (x->rank < 3 || x->rank > 2 + HEAR_SPACE)
        return hear_call_fail(c, err, "the input must have 3 to 5 dimensions");
    memset(w, 0, sizeof *w);
    w->rank = x->rank - 2;
    const size_t skip = HEAR_SPACE - w->rank;
    int64_t stride[HEAR_SPACE], dilation[HEAR_SPACE], pad[2 * HEAR_SPACE], more[HEAR_SPACE];
    int64_t wanted[HEAR_SPACE];
    padding kind = PAD_NOTSET;
    if ((s = read_numbers(c, "strides", w->rank, 1, 1, stride, err)) ||
        (s = read_numbers(c, "dilations", w->rank, 1, 1, dilation, err)) ||
        (s = read_numbers(c, "pads", 2 * w->rank, 0, 0, pad, err)) ||
        (s = read_numbers(c, "output_padding", w->rank, 0, 0, more, err)) ||
        (s = read_numbers(c, "output_shape", w->rank, 0, -1, wanted, err)) ||
        (s = read_padding(c, &kind, err)))
        return s;
    for (size_t d = 0; d < HEAR_SPACE; d++) {
        const bool there = d >= skip;
        const size_t i = d - skip;
        if (there && (kernel[i] < 1 || kernel[i] > MOST))
            return hear_call_fail(c, err, "the kernel's shape is out of range");
        w->kernel[d] = there ? (size_t)kernel[i] : 1;
        w->stride[d] = there ? (size_t)stride[i] : 1;
        w->dilation[d] = there ? (size_t)dilation[i] : 1;
        s = read_transposed(w, d, c, there ? x->dim[2 + i] : 1, there ? pad[i] : 0,
                            there ? pad[i + w->rank] : 0, there ? more[i] : 0,
                            there ? wanted[i] : -1, kind, err);
        if (s)
            return s;
    }
    return HEAR_OK;
}
