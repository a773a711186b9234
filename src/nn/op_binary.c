/* op_binary.c - Add, Sub, Mul, Div, Mod, Pow, PRelu, Max, Min, Sum with NumPy's broadcasting:
 * float32, and int64 and int32 for arithmetic on shapes.
 *
 * Each is a struct of row functions: u and v are the inputs' numbers, w the output's, g its
 * gradient. Max, Min and Sum of more than two inputs go through the output, one input at a time. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/broadcast.h"

#include <math.h>
#include <string.h>

typedef struct {
    size_t n;
    hear_broadcast b[];
} params;

#define KNOWN (1u << HEAR_F32 | 1u << HEAR_I64 | 1u << HEAR_I32)

typedef void row_f32(float *y, const float *a, size_t sa, const float *b, size_t sb, size_t n);
typedef void row_i64(int64_t *y, const int64_t *a, size_t sa, const int64_t *b, size_t sb,
                     size_t n);
typedef void row_i32(int32_t *y, const int32_t *a, size_t sa, const int32_t *b, size_t sb,
                     size_t n);
typedef void row_back(float *ga, float *gb, const float *g, const float *a, size_t sa,
                      const float *b, size_t sb, const float *y, size_t n);

/* The three loops are the same; apart, the compiler makes vectors of them. */
#define ROW(name, type, expression)                                                                \
    static void name(type *y, const type *a, size_t sa, const type *b, size_t sb, size_t n)        \
    {                                                                                              \
        if (sa && sb) {                                                                            \
            for (size_t i = 0; i < n; i++) {                                                       \
                const type u = a[i], v = b[i];                                                     \
                y[i] = (expression);                                                               \
            }                                                                                      \
        } else if (sa) {                                                                           \
            const type v = b[0];                                                                   \
            for (size_t i = 0; i < n; i++) {                                                       \
                const type u = a[i];                                                               \
                y[i] = (expression);                                                               \
            }                                                                                      \
        } else {                                                                                   \
            const type u = a[0];                                                                   \
            for (size_t i = 0; i < n; i++) {                                                       \
                const type v = b[i * sb];                                                          \
                y[i] = (expression);                                                               \
            }                                                                                      \
        }                                                                                          \
    }

/* A repeated input gathers its row's gradient in double, so that long rows lose nothing. */
#define BACK(name, du, dv)                                                                         \
    static void name(float *ga, float *gb, const float *g, const float *a, size_t sa,              \
                     const float *b, size_t sb, const float *y, size_t n)                          \
    {                                                                                              \
        double sum_a = 0.0, sum_b = 0.0;                                                           \
        for (size_t i = 0; i < n; i++) {                                                           \
            const float u = a[i * sa], v = b[i * sb], w = y[i];                                    \
            (void)u, (void)v, (void)w;                                                             \
            if (ga && sa)                                                                          \
                ga[i] += g[i] * (du);                                                              \
            else if (ga)                                                                           \
                sum_a += (double)(g[i] * (du));                                                    \
            if (gb && sb)                                                                          \
                gb[i] += g[i] * (dv);                                                              \
            else if (gb)                                                                           \
                sum_b += (double)(g[i] * (dv));                                                    \
        }                                                                                          \
        if (ga && !sa)                                                                             \
            ga[0] += (float)sum_a;                                                                 \
        if (gb && !sb)                                                                             \
            gb[0] += (float)sum_b;                                                                 \
    }

typedef struct {
    row_f32 *f32;
    row_i64 *i64;
    row_i32 *i32;
} rows;

/* Whole numbers wrap around, as the operators that made such numbers do. */
#define WRAP(op) (int64_t)((uint64_t)u op(uint64_t) v)
static int64_t divide(int64_t u, int64_t v)
{
    if (v == 0 || (u == INT64_MIN && v == -1))
        return 0; /* undefined; no file may crash us */
    return u / v;
}

/* whole powers by squaring; a negative one of a whole number is 0, 1 or -1 */
static int64_t power_of(int64_t u, int64_t v)
{
    if (v < 0)
        return u == 1 ? 1 : u == -1 ? (v % 2 ? -1 : 1) : 0;
    uint64_t base = (uint64_t)u, y = 1;
    for (; v > 0; v /= 2, base *= base)
        if (v % 2)
            y *= base;
    return (int64_t)y;
}

