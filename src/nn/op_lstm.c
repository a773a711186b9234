/* op_lstm.c - LSTM (S. Hochreiter and J. Schmidhuber 1997; F. Gers and J. Schmidhuber 2000 for the
 * forget gate and the peepholes), one or two directions, and back through time.
 *
 *   i, o, f = f(x W^T + h R^T + b + P c)    (o sees the new c)
 *   n       = g(x W^T + h R^T + b)
 *   c'      = f c + i n,   h' = o h(c') */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/gemm.h"
#include "nn/rnn.h"

#include <string.h>

enum { I, O, F, N, GATES }; /* ONNX's order */
enum { IN_W = 1, IN_R, IN_B, IN_LENS, IN_H, IN_C, IN_P };

static const hear_act_kind acts[3] = { HEAR_ACT_SIGMOID, HEAR_ACT_TANH, HEAR_ACT_TANH };

/* One member at one step: pointers to [hidden] numbers each; peep may be NULL. */
typedef struct {
    float *gate; /* [GATES][hidden] */
    const float *peep, *c;
    float *c_new, *h_new;
} cell;

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_rnn *r = hear_call_params(c, sizeof *r);
    if (!r)
        return HEAR_ERR_MEM;
    hear_status s = hear_rnn_read(r, c, GATES, acts, 3, err);
    if (s || (s = hear_rnn_check_first(r, c, IN_C, err)))
        return s;
    if (hear_call_int(c, "input_forget", 0) != 0)
        return hear_call_fail(c, err, "input_forget = 1 is not supported");
    if (hear_call_has_in(c, IN_P)) {
        const hear_shape *p = &c->in[IN_P]->shape;
        if (p->rank != 2 || (size_t)p->dim[0] != r->dirs || (size_t)p->dim[1] != 3 * r->hidden)
            return hear_call_fail(c, err, "P must be [directions, 3 hidden_size]");
    }
    const hear_shape last = hear_rnn_last_shape(r);
    hear_call_set_out(c, 2, HEAR_F32, &last);

    const size_t gh = GATES * r->hidden, rows = r->steps * r->batch;
    const size_t memory = hear_rnn_memory_size(r, true, false) * sizeof(float);
    if (c->training) /* on the way back: gradients of all gates, of a step, of h and c */
        c->scratch_bytes = (rows * gh + r->batch * (gh + 2 * r->hidden)) * sizeof(float);
    else
        c->scratch_bytes = memory + (gh + r->batch * gh) * sizeof(float);
    c->state_bytes = c->training ? memory * r->dirs + (gh + r->batch * gh) * sizeof(float) : 0;
    return HEAR_OK;
}

static void step(const hear_rnn *r, const hear_act_kind *act, const cell *x, const float *recurrent)
{
    const size_t n = r->hidden;
    for (size_t k = 0; k < n; k++) {
        float in = x->gate[I * n + k] + recurrent[I * n + k];
        float out = x->gate[O * n + k] + recurrent[O * n + k];
        float forget = x->gate[F * n + k] + recurrent[F * n + k];
        float fresh = x->gate[N * n + k] + recurrent[N * n + k];
        if (x->peep) {
            in += x->peep[0 * n + k] * x->c[k];
            forget += x->peep[2 * n + k] * x->c[k];
        }
        in = hear_rnn_act(act[0], hear_rnn_clip(r, in));
        forget = hear_rnn_act(act[0], hear_rnn_clip(r, forget));
        fresh = hear_rnn_act(act[1], hear_rnn_clip(r, fresh));
        x->c_new[k] = forget * x->c[k] + in * fresh;
        if (x->peep)
            out += x->peep[1 * n + k] * x->c_new[k];
        out = hear_rnn_act(act[0], hear_rnn_clip(r, out));
        x->h_new[k] = out * hear_rnn_act(act[2], x->c_new[k]);
        x->gate[I * n + k] = in;
        x->gate[O * n + k] = out;
        x->gate[F * n + k] = forget;
        x->gate[N * n + k] = fresh;
    }
}

/* The arrays of member b at step s of direction d. */
static cell cell_at(const hear_rnn *r, const hear_call *c, const hear_rnn_memory *m, size_t d,
                    size_t s, size_t b, size_t row)
{
    const size_t at = (s * r->batch + b) * r->hidden, next = at + r->batch * r->hidden;
    return (cell){ .gate = m->gate + row * GATES * r->hidden,
                   .peep = hear_call_has_in(c, IN_P)
                               ? (const float *)c->in[IN_P]->data + d * 3 * r->hidden
                               : NULL,
                   .c = m->c + at,
                   .c_new = m->c + next,
                   .h_new = m->h + next };
}

