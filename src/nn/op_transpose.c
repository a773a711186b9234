/* op_transpose.c - Transpose: dimensions in another order, of any element type. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <string.h>

typedef struct {
    size_t rank;                  /* after joining what stays together; at least 1 */
    size_t dim[HEAR_MAX_RANK];    /* of the output */
    size_t stride[HEAR_MAX_RANK]; /* of the input, in elements, by output dimension */
} params;

static hear_status read_order(const hear_call *c, size_t order[HEAR_MAX_RANK], hear_error *err)
{
    const hear_attr *perm = hear_node_attr(c->node, "perm");
    const size_t rank = c->in[0]->shape.rank;
    unsigned seen = 0;
    if (perm && perm->n != rank)
        return hear_call_fail(c, err, "perm has %zu numbers for %zu dimensions", perm->n, rank);
    for (size_t i = 0; i < rank; i++) {
        if (perm && (perm->ints[i] < 0 || (size_t)perm->ints[i] >= rank))
            return hear_call_fail(c, err, "perm is out of range");
        order[i] = perm ? (size_t)perm->ints[i] : rank - 1 - i;
        if (seen >> order[i] & 1u)
            return hear_call_fail(c, err, "perm has a dimension twice");
        seen |= 1u << order[i];
    }
    return HEAR_OK;
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    size_t order[HEAR_MAX_RANK];
    const hear_status s = read_order(c, order, err);
    if (s)
        return s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    hear_shape y = { .rank = x->rank };
    for (size_t i = 0; i < x->rank; i++)
        y.dim[i] = x->dim[order[i]];
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);

    for (size_t i = 0; i < x->rank; i++) {
        const size_t dim = (size_t)y.dim[i];
        const size_t stride = hear_shape_product(x, order[i] + 1, x->rank);
        if (dim == 1)
            continue;
        if (p->rank > 0 && p->stride[p->rank - 1] == dim * stride) {
            p->dim[p->rank - 1] *= dim; /* the two follow each other in the input as well */
            p->stride[p->rank - 1] = stride;
            continue;
        }
        p->dim[p->rank] = dim;
        p->stride[p->rank++] = stride;
    }
    if (p->rank == 0)
        p->dim[p->rank++] = 1;
    c->view = p->rank == 1; /* nothing moves */
    return HEAR_OK;
}

/* Where the output's row number `row` begins in the input. */
static size_t row_at(const params *p, size_t row)
{
    size_t at = 0;
    for (size_t i = p->rank - 1; i-- > 0;) {
        at += row % p->dim[i] * p->stride[i];
        row /= p->dim[i];
    }
    return at;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const size_t size = hear_dtype_size(c->in[0]->dtype);
    const size_t n = p->dim[p->rank - 1], stride = p->stride[p->rank - 1];
    for (size_t row = 0; row * n < c->out[0]->count; row++) {
        const size_t at = row_at(p, row);
        char *y = (char *)c->out[0]->data + row * n * size;
        const char *x = (const char *)c->in[0]->data + at * size;
        if (stride == 1)
            memcpy(y, x, n * size);
        else if (size == sizeof(float))
            for (size_t i = 0; i < n; i++)
                memcpy(y + i * sizeof(float), x + i * stride * sizeof(float), sizeof(float));
        else
            for (size_t i = 0; i < n; i++)
                memcpy(y + i * size, x + i * stride * size, size);
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t n = p->dim[p->rank - 1], stride = p->stride[p->rank - 1];
    for (size_t row = 0; row * n < c->out[0]->count; row++) {
        float *gx = c->in_grad[0] + row_at(p, row);
        const float *g = c->out_grad[0] + row * n;
        for (size_t i = 0; i < n; i++)
            gx[i * stride] += g[i];
    }
}

static const hear_op_attr attrs[] = { { "perm", HEAR_ATTR_INTS }, { 0 } };
static const char *const cases[] = {
    "x=2x3x4",        "x=2x3x4x2 perm=0,2,3,1", "x=2x3x4 perm=1,0,2",
    "x=2x3 perm=0,1", "x=1x3x1x2 perm=2,1,0,3", NULL
};

const hear_op hear_op_transpose = {
    .name = "Transpose",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
