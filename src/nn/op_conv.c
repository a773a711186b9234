/* op_conv.c - Conv over one to three dimensions, with groups, dilation and all paddings.
 *
 * Inference goes with the channels last wherever there are enough of them, in groups too
 * (conv_last.h). Otherwise groups of one channel in go straight (depthwise.h); everything else is a
 * product of the weights [out][in * taps] with what each output sees of the input, which is
 * gathered as the product wants it (patches.h) and stands nowhere as a whole. The way back unfolds,
 * tile by tile. A result does not depend on the other members of its batch. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/conv_last.h"
#include "nn/depthwise.h"
#include "nn/gemm.h"
#include "nn/patches.h"
#include "nn/window.h"

#include <math.h>

#define TILE_NUMBERS ((size_t)128 << 10) /* of columns: 512 KiB, within a common L2 cache */

typedef struct {
    hear_window w;
    size_t batch, groups, in, out; /* channels of one group */
    size_t k;                      /* in * taps */
    size_t tile;                   /* outputs at a time; 0: no columns are needed */
    bool depthwise;
    size_t packed; /* bytes of one group's packed weights; 0: they are used as they are */
    bool by_last;  /* goes by: */
    hear_conv_last last;
} params;

/* Whether it goes with the channels last; then with the bytes that it wants at most. */
static bool goes_last(hear_call *c, params *p)
{
    p->last = (hear_conv_last){ .w = p->w,
                                .in = p->groups * p->in,
                                .out = p->groups * p->out,
                                .groups = p->groups,
                                .depthwise = p->depthwise && p->out == 1 };
    const bool known = c->in[1]->data && (!hear_call_has_in(c, 2) || c->in[2]->data);
    p->by_last = !c->training && known && hear_conv_last_suits(&p->last);
    if (p->by_last) {
        c->state_bytes = hear_conv_last_pack_bytes(&p->last);
        c->scratch_bytes = hear_conv_last_scratch(&p->last, false, false);
    }
    return p->by_last;
}

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
    if ((s = hear_window_read_conv(&p->w, c, weights, err)))
        return s;
    const int64_t groups = hear_call_int(c, "group", 1);
    if (groups < 1 || groups > weights->dim[0] || weights->dim[0] % groups != 0 ||
        weights->dim[1] > INT32_MAX / groups || x->dim[1] != weights->dim[1] * groups)
        return hear_call_fail(c, err, "group does not fit the channels");
    if (weights->dim[1] < 1)
        return hear_call_fail(c, err, "there is no channel");
    if (hear_call_has_in(c, 2) &&
        (c->in[2]->shape.rank != 1 || c->in[2]->shape.dim[0] != weights->dim[0]))
        return hear_call_fail(c, err, "the bias must have one number a channel");
    p->batch = (size_t)x->dim[0];
    p->groups = (size_t)groups;
    p->in = (size_t)weights->dim[1];
    p->out = (size_t)(weights->dim[0] / groups);
    p->k = p->in * hear_window_taps(&p->w);
    p->depthwise = p->in == 1 && p->groups > 1;

    hear_shape y = *x;
    y.dim[1] = weights->dim[0];
    hear_window_set_out(&p->w, &y);
    hear_call_set_out(c, 0, HEAR_F32, &y);
    c->macs = hear_size_mul(hear_window_out_size(&p->w), hear_size_mul(p->k, (size_t)y.dim[1]));
    c->macs = hear_size_mul(c->macs, p->batch);

    if (goes_last(c, p))
        return HEAR_OK;
    if (p->depthwise) {
        c->scratch_bytes = hear_size_mul(hear_depthwise_scratch(&p->w), sizeof(float));
        return HEAR_OK;
    }
    if (!c->training) {
        if (!c->in[1]->data)
            return HEAR_OK; /* the weights are made on the way */
        p->packed = hear_gemm_pack_bytes(p->out, p->k);
        p->packed += (HEAR_ALIGN - p->packed % HEAR_ALIGN) % HEAR_ALIGN;
        c->state_bytes = hear_size_mul(p->packed, p->groups);
        return HEAR_OK;
    }
    p->tile = TILE_NUMBERS / p->k;
    p->tile = p->tile < 64 ? 64 : p->tile;
    c->scratch_bytes =
        hear_size_mul(hear_size_mul(hear_tile_room(&p->w, p->tile), p->k), sizeof(float));
    return HEAR_OK;
}

