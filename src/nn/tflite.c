/* tflite.c - see tflite.h. Numbers of fields and operators: tensorflow/lite/schema/schema.fbs. */
#include "config.h"

#include "nn/tflite.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { /* fields */
       MODEL_CODES = 1,
       MODEL_SUBGRAPHS = 2,
       MODEL_BUFFERS = 4,
       CODE_OLD = 0,
       CODE_NEW = 3,
       SUB_TENSORS = 0,
       SUB_OUTPUTS = 2,
       SUB_OPERATORS = 3,
       TENSOR_SHAPE = 0,
       TENSOR_TYPE = 1,
       TENSOR_BUFFER = 2,
       TENSOR_QUANTIZATION = 4,
       QUANT_SCALE = 2,
       QUANT_ZERO = 3,
       QUANT_DIMENSION = 6,
       OP_CODE = 0,
       OP_IN = 1,
       OP_OUT = 2,
       OP_OPTIONS = 4
};
enum { TYPE_F32 = 0, TYPE_I32 = 2, TYPE_U8 = 3, TYPE_I8 = 9 };
enum { NO_ACTIVATION = 0, RELU = 1, RELU6 = 3 };
enum { MAX_SIZE = 1 << 24 }; /* of a dimension */

typedef struct {
    hear_flat f;
    hear_flat_vector codes, buffers, tensors;
    hear_graph *g;
    hear_error *err;
    size_t *value;    /* [tensors.n] in the graph; HEAR_NO_VALUE */
    size_t embedding; /* what the last fully connected layer reads */
    size_t n_ops;     /* for names */
    size_t n_numbers; /* of weights: no more than the file has bytes, however it shares them */
} reader;

typedef struct {
    size_t table;
    int code;
    hear_flat_vector in, out;
    size_t options;
} op;

typedef struct {
    size_t rank;
    int64_t dim[4];
} size4;

static hear_status broken(reader *r, const char *what)
{
    return hear_fail(r->err, HEAR_ERR_MODEL, "not a TensorFlow Lite file, or broken: %s", what);
}

/* ---- tensors */

static size_t tensor_of(const reader *r, hear_flat_vector list, size_t i)
{
    if (i >= list.n)
        return SIZE_MAX;
    const int32_t k = hear_flat_item_i32(&r->f, list, i);
    return k >= 0 && (size_t)k < r->tensors.n ? (size_t)k : SIZE_MAX;
}

static bool size_of(const reader *r, size_t tensor, size4 *s)
{
    if (tensor == SIZE_MAX)
        return false;
    const hear_flat_vector v =
        hear_flat_list(&r->f, hear_flat_item(&r->f, r->tensors, tensor), TENSOR_SHAPE, 4);
    s->rank = v.n;
    if (v.n > 4)
        return false;
    for (size_t i = 0; i < v.n; i++) {
        s->dim[i] = hear_flat_item_i32(&r->f, v, i);
        if (s->dim[i] < 1 || s->dim[i] > MAX_SIZE)
            return false;
    }
    return true;
}

static bool count_of(const size4 *s, size_t *n)
{
    *n = 1;
    for (size_t i = 0; i < s->rank; i++)
        if (!hear_mul(*n, (size_t)s->dim[i], n))
            return false;
    return true;
}

static float number_at(const reader *r, hear_flat_vector data, int type, size_t i, int64_t zero)
{
    if (type == TYPE_F32)
        return hear_flat_item_f32(&r->f, data, i);
    if (type == TYPE_I32)
        return (float)((int64_t)hear_flat_item_i32(&r->f, data, i) - zero);
    const uint8_t byte = r->f.bytes[data.at + i];
    return (float)((type == TYPE_I8 ? (int64_t)(int8_t)byte : (int64_t)byte) - zero);
}

