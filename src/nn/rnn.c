/* rnn.c - see rnn.h. */
#include "config.h"

#include "nn/rnn.h"

#include "base/error.h"
#include "nn/gemm.h"

#include <math.h>
#include <string.h>

static hear_status read_direction(hear_rnn *r, const hear_call *c, hear_error *err)
{
    const char *text = hear_call_string(c, "direction", "forward");
    r->dirs = strcmp(text, "bidirectional") == 0 ? 2 : 1;
    r->reverse = strcmp(text, "reverse") == 0;
    if (r->dirs == 1 && !r->reverse && strcmp(text, "forward") != 0)
        return hear_call_fail(c, err, "direction \"%.20s\" is not known", text);
    return HEAR_OK;
}

static hear_status read_activations(hear_rnn *r, const hear_call *c, const hear_act_kind *acts,
                                    size_t n_acts, hear_error *err)
{
    static const struct {
        const char *name;
        hear_act_kind kind;
    } known[] = { { "Sigmoid", HEAR_ACT_SIGMOID },
                  { "Tanh", HEAR_ACT_TANH },
                  { "Relu", HEAR_ACT_RELU } };
    const hear_attr *a = hear_node_attr(c->node, "activations");
    if (hear_node_attr(c->node, "activation_alpha") || hear_node_attr(c->node, "activation_beta"))
        return hear_call_fail(c, err, "activations with settings are not supported");
    if (a && a->n != n_acts * r->dirs)
        return hear_call_fail(c, err, "has %zu activations instead of %zu", a->n, n_acts * r->dirs);
    for (size_t i = 0; i < n_acts * r->dirs; i++) {
        hear_act_kind kind = a ? HEAR_ACT_NONE : acts[i % n_acts];
        for (size_t k = 0; a && k < sizeof known / sizeof known[0]; k++)
            if (strcmp(a->strings[i], known[k].name) == 0)
                kind = known[k].kind;
        if (kind == HEAR_ACT_NONE)
            return hear_call_fail(c, err, "activation \"%.20s\" is not supported", a->strings[i]);
        r->act[i / n_acts][i % n_acts] = kind;
    }
    return HEAR_OK;
}

static hear_status expect(const hear_call *c, size_t j, size_t rank, const size_t *dim,
                          hear_error *err)
{
    if (!hear_call_has_in(c, j))
        return HEAR_OK;
    bool same = c->in[j]->shape.rank == rank;
    for (size_t i = 0; i < rank && same; i++)
        same = (size_t)c->in[j]->shape.dim[i] == dim[i];
    char text[64];
    return same ? HEAR_OK
                : hear_call_fail(c, err, "input %zu of shape %s does not fit", j,
                                 hear_shape_text(&c->in[j]->shape, text, sizeof text));
}

hear_status hear_rnn_check_first(const hear_rnn *r, const hear_call *c, size_t j, hear_error *err)
{
    const size_t dim[3] = { r->by_batch ? r->batch : r->dirs, r->by_batch ? r->dirs : r->batch,
                            r->hidden };
    return expect(c, j, 3, dim, err);
}

hear_shape hear_rnn_last_shape(const hear_rnn *r)
{
    return (hear_shape){ 3,
                         { (int64_t)(r->by_batch ? r->batch : r->dirs),
                           (int64_t)(r->by_batch ? r->dirs : r->batch), (int64_t)r->hidden } };
}