/* The remainder with the divisor's sign, as Python has it, and with the dividend's, as C. */
static int64_t modulo(int64_t u, int64_t v)
{
    const int64_t rest = v == 0 || v == -1 ? 0 : u % v;
    return rest != 0 && (rest < 0) != (v < 0) ? rest + v : rest;
}

static float modulo_f32(float u, float v)
{
    const float rest = fmodf(u, v);
    return rest != 0.0f && (rest < 0.0f) != (v < 0.0f) ? rest + v : rest;
}

static int64_t rest_of(int64_t u, int64_t v)
{
    return v == 0 || v == -1 ? 0 : u % v;
}

#define ROWS(name, real, whole)                                                                    \
    ROW(name##_f32, float, real)                                                                   \
    ROW(name##_i64, int64_t, whole)                                                                \
    ROW(name##_i32, int32_t, (int32_t)(whole))                                                     \
    static const rows name##_rows = { name##_f32, name##_i64, name##_i32 };
ROWS(add, u + v, WRAP(+))
ROWS(sub, u - v, WRAP(-))
ROWS(mul, u *v, WRAP(*))
ROWS(div, u / v, divide(u, v))
ROWS(pow, v == 2.0f ? u * u : powf(u, v), power_of(u, v))
ROWS(max, v > u || isnan(v) ? v : u, v > u ? v : u)
ROWS(min, v < u || isnan(v) ? v : u, v < u ? v : u)
ROW(prelu_f32, float, u < 0.0f ? u * v : u)
static const rows prelu_rows = { prelu_f32, NULL, NULL };
ROWS(mod, modulo_f32(u, v), modulo(u, v))
ROWS(rest, fmodf(u, v), rest_of(u, v))
BACK(add_back, 1.0f, 1.0f)
BACK(sub_back, 1.0f, -1.0f)
BACK(mul_back, v, u)
BACK(div_back, 1.0f / v, -w / v)
BACK(pow_back, v *powf(u, v - 1.0f), 0.0f)
/* of equal ones the first gets the gradient */
BACK(prelu_back, u < 0.0f ? v : 1.0f, u < 0.0f ? u : 0.0f)
BACK(max_back, v > u ? 0.0f : 1.0f, v > u ? 1.0f : 0.0f)
BACK(min_back, v < u ? 0.0f : 1.0f, v < u ? 1.0f : 0.0f)

/* Pow alone takes inputs of two types: float32 to the power of a whole number. */
static bool whole_exponent(const hear_call *c)
{
    return c->op == &hear_op_pow && c->in[0]->dtype == HEAR_F32 && c->in[1] &&
           (c->in[1]->dtype == HEAR_I64 || c->in[1]->dtype == HEAR_I32);
}

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_shape shape = c->in[0]->shape;
    for (size_t j = 0; j < c->n_in; j++) {
        if (!c->in[j])
            return hear_call_fail(c, err, "input %zu is left out", j);
        const hear_status s = hear_call_want_dtype(c, j, KNOWN, err);
        if (s)
            return s;
        if (c->in[j]->dtype != c->in[0]->dtype && !whole_exponent(c))
            return hear_call_fail(c, err, "inputs of different element types");
        if (!hear_shape_broadcast(&shape, &shape, &c->in[j]->shape)) {
            char a[64], b[64];
            return hear_call_fail(c, err, "shapes %s and %s do not fit",
                                  hear_shape_text(&shape, a, sizeof a),
                                  hear_shape_text(&c->in[j]->shape, b, sizeof b));
        }
    }
    c->view = c->n_in == 1;
    hear_call_set_out(c, 0, c->in[0]->dtype, &shape);
    size_t count;
    if (whole_exponent(c))
        c->scratch_bytes = c->in[1]->count * sizeof(float);
    else if (c->training && c->n_in > 2) /* whose gradient has been given away */
        c->scratch_bytes = hear_shape_count(&shape, &count) ? count : SIZE_MAX;

    /* one walk over inputs 0 and 1, and one for each further input against the output */
    const size_t n = c->n_in > 2 ? c->n_in - 1 : 1;
    params *p = hear_call_params(c, sizeof *p + n * sizeof p->b[0]);
    if (!p)
        return HEAR_ERR_MEM;
    p->n = n;
    const hear_shape *first[2] = { &c->in[0]->shape, &c->in[c->n_in > 1]->shape };
    hear_broadcast_init(&p->b[0], &shape, 2, first);
    for (size_t k = 1; k < n; k++) {
        const hear_shape *more[2] = { &shape, &c->in[k + 1]->shape };
        hear_broadcast_init(&p->b[k], &shape, 2, more);
    }
    return HEAR_OK;
}

/* The slopes are repeated, never the numbers. */
static hear_status infer_prelu(hear_call *c, hear_error *err)
{
    hear_status s;
    if ((s = hear_call_want_f32(c, 0, err)) || (s = infer(c, err)))
        return s;
    if (!hear_shape_equal(&c->out[0]->shape, &c->in[0]->shape))
        return hear_call_fail(c, err, "the slopes do not fit the input");
    return HEAR_OK;
}

/* The exponent as float32. */
static const float *exponent(hear_call *c)
{
    float *as_float = c->scratch;
    for (size_t i = 0; i < c->in[1]->count; i++)
        as_float[i] = c->in[1]->dtype == HEAR_I64 ? (float)((const int64_t *)c->in[1]->data)[i]
                                                  : (float)((const int32_t *)c->in[1]->data)[i];
    return as_float;
}

static void forward(hear_call *c, const rows *r)
{
    const params *p = c->params;
    const float *second = whole_exponent(c) ? exponent(c) : NULL;
    for (size_t k = 0; k < p->n; k++) {
        const hear_broadcast *b = &p->b[k];
        const hear_tensor *u = k == 0 ? c->in[0] : c->out[0];
        const hear_tensor *v = c->in[c->n_in > 1 ? k + 1 : 0];
        const float *v_f32 = second ? second : v->data;
        hear_broadcast_walk w = hear_broadcast_begin(b);
        for (; w.more; hear_broadcast_next(b, &w)) {
            void *y = c->out[0]->data;
            const void *a = u->data, *from = v->data;
            if (c->out[0]->dtype == HEAR_F32)
                r->f32((float *)y + w.out, (const float *)a + w.in[0], b->step[0], v_f32 + w.in[1],
                       b->step[1], b->n);
            else if (c->out[0]->dtype == HEAR_I64)
                r->i64((int64_t *)y + w.out, (const int64_t *)a + w.in[0], b->step[0],
                       (const int64_t *)from + w.in[1], b->step[1], b->n);
            else
                r->i32((int32_t *)y + w.out, (const int32_t *)a + w.in[0], b->step[0],
                       (const int32_t *)from + w.in[1], b->step[1], b->n);
        }
    }
    hear_act_apply(&c->act, c->out[0]->data, c->out[0]->count);
}

/* Of more than two inputs: all get the gradient, or of each number the first that the result is. */
static void backward_many(hear_call *c, bool all)
{
    const params *p = c->params;
    const float *y = c->out[0]->data, *g = c->out_grad[0];
    uint8_t *given = c->scratch;
    if (c->out[0]->count == 0)
        return;
    memset(given, 0, c->out[0]->count);
    for (size_t j = 0; j < c->n_in; j++) {
        const hear_broadcast *b = &p->b[j > 1 ? j - 1 : 0];
        const size_t side = j > 0;
        const float *x = c->in[j]->data;
        float *gx = c->in_grad[j];
        hear_broadcast_walk w = hear_broadcast_begin(b);
        for (; w.more; hear_broadcast_next(b, &w))
            for (size_t i = 0; i < b->n; i++) {
                const size_t at = w.in[side] + i * b->step[side], to = w.out + i;
                if (!all && (given[to] || x[at] != y[to]))
                    continue;
                given[to] = 1;
                if (gx)
                    gx[at] += g[to];
            }
    }
}

static void backward(hear_call *c, row_back *back)
{
    const params *p = c->params;
    const hear_broadcast *b = &p->b[0];
    const float *u = c->in[0]->data, *y = c->out[0]->data;
    const float *v = whole_exponent(c) ? exponent(c) : c->in[1]->data;
    float *gu = c->in_grad[0], *gv = c->in_grad[1];
    hear_broadcast_walk w = hear_broadcast_begin(b);
    for (; w.more; hear_broadcast_next(b, &w))
        back(gu ? gu + w.in[0] : NULL, gv ? gv + w.in[1] : NULL, c->out_grad[0] + w.out,
             u + w.in[0], b->step[0], v + w.in[1], b->step[1], y + w.out, b->n);
}

static const char *const two[] = { "x=2x3x4 x=2x3x4", "x=2x3x4 x=4",       "x=2x3x4 x=3x1",
                                   "x=3x1 x=2x1x4",   "x=1 x=2x3",         "x=2x3 x=1",
                                   "x=2x3x4 x=2x1x4", "x=2x3x4x2 x=3x1x1", NULL };
static const char *const several[] = { "x=2x3x4 x=2x3x4",
                                       "x=2x3x4 x=3x1",
                                       "x=1 x=2x3",
                                       "x=2x3 x=2x3 x=2x3",
                                       "x=3x1 x=2x1x4 x=1 x=2x3x1",
                                       NULL };
static const char *const quotient[] = { "x=2x3x4 x=2x3x4(0.5..2)", "x=3 x=2x1(0.5..2)",
                                        "x=2x3x4 x=4(-2..-0.5)", NULL };
static const char *const power[] = { "x=2x3(0.5..2) x=2x3", "x=2x3(0.5..2) x=1", "x=3 i=2,3,1",
                                     NULL };

static const char *const slopes[] = { "x=2x3x4 x=3x1(0.1..0.5)", "x=2x3 x=2x3(0.1..0.5)",
                                      "x=2x3x2x2 x=1(0.1..0.5)", NULL };

#define FORWARD(id, rows)                                                                          \
    static void id##_forward(hear_call *c)                                                         \
    {                                                                                              \
        forward(c, rows);                                                                          \
    }
#define BACKWARD(id)                                                                               \
    static void id##_backward(hear_call *c)                                                        \
    {                                                                                              \
        backward(c, id##_back);                                                                    \
    }
#define MANY 64
#define BINARY(id, text, least, most, since, the_attrs, the_infer, the_diff, the_backward,         \
               the_cases)                                                                          \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = least,                                                                           \
        .max_in = most,                                                                            \
        .max_out = 1,                                                                              \
        .attrs = the_attrs,                                                                        \
        .diff = the_diff,                                                                          \
        .inplace = true,                                                                           \
        .layouts = hear_call_same_layouts,                                                         \
        .fuses_act = true,                                                                         \
        .infer = the_infer,                                                                        \
        .forward = id##_forward,                                                                   \
        .backward = the_backward,                                                                  \
        .cases = the_cases,                                                                        \
    }
#define ARITHMETIC(id, text, since, the_cases)                                                     \
    FORWARD(id, &id##_rows)                                                                        \
    BACKWARD(id)                                                                                   \
    BINARY(id, text, 2, 2, since, NULL, infer, 3, id##_backward, the_cases)
#define VARIADIC(id, text, since, the_rows, the_back, all)                                         \
    FORWARD(id, the_rows)                                                                          \
    static void id##_backward(hear_call *c)                                                        \
    {                                                                                              \
        if (c->n_in > 2)                                                                           \
            backward_many(c, all);                                                                 \
        else                                                                                       \
            backward(c, the_back);                                                                 \
    }                                                                                              \
    BINARY(id, text, 1, MANY, since, NULL, infer, ~0u, id##_backward, several)

ARITHMETIC(add, "Add", 7, two);
ARITHMETIC(sub, "Sub", 7, two);
ARITHMETIC(mul, "Mul", 7, two);
ARITHMETIC(div, "Div", 7, quotient);
FORWARD(pow, &pow_rows)
BACKWARD(pow)
/* An exponent is not learnt: below 0 a power has no slope by it, and squares must stay squares. */
BINARY(pow, "Pow", 2, 2, 7, NULL, infer, 1, pow_backward, power);
VARIADIC(max, "Max", 8, &max_rows, &max_back, false);
VARIADIC(min, "Min", 8, &min_rows, &min_back, false);
VARIADIC(sum, "Sum", 8, &add_rows, &add_back, true);
FORWARD(prelu, &prelu_rows)
BACKWARD(prelu)
BINARY(prelu, "PRelu", 2, 2, 7, NULL, infer_prelu, 3, prelu_backward, slopes);

static const char *const rests[] = { "i=7,-7 i=3,3", "n=7,-7 n=2,-3 fmod=1",
                                     "x=2x3 x=3(1..2) fmod=1", NULL };
static const hear_op_attr fmod_attrs[] = { { "fmod", HEAR_ATTR_INT }, { 0 } };
FORWARD(mod, hear_call_int(c, "fmod", 0) ? &rest_rows : &mod_rows)
BINARY(mod, "Mod", 2, 2, 10, fmod_attrs, infer, 0, NULL, rests);
