/* op_gemm.c - Gemm: y = alpha A B + beta C, A and B transposed if asked, C broadcast. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"
#include "nn/dense.h"
#include "nn/gemm.h"

typedef struct {
    size_t m, n, k;
    bool trans_a, trans_b;
    float alpha, beta;
    bool packed;         /* goes by dense.h */
    bool by_row;         /* C differs from row to row */
    hear_broadcast bias; /* of C over the output */
} params;

static hear_dense dense(const params *p)
{
    return (hear_dense){ .m = p->m, .n = p->n, .k = p->k, .trans_b = p->trans_b };
}

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_status s;
    for (size_t j = 0; j < c->n_in; j++)
        if ((s = hear_call_want_f32(c, j, err)))
            return s;
    const hear_shape *a = &c->in[0]->shape, *b = &c->in[1]->shape;
    if (a->rank != 2 || b->rank != 2)
        return hear_call_fail(c, err, "A and B must have two dimensions");
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->trans_a = hear_call_int(c, "transA", 0) != 0;
    p->trans_b = hear_call_int(c, "transB", 0) != 0;
    p->alpha = hear_call_float(c, "alpha", 1.0f);
    p->beta = hear_call_float(c, "beta", 1.0f);
    const int64_t k = b->dim[p->trans_b];
    const hear_shape y = { .rank = 2, .dim = { a->dim[p->trans_a], b->dim[!p->trans_b] } };
    if (a->dim[!p->trans_a] != k) {
        char ta[64], tb[64];
        return hear_call_fail(c, err, "A %s and B %s do not fit", hear_shape_text(a, ta, sizeof ta),
                              hear_shape_text(b, tb, sizeof tb));
    }
    p->m = (size_t)y.dim[0];
    p->n = (size_t)y.dim[1];
    p->k = (size_t)k;
    if (hear_call_has_in(c, 2)) {
        hear_shape with_c;
        if (!hear_shape_broadcast(&with_c, &y, &c->in[2]->shape) || !hear_shape_equal(&with_c, &y))
            return hear_call_fail(c, err, "C does not fit the product");
        const hear_shape *in[1] = { &c->in[2]->shape };
        hear_broadcast_init(&p->bias, &y, 1, in);
        p->by_row = in[0]->rank == 2 && in[0]->dim[0] != 1;
    }
    hear_call_set_out(c, 0, HEAR_F32, &y);
    c->macs = hear_size_mul(hear_size_mul(p->m, p->n), p->k);
    const hear_dense d = dense(p);
    p->packed =
        !p->trans_a && !p->by_row && p->alpha == 1.0f && p->beta == 1.0f && hear_dense_suits(c, &d);
    return HEAR_OK;
}

static void prepare(hear_call *c)
{
    const params *p = c->params;
    const hear_dense d = dense(p);
    if (p->packed)
        hear_dense_prepare(c, &d);
}