hear_status hear_rnn_read(hear_rnn *r, hear_call *c, size_t gates, const hear_act_kind *acts,
                          size_t n_acts, hear_error *err)
{
    hear_status s;
    for (size_t j = 0; j < c->n_in; j++)
        if ((s = hear_call_want_dtype(c, j, j == 4 ? 1u << HEAR_I32 : 1u << HEAR_F32, err)))
            return s;
    const hear_shape *x = &c->in[0]->shape, *weights = &c->in[2]->shape;
    r->gates = gates;
    r->lens = 4;
    r->first_h = 5;
    r->by_batch = hear_call_int(c, "layout", 0) != 0;
    r->clip = hear_call_float(c, "clip", 0.0f);
    if (!(r->clip >= 0.0f))
        return hear_call_fail(c, err, "clip is out of range");
    if (r->clip > 0.0f && c->training)
        return hear_call_fail(c, err, "clip cannot be trained");
    if ((s = read_direction(r, c, err)) || (s = read_activations(r, c, acts, n_acts, err)))
        return s;
    if (x->rank != 3 || weights->rank != 3)
        return hear_call_fail(c, err, "X, W and R must have three dimensions");
    r->steps = (size_t)x->dim[r->by_batch];
    r->batch = (size_t)x->dim[!r->by_batch];
    r->in = (size_t)x->dim[2];
    r->hidden = (size_t)weights->dim[2];
    const int64_t hidden = hear_call_int(c, "hidden_size", (int64_t)r->hidden);
    if (hidden < 1 || (size_t)hidden != r->hidden || r->steps < 1 || r->batch < 1 || r->in < 1)
        return hear_call_fail(c, err, "hidden_size and the shapes do not fit");
    const size_t gh = r->gates * r->hidden;
    const size_t w[3] = { r->dirs, gh, r->in }, rec[3] = { r->dirs, gh, r->hidden };
    const size_t bias[2] = { r->dirs, 2 * gh };
    if ((s = expect(c, 1, 3, w, err)) || (s = expect(c, 2, 3, rec, err)) ||
        (s = expect(c, 3, 2, bias, err)) || (s = expect(c, 4, 1, &r->batch, err)) ||
        (s = hear_rnn_check_first(r, c, r->first_h, err)))
        return s;
    const int64_t t = (int64_t)r->steps, b = (int64_t)r->batch, d = (int64_t)r->dirs;
    const hear_shape by_step = { 4, { t, d, b, hidden } }, by_batch = { 4, { b, t, d, hidden } };
    const hear_shape last = hear_rnn_last_shape(r);
    hear_call_set_out(c, 0, HEAR_F32, r->by_batch ? &by_batch : &by_step);
    hear_call_set_out(c, 1, HEAR_F32, &last);
    c->macs = hear_size_mul(hear_size_mul(r->steps * r->batch, r->dirs * gh), r->in + r->hidden);
    return HEAR_OK;
}

static size_t rounded(size_t n)
{
    return (n + 15) / 16 * 16; /* a cache line */
}

size_t hear_rnn_memory_size(const hear_rnn *r, bool has_c, bool has_q)
{
    const size_t rows = r->steps * r->batch, line = (rows + r->batch) * r->hidden;
    return rounded(rows * r->gates * r->hidden) + rounded(line) + (has_c ? rounded(line) : 0) +
           (has_q ? rounded(rows * r->hidden) : 0);
}

hear_rnn_memory hear_rnn_memory_at(const hear_rnn *r, float *at, bool has_c, bool has_q)
{
    const size_t rows = r->steps * r->batch, line = (rows + r->batch) * r->hidden;
    hear_rnn_memory m = { .gate = at };
    m.h = at + rounded(rows * r->gates * r->hidden);
    m.c = has_c ? m.h + rounded(line) : NULL;
    m.q = has_q ? (has_c ? m.c : m.h) + rounded(line) : NULL;
    return m;
}

bool hear_rnn_row(const hear_rnn *r, const hear_call *c, size_t d, size_t s, size_t b, size_t *row)
{
    size_t n = r->steps;
    if (hear_call_has_in(c, r->lens)) { /* never trusted: it may come at run time */
        const int32_t len = ((const int32_t *)c->in[r->lens]->data)[b];
        n = len < 0 ? 0 : (size_t)len < n ? (size_t)len : n;
    }
    if (s >= n)
        return false;
    const size_t t = r->reverse || d == 1 ? n - 1 - s : s;
    *row = r->by_batch ? b * r->steps + t : t * r->batch + b;
    return true;
}

