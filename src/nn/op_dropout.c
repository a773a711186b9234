/* op_dropout.c - Dropout: nothing in inference; in training each number is dropped with
 * probability `ratio`, the others are scaled by 1 / (1 - ratio). */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "base/rng.h"

#include <string.h>

typedef struct {
    float ratio;
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s || (s = hear_call_want_f32(c, 1, err)) ||
        (s = hear_call_want_dtype(c, 2, 1u << HEAR_BOOL, err)))
        return s;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->ratio = hear_call_float(c, "ratio", 0.5f);
    for (size_t j = 1; j <= 2; j++)
        if (hear_call_has_in(c, j) && (!c->in[j]->data || c->in[j]->count != 1))
            return hear_call_fail(c, err, "input %zu must be one constant", j);
    if (hear_call_has_in(c, 1))
        p->ratio = *(const float *)c->in[1]->data;
    if (!(p->ratio >= 0.0f && p->ratio < 1.0f))
        return hear_call_fail(c, err, "ratio must be 0 or more and below 1");
    if (hear_call_has_in(c, 2) && *(const unsigned char *)c->in[2]->data && !c->training)
        return hear_call_fail(c, err, "training_mode is for training only");
    const hear_shape *x = &c->in[0]->shape;
    hear_call_set_out(c, 0, HEAR_F32, x);
    hear_call_set_out(c, 1, c->opset < 10 ? HEAR_F32 : HEAR_BOOL, x);
    c->view = !c->training && !hear_call_has_out(c, 1);
    c->state_bytes = c->training ? c->in[0]->count : 0; /* what was kept, for backward */
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    const size_t n = c->in[0]->count;
    unsigned char *kept = c->state;
    const bool drops = c->learning && p->ratio > 0.0f;
    if (kept)
        memset(kept, 1, n);
    if (drops) {
        hear_rng rng;
        hear_rng_seed(&rng, c->seed);
        for (size_t i = 0; i < n; i++)
            kept[i] = hear_rng_uniform(&rng) >= (double)p->ratio;
    }
    const float scale = drops ? 1.0f / (1.0f - p->ratio) : 1.0f;
    for (size_t i = 0; i < n; i++)
        y[i] = !drops || kept[i] ? x[i] * scale : 0.0f;
    if (!hear_call_has_out(c, 1))
        return;
    for (size_t i = 0; i < n; i++) {
        const bool one = !drops || kept[i];
        if (c->out[1]->dtype == HEAR_F32)
            ((float *)c->out[1]->data)[i] = one;
        else
            ((unsigned char *)c->out[1]->data)[i] = one;
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const unsigned char *kept = c->state;
    const float scale = c->learning ? 1.0f / (1.0f - p->ratio) : 1.0f;
    for (size_t i = 0; i < c->in[0]->count; i++)
        c->in_grad[0][i] += kept[i] ? c->out_grad[0][i] * scale : 0.0f;
}

static const hear_op_attr attrs[] = { { "ratio", HEAR_ATTR_FLOAT },
                                      { "seed", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = { "x=4x5", "x=4x5 learning", "x=4x5 ratio=0.2 learning opset=10",
                                     NULL };

const hear_op hear_op_dropout = {
    .name = "Dropout",
    .domain = "",
    .min_opset = 7,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 3,
    .max_out = 2,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
