/* op_matmul.c - MatMul as numpy.matmul, see product.h; with constant weights by dense.h. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/dense.h"
#include "nn/gemm.h"
#include "nn/product.h"

typedef struct {
    hear_product of;
    bool packed; /* one matrix of weights on the right: goes by dense.h */
} params;

static hear_dense dense(const params *p)
{
    return (hear_dense){ .m = p->of.m, .n = p->of.n, .k = p->of.k };
}

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_status s;
    if ((s = hear_call_want_f32(c, 0, err)) || (s = hear_call_want_f32(c, 1, err)))
        return s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    if ((s = hear_product_read(&p->of, c, 0, 1, HEAR_F32, err)))
        return s;
    const hear_dense d = dense(p);
    p->packed = c->in[1]->count == d.k * d.n && hear_dense_suits(c, &d);
    return HEAR_OK;
}

static void prepare(hear_call *c)
{
    const params *p = c->params;
    const hear_dense d = dense(p);
    if (p->packed)
        hear_dense_prepare(c, &d);
}

static void forward(hear_call *c)
{
    const params *const all = c->params;
    const hear_product *p = &all->of;
    const hear_broadcast *b = &p->batch;
    if (all->packed) {
        const hear_dense d = dense(all);
        hear_dense_forward(c, &d);
        return;
    }
    hear_gemm_args g = {
        .m = p->m, .n = p->n, .k = p->k, .alpha = 1.0f, .lda = p->k, .ldb = p->n, .ldc = p->n
    };
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        for (size_t i = 0; i < b->n; i++) {
            g.a = (const float *)c->in[0]->data + (w.in[0] + i * b->step[0]) * p->m * p->k;
            g.b = (const float *)c->in[1]->data + (w.in[1] + i * b->step[1]) * p->k * p->n;
            g.c = (float *)c->out[0]->data + (w.out + i) * p->m * p->n;
            hear_gemm(&g);
        }
    hear_act_apply(&c->act, c->out[0]->data, c->out[0]->count);
}

static void backward(hear_call *c)
{
    const hear_product *p = &((const params *)c->params)->of;
    const hear_broadcast *b = &p->batch;
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        for (size_t i = 0; i < b->n; i++) {
            const size_t at_a = (w.in[0] + i * b->step[0]) * p->m * p->k;
            const size_t at_b = (w.in[1] + i * b->step[1]) * p->k * p->n;
            const float *g = c->out_grad[0] + (w.out + i) * p->m * p->n;
            if (c->in_grad[0]) /* g B^T */
                hear_gemm(&(hear_gemm_args){ .m = p->m,
                                             .n = p->k,
                                             .k = p->n,
                                             .trans_b = true,
                                             .alpha = 1.0f,
                                             .beta = 1.0f,
                                             .a = g,
                                             .lda = p->n,
                                             .b = (const float *)c->in[1]->data + at_b,
                                             .ldb = p->n,
                                             .c = c->in_grad[0] + at_a,
                                             .ldc = p->k });
            if (c->in_grad[1]) /* A^T g */
                hear_gemm(&(hear_gemm_args){ .m = p->k,
                                             .n = p->n,
                                             .k = p->m,
                                             .trans_a = true,
                                             .alpha = 1.0f,
                                             .beta = 1.0f,
                                             .a = (const float *)c->in[0]->data + at_a,
                                             .lda = p->k,
                                             .b = g,
                                             .ldb = p->n,
                                             .c = c->in_grad[1] + at_b,
                                             .ldc = p->n });
        }
}

static const char *const cases[] = {
    "x=3x4 x=4x5", "x=2x3x4 x=4x5", "x=2x3x4 x=2x4x5", "x=2x1x3x4 x=1x3x4x5", "x=4 x=4x5",
    "x=3x4 x=4",   "x=4 x=4",       "x=3x4 x=2x4x5",   "x=2x3x4 x=1x4x5",     NULL,
};

const hear_op hear_op_matmul = {
    .name = "MatMul",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 2,
    .max_out = 1,
    .diff = 3,
    .fuses_act = true,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
