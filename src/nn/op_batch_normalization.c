/* op_batch_normalization.c - BatchNormalization: y = scale (x - mean) / sqrt(var + epsilon) + bias,
 * per channel (the second dimension).
 *
 * Where it learns (a training plan, learning on, scale not frozen), mean and var are those of the
 * batch, and the running ones that the graph holds move towards them:
 * running = momentum running + (1 - momentum) batch, var being the population's, as ONNX has it. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <math.h>

typedef struct {
    size_t batch, channels, inner;
    float epsilon, momentum;
} params;

enum { SCALE = 1, BIAS, MEAN, VAR };

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    hear_status s;
    if (x->rank < 1)
        return hear_call_fail(c, err, "the input has no dimension");
    const int64_t channels = x->rank > 1 ? x->dim[1] : 1;
    for (size_t j = 0; j < c->n_in; j++) {
        if ((s = hear_call_want_f32(c, j, err)))
            return s;
        if (j > 0 && (c->in[j]->shape.rank != 1 || c->in[j]->shape.dim[0] != channels))
            return hear_call_fail(c, err, "input %zu must have one number a channel", j);
    }
    if (c->opset < 9 && hear_call_int(c, "spatial", 1) != 1)
        return hear_call_fail(c, err, "spatial = 0 is not supported");
    if (hear_call_int(c, "training_mode", 0) != 0 && !c->training)
        return hear_call_fail(c, err, "training_mode = 1 is for training only");
    for (size_t i = 1; i < c->n_out; i++)
        if (c->out[i])
            return hear_call_fail(c, err, "outputs of training are not supported");
    if (c->training && (!c->in[MEAN]->data || !c->in[VAR]->data))
        return hear_call_fail(c, err, "running mean and variance must be constants");
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->batch = (size_t)x->dim[0];
    p->channels = (size_t)channels;
    p->inner = hear_shape_product(x, 2, x->rank);
    p->epsilon = hear_call_float(c, "epsilon", 1e-5f);
    p->momentum = hear_call_float(c, "momentum", 0.9f);
    if (!(p->epsilon >= 0.0f && p->momentum >= 0.0f && p->momentum <= 1.0f))
        return hear_call_fail(c, err, "epsilon or momentum is out of range");
    hear_call_set_out(c, 0, HEAR_F32, x);
    /* mean and 1 / sqrt(var + epsilon) of the last forward, for backward */
    c->state_bytes = hear_size_mul(p->channels, 2 * sizeof(float));
    c->macs = c->in[0]->count;
    return HEAR_OK;
}

static void as_affine(const hear_call *c, double *gain, double *offset)
{
    const params *p = c->params;
    const float *scale = c->in[SCALE]->data, *bias = c->in[BIAS]->data;
    const float *mean = c->in[MEAN]->data, *var = c->in[VAR]->data;
    for (size_t k = 0; k < p->channels; k++) {
        gain[k] = (double)scale[k] / sqrt((double)var[k] + (double)p->epsilon);
        offset[k] = (double)bias[k] - (double)mean[k] * gain[k];
    }
}

static bool learns(const hear_call *c)
{
    return c->learning && !(c->frozen && c->frozen[SCALE]);
}