/* The numbers of a constant, dequantised, in the file's order; NULL (told) where they are none. */
static float *constant(reader *r, size_t tensor, size4 *s, hear_status *status)
{
    size_t n;
    if (!size_of(r, tensor, s) || !count_of(s, &n)) {
        *status = broken(r, "a weight's shape");
        return NULL;
    }
    const size_t t = hear_flat_item(&r->f, r->tensors, tensor);
    const int type = hear_flat_u8(&r->f, t, TENSOR_TYPE, TYPE_F32);
    const size_t item = type == TYPE_F32 || type == TYPE_I32 ? 4 : 1;
    const size_t buffer = (size_t)(uint32_t)hear_flat_i32(&r->f, t, TENSOR_BUFFER, 0);
    const hear_flat_vector data =
        buffer < r->buffers.n
            ? hear_flat_list(&r->f, hear_flat_item(&r->f, r->buffers, buffer), 0, 1)
            : (hear_flat_vector){ 0, 0 };
    if (type != TYPE_F32 && type != TYPE_I32 && type != TYPE_U8 && type != TYPE_I8) {
        *status = hear_fail(r->err, HEAR_ERR_MODEL, "weights of type %d are not supported", type);
        return NULL;
    }
    if (n > data.n || data.n != n * item) {
        *status = broken(r, "a weight's data");
        return NULL;
    }
    r->n_numbers += n;
    if (r->n_numbers > r->f.n) {
        *status = broken(r, "its weights are larger than itself");
        return NULL;
    }
    const size_t q = /* which real numbers have no use for */
        type == TYPE_F32 ? 0 : hear_flat_table(&r->f, t, TENSOR_QUANTIZATION);
    const hear_flat_vector scale = hear_flat_list(&r->f, q, QUANT_SCALE, 4);
    const hear_flat_vector zero = hear_flat_list(&r->f, q, QUANT_ZERO, 8);
    const int32_t dim = hear_flat_i32(&r->f, q, QUANT_DIMENSION, 0);
    const bool by_channel = scale.n > 1;
    if (type != TYPE_F32 &&
        (scale.n < 1 || (zero.n != scale.n && zero.n > 1) ||
         (by_channel && (dim < 0 || (size_t)dim >= s->rank || scale.n != (size_t)s->dim[dim])))) {
        *status = broken(r, "a weight's scales");
        return NULL;
    }
    size_t behind = 1; /* numbers from one channel to the next */
    for (size_t i = s->rank; by_channel && i-- > (size_t)dim + 1;)
        behind *= (size_t)s->dim[i];
    float *const out = malloc((n ? n : 1) * sizeof *out);
    if (!out) {
        *status = hear_fail(r->err, HEAR_ERR_MEM, NULL);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t c = by_channel ? i / behind % scale.n : 0;
        const int64_t z = zero.n > 0 ? hear_flat_item_i64(&r->f, zero, zero.n > 1 ? c : 0) : 0;
        out[i] = number_at(r, data, type, i, z > -256 && z < 256 ? z : 0);
        if (type != TYPE_F32)
            out[i] *= hear_flat_item_f32(&r->f, scale, c);
    }
    return out;
}

/* ---- the graph */

static hear_status add(reader *r, const char *type, size_t n_in, const size_t *in, size_t *out)
{
    char name[32];
    snprintf(name, sizeof name, "%s%zu", type, r->n_ops++);
    const hear_status s = hear_graph_add_node(r->g, type, name, n_in, in, out);
    return s == HEAR_OK ? s : hear_fail(r->err, s, NULL);
}

static hear_status weight(reader *r, const char *what, size_t rank, const int64_t *dim,
                          const float *data, size_t *value)
{
    char name[32];
    hear_shape shape = { .rank = rank };
    memcpy(shape.dim, dim, rank * sizeof *dim);
    snprintf(name, sizeof name, "%s%zu", what, r->n_ops);
    const hear_status s = hear_graph_add_weight(r->g, name, &shape, data, value);
    return s == HEAR_OK ? s : hear_fail(r->err, s, NULL);
}

static hear_status activate(reader *r, int activation, size_t *value)
{
    if (activation == NO_ACTIVATION)
        return HEAR_OK;
    if (activation == RELU)
        return add(r, "Relu", 1, value, value);
    if (activation != RELU6)
        return hear_fail(r->err, HEAR_ERR_MODEL, "activation %d is not supported", activation);
    size_t zero = hear_graph_find(r->g, "zero"), six = hear_graph_find(r->g, "six");
    const hear_shape scalar = { .rank = 0 };
    hear_status s = HEAR_OK;
    if (zero == HEAR_NO_VALUE)
        s = hear_graph_add_weight(r->g, "zero", &scalar, &(float){ 0.0f }, &zero);
    if (s == HEAR_OK && six == HEAR_NO_VALUE)
        s = hear_graph_add_weight(r->g, "six", &scalar, &(float){ 6.0f }, &six);
    if (s != HEAR_OK)
        return hear_fail(r->err, s, NULL);
    return add(r, "Clip", 3, (size_t[]){ *value, zero, six }, value);
}

