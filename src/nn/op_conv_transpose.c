/* op_conv_transpose.c - ConvTranspose: the way back of Conv by its input, as an operator.
 *
 * columns [out * taps][positions] = W^T x, folded into the output; W is [in][out * taps]. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "nn/gemm.h"
#include "nn/window.h"

#include <string.h>

#define TILE_NUMBERS ((size_t)128 << 10) /* of columns: 512 KiB, within a common L2 cache */

typedef struct {
    hear_window w;                 /* over the output; w.out is the input */
    size_t batch, groups, in, out; /* channels of one group */
    size_t k;                      /* out * taps */
    size_t tile;
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    hear_status s;
    for (size_t j = 0; j < c->n_in; j++)
        if ((s = hear_call_want_f32(c, j, err)))
            return s;
    const hear_shape *x = &c->in[0]->shape, *weights = &c->in[1]->shape;
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    if ((s = hear_window_read_transposed(&p->w, c, weights, err)))
        return s;
    const int64_t groups = hear_call_int(c, "group", 1);
    if (groups < 1 || groups > x->dim[1] || x->dim[1] % groups != 0 ||
        weights->dim[0] != x->dim[1] || weights->dim[1] < 1 || weights->dim[1] > INT32_MAX / groups)
        return hear_call_fail(c, err, "group does not fit the channels");
    const int64_t channels = weights->dim[1] * groups;
    if (hear_call_has_in(c, 2) && (c->in[2]->shape.rank != 1 || c->in[2]->shape.dim[0] != channels))
        return hear_call_fail(c, err, "the bias must have one number a channel");
    p->batch = (size_t)x->dim[0];
    p->groups = (size_t)groups;
    p->in = (size_t)(x->dim[1] / groups);
    p->out = (size_t)weights->dim[1];
    p->k = p->out * hear_window_taps(&p->w);
    hear_shape y = *x;
    y.dim[1] = channels;
    for (size_t d = 0; d < p->w.rank; d++)
        y.dim[2 + d] = (int64_t)p->w.in[HEAR_SPACE - p->w.rank + d];
    hear_call_set_out(c, 0, HEAR_F32, &y);
    c->macs = hear_size_mul(c->in[0]->count, p->k);
    p->tile = TILE_NUMBERS / p->k;
    p->tile = p->tile < 64 ? 64 : p->tile;
    c->scratch_bytes =
        hear_size_mul(hear_size_mul(hear_tile_room(&p->w, p->tile), p->k), sizeof(float));
    return HEAR_OK;
}

static hear_status absorb(hear_call *c, size_t channels, const double *gain, const double *offset,
                          bool *done)
{
    const hear_tensor *was = hear_call_weight(c, 1), *old = hear_call_weight(c, 2);
    const params *p = c->params;
    const hear_shape one_each = { .rank = 1, .dim = { (int64_t)channels } };
    hear_tensor *w = hear_call_own(c, 1, &was->shape), *b = hear_call_own(c, 2, &one_each);
    if (!w || !b)
        return HEAR_ERR_MEM;
    const size_t taps = p->k / p->out;
    for (size_t i = 0; i < w->count; i++) { /* [groups][in][out][taps] */
        const size_t channel = i / (p->in * p->k) * p->out + i / taps % p->out;
        ((float *)w->data)[i] = (float)((double)((const float *)was->data)[i] * gain[channel]);
    }
    for (size_t i = 0; i < channels; i++)
        ((float *)b->data)[i] =
            (float)((old ? (double)((const float *)old->data)[i] : 0.0) * gain[i] + offset[i]);
    *done = true;
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const hear_tensor *w = hear_call_weight(c, 1), *b = hear_call_weight(c, 2);
    const size_t x_size = hear_window_out_size(&p->w), y_size = hear_window_in_size(&p->w);
    for (size_t i = 0; i < p->batch * p->groups; i++) {
        const size_t group = i % p->groups;
        const float *x = (const float *)c->in[0]->data + i * p->in * x_size;
        float *y = (float *)c->out[0]->data + i * p->out * y_size;
        for (size_t m = 0; m < p->out; m++) {
            const float bias = b ? ((const float *)b->data)[group * p->out + m] : 0.0f;
            for (size_t k = 0; k < y_size; k++)
                y[m * y_size + k] = bias;
        }
        hear_tile t = hear_tile_first(&p->w, p->tile);
        do {
            const size_t n = t.n_rows * t.n_cols;
            hear_gemm(&(hear_gemm_args){ .m = p->k,
                                         .n = n,
                                         .k = p->in,
                                         .trans_a = true,
                                         .alpha = 1.0f,
                                         .a = (const float *)w->data + group * p->in * p->k,
                                         .lda = p->k,
                                         .b = x + hear_tile_offset(&p->w, &t),
                                         .ldb = x_size,
                                         .c = c->scratch,
                                         .ldc = n });
            hear_fold_add(&p->w, p->out, c->scratch, &t, y);
        } while (hear_tile_next(&p->w, p->tile, &t));
    }
    hear_act_apply(&c->act, c->out[0]->data, c->out[0]->count);
}