/* The weights get the gain by output channel, and there is a bias from now on. */
static hear_status absorb(hear_call *c, size_t channels, const double *gain, const double *offset,
                          bool *done)
{
    const hear_tensor *was = hear_call_weight(c, 1), *old = hear_call_weight(c, 2);
    const params *p = c->params;
    const hear_shape one_each = { .rank = 1, .dim = { (int64_t)channels } };
    hear_tensor *w = hear_call_own(c, 1, &was->shape), *b = hear_call_own(c, 2, &one_each);
    if (!w || !b)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < w->count; i++)
        ((float *)w->data)[i] = (float)((double)((const float *)was->data)[i] * gain[i / p->k]);
    for (size_t i = 0; i < channels; i++)
        ((float *)b->data)[i] =
            (float)((old ? (double)((const float *)old->data)[i] : 0.0) * gain[i] + offset[i]);
    *done = true;
    return HEAR_OK;
}

static void prepare(hear_call *c)
{
    const params *p = c->params;
    const float *w = hear_call_weight(c, 1)->data;
    const hear_tensor *b = hear_call_weight(c, 2);
    if (p->by_last)
        hear_conv_last_pack(c->state, &p->last, w, b ? b->data : NULL);
    for (size_t g = 0; g < p->groups && p->packed; g++)
        hear_gemm_pack((char *)c->state + g * p->packed, w + g * p->out * p->k, p->k, p->out, p->k);
}

/* A group of one member: y [out][size] of x [in][size]. */
static void multiply(hear_call *c, size_t group, const float *x, float *y)
{
    const params *p = c->params;
    const hear_tensor *w = hear_call_weight(c, 1), *b = hear_call_weight(c, 2);
    const size_t size = hear_window_out_size(&p->w);
    const hear_patches patches = { .w = &p->w, .x = x };
    const bool point = hear_window_is_point(&p->w);
    hear_gemm_args g = { .m = p->out,
                         .n = size,
                         .k = p->k,
                         .alpha = 1.0f,
                         .a = (const float *)w->data + group * p->out * p->k,
                         .lda = p->k,
                         .b = x,
                         .ldb = size,
                         .c = y,
                         .ldc = size,
                         .bias = b ? (const float *)b->data + group * p->out : NULL,
                         .packed = p->packed ? (const char *)c->state + group * p->packed : NULL,
                         .columns = point ? NULL : hear_patches_pack,
                         .user = &patches };
    g.held = hear_act_range(&c->act, &g.low, &g.high);
    hear_gemm(&g);
    if (!g.held)
        hear_act_apply(&c->act, y, p->out * size);
}

static void forward_depthwise(hear_call *c)
{
    const params *p = c->params;
    const hear_tensor *w = hear_call_weight(c, 1), *b = hear_call_weight(c, 2);
    hear_depthwise_args a = { .groups = p->groups,
                              .n_out = p->out,
                              .weights = w->data,
                              .bias = b ? b->data : NULL,
                              .scratch = c->scratch };
    const bool held = hear_act_range(&c->act, &a.low, &a.high);
    if (!held) {
        a.low = -INFINITY;
        a.high = INFINITY;
    }
    const size_t in = p->groups * hear_window_in_size(&p->w);
    const size_t out = p->groups * p->out * hear_window_out_size(&p->w);
    for (size_t i = 0; i < p->batch; i++)
        hear_depthwise(&p->w, &a, (const float *)c->in[0]->data + i * in,
                       (float *)c->out[0]->data + i * out);
    if (!held)
        hear_act_apply(&c->act, c->out[0]->data, c->out[0]->count);
}

static void forward_last(hear_call *c)
{
    const params *p = c->params;
    hear_conv_last_args a = { .packed = c->state,
                              .n = p->batch,
                              .x = c->in[0]->data,
                              .y = c->out[0]->data,
                              .x_last = hear_tensor_is_last(c->in[0]),
                              .y_last = hear_tensor_is_last(c->out[0]),
                              .scratch = c->scratch };
    const bool held = hear_act_range(&c->act, &a.low, &a.high);
    if (!held) {
        a.low = -INFINITY;
        a.high = INFINITY;
    }
    hear_conv_last_run(&p->last, &a);
    if (!held)
        hear_act_apply(&c->act, c->out[0]->data, c->out[0]->count);
}

static hear_layouts layouts(const hear_call *c)
{
    const params *p = c->params;
    return p->by_last ? HEAR_LAYOUTS_ANY : HEAR_LAYOUTS_PLAIN;
}

static void arrange(hear_call *c)
{
    const params *p = c->params;
    if (p->by_last)
        c->scratch_bytes = hear_conv_last_scratch(&p->last, hear_tensor_is_last(c->in[0]),
                                                  hear_tensor_is_last(c->out[0]));
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    if (p->by_last) {
        forward_last(c);
        return;
    }
    const size_t in = p->in * hear_window_in_size(&p->w);
    const size_t out = p->out * hear_window_out_size(&p->w);
    if (p->depthwise) {
        forward_depthwise(c);
        return;
    }
    for (size_t i = 0; i < p->batch * p->groups; i++)
        multiply(c, i % p->groups, (const float *)c->in[0]->data + i * in,
                 (float *)c->out[0]->data + i * out);
}