size_t hear_rnn_y(const hear_rnn *r, size_t d, size_t row)
{
    if (r->by_batch) /* [batch][steps][dirs] */
        return (row * r->dirs + d) * r->hidden;
    return (row / r->batch * r->dirs * r->batch + d * r->batch + row % r->batch) * r->hidden;
}

size_t hear_rnn_last(const hear_rnn *r, size_t d, size_t b)
{
    return (r->by_batch ? b * r->dirs + d : d * r->batch + b) * r->hidden;
}

void hear_rnn_copy_first(const hear_rnn *r, const hear_call *c, size_t j, size_t d, float *to)
{
    for (size_t b = 0; b < r->batch; b++, to += r->hidden) {
        if (hear_call_has_in(c, j))
            memcpy(to, (const float *)c->in[j]->data + hear_rnn_last(r, d, b),
                   r->hidden * sizeof *to);
        else
            memset(to, 0, r->hidden * sizeof *to);
    }
}

void hear_rnn_copy_last(const hear_rnn *r, hear_call *c, size_t i, size_t d, const float *from)
{
    for (size_t b = 0; b < r->batch && hear_call_has_out(c, i); b++)
        memcpy((float *)c->out[i]->data + hear_rnn_last(r, d, b), from + b * r->hidden,
               r->hidden * sizeof *from);
}

void hear_rnn_project(const hear_rnn *r, hear_call *c, size_t d, const float *bias, float *gate)
{
    const size_t rows = r->steps * r->batch, gh = r->gates * r->hidden;
    for (size_t i = 0; i < rows; i++)
        memcpy(gate + i * gh, bias, gh * sizeof *gate);
    hear_gemm(&(hear_gemm_args){ .m = rows,
                                 .n = gh,
                                 .k = r->in,
                                 .trans_b = true,
                                 .alpha = 1.0f,
                                 .beta = 1.0f,
                                 .a = c->in[0]->data,
                                 .lda = r->in,
                                 .b = (const float *)c->in[1]->data + d * gh * r->in,
                                 .ldb = r->in,
                                 .c = gate,
                                 .ldc = gh });
}

void hear_rnn_project_back(const hear_rnn *r, hear_call *c, size_t d, const float *dgate)
{
    const size_t rows = r->steps * r->batch, gh = r->gates * r->hidden;
    if (c->in_grad[0])
        hear_gemm(&(hear_gemm_args){ .m = rows,
                                     .n = r->in,
                                     .k = gh,
                                     .alpha = 1.0f,
                                     .beta = 1.0f,
                                     .a = dgate,
                                     .lda = gh,
                                     .b = (const float *)c->in[1]->data + d * gh * r->in,
                                     .ldb = r->in,
                                     .c = c->in_grad[0],
                                     .ldc = r->in });
    if (c->in_grad[1])
        hear_gemm(&(hear_gemm_args){ .m = gh,
                                     .n = r->in,
                                     .k = rows,
                                     .trans_a = true,
                                     .alpha = 1.0f,
                                     .beta = 1.0f,
                                     .a = dgate,
                                     .lda = gh,
                                     .b = c->in[0]->data,
                                     .ldb = r->in,
                                     .c = c->in_grad[1] + d * gh * r->in,
                                     .ldc = r->in });
}

float hear_rnn_clip(const hear_rnn *r, float x)
{
    if (r->clip > 0.0f)
        x = x > r->clip ? r->clip : x < -r->clip ? -r->clip : x;
    return x;
}

float hear_rnn_act(hear_act_kind kind, float x)
{
    if (kind == HEAR_ACT_SIGMOID)
        return 1.0f / (1.0f + expf(-x));
    return kind == HEAR_ACT_TANH ? tanhf(x) : x > 0.0f ? x : 0.0f;
}

float hear_rnn_slope(hear_act_kind kind, float y)
{
    if (kind == HEAR_ACT_SIGMOID)
        return y * (1.0f - y);
    return kind == HEAR_ACT_TANH ? 1.0f - y * y : y > 0.0f ? 1.0f : 0.0f;
}
