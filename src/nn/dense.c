/* dense.c - see dense.h. */
#include "config.h"

#include "nn/dense.h"

#include "nn/linear.h"

#include <math.h>

#define FEWEST_COLS 2 /* one is a row of its own (gemm.h) */

/* state: W as linear.h packs it, and behind it b as one number a column. */
bool hear_dense_suits(hear_call *c, const hear_dense *d)
{
    const bool known = c->in[1]->data && (!hear_call_has_in(c, 2) || c->in[2]->data);
    if (c->training || !known || d->k == 0 || d->n < FEWEST_COLS)
        return false;
    const size_t bytes = hear_linear_pack_bytes(d->n, d->k);
    c->state_bytes = hear_size_add(bytes, hear_size_mul(d->n, sizeof(float)));
    return true;
}

void hear_dense_prepare(hear_call *c, const hear_dense *d)
{
    const hear_tensor *added = hear_call_weight(c, 2);
    float *bias = (float *)((char *)c->state + hear_linear_pack_bytes(d->n, d->k));
    for (size_t j = 0; j < d->n && added; j++)
        bias[j] = ((const float *)added->data)[added->count > 1 ? j : 0];
    const hear_linear_order order = { .n = d->n,
                                      .outer = 1,
                                      .inner = d->k,
                                      .by_n = d->trans_b ? d->k : 1,
                                      .by_inner = d->trans_b ? 1 : d->n };
    hear_linear_pack(c->state, &order, hear_call_weight(c, 1)->data, added ? bias : NULL);
}

void hear_dense_forward(hear_call *c, const hear_dense *d)
{
    hear_linear_args a = { .packed = c->state,
                           .n = d->n,
                           .rows = 1,
                           .cols = d->m,
                           .x = c->in[0]->data,
                           .x_col = d->k,
                           .segments = 1,
                           .length = d->k,
                           .y = c->out[0]->data,
                           .y_col = d->n };
    const bool held = hear_act_range(&c->act, &a.low, &a.high);
    if (!held) {
        a.low = -INFINITY;
        a.high = INFINITY;
    }
    hear_linear(&a);
    if (!held)
        hear_act_apply(&c->act, a.y, c->out[0]->count);
}