/* Of one group of one member: gx [in][size], gw [out][k]; either may be NULL. */
static void back_tiles(hear_call *c, const float *x, const float *weights, const float *g,
                       float *gx, float *gw)
{
    const params *p = c->params;
    const size_t size = hear_window_out_size(&p->w);
    hear_tile t = hear_tile_first(&p->w, p->tile);
    do {
        const size_t n = t.n_rows * t.n_cols;
        const float *part = g + hear_tile_offset(&p->w, &t);
        if (gw) { /* g columns^T */
            hear_unfold(&p->w, p->in, x, &t, c->scratch);
            hear_gemm(&(hear_gemm_args){ .m = p->out,
                                         .n = p->k,
                                         .k = n,
                                         .trans_b = true,
                                         .alpha = 1.0f,
                                         .beta = 1.0f,
                                         .a = part,
                                         .lda = size,
                                         .b = c->scratch,
                                         .ldb = n,
                                         .c = gw,
                                         .ldc = p->k });
        }
        if (gx) { /* weights^T g, folded back */
            hear_gemm(&(hear_gemm_args){ .m = p->k,
                                         .n = n,
                                         .k = p->out,
                                         .trans_a = true,
                                         .alpha = 1.0f,
                                         .a = weights,
                                         .lda = p->k,
                                         .b = part,
                                         .ldb = size,
                                         .c = c->scratch,
                                         .ldc = n });
            hear_fold_add(&p->w, p->in, c->scratch, &t, gx);
        }
    } while (hear_tile_next(&p->w, p->tile, &t));
}

/* Several sums at once: one addition need not wait for the other. */
static double sum_of(const float *x, size_t n)
{
    enum { SUMS = 4 };
    double sums[SUMS] = { 0 }, sum = 0.0;
    size_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += (double)x[i + k];
    for (; i < n; i++)
        sum += (double)x[i];
    for (size_t k = 0; k < SUMS; k++)
        sum += sums[k];
    return sum;
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const size_t in_size = hear_window_in_size(&p->w), out_size = hear_window_out_size(&p->w);
    for (size_t i = 0; i < p->batch * p->groups; i++) {
        const size_t group = i % p->groups;
        const float *x = (const float *)c->in[0]->data + i * p->in * in_size;
        const float *weights = (const float *)c->in[1]->data + group * p->out * p->k;
        const float *g = c->out_grad[0] + i * p->out * out_size;
        float *gx = c->in_grad[0] ? c->in_grad[0] + i * p->in * in_size : NULL;
        float *gw = c->in_grad[1] ? c->in_grad[1] + group * p->out * p->k : NULL;
        if (p->depthwise)
            hear_depthwise_back(&p->w, p->out, x, weights, g, gx, gw);
        else if (gx || gw)
            back_tiles(c, x, weights, g, gx, gw);
        for (size_t m = 0; m < p->out && c->n_in > 2 && c->in_grad[2]; m++)
            c->in_grad[2][group * p->out + m] += (float)sum_of(g + m * out_size, out_size);
    }
}

static const hear_op_attr attrs[] = { { "auto_pad", HEAR_ATTR_STRING },
                                      { "dilations", HEAR_ATTR_INTS },
                                      { "group", HEAR_ATTR_INT },
                                      { "kernel_shape", HEAR_ATTR_INTS },
                                      { "pads", HEAR_ATTR_INTS },
                                      { "strides", HEAR_ATTR_INTS },
                                      { 0 } };
static const char *const cases[] = {
    "x=2x2x7 x=3x2x3 x=3",
    "x=1x2x9 x=4x1x3 x=4 group=2 dilations=2 pads=2,1 strides=2",
    "x=2x3x5x4 x=2x3x3x2 x=2 pads=1,0,1,1",
    "x=1x2x6x5 x=4x2x3x3 strides=2,1 auto_pad=SAME_UPPER",
    "x=1x2x6x5 x=2x2x2x4 strides=1,2 auto_pad=SAME_LOWER dilations=2,1",
    "x=1x4x3x3 x=2x4x1x1 x=2",
    "x=2x3x5x5 x=3x1x3x3 x=3 group=3 pads=1,1,1,1",
    "x=1x2x5x6 x=4x1x3x2 x=4 group=2 strides=2,2 dilations=1,2 pads=1,2,0,1",
    "x=1x1x3x3x3 x=2x1x2x2x2 x=2 pads=1,0,0,0,1,0",
    NULL,
};

const hear_op hear_op_conv = {
    .name = "Conv",
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
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .layouts = layouts,
    .arrange = arrange,
    .cases = cases,
};
