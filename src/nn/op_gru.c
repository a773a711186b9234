/* op_gru.c - GRU (K. Cho and others 2014), one or two directions, and back through time.
 *
 *   z, r = f(x W^T + h R^T + b)
 *   n    = g(x W^T + (r h) R^T + b), or with linear_before_reset g(x W^T + b + r (h R^T + rb))
 *   h'   = (1 - z) n + z h */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/gemm.h"
#include "nn/rnn.h"

#include <string.h>

enum { Z, R, N, GATES }; /* ONNX's order */
enum { IN_W = 1, IN_R, IN_B, IN_LENS, IN_H };

typedef struct {
    hear_rnn r;
    bool linear; /* linear_before_reset */
} params;

static const hear_act_kind acts[2] = { HEAR_ACT_SIGMOID, HEAR_ACT_TANH };

/* Room of one forward beside the memory: bias, recurrent products, r h. */
static size_t forward_room(const hear_rnn *r)
{
    return (GATES + r->batch * GATES + r->batch) * r->hidden;
}

static hear_status infer(hear_call *c, hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    hear_rnn *r = &p->r;
    const hear_status s = hear_rnn_read(r, c, GATES, acts, 2, err);
    if (s)
        return s;
    p->linear = hear_call_int(c, "linear_before_reset", 0) != 0;
    const size_t rows = r->steps * r->batch, gh = GATES * r->hidden;
    const size_t memory = hear_rnn_memory_size(r, false, p->linear);
    if (c->training) { /* on the way back: all gates' gradients, a step's, h's, its next, r h's two
                        */
        c->scratch_bytes = (rows * gh + r->batch * (gh + 4 * r->hidden)) * sizeof(float);
        c->state_bytes = (memory * r->dirs + forward_room(r)) * sizeof(float);
    } else {
        c->scratch_bytes = (memory + forward_room(r)) * sizeof(float);
    }
    return HEAR_OK;
}

static hear_rnn_memory memory_of(const hear_call *c, size_t d)
{
    const params *p = c->params;
    const size_t size = hear_rnn_memory_size(&p->r, false, p->linear);
    return hear_rnn_memory_at(&p->r, c->training ? (float *)c->state + d * size : c->scratch, false,
                              p->linear);
}

/* to [batch][width] = from [batch][hidden] R[first .. first + width - 1]^T */
static void recur(const hear_call *c, size_t d, size_t first, size_t width, const float *from,
                  float *to)
{
    const params *p = c->params;
    const size_t n = p->r.hidden, gh = GATES * n;
    hear_gemm(&(hear_gemm_args){ .m = p->r.batch,
                                 .n = width,
                                 .k = n,
                                 .trans_b = true,
                                 .alpha = 1.0f,
                                 .a = from,
                                 .lda = n,
                                 .b = (const float *)c->in[IN_R]->data + (d * gh + first) * n,
                                 .ldb = n,
                                 .c = to,
                                 .ldc = gh });
}

/* The gates z and r of every member at step s; rh = r h. */
static void first_gates(hear_call *c, size_t d, size_t s, const hear_rnn_memory *m,
                        const float *recurrent, float *rh)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t n = r->hidden, gh = GATES * n;
    for (size_t b = 0; b < r->batch; b++) {
        size_t row = 0;
        const float *h = m->h + (s * r->batch + b) * n;
        const bool more = hear_rnn_row(r, c, d, s, b, &row);
        float *gate = m->gate + row * gh;
        for (size_t k = 0; k < n; k++)
            rh[b * n + k] = 0.0f;
        for (size_t k = 0; k < 2 * n && more; k++)
            gate[k] = hear_rnn_act(r->act[d][0], hear_rnn_clip(r, gate[k] + recurrent[b * gh + k]));
        for (size_t k = 0; k < n && more; k++)
            rh[b * n + k] = gate[R * n + k] * h[k];
    }
}