/* B gets the gain by column, C becomes one number a column. */
static hear_status absorb(hear_call *c, size_t channels, const double *gain, const double *offset,
                          bool *done)
{
    params *p = c->params;
    const hear_tensor *bias = hear_call_weight(c, 2), *b = hear_call_weight(c, 1);
    *done = !p->by_row && channels == p->n;
    if (!*done)
        return HEAR_OK;
    const hear_shape row = { .rank = 1, .dim = { (int64_t)p->n } };
    const float *was = bias ? bias->data : NULL;
    const size_t step = bias && bias->count > 1;
    hear_tensor *own_b = hear_call_own(c, 1, &b->shape);
    if (!own_b)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < p->k * p->n; i++)
        ((float *)own_b->data)[i] =
            (float)((double)((const float *)b->data)[i] * gain[p->trans_b ? i / p->k : i % p->n]);
    hear_tensor *own_c = hear_call_own(c, 2, &row);
    if (!own_c)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < p->n; i++) {
        const double old = was ? (double)(p->beta * was[i * step]) : 0.0;
        ((float *)own_c->data)[i] = (float)(old * gain[i] + offset[i]);
    }
    p->beta = 1.0f;
    const hear_shape y = { .rank = 2, .dim = { (int64_t)p->m, (int64_t)p->n } };
    const hear_shape *in[1] = { &row };
    hear_broadcast_init(&p->bias, &y, 1, in);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    float *y = c->out[0]->data;
    if (p->packed) {
        const hear_dense d = dense(p);
        hear_dense_forward(c, &d);
        return;
    }
    const hear_tensor *added = hear_call_weight(c, 2);
    const bool biased = added != NULL;
    if (biased) {
        const float *bias = added->data;
        hear_broadcast_walk w = hear_broadcast_begin(&p->bias);
        for (; w.more; hear_broadcast_next(&p->bias, &w))
            for (size_t i = 0; i < p->bias.n; i++)
                y[w.out + i] = p->beta * bias[w.in[0] + i * p->bias.step[0]];
    }
    hear_gemm(&(hear_gemm_args){ .m = p->m,
                                 .n = p->n,
                                 .k = p->k,
                                 .trans_a = p->trans_a,
                                 .trans_b = p->trans_b,
                                 .alpha = p->alpha,
                                 .beta = biased ? 1.0f : 0.0f,
                                 .a = c->in[0]->data,
                                 .lda = p->trans_a ? p->m : p->k,
                                 .b = hear_call_weight(c, 1)->data,
                                 .ldb = p->trans_b ? p->k : p->n,
                                 .c = y,
                                 .ldc = p->n });
    hear_act_apply(&c->act, y, c->out[0]->count);
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const float *g = c->out_grad[0], *a = c->in[0]->data, *b = c->in[1]->data;
    const size_t lda = p->trans_a ? p->m : p->k, ldb = p->trans_b ? p->k : p->n;
    hear_gemm_args step = { .alpha = p->alpha, .beta = 1.0f };
    if (c->in_grad[0]) { /* g B^T, or its transpose B g^T */
        step.c = c->in_grad[0];
        step.ldc = lda;
        step.m = p->trans_a ? p->k : p->m;
        step.n = p->trans_a ? p->m : p->k;
        step.k = p->n;
        step.a = p->trans_a ? b : g;
        step.lda = p->trans_a ? ldb : p->n;
        step.trans_a = p->trans_a && p->trans_b;
        step.b = p->trans_a ? g : b;
        step.ldb = p->trans_a ? p->n : ldb;
        step.trans_b = p->trans_a || !p->trans_b;
        hear_gemm(&step);
    }
    if (c->in_grad[1]) { /* A^T g, or its transpose g^T A */
        step.c = c->in_grad[1];
        step.ldc = ldb;
        step.m = p->trans_b ? p->n : p->k;
        step.n = p->trans_b ? p->k : p->n;
        step.k = p->m;
        step.a = p->trans_b ? g : a;
        step.lda = p->trans_b ? p->n : lda;
        step.trans_a = p->trans_b || !p->trans_a;
        step.b = p->trans_b ? a : g;
        step.ldb = p->trans_b ? lda : p->n;
        step.trans_b = p->trans_b && p->trans_a;
        hear_gemm(&step);
    }
    if (c->n_in > 2 && c->in_grad[2]) {
        float *bias = c->in_grad[2];
        hear_broadcast_walk w = hear_broadcast_begin(&p->bias);
        for (; w.more; hear_broadcast_next(&p->bias, &w))
            for (size_t i = 0; i < p->bias.n; i++)
                bias[w.in[0] + i * p->bias.step[0]] += p->beta * g[w.out + i];
    }
}

static const hear_op_attr attrs[] = { { "alpha", HEAR_ATTR_FLOAT },
                                      { "beta", HEAR_ATTR_FLOAT },
                                      { "transA", HEAR_ATTR_INT },
                                      { "transB", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = {
    "x=3x4 x=4x5 x=5",
    "x=3x4 x=4x5",
    "x=4x3 x=4x5 x=3x1 transA=1 alpha=0.5",
    "x=3x4 x=5x4 x=1 transB=1 beta=2",
    "x=4x3 x=5x4 x=3x5 transA=1 transB=1 alpha=2 beta=0.5",
    "x=1x4 x=4x5 x=5",
    NULL,
};

const hear_op hear_op_gemm = {
    .name = "Gemm",
    .domain = "",
    .min_opset = 7,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 3,
    .max_out = 1,
    .attrs = attrs,
    .diff = 7,
    .fuses_act = true,
    .infer = infer,
    .absorb = absorb,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