/* The graph's value of an operator's first input; HEAR_NO_VALUE (told) where it has none. */
static size_t input_of(reader *r, const op *o, hear_status *status)
{
    const size_t t = tensor_of(r, o->in, 0);
    if (t != SIZE_MAX && r->value[t] != HEAR_NO_VALUE)
        return r->value[t];
    *status = hear_fail(r->err, HEAR_ERR_MODEL,
                        "operator %d reads what is not made by the layers before", o->code);
    return HEAR_NO_VALUE;
}

/* TensorFlow's "SAME": as much on both sides, one more behind. */
static void same_pads(int64_t in, int64_t kernel, int64_t stride, int64_t dilation, int64_t *begin,
                      int64_t *end)
{
    const int64_t span = (kernel - 1) * dilation + 1;
    const int64_t all = ((in + stride - 1) / stride - 1) * stride + span - in;
    *begin = all > 0 ? all / 2 : 0;
    *end = all > 0 ? all - *begin : 0;
}

/* [o][h][w][i] to [o][i][h][w]; of depthwise ones [1][h][w][o] to [o][1][h][w]. */
static float *turn(const float *in, const size4 *s, bool depthwise)
{
    const size_t n_out = (size_t)s->dim[depthwise ? 3 : 0],
                 n_in = depthwise ? 1 : (size_t)s->dim[3];
    const size_t taps = (size_t)(s->dim[1] * s->dim[2]);
    float *const out = malloc(n_out * n_in * taps * sizeof *out);
    for (size_t o = 0; out && o < n_out; o++)
        for (size_t i = 0; i < n_in; i++)
            for (size_t k = 0; k < taps; k++)
                out[(o * n_in + i) * taps + k] =
                    depthwise ? in[k * n_out + o] : in[(o * taps + k) * n_in + i];
    return out;
}

static hear_status set_window(reader *r, const op *o, const size4 *in, const size4 *w,
                              int64_t group, bool depthwise)
{
    const hear_flat *const f = &r->f;
    const unsigned dilation = depthwise ? 5 : 4;
    const bool same = hear_flat_u8(f, o->options, 0, 0) == 0;
    const int64_t strides[2] = { hear_flat_i32(f, o->options, 2, 0),
                                 hear_flat_i32(f, o->options, 1, 0) };
    const int64_t dilations[2] = { hear_flat_i32(f, o->options, dilation + 1, 1),
                                   hear_flat_i32(f, o->options, dilation, 1) };
    int64_t pads[4] = { 0 };
    for (int i = 0; i < 2; i++) {
        if (strides[i] < 1 || strides[i] > 1024 || dilations[i] < 1 || dilations[i] > 1024)
            return broken(r, "a convolution's strides");
        if (same)
            same_pads(in->dim[1 + i], w->dim[1 + i], strides[i], dilations[i], &pads[i],
                      &pads[2 + i]);
    }
    hear_node *const n = hear_graph_last_node(r->g);
    hear_status s = hear_node_set_int(n, "group", group);
    if (s == HEAR_OK)
        s = hear_node_set_ints(n, "kernel_shape", 2, w->dim + 1);
    if (s == HEAR_OK)
        s = hear_node_set_ints(n, "strides", 2, strides);
    if (s == HEAR_OK)
        s = hear_node_set_ints(n, "dilations", 2, dilations);
    if (s == HEAR_OK)
        s = hear_node_set_ints(n, "pads", 4, pads);
    return s == HEAR_OK ? s : hear_fail(r->err, s, NULL);
}

