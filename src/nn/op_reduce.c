/* op_reduce.c - ReduceMean, ReduceSum, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2,
 * ReduceSumSquare, ReduceLogSum, ReduceLogSumExp over any axes. Sum, Max, Min and Prod also take
 * int64 and int32, for shapes.
 *
 * The walk goes over the input as broadcast.h would over an output of which the reduced tensor is
 * an input: a row of the input meets one element of the result (step 0) or a row of it (step 1). */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"

#include <math.h>
#include <string.h>

typedef struct {
    hear_broadcast b;
    size_t n_in, n_out;
} params;

static hear_status infer_dtypes(hear_call *c, unsigned dtypes, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    size_t axes[HEAR_MAX_RANK], n;
    hear_status s = hear_call_want_dtype(c, 0, dtypes, err);
    if (s || (s = hear_call_axes(c, "axes", 1, x->rank, axes, &n, err)))
        return s;
    const bool keep = hear_call_int(c, "keepdims", 1) != 0;
    const bool all = n == 0 && hear_call_int(c, "noop_with_empty_axes", 0) == 0;
    bool drop[HEAR_MAX_RANK] = { false };
    for (size_t i = 0; i < n; i++)
        drop[axes[i]] = true;
    hear_shape kept = { .rank = x->rank }, y = { 0 };
    for (size_t i = 0; i < x->rank; i++) {
        drop[i] = drop[i] || all;
        kept.dim[i] = drop[i] ? 1 : x->dim[i];
        if (!drop[i] || keep)
            y.dim[y.rank++] = kept.dim[i];
    }
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    const hear_shape *in[1] = { &kept };
    hear_broadcast_init(&p->b, x, 1, in);
    p->n_in = c->in[0]->count;
    p->n_out = hear_shape_product(&y, 0, y.rank);
    hear_call_set_out(c, 0, c->in[0]->dtype, &y);
    if (p->n_out > 0)
        c->scratch_bytes = hear_size_mul(p->n_out, sizeof(double));
    return HEAR_OK;
}

static hear_status infer(hear_call *c, hear_error *err)
{
    return infer_dtypes(c, 1u << HEAR_F32, err);
}

static hear_status infer_whole(hear_call *c, hear_error *err)
{
    return infer_dtypes(c, 1u << HEAR_F32 | 1u << HEAR_I64 | 1u << HEAR_I32, err);
}

/* What each operator adds up. */
typedef enum { PLAIN, MAGNITUDE, SQUARE, EXPONENTIAL } term;

static inline double term_of(term kind, double v, double greatest)
{
    return kind == PLAIN       ? v
           : kind == MAGNITUDE ? fabs(v)
           : kind == SQUARE    ? v * v
                               : exp(v - greatest);
}

/* Sums are kept in double: thousands of frames add up without loss. They stay in the scratch.
 * greatest: [n_out], for EXPONENTIAL. Inline, so that each kind has a loop of its own. */
static inline void add_up(hear_call *c, term kind, const float *greatest)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    double *acc = c->scratch;
    if (p->n_out == 0)
        return;
    memset(acc, 0, p->n_out * sizeof *acc);
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w)) {
        const float *row = x + w.out, *top = greatest ? greatest + w.in[0] : NULL;
        double *to = acc + w.in[0];
        if (p->b.step[0]) {
            for (size_t i = 0; i < p->b.n; i++)
                to[i] += term_of(kind, (double)row[i], top ? (double)top[i] : 0.0);
            continue;
        }
        const double m = top ? (double)*top : 0.0;
        double s[4] = { 0 }; /* four chains hide the adder's latency */
        size_t i = 0;
        for (; i + 4 <= p->b.n; i += 4)
            for (size_t k = 0; k < 4; k++)
                s[k] += term_of(kind, (double)row[i + k], m);
        for (; i < p->b.n; i++)
            s[0] += term_of(kind, (double)row[i], m);
        *to += (s[0] + s[1]) + (s[2] + s[3]);
    }
}

/* y = expression of the sum v. */
#define FINISH(expression)                                                                         \
    do {                                                                                           \
        const double *sums = c->scratch;                                                           \
        for (size_t i = 0; i < ((const params *)c->params)->n_out; i++) {                          \
            const double v = sums[i];                                                              \
            ((float *)c->out[0]->data)[i] = (float)(expression);                                   \
        }                                                                                          \
    } while (0)

