/* op_slice.c - Slice: start, end and step along any axes, as Python slices. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <string.h>

typedef struct {
    size_t rank;                 /* outside of the rows that memory holds together */
    size_t n[HEAR_MAX_RANK];     /* of the output */
    int64_t step[HEAR_MAX_RANK]; /* in the input, in elements */
    size_t first;                /* element of the input */
    size_t row;                  /* elements in a row */
} params;

static hear_status read_list(hear_call *c, const char *name, size_t j, int64_t *v, size_t *n,
                             hear_error *err)
{
    *n = 0;
    if (hear_call_has_in(c, j))
        return hear_call_ints(c, j, v, HEAR_MAX_RANK, n, err);
    const hear_attr *a = name ? hear_node_attr(c->node, name) : NULL;
    if (!a)
        return HEAR_OK;
    if (a->n > HEAR_MAX_RANK)
        return hear_call_fail(c, err, "%s has %zu numbers", name, a->n);
    *n = a->n;
    memcpy(v, a->ints, a->n * sizeof *v);
    return HEAR_OK;
}

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* Rows of y that lie together in x, and how to go from one to the next: along each dimension from
 * its index from[] on, in steps of by[]. */
static void lay_out(params *p, const hear_shape *x, const hear_shape *y, const int64_t *from,
                    const int64_t *by)
{
    p->row = 1;
    size_t inner = x->rank; /* dimensions from here on are whole */
    for (; inner > 0 && by[inner - 1] == 1 && y->dim[inner - 1] == x->dim[inner - 1]; inner--)
        p->row *= (size_t)x->dim[inner - 1];
    size_t pitch = p->row;
    if (inner > 0 && by[inner - 1] == 1) { /* and a part of one more lies together */
        inner--;
        p->first += (size_t)from[inner] * pitch;
        p->row *= (size_t)y->dim[inner];
        pitch *= (size_t)x->dim[inner];
    }
    p->rank = inner;
    for (size_t i = inner; i-- > 0;) {
        p->n[i] = (size_t)y->dim[i];
        p->step[i] = by[i] * (int64_t)pitch;
        p->first += (size_t)from[i] * pitch;
        pitch *= (size_t)x->dim[i];
    }
    if (hear_shape_product(y, 0, y->rank) == 0)
        p->row = 0;
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    int64_t start[HEAR_MAX_RANK], end[HEAR_MAX_RANK], step[HEAR_MAX_RANK];
    size_t axes[HEAR_MAX_RANK], n, n_end, n_step, n_axes;
    hear_status s;
    if ((s = read_list(c, "starts", 1, start, &n, err)) ||
        (s = read_list(c, "ends", 2, end, &n_end, err)) ||
        (s = read_list(c, NULL, 4, step, &n_step, err)) ||
        (s = hear_call_axes(c, "axes", 3, x->rank, axes, &n_axes, err)))
        return s;
    if (!hear_call_has_in(c, 1) && !hear_node_attr(c->node, "starts"))
        return hear_call_fail(c, err, "starts are missing");
    if (n_axes == 0)
        for (; n_axes < n && n_axes < x->rank; n_axes++)
            axes[n_axes] = n_axes;
    if (n_end != n || n_axes != n || (n_step != 0 && n_step != n))
        return hear_call_fail(c, err, "starts, ends, axes and steps differ in number");

    hear_shape y = *x;
    int64_t from[HEAR_MAX_RANK] = { 0 }, by[HEAR_MAX_RANK];
    for (size_t i = 0; i < x->rank; i++)
        by[i] = 1;
    for (size_t i = 0; i < n; i++) {
        const size_t axis = axes[i];
        const int64_t size = x->dim[axis];
        int64_t stride = n_step ? step[i] : 1, a = start[i], b = end[i];
        if (stride == 0)
            return hear_call_fail(c, err, "a step is 0");
        stride = clamp(stride, -size - 1, size + 1); /* beyond, nothing changes */
        a = clamp(a < 0 ? a + size : a, 0, stride > 0 ? size : size - 1);
        b = clamp(b < 0 ? b + size : b, stride > 0 ? 0 : -1, size);
        const int64_t count =
            stride > 0 ? (b - a + stride - 1) / stride : (a - b - stride - 1) / -stride;
        y.dim[axis] = count > 0 && size > 0 ? count : 0;
        from[axis] = size > 0 ? a : 0;
        by[axis] = stride;
    }
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);

    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    lay_out(p, x, &y, from, by);
    return HEAR_OK;
}

/* The element of the input where row number `row` of the output begins. */
static size_t row_at(const params *p, size_t row)
{
    int64_t at = (int64_t)p->first;
    for (size_t i = p->rank; i-- > 0;) {
        at += (int64_t)(row % p->n[i]) * p->step[i];
        row /= p->n[i];
    }
    return (size_t)at;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const size_t size = hear_dtype_size(c->in[0]->dtype);
    if (p->row == 0)
        return;
    const size_t n_rows = c->out[0]->count / p->row;
    for (size_t r = 0; r < n_rows; r++)
        memcpy((char *)c->out[0]->data + r * p->row * size,
               (const char *)c->in[0]->data + row_at(p, r) * size, p->row * size);
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    if (p->row == 0)
        return;
    const size_t n_rows = c->out[0]->count / p->row;
    for (size_t r = 0; r < n_rows; r++) {
        float *to = c->in_grad[0] + row_at(p, r);
        const float *g = c->out_grad[0] + r * p->row;
        for (size_t i = 0; i < p->row; i++)
            to[i] += g[i];
    }
}

static const hear_op_attr attrs[] = {
    { "axes", HEAR_ATTR_INTS }, { "starts", HEAR_ATTR_INTS }, { "ends", HEAR_ATTR_INTS }, { 0 }
};
static const char *const cases[] = { "x=4x5x3 i=1 i=3", "x=4x5x3 i=0,1 i=-1,100 i=2,1 i=2,1",
                                     "x=4x5 i=-1,4 i=-100,0 i=0,1 i=-2,-1",
                                     "x=4x5 starts=1,2 ends=3,4 axes=0,1 opset=9", NULL };

const hear_op hear_op_slice = {
    .name = "Slice",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 5,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
