/* op_pad.c - Pad: more (or, with negative numbers, less) at the ends of each dimension. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <string.h>

#define OUTSIDE SIZE_MAX

typedef struct {
    size_t rank;
    size_t dim[HEAR_MAX_RANK];    /* of the output */
    size_t stride[HEAR_MAX_RANK]; /* of the input, in elements */
    size_t map_at[HEAR_MAX_RANK]; /* where the map of each dimension begins */
    float value;                  /* before opset 11 */
    size_t map[];                 /* input index for each output index, or OUTSIDE */
} params;

typedef enum { CONSTANT, REFLECT, EDGE, WRAP } mode;

static hear_status read_mode(const hear_call *c, mode *kind, hear_error *err)
{
    static const char *const names[] = { "constant", "reflect", "edge", "wrap" };
    const char *text = hear_call_string(c, "mode", "constant");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *kind = (mode)i;
            return HEAR_OK;
        }
    return hear_call_fail(c, err, "mode \"%.20s\" is not known", text);
}

/* before[d] and after[d] for every dimension. */
static hear_status read_pads(const hear_call *c, int64_t *before, int64_t *after, hear_error *err)
{
    const size_t rank = c->in[0]->shape.rank;
    int64_t pads[2 * HEAR_MAX_RANK];
    size_t n = 0, n_axes, axes[HEAR_MAX_RANK];
    hear_status s;
    if (hear_call_has_in(c, 1)) {
        if ((s = hear_call_ints(c, 1, pads, 2 * HEAR_MAX_RANK, &n, err)))
            return s;
    } else {
        const hear_attr *a = hear_node_attr(c->node, "pads");
        if (!a || a->n > 2 * HEAR_MAX_RANK)
            return hear_call_fail(c, err, "pads are missing");
        n = a->n;
        for (size_t i = 0; i < n; i++)
            pads[i] = a->ints[i];
    }
    if ((s = hear_call_axes(c, NULL, 3, rank, axes, &n_axes, err)))
        return s;
    if (n_axes == 0 && !hear_call_has_in(c, 3))
        for (; n_axes < rank; n_axes++)
            axes[n_axes] = n_axes;
    if (n != 2 * n_axes)
        return hear_call_fail(c, err, "pads have %zu numbers for %zu dimensions", n, n_axes);
    memset(before, 0, rank * sizeof *before);
    memset(after, 0, rank * sizeof *after);
    for (size_t i = 0; i < n_axes; i++) {
        if (pads[i] < INT32_MIN || pads[i] > INT32_MAX || pads[i + n_axes] < INT32_MIN ||
            pads[i + n_axes] > INT32_MAX)
            return hear_call_fail(c, err, "pads are out of range");
        before[axes[i]] = pads[i];
        after[axes[i]] = pads[i + n_axes];
    }
    return HEAR_OK;
}

/* What negative pads leave of n elements: *first .. *first + the result - 1, of which the rest is
 * made; 0 and less where nothing is left. */
static int64_t left_of(int64_t n, int64_t before, int64_t after, int64_t *first)
{
    *first = before < 0 ? -before : 0;
    return n - *first + (after < 0 ? after : 0);
}