/* Whole numbers, which wrap around. */
typedef enum { SUM, PRODUCT, MOST, LEAST } whole;

static int64_t combined(whole kind, int64_t a, int64_t v)
{
    switch (kind) {
    case SUM:
        return (int64_t)((uint64_t)a + (uint64_t)v);
    case PRODUCT:
        return (int64_t)((uint64_t)a * (uint64_t)v);
    case MOST:
        return v > a ? v : a;
    default:
        return v < a ? v : a;
    }
}

/* True where the numbers are whole, and done. */
static bool reduce_whole(hear_call *c, whole kind)
{
    const params *p = c->params;
    const bool wide = c->out[0]->dtype == HEAR_I64;
    if (c->out[0]->dtype == HEAR_F32)
        return false;
    const int64_t low = wide ? INT64_MIN : INT32_MIN, high = wide ? INT64_MAX : INT32_MAX;
    const int64_t first = kind == SUM ? 0 : kind == PRODUCT ? 1 : kind == MOST ? low : high;
    int64_t *acc = c->scratch;
    for (size_t i = 0; i < p->n_out; i++)
        acc[i] = first;
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++) {
            int64_t *to = acc + w.in[0] + i * p->b.step[0];
            *to = combined(kind, *to,
                           wide ? ((const int64_t *)c->in[0]->data)[w.out + i]
                                : ((const int32_t *)c->in[0]->data)[w.out + i]);
        }
    for (size_t i = 0; i < p->n_out; i++)
        if (wide)
            ((int64_t *)c->out[0]->data)[i] = acc[i];
        else
            ((int32_t *)c->out[0]->data)[i] = (int32_t)acc[i];
    return true;
}

static void extreme(hear_call *c, bool most)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    for (size_t i = 0; i < p->n_out; i++)
        y[i] = most ? -INFINITY : INFINITY;
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++) {
            float *to = y + w.in[0] + i * p->b.step[0];
            const float v = x[w.out + i];
            *to = (most ? v > *to : v < *to) || isnan(v) ? v : *to;
        }
}

/* v is the input's number, w the result's. */
#define SLOPE(id, expression)                                                                      \
    static void id##_backward(hear_call *c)                                                        \
    {                                                                                              \
        const params *p = c->params;                                                               \
        const float *x = c->in[0]->data, *y = c->out[0]->data;                                     \
        const float share = p->n_in > 0 ? (float)p->n_out / (float)p->n_in : 0.0f;                 \
        (void)share;                                                                               \
        hear_broadcast_walk at = hear_broadcast_begin(&p->b);                                      \
        for (; at.more; hear_broadcast_next(&p->b, &at))                                           \
            for (size_t i = 0; i < p->b.n; i++) {                                                  \
                const size_t to = at.in[0] + i * p->b.step[0];                                     \
                const float v = x[at.out + i], w = y[to];                                          \
                (void)v, (void)w;                                                                  \
                c->in_grad[0][at.out + i] += c->out_grad[0][to] * (expression);                    \
            }                                                                                      \
    }
SLOPE(mean, share)
SLOPE(sum, 1.0f)
SLOPE(l1, v > 0.0f ? 1.0f : v < 0.0f ? -1.0f : 0.0f)
SLOPE(l2, w > 0.0f ? v / w : 0.0f)
SLOPE(sum_square, 2.0f * v)
SLOPE(log_sum, expf(-w))
SLOPE(log_sum_exp, expf(v - w))

/* Of equal ones the first in memory gets the gradient. */
static void extreme_back(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data, *y = c->out[0]->data;
    unsigned char *done = c->scratch;
    if (p->n_out == 0)
        return;
    memset(done, 0, p->n_out);
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++) {
            const size_t to = w.in[0] + i * p->b.step[0];
            if (x[w.out + i] == y[to] && !done[to]) {
                c->in_grad[0][w.out + i] += c->out_grad[0][to];
                done[to] = 1;
            }
        }
}

static void mean_forward(hear_call *c)
{
    const params *all = c->params;
    add_up(c, PLAIN, NULL);
    const double share = (double)all->n_out / (double)all->n_in;
    FINISH(v * share); /* of nothing: NaN */
}