static hear_status convolve(reader *r, const op *o, bool depthwise, size_t *out)
{
    hear_status s = HEAR_OK;
    size_t in[3] = { input_of(r, o, &s) };
    size4 x, w, b;
    if (s != HEAR_OK)
        return s;
    if (!size_of(r, tensor_of(r, o->in, 0), &x) || x.rank != 4)
        return broken(r, "a convolution's input");
    float *const weights = constant(r, tensor_of(r, o->in, 1), &w, &s);
    float *const bias = weights ? constant(r, tensor_of(r, o->in, 2), &b, &s) : NULL;
    float *turned = NULL;
    if (s == HEAR_OK &&
        (w.rank != 4 || b.rank != 1 || b.dim[0] != w.dim[depthwise ? 3 : 0] ||
         (depthwise ? w.dim[0] != 1 || w.dim[3] % x.dim[3] != 0 : w.dim[3] != x.dim[3])))
        s = broken(r, "a convolution's weights");
    if (s == HEAR_OK && !(turned = turn(weights, &w, depthwise)))
        s = hear_fail(r->err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK)
        s = weight(r, "w", 4, (int64_t[]){ b.dim[0], depthwise ? 1 : w.dim[3], w.dim[1], w.dim[2] },
                   turned, &in[1]);
    if (s == HEAR_OK)
        s = weight(r, "b", 1, b.dim, bias, &in[2]);
    if (s == HEAR_OK)
        s = add(r, "Conv", 3, in, out);
    if (s == HEAR_OK)
        s = set_window(r, o, &x, &w, depthwise ? x.dim[3] : 1, depthwise);
    free(weights);
    free(bias);
    free(turned);
    return s == HEAR_OK ? activate(r, hear_flat_u8(&r->f, o->options, depthwise ? 4 : 3, 0), out)
                        : s;
}

static hear_status do_conv(reader *r, const op *o, size_t *out)
{
    return convolve(r, o, false, out);
}

static hear_status do_depthwise(reader *r, const op *o, size_t *out)
{
    return convolve(r, o, true, out);
}

enum { AVERAGE_POOL = 1 };

/* False where a pool's window is smaller than the picture, or a mean is over other axes than its
 * height and width; where they are not constants, the result's shape has to do. */
static bool is_over_all(const reader *r, const op *o, const size4 *x)
{
    if (o->code == AVERAGE_POOL)
        return hear_flat_i32(&r->f, o->options, 3, 0) >= x->dim[2] &&
               hear_flat_i32(&r->f, o->options, 4, 0) >= x->dim[1];
    const size_t t = tensor_of(r, o->in, 1);
    if (t == SIZE_MAX)
        return true;
    const size_t buffer = (size_t)(uint32_t)hear_flat_i32(
        &r->f, hear_flat_item(&r->f, r->tensors, t), TENSOR_BUFFER, 0);
    if (buffer >= r->buffers.n)
        return true;
    const hear_flat_vector axes =
        hear_flat_list(&r->f, hear_flat_item(&r->f, r->buffers, buffer), 0, 1);
    unsigned seen = 0;
    for (size_t i = 0; i < axes.n / 4; i++)
        seen |= 1u << (hear_flat_item_i32(&r->f, axes, i) & 3); /* -1 is 3 of four */
    return axes.n < 4 || seen == (1u << 1 | 1u << 2);
}

/* The mean over height and width, whatever way it is asked for. */
static hear_status do_mean(reader *r, const op *o, size_t *out)
{
    hear_status s = HEAR_OK;
    const size_t in = input_of(r, o, &s);
    size4 x, y;
    if (s != HEAR_OK)
        return s;
    size_t n;
    const bool known = size_of(r, tensor_of(r, o->in, 0), &x) && x.rank == 4 &&
                       size_of(r, tensor_of(r, o->out, 0), &y) && count_of(&y, &n);
    if (!known || n != (size_t)x.dim[3] || !is_over_all(r, o, &x))
        return hear_fail(r->err, HEAR_ERR_MODEL,
                         "a mean or pool over less than the picture is not supported");
    s = add(r, "GlobalAveragePool", 1, &in, out);
    if (s == HEAR_OK)
        s = add(r, "Flatten", 1, out, out);
    if (s == HEAR_OK && o->code == AVERAGE_POOL)
        s = activate(r, hear_flat_u8(&r->f, o->options, 5, 0), out);
    return s;
}

