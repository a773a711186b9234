/* op_matmul_integer.c - MatMulInteger and QLinearMatMul: products of int8 and uint8 matrices, into
 * int32 or back into 8 bits. A zero point, and a scale, is one number, or one for each row on the
 * left and each column on the right. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/product.h"
#include "nn/whole.h"

#include <string.h>

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO }; /* QLinearMatMul's inputs */

typedef struct {
    hear_product p;
    size_t a, b, a_zero, b_zero; /* inputs */
    bool rounds;                 /* QLinearMatMul */
} params;

static hear_status infer_product(hear_call *c, params *p, hear_dtype out, hear_error *err)
{
    hear_status s;
    if ((s = hear_call_want_dtype(c, p->a, HEAR_WHOLE, err)) ||
        (s = hear_call_want_dtype(c, p->b, HEAR_WHOLE, err)) ||
        (s = hear_product_read(&p->p, c, p->a, p->b, out, err)) ||
        (s = hear_whole_check_zero(c, p->a_zero, p->a, p->p.rows, err)) ||
        (s = hear_whole_check_zero(c, p->b_zero, p->b, p->p.n, err)))
        return s;
    /* the right matrix less its zero points, and a row of sums */
    c->scratch_bytes = hear_size_mul(hear_size_mul(p->p.k, p->p.n), sizeof(int16_t));
    c->scratch_bytes = hear_size_add(c->scratch_bytes, hear_size_mul(p->p.n + 1, sizeof(int32_t)));
    return HEAR_OK;
}

static hear_status infer_integer(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    *p = (params){ .a = 0, .b = 1, .a_zero = 2, .b_zero = 3 };
    return infer_product(c, p, HEAR_I32, err);
}

static hear_status infer_linear(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    *p = (params){ .a = A, .b = B, .a_zero = A_ZERO, .b_zero = B_ZERO, .rounds = true };
    hear_status s;
    if ((s = hear_call_want_dtype(c, Y_ZERO, HEAR_WHOLE, err)) ||
        (s = infer_product(c, p, c->in[Y_ZERO]->dtype, err)) ||
        (s = hear_whole_check_scale(c, A_SCALE, p->p.rows, err)) ||
        (s = hear_whole_check_scale(c, B_SCALE, p->p.n, err)) ||
        (s = hear_whole_check_scale(c, Y_SCALE, 1, err)) ||
        (s = hear_whole_check_zero(c, Y_ZERO, Y_ZERO, 1, err)))
        return s;
    return HEAR_OK;
}

static void round_row(const hear_call *c, const int32_t *sums, size_t n, size_t row, uint8_t *y)
{
    const double left = hear_whole_scale(c, A_SCALE, row), own = hear_whole_scale(c, Y_SCALE, 0);
    const int32_t zero = hear_whole_zero(c, Y_ZERO, 0);
    for (size_t j = 0; j < n; j++)
        y[j] = hear_whole_round(sums[j], left * hear_whole_scale(c, B_SCALE, j) / own, zero,
                                c->out[0]->dtype);
}

/* One product; at: of the first number of each matrix. */
static void multiply(hear_call *c, size_t at_a, size_t at_b, size_t at_y)
{
    const params *const p = c->params;
    const size_t m = p->p.m, n = p->p.n, k = p->p.k;
    int32_t *const sums = c->scratch;
    int16_t *const right = (int16_t *)(sums + n + 1);
    for (size_t i = 0; i < k; i++)
        hear_whole_less(right + i * n, c->in[p->b], at_b + i * n, n, 0);
    for (size_t j = 0; j < n; j++) {
        const int32_t zero = hear_whole_zero(c, p->b_zero, j);
        for (size_t i = 0; i < k && zero != 0; i++)
            right[i * n + j] = (int16_t)(right[i * n + j] - zero);
    }
    for (size_t i = 0; i < m; i++) {
        int32_t *const to = p->rounds ? sums : (int32_t *)c->out[0]->data + at_y + i * n;
        const int32_t zero = hear_whole_zero(c, p->a_zero, i % p->p.rows);
        memset(to, 0, n * sizeof *to);
        for (size_t j = 0; j < k; j++)
            hear_whole_add(to, right + j * n, 1, n,
                           hear_whole_at(c->in[p->a], at_a + i * k + j) - zero);
        if (p->rounds)
            round_row(c, sums, n, i % p->p.rows, (uint8_t *)c->out[0]->data + at_y + i * n);
    }
}

static void forward(hear_call *c)
{
    const params *const p = c->params;
    const hear_broadcast *const b = &p->p.batch;
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        for (size_t i = 0; i < b->n; i++)
            multiply(c, (w.in[0] + i * b->step[0]) * p->p.m * p->p.k,
                     (w.in[1] + i * b->step[1]) * p->p.k * p->p.n, (w.out + i) * p->p.m * p->p.n);
}

static const char *const integer_cases[] = {
    "u=2x3{1,2,3,4,5,6} s=3x2{1,-2,3,-4,5,-6}",
    "s=2x3{1,2,3,4,5,6} u=3x2{1,2,3,4,5,6} s=1 u=2",
    "u=2x3{1,2,3,4,5,6} s=3x2{1,-2,3,-4,5,-6} u=1,2 s=3,-4",
    "u=2x1x3{1,2,3,4,5,6} s=2x3x1{1,-2,3,-4,5,-6} u=9",
    NULL,
};
static const char *const linear_cases[] = {
    "u=2x3{1,2,3,4,5,6} x=1(0.1..1) u=1 s=3x2{1,-2,3,-4,5,-6} x=2(0.1..1) s=1,2 x=1(0.1..1) u=9",
    "s=2x2{1,2,3,4} x=2(0.1..1) s=1,2 s=2x1{1,-2} x=1(0.1..1) s=1 x=1(0.1..1) s=-9",
    NULL,
};

const hear_op hear_op_matmul_integer = {
    .name = "MatMulInteger",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 4,
    .max_out = 1,
    .infer = infer_integer,
    .forward = forward,
    .cases = integer_cases,
};

const hear_op hear_op_qlinear_matmul = {
    .name = "QLinearMatMul",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 8,
    .max_in = 8,
    .max_out = 1,
    .infer = infer_linear,
    .forward = forward,
    .cases = linear_cases,
};