static void last_gate(hear_call *c, size_t d, size_t s, const hear_rnn_memory *m,
                      const float *recurrent, const float *bias_n)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t n = r->hidden, gh = GATES * n;
    for (size_t b = 0; b < r->batch; b++) {
        size_t row = 0;
        const float *h = m->h + (s * r->batch + b) * n, *part = recurrent + b * gh + N * n;
        float *h_new = m->h + ((s + 1) * r->batch + b) * n;
        if (!hear_rnn_row(r, c, d, s, b, &row)) { /* this one is over */
            memcpy(h_new, h, n * sizeof *h);
            continue;
        }
        float *gate = m->gate + row * gh;
        for (size_t k = 0; k < n; k++) {
            float fresh = part[k];
            if (p->linear) {
                m->q[row * n + k] = part[k] + bias_n[k];
                fresh = gate[R * n + k] * m->q[row * n + k];
            }
            fresh = hear_rnn_act(r->act[d][1], hear_rnn_clip(r, gate[N * n + k] + fresh));
            gate[N * n + k] = fresh;
            h_new[k] = (1.0f - gate[Z * n + k]) * fresh + gate[Z * n + k] * h[k];
        }
        if (hear_call_has_out(c, 0))
            memcpy((float *)c->out[0]->data + hear_rnn_y(r, d, row), h_new, n * sizeof *h);
    }
}

static void one_direction(hear_call *c, size_t d, const hear_rnn_memory *m, float *bias,
                          float *recurrent, float *rh)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t n = r->hidden, gh = GATES * n;
    const float *given =
        hear_call_has_in(c, IN_B) ? (const float *)c->in[IN_B]->data + d * 2 * gh : NULL;
    for (size_t k = 0; k < gh; k++) /* the new gate's second bias comes with its product */
        bias[k] = !given ? 0.0f : given[k] + (p->linear && k >= N * n ? 0.0f : given[gh + k]);
    hear_rnn_project(r, c, d, bias, m->gate);
    for (size_t k = 0; k < n; k++)
        bias[k] = given ? given[gh + N * n + k] : 0.0f;
    hear_rnn_copy_first(r, c, IN_H, d, m->h);
    for (size_t s = 0; s < r->steps; s++) {
        const float *h = m->h + s * r->batch * n;
        recur(c, d, 0, p->linear ? gh : 2 * n, h, recurrent);
        first_gates(c, d, s, m, recurrent, rh);
        if (!p->linear)
            recur(c, d, N * n, n, rh, recurrent + N * n);
        last_gate(c, d, s, m, recurrent, bias);
    }
    hear_rnn_copy_last(r, c, 1, d, m->h + r->steps * r->batch * n);
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t size = hear_rnn_memory_size(r, false, p->linear);
    float *rest = c->training ? (float *)c->state + r->dirs * size : (float *)c->scratch + size;
    float *recurrent = rest + GATES * r->hidden;
    if (hear_call_has_out(c, 0))
        memset(c->out[0]->data, 0, c->out[0]->count * sizeof(float));
    for (size_t d = 0; d < r->dirs; d++) {
        const hear_rnn_memory m = memory_of(c, d);
        one_direction(c, d, &m, rest, recurrent, recurrent + r->batch * GATES * r->hidden);
    }
}

/* What the way back works with; all but dgate of one step. */
typedef struct {
    float *dgate;  /* [row][GATES][hidden]: of what comes from x */
    float *dstep;  /* [batch][GATES][hidden]: of what comes from h */
    float *dh;     /* [batch][hidden] */
    float *dh_old; /* of the step before */
    float *rh, *drh;
} way_back;

/* y [rows_y][hidden] += a^T b over the batch, a [batch][GATES][hidden] from gate `first` on. */
static void add_weights(const hear_rnn *r, const float *a, size_t width, const float *b, float *y)
{
    hear_gemm(&(hear_gemm_args){ .m = width,
                                 .n = r->hidden,
                                 .k = r->batch,
                                 .trans_a = true,
                                 .alpha = 1.0f,
                                 .beta = 1.0f,
                                 .a = a,
                                 .lda = GATES * r->hidden,
                                 .b = b,
                                 .ldb = r->hidden,
                                 .c = y,
                                 .ldc = r->hidden });
}