/* Index i, counted from the input's first element, in an input of n; n >= 1 but for CONSTANT. */
static size_t source(mode kind, int64_t i, int64_t n)
{
    if (i >= 0 && i < n)
        return (size_t)i;
    if (kind == CONSTANT)
        return OUTSIDE;
    if (kind == EDGE)
        return (size_t)(i < 0 ? 0 : n - 1);
    const int64_t period = kind == WRAP ? n : n > 1 ? 2 * (n - 1) : 1;
    i = (i % period + period) % period;
    return (size_t)(i < n ? i : period - i);
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    int64_t before[HEAR_MAX_RANK], after[HEAR_MAX_RANK];
    mode kind = CONSTANT;
    hear_status s;
    if ((s = read_mode(c, &kind, err)) || (s = read_pads(c, before, after, err)))
        return s;
    if (hear_call_has_in(c, 2) && (c->in[2]->count != 1 || c->in[2]->dtype != c->in[0]->dtype))
        return hear_call_fail(c, err, "the value must be one number of the input's type");
    if (!hear_call_has_in(c, 2) && c->in[0]->dtype != HEAR_F32 &&
        hear_call_float(c, "value", 0.0f) != 0.0f)
        return hear_call_fail(c, err, "a value for float32 only");
    hear_shape y = { .rank = x->rank };
    size_t n_map = 0;
    for (size_t d = 0; d < x->rank; d++) {
        y.dim[d] = x->dim[d] + before[d] + after[d];
        if (y.dim[d] < 0 || y.dim[d] > INT32_MAX)
            return hear_call_fail(c, err, "pads are out of range");
        int64_t first;
        if (kind != CONSTANT && left_of(x->dim[d], before[d], after[d], &first) < 1 && y.dim[d] > 0)
            return hear_call_fail(c, err, "the input is empty");
        n_map += (size_t)y.dim[d];
    }
    if (n_map > (size_t)1 << 24)
        return hear_call_fail(c, err, "pads are out of range");
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    params *p = hear_call_params(c, sizeof *p + n_map * sizeof p->map[0]);
    if (!p)
        return HEAR_ERR_MEM;
    p->value = hear_call_float(c, "value", 0.0f);
    p->rank = x->rank;
    n_map = 0;
    for (size_t d = 0; d < x->rank; d++) {
        p->dim[d] = (size_t)y.dim[d];
        p->stride[d] = hear_shape_product(x, d + 1, x->rank);
        p->map_at[d] = n_map;
        int64_t first;
        const int64_t left = left_of(x->dim[d], before[d], after[d], &first);
        for (int64_t i = 0; i < y.dim[d]; i++, n_map++) {
            p->map[n_map] = source(kind, i - before[d] - first, left);
            p->map[n_map] += p->map[n_map] == OUTSIDE ? 0 : (size_t)first;
        }
    }
    return HEAR_OK;
}

/* Element of the input where output row number `row` would begin; OUTSIDE for a row of padding. */
static size_t row_at(const params *p, size_t row)
{
    size_t at = 0;
    for (size_t d = p->rank > 0 ? p->rank - 1 : 0; d-- > 0;) {
        const size_t from = p->map[p->map_at[d] + row % p->dim[d]];
        row /= p->dim[d];
        if (from == OUTSIDE)
            return OUTSIDE;
        at += from * p->stride[d];
    }
    return at;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const size_t size = hear_dtype_size(c->in[0]->dtype);
    const size_t n = p->rank > 0 ? p->dim[p->rank - 1] : 1;
    const size_t *map = p->rank > 0 ? p->map + p->map_at[p->rank - 1] : NULL;
    const char zeros[8] = { 0 };
    const void *value = hear_call_has_in(c, 2)        ? c->in[2]->data
                        : c->in[0]->dtype == HEAR_F32 ? (const void *)&p->value
                                                      : zeros;
    for (size_t row = 0; row * n < c->out[0]->count; row++) {
        const size_t at = row_at(p, row);
        char *y = (char *)c->out[0]->data + row * n * size;
        for (size_t i = 0; i < n; i++) {
            const size_t from = map ? map[i] : 0;
            const bool outside = at == OUTSIDE || from == OUTSIDE;
            memcpy(y + i * size,
                   outside ? value : (const char *)c->in[0]->data + (at + from) * size, size);
        }
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t n = p->rank > 0 ? p->dim[p->rank - 1] : 1;
    const size_t *map = p->rank > 0 ? p->map + p->map_at[p->rank - 1] : NULL;
    for (size_t row = 0; row * n < c->out[0]->count; row++) {
        const size_t at = row_at(p, row);
        for (size_t i = 0; i < n && at != OUTSIDE; i++) {
            const size_t from = map ? map[i] : 0;
            if (from != OUTSIDE)
                c->in_grad[0][at + from] += c->out_grad[0][row * n + i];
        }
    }
}

static const hear_op_attr attrs[] = {
    { "mode", HEAR_ATTR_STRING }, { "pads", HEAR_ATTR_INTS }, { "value", HEAR_ATTR_FLOAT }, { 0 }
};
static const char *const cases[] = {
    "x=2x3 i=1,0,2,-1",
    "x=2x3x4 i=0,0,3,0,0,2 mode=reflect",
    "x=2x3 i=1,4,0,2 mode=edge",
    "x=2x3 i=1,4 - i=-1 mode=wrap opset=19",
    "x=2x3 pads=0,1,1,0 value=2 opset=9",
    NULL,
};

const hear_op hear_op_pad = {
    .name = "Pad",
    .domain = "",
    .min_opset = 2,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 4,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