static void sum_forward(hear_call *c)
{
    if (reduce_whole(c, SUM))
        return;
    add_up(c, PLAIN, NULL);
    FINISH(v);
}

static void max_forward(hear_call *c)
{
    if (!reduce_whole(c, MOST))
        extreme(c, true);
}

static void min_forward(hear_call *c)
{
    if (!reduce_whole(c, LEAST))
        extreme(c, false);
}

static void prod_forward(hear_call *c)
{
    const params *p = c->params;
    double *acc = c->scratch;
    if (reduce_whole(c, PRODUCT))
        return;
    for (size_t i = 0; i < p->n_out; i++)
        acc[i] = 1.0;
    hear_broadcast_walk w = hear_broadcast_begin(&p->b);
    for (; w.more; hear_broadcast_next(&p->b, &w))
        for (size_t i = 0; i < p->b.n; i++)
            acc[w.in[0] + i * p->b.step[0]] *= (double)((const float *)c->in[0]->data)[w.out + i];
    FINISH(v);
}

static void l1_forward(hear_call *c)
{
    add_up(c, MAGNITUDE, NULL);
    FINISH(v);
}

static void l2_forward(hear_call *c)
{
    add_up(c, SQUARE, NULL);
    FINISH(sqrt(v));
}

static void sum_square_forward(hear_call *c)
{
    add_up(c, SQUARE, NULL);
    FINISH(v);
}

static void log_sum_forward(hear_call *c)
{
    add_up(c, PLAIN, NULL);
    FINISH(log(v));
}

/* The greatest is taken out, so that nothing overflows; where it is infinite, it is the result. */
static void log_sum_exp_forward(hear_call *c)
{
    const float *greatest = c->out[0]->data;
    extreme(c, true);
    add_up(c, EXPONENTIAL, greatest);
    FINISH(isinf(greatest[i]) ? (double)greatest[i] : log(v) + (double)greatest[i]);
}

static const hear_op_attr attrs[] = { { "axes", HEAR_ATTR_INTS },
                                      { "keepdims", HEAR_ATTR_INT },
                                      { "noop_with_empty_axes", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = {
    "x=2x3x4",
    "x=2x3x4 axes=1 opset=11",
    "x=2x3x4 axes=0,2 keepdims=0 opset=11",
    "x=2x3x4x2 i=-1 opset=18",
    NULL,
};
static const char *const positive[] = {
    "x=2x3x4(0.5..2)",
    "x=2x3x4(0.5..2) axes=1 opset=11",
    "x=2x3x4x2(0.5..2) i=0,-1 keepdims=0 opset=18",
    NULL,
};

static const char *const whole_cases[] = { "x=2x3 axes=1", "i=2,3,4", "n=2,3 keepdims=0", NULL };

#define REDUCE(id, text, the_infer, the_backward, the_cases)                                       \
    const hear_op hear_op_reduce_##id = {                                                          \
        .name = "Reduce" text,                                                                     \
        .domain = "",                                                                              \
        .min_opset = 1,                                                                            \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = 1,                                                                               \
        .max_in = 2,                                                                               \
        .max_out = 1,                                                                              \
        .attrs = attrs,                                                                            \
        .diff = the_backward != NULL,                                                              \
        .infer = the_infer,                                                                        \
        .forward = id##_forward,                                                                   \
        .backward = the_backward,                                                                  \
        .cases = the_cases,                                                                        \
    }

REDUCE(mean, "Mean", infer, mean_backward, cases);
REDUCE(sum, "Sum", infer_whole, sum_backward, cases);
REDUCE(max, "Max", infer_whole, extreme_back, cases);
REDUCE(min, "Min", infer_whole, extreme_back, cases);
REDUCE(prod, "Prod", infer_whole, NULL, whole_cases);
REDUCE(l1, "L1", infer, l1_backward, cases);
REDUCE(l2, "L2", infer, l2_backward, positive);
REDUCE(sum_square, "SumSquare", infer, sum_square_backward, cases);
REDUCE(log_sum, "LogSum", infer, log_sum_backward, positive);
REDUCE(log_sum_exp, "LogSumExp", infer, log_sum_exp_backward, cases);