static void one_direction(hear_call *c, size_t d, const hear_rnn_memory *m, float *bias,
                          float *recurrent)
{
    const hear_rnn *r = c->params;
    const size_t n = r->hidden, gh = GATES * n, line = r->batch * n;
    const float *given = hear_call_has_in(c, IN_B) ? c->in[IN_B]->data : NULL;
    for (size_t k = 0; k < gh; k++)
        bias[k] = given ? given[d * 2 * gh + k] + given[d * 2 * gh + gh + k] : 0.0f;
    hear_rnn_project(r, c, d, bias, m->gate);
    hear_rnn_copy_first(r, c, IN_H, d, m->h);
    hear_rnn_copy_first(r, c, IN_C, d, m->c);
    for (size_t s = 0; s < r->steps; s++) {
        hear_gemm(&(hear_gemm_args){ .m = r->batch,
                                     .n = gh,
                                     .k = n,
                                     .trans_b = true,
                                     .alpha = 1.0f,
                                     .a = m->h + s * line,
                                     .lda = n,
                                     .b = (const float *)c->in[IN_R]->data + d * gh * n,
                                     .ldb = n,
                                     .c = recurrent,
                                     .ldc = gh });
        for (size_t b = 0; b < r->batch; b++) {
            size_t row = 0;
            const bool more = hear_rnn_row(r, c, d, s, b, &row);
            const cell x = cell_at(r, c, m, d, s, b, row);
            if (!more) { /* this one is over */
                memcpy(x.h_new, x.h_new - line, n * sizeof(float));
                memcpy(x.c_new, x.c, n * sizeof(float));
                continue;
            }
            step(r, r->act[d], &x, recurrent + b * gh);
            if (hear_call_has_out(c, 0))
                memcpy((float *)c->out[0]->data + hear_rnn_y(r, d, row), x.h_new,
                       n * sizeof(float));
        }
    }
    hear_rnn_copy_last(r, c, 1, d, m->h + r->steps * line);
    hear_rnn_copy_last(r, c, 2, d, m->c + r->steps * line);
}

static hear_rnn_memory memory_of(const hear_call *c, size_t d)
{
    const hear_rnn *r = c->params;
    const size_t size = hear_rnn_memory_size(r, true, false);
    return hear_rnn_memory_at(r, c->training ? (float *)c->state + d * size : c->scratch, true,
                              false);
}

static void forward(hear_call *c)
{
    const hear_rnn *r = c->params;
    const size_t size = hear_rnn_memory_size(r, true, false);
    float *rest = c->training ? (float *)c->state + r->dirs * size : (float *)c->scratch + size;
    if (hear_call_has_out(c, 0))
        memset(c->out[0]->data, 0, c->out[0]->count * sizeof(float));
    for (size_t d = 0; d < r->dirs; d++) {
        const hear_rnn_memory m = memory_of(c, d);
        one_direction(c, d, &m, rest, rest + GATES * r->hidden);
    }
}

/* From the gradients of h_new and c_new to those of the gates before their activations (to), of c
 * (in place of c_new's) and of the peepholes. */
static void step_back(const hear_rnn *r, const hear_act_kind *act, const cell *x, const float *dh,
                      float *dc, float *to, float *dpeep)
{
    const size_t n = r->hidden;
    for (size_t k = 0; k < n; k++) {
        const float in = x->gate[I * n + k], out = x->gate[O * n + k];
        const float forget = x->gate[F * n + k], fresh = x->gate[N * n + k];
        const float shown = hear_rnn_act(act[2], x->c_new[k]);
        const float d_out = dh[k] * shown * hear_rnn_slope(act[0], out);
        float dc_new = dc[k] + dh[k] * out * hear_rnn_slope(act[2], shown);
        if (x->peep)
            dc_new += d_out * x->peep[1 * n + k];
        const float d_in = dc_new * fresh * hear_rnn_slope(act[0], in);
        const float d_forget = dc_new * x->c[k] * hear_rnn_slope(act[0], forget);
        dc[k] = dc_new * forget;
        if (x->peep)
            dc[k] += d_in * x->peep[0 * n + k] + d_forget * x->peep[2 * n + k];
        if (dpeep) {
            dpeep[0 * n + k] += d_in * x->c[k];
            dpeep[1 * n + k] += d_out * x->c_new[k];
            dpeep[2 * n + k] += d_forget * x->c[k];
        }
        to[I * n + k] = d_in;
        to[O * n + k] = d_out;
        to[F * n + k] = d_forget;
        to[N * n + k] = dc_new * in * hear_rnn_slope(act[1], fresh);
    }
}