static hear_status do_dense(reader *r, const op *o, size_t *out)
{
    hear_status s = HEAR_OK;
    size_t in[3] = { input_of(r, o, &s) };
    size4 x, w, b;
    size_t n_x;
    if (s != HEAR_OK)
        return s;
    if (!size_of(r, tensor_of(r, o->in, 0), &x) || !count_of(&x, &n_x))
        return broken(r, "a dense layer's input");
    for (size_t i = 0; i + 1 < x.rank; i++)
        if (x.dim[i] != 1)
            return hear_fail(r->err, HEAR_ERR_MODEL,
                             "a dense layer over height and width is not supported");
    float *const weights = constant(r, tensor_of(r, o->in, 1), &w, &s);
    float *const bias = weights ? constant(r, tensor_of(r, o->in, 2), &b, &s) : NULL;
    if (s == HEAR_OK &&
        (w.rank != 2 || b.rank != 1 || b.dim[0] != w.dim[0] || (size_t)w.dim[1] != n_x))
        s = broken(r, "a dense layer's weights");
    if (s == HEAR_OK)
        s = weight(r, "w", 2, w.dim, weights, &in[1]);
    if (s == HEAR_OK)
        s = weight(r, "b", 1, b.dim, bias, &in[2]);
    free(weights);
    free(bias);
    if (s == HEAR_OK)
        s = add(r, "Gemm", 3, in, out);
    if (s == HEAR_OK)
        s = hear_node_set_int(hear_graph_last_node(r->g), "transB", 1);
    r->embedding = in[0];
    return s == HEAR_OK ? activate(r, hear_flat_u8(&r->f, o->options, 0, 0), out) : s;
}

static hear_status do_logistic(reader *r, const op *o, size_t *out)
{
    hear_status s = HEAR_OK;
    const size_t in = input_of(r, o, &s);
    return s == HEAR_OK ? add(r, "Sigmoid", 1, &in, out) : s;
}

static hear_status do_softmax(reader *r, const op *o, size_t *out)
{
    hear_status s = HEAR_OK;
    const size_t in = input_of(r, o, &s);
    return s == HEAR_OK ? add(r, "Softmax", 1, &in, out) : s;
}

static hear_status do_relu6(reader *r, const op *o, size_t *out)
{
    hear_status s = HEAR_OK;
    *out = input_of(r, o, &s);
    return s == HEAR_OK ? activate(r, RELU6, out) : s;
}

/* Between int8 and float32 nothing happens: all is float32. A reshape only takes ones away. */
static hear_status do_nothing(reader *r, const op *o, size_t *out)
{
    hear_status s = HEAR_OK;
    size4 x, y;
    *out = input_of(r, o, &s);
    if (s != HEAR_OK || o->code != 22)
        return s;
    size_t n_x, n_y;
    if (!size_of(r, tensor_of(r, o->in, 0), &x) || !size_of(r, tensor_of(r, o->out, 0), &y) ||
        !count_of(&x, &n_x) || !count_of(&y, &n_y) || y.rank < 1 || x.rank < 1 || n_x != n_y ||
        (size_t)x.dim[x.rank - 1] != n_x || (size_t)y.dim[y.rank - 1] != n_y)
        return hear_fail(r->err, HEAR_ERR_MODEL, "a Reshape between the layers is not supported");
    return HEAR_OK;
}

enum { CONV_2D = 3 };

static const struct {
    int code;
    hear_status (*run)(reader *r, const op *o, size_t *out);
} operators[] = {
    { AVERAGE_POOL, do_mean }, { CONV_2D, do_conv }, { 4, do_depthwise }, { 6, do_nothing },
    { 9, do_dense },           { 14, do_logistic },  { 21, do_relu6 },    { 22, do_nothing },
    { 25, do_softmax },        { 40, do_mean },      { 114, do_nothing },
};

static int code_of(const reader *r, size_t table)
{
    const size_t i = (size_t)(uint32_t)hear_flat_i32(&r->f, table, OP_CODE, 0);
    if (i >= r->codes.n)
        return -1;
    const size_t code = hear_flat_item(&r->f, r->codes, i);
    const int old = (int8_t)hear_flat_u8(&r->f, code, CODE_OLD, 0);
    const int new = hear_flat_i32(&r->f, code, CODE_NEW, 0);
    return old > new ? old : new;
}

static hear_status run_op(reader *r, const op *o)
{
    const size_t to = tensor_of(r, o->out, 0);
    if (to == SIZE_MAX || o->out.n != 1 || r->value[to] != HEAR_NO_VALUE)
        return broken(r, "an operator's output");
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (operators[i].code == o->code) {
            size_t out = HEAR_NO_VALUE;
            const hear_status s = operators[i].run(r, o, &out);
            r->value[to] = out;
            return s;
        }
    return hear_fail(r->err, HEAR_ERR_MODEL, "TensorFlow Lite's operator %d is not supported",
                     o->code);
}