/* y [batch][hidden] (+)= a R, a [batch][GATES][hidden], R from row `first` on. */
static void unrecur(const hear_call *c, size_t d, const float *a, size_t first, size_t width,
                    float beta, float *y)
{
    const params *p = c->params;
    const size_t n = p->r.hidden, gh = GATES * n;
    hear_gemm(&(hear_gemm_args){ .m = p->r.batch,
                                 .n = n,
                                 .k = width,
                                 .alpha = 1.0f,
                                 .beta = beta,
                                 .a = a,
                                 .lda = gh,
                                 .b = (const float *)c->in[IN_R]->data + (d * gh + first) * n,
                                 .ldb = n,
                                 .c = y,
                                 .ldc = n });
}

/* Through h' and the new gate: dstep's N, dgate's Z and N, dh_old's share by z. */
static void back_last_gate(hear_call *c, size_t d, size_t s, const hear_rnn_memory *m,
                           const way_back *w)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t n = r->hidden, gh = GATES * n;
    for (size_t b = 0; b < r->batch; b++) {
        size_t row = 0;
        const float *h = m->h + (s * r->batch + b) * n;
        float *dh = w->dh + b * n, *old = w->dh_old + b * n, *to = w->dstep + b * gh;
        memset(to, 0, gh * sizeof *to);
        memcpy(old, dh, n * sizeof *old);
        memset(w->rh + b * n, 0, n * sizeof *h);
        if (!hear_rnn_row(r, c, d, s, b, &row))
            continue;
        const float *gate = m->gate + row * gh;
        float *dgate = w->dgate + row * gh;
        for (size_t k = 0; k < n; k++) {
            const float z = gate[Z * n + k], reset = gate[R * n + k], fresh = gate[N * n + k];
            const float g =
                dh[k] + (c->out_grad[0] ? c->out_grad[0][hear_rnn_y(r, d, row) + k] : 0.0f);
            const float dn = g * (1.0f - z) * hear_rnn_slope(r->act[d][1], fresh);
            old[k] = g * z;
            to[Z * n + k] = dgate[Z * n + k] = g * (h[k] - fresh) * hear_rnn_slope(r->act[d][0], z);
            dgate[N * n + k] = dn;
            to[N * n + k] = p->linear ? dn * reset : dn;
            if (p->linear)
                to[R * n + k] = dgate[R * n + k] =
                    dn * m->q[row * n + k] * hear_rnn_slope(r->act[d][0], reset);
            w->rh[b * n + k] = reset * h[k];
        }
    }
}

/* Without linear_before_reset the new gate saw r h: from its gradient to those of r and h. */
static void back_reset(hear_call *c, size_t d, size_t s, const hear_rnn_memory *m,
                       const way_back *w)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t n = r->hidden, gh = GATES * n;
    for (size_t b = 0; b < r->batch; b++) {
        size_t row = 0;
        const float *h = m->h + (s * r->batch + b) * n;
        if (!hear_rnn_row(r, c, d, s, b, &row))
            continue;
        for (size_t k = 0; k < n; k++) {
            const float reset = m->gate[row * gh + R * n + k], drh = w->drh[b * n + k];
            w->dh_old[b * n + k] += drh * reset;
            w->dstep[b * gh + R * n + k] = w->dgate[row * gh + R * n + k] =
                drh * h[k] * hear_rnn_slope(r->act[d][0], reset);
        }
    }
}