/* Mean and variance of channel k over batch and space, in double and in two passes. */
static void statistics(const params *p, const float *x, size_t k, double *mean, double *var)
{
    const double n = (double)p->batch * (double)p->inner;
    double sum = 0.0, squares = 0.0;
    for (size_t b = 0; b < p->batch; b++) {
        const float *row = x + (b * p->channels + k) * p->inner;
        for (size_t i = 0; i < p->inner; i++)
            sum += (double)row[i];
    }
    *mean = sum / n;
    for (size_t b = 0; b < p->batch; b++) {
        const float *row = x + (b * p->channels + k) * p->inner;
        for (size_t i = 0; i < p->inner; i++) {
            const double d = (double)row[i] - *mean;
            squares += d * d;
        }
    }
    *var = squares / n;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data, *scale = c->in[SCALE]->data, *bias = c->in[BIAS]->data;
    float *y = c->out[0]->data, *mean = c->state, *inverse = mean + p->channels;
    float *running_mean = c->in[MEAN]->data, *running_var = c->in[VAR]->data;
    for (size_t k = 0; k < p->channels; k++) {
        double m = (double)running_mean[k], v = (double)running_var[k];
        if (learns(c)) {
            statistics(p, x, k, &m, &v);
            const double keep = (double)p->momentum;
            running_mean[k] = (float)(keep * (double)running_mean[k] + (1.0 - keep) * m);
            running_var[k] = (float)(keep * (double)running_var[k] + (1.0 - keep) * v);
        }
        mean[k] = (float)m;
        inverse[k] = (float)(1.0 / sqrt(v + (double)p->epsilon));
        const float gain = scale[k] * inverse[k], offset = bias[k] - mean[k] * gain;
        for (size_t b = 0; b < p->batch; b++) {
            const size_t at = (b * p->channels + k) * p->inner;
            for (size_t i = 0; i < p->inner; i++)
                y[at + i] = x[at + i] * gain + offset;
        }
    }
    hear_act_apply(&c->act, y, c->out[0]->count);
}

/* With h = (x - mean) / sigma and N numbers a channel:
 * dbias = sum g, dscale = sum g h, dx = scale / sigma (g - dbias / N - h dscale / N); with fixed
 * statistics dx = scale / sigma g. */
static void backward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data, *scale = c->in[SCALE]->data, *g = c->out_grad[0];
    const float *mean = c->state, *inverse = mean + p->channels;
    const double n = (double)p->batch * (double)p->inner;
    for (size_t k = 0; k < p->channels; k++) {
        double sum_g = 0.0, sum_gh = 0.0;
        for (size_t b = 0; b < p->batch; b++) {
            const size_t at = (b * p->channels + k) * p->inner;
            for (size_t i = 0; i < p->inner; i++) {
                sum_g += (double)g[at + i];
                sum_gh += (double)g[at + i] * (double)((x[at + i] - mean[k]) * inverse[k]);
            }
        }
        if (c->in_grad[SCALE])
            c->in_grad[SCALE][k] += (float)sum_gh;
        if (c->in_grad[BIAS])
            c->in_grad[BIAS][k] += (float)sum_g;
        if (!c->in_grad[0])
            continue;
        const float gain = scale[k] * inverse[k];
        const float mean_g = learns(c) ? (float)(sum_g / n) : 0.0f;
        const float mean_gh = learns(c) ? (float)(sum_gh / n) : 0.0f;
        for (size_t b = 0; b < p->batch; b++) {
            const size_t at = (b * p->channels + k) * p->inner;
            for (size_t i = 0; i < p->inner; i++) {
                const float h = (x[at + i] - mean[k]) * inverse[k];
                c->in_grad[0][at + i] += gain * (g[at + i] - mean_g - h * mean_gh);
            }
        }
    }
}

static const hear_op_attr attrs[] = { { "epsilon", HEAR_ATTR_FLOAT },
                                      { "momentum", HEAR_ATTR_FLOAT },
                                      { "spatial", HEAR_ATTR_INT },
                                      { "training_mode", HEAR_ATTR_INT },
                                      { 0 } };
static const char *const cases[] = {
    "x=4x3x5 x=3 x=3 x=3 x=3(0.5..2)",
    "x=4x3x5 x=3 x=3 x=3 x=3(0.5..2) learning",
    "x=6x2 x=2 x=2 x=2 x=2(0.5..2) learning epsilon=0.1",
    NULL,
};

const hear_op hear_op_batch_normalization = {
    .name = "BatchNormalization",
    .domain = "",
    .min_opset = 7,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 5,
    .max_in = 5,
    .max_out = 5,
    .attrs = attrs,
    .diff = 1u << 0 | 1u << SCALE | 1u << BIAS,
    .inplace = true,
    .fuses_act = true,
    .infer = infer,
    .as_affine = as_affine,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