static hear_status begin(reader *r, const op *first)
{
    size4 x;
    size_t input;
    const size_t t = tensor_of(r, first->in, 0);
    if (!size_of(r, t, &x) || x.rank != 4 || x.dim[0] != 1 || x.dim[3] != 1)
        return hear_fail(r->err, HEAR_ERR_MODEL,
                         "its first convolution does not see one picture of one channel");
    const hear_shape shape = { .rank = 4, .dim = { -1, 1, x.dim[1], x.dim[2] } };
    const hear_status s = hear_graph_add_input(r->g, "patches", HEAR_F32, &shape, &input);
    r->value[t] = input;
    return s == HEAR_OK ? s : hear_fail(r->err, s, NULL);
}

static hear_status name_outputs(reader *r, size_t sub)
{
    const size_t t = tensor_of(r, hear_flat_list(&r->f, sub, SUB_OUTPUTS, 4), 0);
    size_t scores = t == SIZE_MAX ? HEAR_NO_VALUE : r->value[t], embedding = r->embedding;
    if (scores == HEAR_NO_VALUE || embedding == HEAR_NO_VALUE)
        return hear_fail(r->err, HEAR_ERR_MODEL, "no dense layer leads to its output");
    static const char *const names[2] = { "scores", "embedding" };
    hear_status s = HEAR_OK;
    for (int i = 0; s == HEAR_OK && i < 2; i++) {
        s = hear_graph_add_node(r->g, "Identity", names[i], 1, i ? &embedding : &scores,
                                i ? &embedding : &scores);
        if (s == HEAR_OK)
            s = hear_graph_add_output(r->g, i ? embedding : scores);
    }
    return s == HEAR_OK ? s : hear_fail(r->err, s, NULL);
}

static hear_status read_all(reader *r)
{
    const size_t model = hear_flat_root(&r->f);
    const hear_flat_vector subs = hear_flat_list(&r->f, model, MODEL_SUBGRAPHS, 4);
    r->codes = hear_flat_list(&r->f, model, MODEL_CODES, 4);
    r->buffers = hear_flat_list(&r->f, model, MODEL_BUFFERS, 4);
    const size_t sub = subs.n > 0 ? hear_flat_item(&r->f, subs, 0) : 0;
    const hear_flat_vector ops = hear_flat_list(&r->f, sub, SUB_OPERATORS, 4);
    r->tensors = hear_flat_list(&r->f, sub, SUB_TENSORS, 4);
    if (ops.n < 1 || r->tensors.n < 1)
        return broken(r, "it holds no network");
    r->value = malloc(r->tensors.n * sizeof *r->value);
    hear_status s = r->value ? hear_graph_create(&r->g, 13) : HEAR_ERR_MEM;
    if (s != HEAR_OK)
        return hear_fail(r->err, s, NULL);
    for (size_t i = 0; i < r->tensors.n; i++)
        r->value[i] = HEAR_NO_VALUE;
    bool begun = false;
    for (size_t i = 0; s == HEAR_OK && i < ops.n; i++) {
        const size_t table = hear_flat_item(&r->f, ops, i);
        const op o = { .table = table,
                       .code = code_of(r, table),
                       .in = hear_flat_list(&r->f, table, OP_IN, 4),
                       .out = hear_flat_list(&r->f, table, OP_OUT, 4),
                       .options = hear_flat_table(&r->f, table, OP_OPTIONS) };
        if (!begun && o.code == CONV_2D) {
            begun = true;
            s = begin(r, &o);
        }
        if (begun && s == HEAR_OK)
            s = run_op(r, &o);
    }
    return s == HEAR_OK ? name_outputs(r, sub) : s;
}

bool hear_is_tflite(const void *bytes, size_t n_bytes)
{
    return n_bytes >= 8 && memcmp((const char *)bytes + 4, "TFL3", 4) == 0;
}

hear_status hear_tflite_parse(hear_graph **out, const void *bytes, size_t n_bytes, hear_error *err)
{
    *out = NULL;
    reader r = { .f = { bytes, n_bytes }, .err = err, .embedding = HEAR_NO_VALUE };
    hear_status s = hear_is_tflite(bytes, n_bytes) && n_bytes <= HEAR_TFLITE_MAX_BYTES
                        ? read_all(&r)
                        : broken(&r, "its identifier or size");
    free(r.value);
    if (s == HEAR_OK)
        *out = r.g;
    else
        hear_graph_destroy(r.g);
    return s;
}