static void one_direction_back(hear_call *c, size_t d, way_back *w)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const hear_rnn_memory m = memory_of(c, d);
    const size_t n = r->hidden, gh = GATES * n, line = r->batch * n;
    float *dr = c->in_grad[IN_R] ? c->in_grad[IN_R] + d * gh * n : NULL;
    float *db = c->n_in > IN_B && c->in_grad[IN_B] ? c->in_grad[IN_B] + d * 2 * gh : NULL;
    memset(w->dgate, 0, r->steps * r->batch * gh * sizeof *w->dgate);
    for (size_t i = 0; i < line; i++)
        w->dh[i] = c->n_out > 1 && c->out_grad[1]
                       ? c->out_grad[1][hear_rnn_last(r, d, i / n) + i % n]
                       : 0.0f;
    for (size_t s = r->steps; s-- > 0;) {
        const float *h = m.h + s * line;
        back_last_gate(c, d, s, &m, w);
        if (!p->linear) {
            unrecur(c, d, w->dstep + N * n, N * n, n, 0.0f, w->drh);
            back_reset(c, d, s, &m, w);
        }
        unrecur(c, d, w->dstep, 0, p->linear ? gh : 2 * n, 1.0f, w->dh_old);
        if (dr) {
            add_weights(r, w->dstep, 2 * n, h, dr);
            add_weights(r, w->dstep + N * n, n, p->linear ? h : w->rh, dr + N * n * n);
        }
        for (size_t i = 0; i < r->batch * gh && db; i++) /* the second bias goes with h */
            db[gh + i % gh] += w->dstep[i];
        float *swap = w->dh;
        w->dh = w->dh_old;
        w->dh_old = swap;
    }
    for (size_t i = 0; i < line && c->n_in > IN_H && c->in_grad[IN_H]; i++)
        c->in_grad[IN_H][hear_rnn_last(r, d, i / n) + i % n] += w->dh[i];
    hear_rnn_project_back(r, c, d, w->dgate);
    for (size_t i = 0; i < r->steps * r->batch * gh && db; i++)
        db[i % gh] += w->dgate[i];
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const hear_rnn *r = &p->r;
    const size_t gh = GATES * r->hidden, line = r->batch * r->hidden;
    way_back w = { .dgate = c->scratch };
    w.dstep = w.dgate + r->steps * r->batch * gh;
    w.dh = w.dstep + r->batch * gh;
    w.dh_old = w.dh + line;
    w.rh = w.dh_old + line;
    w.drh = w.rh + line;
    for (size_t d = 0; d < r->dirs; d++)
        one_direction_back(c, d, &w);
}

static const hear_op_attr attrs[] = { { "activation_alpha", HEAR_ATTR_FLOATS },
                                      { "activation_beta", HEAR_ATTR_FLOATS },
                                      { "activations", HEAR_ATTR_STRINGS },
                                      { "clip", HEAR_ATTR_FLOAT },
                                      { "direction", HEAR_ATTR_STRING },
                                      { "hidden_size", HEAR_ATTR_INT },
                                      { "layout", HEAR_ATTR_INT },
                                      { "linear_before_reset", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = {
    "x=3x2x4 x=1x6x4 x=1x6x2 x=1x12 hidden_size=2 outs=2",
    "x=3x2x4 x=1x6x4 x=1x6x2 x=1x12 hidden_size=2 linear_before_reset=1 direction=reverse",
    "x=3x2x3 x=2x6x3 x=2x6x2 x=2x12 - x=2x2x2 hidden_size=2 outs=2 direction=bidirectional",
    "x=2x3x3 x=1x6x3 x=1x6x2 - - x=2x1x2 hidden_size=2 layout=1 linear_before_reset=1 outs=2 "
    "activations=Tanh,Sigmoid",
    "x=3x2x3 x=1x6x3 x=1x6x2 x=1x12 n=3,1 hidden_size=2 direction=reverse outs=2",
    NULL,
};

const hear_op hear_op_gru = {
    .name = "GRU",
    .domain = "",
    .min_opset = 7,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 3,
    .max_in = 6,
    .max_out = 2,
    .any_out = true,
    .attrs = attrs,
    .diff = 1u << 0 | 1u << IN_W | 1u << IN_R | 1u << IN_B | 1u << IN_H,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