/* Of one group of one member: gx [in][x_size], gw [in][k]; either may be NULL. */
static void back_tiles(hear_call *c, const float *x, const float *weights, const float *g,
                       float *gx, float *gw)
{
    const params *p = c->params;
    const size_t size = hear_window_out_size(&p->w);
    hear_tile t = hear_tile_first(&p->w, p->tile);
    do {
        const size_t n = t.n_rows * t.n_cols, at = hear_tile_offset(&p->w, &t);
        hear_unfold(&p->w, p->out, g, &t, c->scratch);
        hear_gemm_args step = {
            .m = p->in, .alpha = 1.0f, .beta = 1.0f, .b = c->scratch, .ldb = n
        };
        if (gx) { /* W columns */
            step.n = n;
            step.k = p->k;
            step.a = weights;
            step.lda = p->k;
            step.c = gx + at;
            step.ldc = size;
            hear_gemm(&step);
        }
        if (gw) { /* x columns^T */
            step.n = p->k;
            step.k = n;
            step.trans_b = true;
            step.a = x + at;
            step.lda = size;
            step.c = gw;
            step.ldc = p->k;
            hear_gemm(&step);
        }
    } while (hear_tile_next(&p->w, p->tile, &t));
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t x_size = hear_window_out_size(&p->w), y_size = hear_window_in_size(&p->w);
    for (size_t i = 0; i < p->batch * p->groups; i++) {
        const size_t group = i % p->groups;
        const float *x = (const float *)c->in[0]->data + i * p->in * x_size;
        const float *weights = (const float *)c->in[1]->data + group * p->in * p->k;
        const float *g = c->out_grad[0] + i * p->out * y_size;
        float *gx = c->in_grad[0] ? c->in_grad[0] + i * p->in * x_size : NULL;
        float *gw = c->in_grad[1] ? c->in_grad[1] + group * p->in * p->k : NULL;
        if (gx || gw)
            back_tiles(c, x, weights, g, gx, gw);
        for (size_t m = 0; m < p->out && c->n_in > 2 && c->in_grad[2]; m++) {
            double sum = 0.0;
            for (size_t k = 0; k < y_size; k++)
                sum += (double)g[m * y_size + k];
            c->in_grad[2][group * p->out + m] += (float)sum;
        }
    }
}

static const hear_op_attr attrs[] = {
    { "auto_pad", HEAR_ATTR_STRING },
    { "dilations", HEAR_ATTR_INTS },
    { "group", HEAR_ATTR_INT },
    { "kernel_shape", HEAR_ATTR_INTS },
    { "output_padding", HEAR_ATTR_INTS },
    { "output_shape", HEAR_ATTR_INTS },
    { "pads", HEAR_ATTR_INTS },
    { "strides", HEAR_ATTR_INTS },
    { 0 },
};
static const char *const cases[] = {
    "x=2x3x4 x=3x2x3 x=2 strides=2 pads=1,0",
    "x=1x2x3x4 x=2x3x3x2 x=3 strides=2,1 pads=1,0,0,1 output_padding=1,0",
    "x=1x4x3x2 x=4x1x2x3 x=2 group=2 dilations=2,1",
    "x=1x2x3x3 x=2x2x3x3 strides=2,2 auto_pad=SAME_UPPER",
    "x=1x1x2x2x2 x=1x2x2x2x2 strides=2,2,2",
    NULL,
};

const hear_op hear_op_conv_transpose = {
    .name = "ConvTranspose",
    .domain = "",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 2,
    .max_in = 3,
    .max_out = 1,
    .attrs = attrs,
    .diff = 7,
    .fuses_act = true,
    .infer = infer,
    .absorb = absorb,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
