/* product.c - see product.h. */
#include "config.h"

#include "nn/product.h"

#include "base/error.h"

hear_status hear_product_read(hear_product *p, hear_call *c, size_t left, size_t right,
                              hear_dtype out, hear_error *err)
{
    hear_shape a = c->in[left]->shape, b = c->in[right]->shape;
    if (a.rank < 1 || b.rank < 1)
        return hear_call_fail(c, err, "an input has no dimension");
    /* a vector on the left is a row, on the right a column; its 1 goes away again */
    const bool row = a.rank == 1, column = b.rank == 1;
    if (row)
        a = (hear_shape){ .rank = 2, .dim = { 1, a.dim[0] } };
    if (column)
        b = (hear_shape){ .rank = 2, .dim = { b.dim[0], 1 } };
    a.rank -= 2;
    b.rank -= 2;
    p->m = (size_t)a.dim[a.rank];
    p->k = (size_t)a.dim[a.rank + 1];
    p->n = (size_t)b.dim[b.rank + 1];
    p->rows = p->m;
    hear_shape y;
    if (a.dim[a.rank + 1] != b.dim[b.rank] || !hear_shape_broadcast(&y, &a, &b)) {
        char ta[64], tb[64];
        return hear_call_fail(c, err, "shapes %s and %s do not fit",
                              hear_shape_text(&c->in[left]->shape, ta, sizeof ta),
                              hear_shape_text(&c->in[right]->shape, tb, sizeof tb));
    }
    c->macs = hear_size_mul(hear_size_mul(p->m, p->n), p->k);
    for (size_t i = 0; i < y.rank; i++)
        c->macs = hear_size_mul(c->macs, (size_t)y.dim[i]);
    if (b.rank == 0 || hear_shape_product(&b, 0, b.rank) == 1) {
        for (size_t i = 0; i < a.rank; i++) /* one matrix on the right: all rows in one product */
            p->m *= (size_t)a.dim[i];
        const hear_shape one = { 0 }, *in[2] = { &one, &one };
        hear_broadcast_init(&p->batch, &one, 2, in);
    } else {
        const hear_shape *in[2] = { &a, &b };
        hear_broadcast_init(&p->batch, &y, 2, in);
    }
    if (!row)
        y.dim[y.rank++] = a.dim[a.rank];
    if (!column)
        y.dim[y.rank++] = b.dim[b.rank + 1];
    hear_call_set_out(c, 0, out, &y);
    return HEAR_OK;
}