/* dgate: all rows, dstep: of one step, [batch][GATES][hidden]. dh, dc: [batch][hidden]. */
static void one_direction_back(hear_call *c, size_t d, float *dgate, float *dstep, float *dh,
                               float *dc)
{
    const hear_rnn *r = c->params;
    const hear_rnn_memory m = memory_of(c, d);
    const size_t n = r->hidden, gh = GATES * n, line = r->batch * n;
    float *dpeep =
        hear_call_has_in(c, IN_P) && c->in_grad[IN_P] ? c->in_grad[IN_P] + d * 3 * n : NULL;
    memset(dgate, 0, r->steps * r->batch * gh * sizeof *dgate);
    for (size_t i = 0; i < line; i++) {
        const size_t at = hear_rnn_last(r, d, i / n) + i % n;
        dh[i] = c->n_out > 1 && c->out_grad[1] ? c->out_grad[1][at] : 0.0f;
        dc[i] = c->n_out > 2 && c->out_grad[2] ? c->out_grad[2][at] : 0.0f;
    }
    for (size_t s = r->steps; s-- > 0;) {
        for (size_t b = 0; b < r->batch; b++) {
            size_t row = 0;
            float *to = dstep + b * gh;
            if (!hear_rnn_row(r, c, d, s, b, &row)) {
                memset(to, 0, gh * sizeof *to);
                continue; /* dh and dc pass through */
            }
            const cell x = cell_at(r, c, &m, d, s, b, row);
            for (size_t k = 0; k < n && c->out_grad[0]; k++)
                dh[b * n + k] += c->out_grad[0][hear_rnn_y(r, d, row) + k];
            step_back(r, r->act[d], &x, dh + b * n, dc + b * n, to, dpeep);
            memcpy(dgate + row * gh, to, gh * sizeof *to);
            memset(dh + b * n, 0, n * sizeof *dh);
        }
        hear_gemm(&(hear_gemm_args){ .m = r->batch, /* dh += dstep R */
                                     .n = n,
                                     .k = gh,
                                     .alpha = 1.0f,
                                     .beta = 1.0f,
                                     .a = dstep,
                                     .lda = gh,
                                     .b = (const float *)c->in[IN_R]->data + d * gh * n,
                                     .ldb = n,
                                     .c = dh,
                                     .ldc = n });
        if (c->in_grad[IN_R])
            hear_gemm(&(hear_gemm_args){ .m = gh, /* dR += dstep^T h */
                                         .n = n,
                                         .k = r->batch,
                                         .trans_a = true,
                                         .alpha = 1.0f,
                                         .beta = 1.0f,
                                         .a = dstep,
                                         .lda = gh,
                                         .b = m.h + s * line,
                                         .ldb = n,
                                         .c = c->in_grad[IN_R] + d * gh * n,
                                         .ldc = n });
    }
    for (size_t i = 0; i < line; i++) {
        const size_t at = hear_rnn_last(r, d, i / n) + i % n;
        if (c->n_in > IN_H && c->in_grad[IN_H])
            c->in_grad[IN_H][at] += dh[i];
        if (c->n_in > IN_C && c->in_grad[IN_C])
            c->in_grad[IN_C][at] += dc[i];
    }
    hear_rnn_project_back(r, c, d, dgate);
    for (size_t i = 0; i < r->steps * r->batch * gh && c->n_in > IN_B && c->in_grad[IN_B]; i++) {
        c->in_grad[IN_B][d * 2 * gh + i % gh] += dgate[i];
        c->in_grad[IN_B][d * 2 * gh + gh + i % gh] += dgate[i];
    }
}

static void backward(hear_call *c)
{
    const hear_rnn *r = c->params;
    const size_t gh = GATES * r->hidden, rows = r->steps * r->batch;
    float *dgate = c->scratch, *dstep = dgate + rows * gh, *dh = dstep + r->batch * gh;
    for (size_t d = 0; d < r->dirs; d++)
        one_direction_back(c, d, dgate, dstep, dh, dh + r->batch * r->hidden);
}

static const hear_op_attr attrs[] = { { "activation_alpha", HEAR_ATTR_FLOATS },
                                      { "activation_beta", HEAR_ATTR_FLOATS },
                                      { "activations", HEAR_ATTR_STRINGS },
                                      { "clip", HEAR_ATTR_FLOAT },
                                      { "direction", HEAR_ATTR_STRING },
                                      { "hidden_size", HEAR_ATTR_INT },
                                      { "input_forget", HEAR_ATTR_INT },
                                      { "layout", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = {
    "x=3x2x4 x=1x8x4 x=1x8x2 x=1x16 hidden_size=2 outs=3",
    "x=3x2x3 x=2x8x3 x=2x8x2 x=2x16 - x=2x2x2 x=2x2x2 x=2x6 hidden_size=2 outs=3 "
    "direction=bidirectional",
    "x=2x3x3 x=1x8x3 x=1x8x2 - - x=2x1x2 hidden_size=2 direction=reverse layout=1 "
    "activations=Sigmoid,Tanh,Sigmoid",
    "x=3x2x3 x=1x8x3 x=1x8x2 x=1x16 n=3,1 hidden_size=2 direction=reverse outs=3",
    NULL,
};

const hear_op hear_op_lstm = {
    .name = "LSTM",
    .domain = "",
    .min_opset = 7,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 3,
    .max_in = 8,
    .max_out = 3,
    .any_out = true,
    .attrs = attrs,
    .diff = 1u << 0 | 1u << IN_W | 1u << IN_R | 1u << IN_B | 1u << IN_H | 1u << IN_C | 1u << IN_P,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
