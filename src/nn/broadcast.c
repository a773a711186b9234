/* broadcast.c - see broadcast.h. */
#include "config.h"

#include "nn/broadcast.h"

#include <string.h>

void hear_broadcast_init(hear_broadcast *b, const hear_shape *out, size_t n_in,
                         const hear_shape *const *in)
{
    memset(b, 0, sizeof *b);
    b->n_in = n_in;

    /* strides over the output's dimensions, 0 where the input repeats */
    size_t dim[HEAR_MAX_RANK], stride[HEAR_BROADCAST_INPUTS][HEAR_MAX_RANK];
    for (size_t i = 0; i < out->rank; i++)
        dim[i] = (size_t)out->dim[i];
    for (size_t k = 0; k < n_in; k++) {
        size_t step = 1;
        for (size_t i = 0; i < out->rank; i++) { /* from the last */
            const size_t at = out->rank - 1 - i;
            const size_t own = i < in[k]->rank ? (size_t)in[k]->dim[in[k]->rank - 1 - i] : 1;
            stride[k][at] = own == 1 ? 0 : step;
            step *= own;
        }
    }

    /* from the last dimension outwards: join what continues the one within */
    size_t m = 0, joined[HEAR_MAX_RANK] = { 1 }, first[HEAR_BROADCAST_INPUTS][HEAR_MAX_RANK];
    memset(first, 0, sizeof first);
    for (size_t i = out->rank; i-- > 0;) {
        if (dim[i] == 1)
            continue;
        bool joins = m > 0;
        for (size_t k = 0; k < n_in && joins; k++)
            joins = stride[k][i] == first[k][m - 1] * joined[m - 1];
        if (joins) {
            joined[m - 1] *= dim[i];
            continue;
        }
        joined[m] = dim[i];
        for (size_t k = 0; k < n_in; k++)
            first[k][m] = stride[k][i];
        m++;
    }
    b->n = joined[0];
    for (size_t k = 0; k < n_in; k++)
        b->step[k] = first[k][0];
    b->rank = m > 0 ? m - 1 : 0;
    for (size_t i = 0; i < b->rank; i++) { /* outermost first */
        b->dim[i] = joined[m - 1 - i];
        for (size_t k = 0; k < n_in; k++)
            b->stride[k][i] = first[k][m - 1 - i];
    }
    for (size_t i = 0; i < b->rank; i++)
        if (b->dim[i] == 0)
            b->n = 0;
}

hear_broadcast_walk hear_broadcast_begin(const hear_broadcast *b)
{
    hear_broadcast_walk w = { .more = b->n > 0 };
    return w;
}

void hear_broadcast_next(const hear_broadcast *b, hear_broadcast_walk *w)
{
    w->out += b->n;
    for (size_t i = b->rank; i-- > 0;) {
        for (size_t k = 0; k < b->n_in; k++)
            w->in[k] += b->stride[k][i];
        if (++w->index[i] < b->dim[i])
            return;
        for (size_t k = 0; k < b->n_in; k++)
            w->in[k] -= b->stride[k][i] * b->dim[i];
        w->index[i] = 0;
    }
    w->more = false;
}
