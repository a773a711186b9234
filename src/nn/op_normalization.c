/* op_normalization.c - LayerNormalization, RMSNormalization, InstanceNormalization,
 * GroupNormalization: rows of numbers that lie together made mean 0 and variance 1, then scaled and
 * shifted.
 *
 * What differs is only which number of the scale and the bias an element of a row meets. Sums are
 * kept in double. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <math.h>

typedef struct {
    size_t n_rows, n; /* numbers in a row */
    size_t period;    /* row r begins at number (r % period) * parts of scale and bias … */
    size_t parts;     /* … and has so many of them, */
    size_t run;       /* each for so many numbers that lie together: n = parts * run */
    bool centred;     /* the mean is taken away */
    float epsilon;
} params;

/* rows: the first dimensions, one row for each index of them; period and parts as in params. */
static hear_status settle(hear_call *c, size_t n_rows, size_t period, size_t parts, bool centred,
                          hear_error *err)
{
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    hear_status s;
    for (size_t j = 0; j < c->n_in; j++)
        if ((s = hear_call_want_f32(c, j, err)))
            return s;
    const size_t count = hear_shape_product(&c->in[0]->shape, 0, c->in[0]->shape.rank);
    p->n_rows = n_rows;
    p->n = n_rows > 0 ? count / n_rows : 0;
    p->period = period;
    p->parts = parts;
    p->run = parts > 0 ? p->n / parts : 0;
    p->centred = centred;
    p->epsilon = hear_call_float(c, "epsilon", 1e-5f);
    for (size_t j = 1; j < c->n_in; j++)
        if (c->in[j] && c->in[j]->count != period * parts)
            return hear_call_fail(c, err, "%s has %zu numbers instead of %zu",
                                  j == 1 ? "the scale" : "the bias", c->in[j]->count,
                                  period * parts);
    if (c->training && c->n_out > 1)
        return hear_call_fail(c, err, "can be trained with one output only");
    c->state_bytes = hear_size_mul(n_rows, 2 * sizeof(float)); /* mean, 1 / deviation */
    hear_call_set_out(c, 0, HEAR_F32, &c->in[0]->shape);
    return HEAR_OK;
}

/* The last dimensions from `axis` on are a row. */
static hear_status infer_last(hear_call *c, bool centred, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    size_t axis;
    const hear_status s = hear_call_axis(c, hear_call_int(c, "axis", -1), x->rank, &axis, err);
    if (s)
        return s;
    if (hear_call_int(c, "stash_type", HEAR_F32) != HEAR_F32)
        return hear_call_fail(c, err, "a stash_type other than float32 is not supported");
    hear_shape kept = *x;
    for (size_t i = axis; i < x->rank; i++)
        kept.dim[i] = 1;
    for (size_t o = 1; o < c->n_out; o++)
        hear_call_set_out(c, o, HEAR_F32, &kept);
    return settle(c, hear_shape_product(x, 0, axis), 1, hear_shape_product(x, axis, x->rank),
                  centred, err);
}

static hear_status infer_layer(hear_call *c, hear_error *err)
{
    return infer_last(c, true, err);
}

static hear_status infer_rms(hear_call *c, hear_error *err)
{
    return infer_last(c, false, err);
}

/* A row is one channel of one example. */
static hear_status infer_instance(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    if (x->rank < 2)
        return hear_call_fail(c, err, "the input must have a channel dimension");
    return settle(c, hear_shape_product(x, 0, 2), (size_t)x->dim[1], 1, true, err);
}

/* A row is one group of channels of one example. */
static hear_status infer_group(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const int64_t groups = hear_call_int(c, "num_groups", 0);
    if (x->rank < 2)
        return hear_call_fail(c, err, "the input must have a channel dimension");
    if (groups < 1 || groups > INT32_MAX || x->dim[1] % groups != 0)
        return hear_call_fail(c, err, "num_groups does not divide the channels");
    if (hear_call_int(c, "stash_type", HEAR_F32) != HEAR_F32)
        return hear_call_fail(c, err, "a stash_type other than float32 is not supported");
    const size_t n_rows = hear_size_mul((size_t)x->dim[0], (size_t)groups);
    return settle(c, n_rows, (size_t)groups, (size_t)(x->dim[1] / groups), true, err);
}

static void measure(const params *p, const float *x, float *mean, float *scale)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < p->n && p->centred; i++)
        sum += (double)x[i];
    const double m = p->n > 0 ? sum / (double)p->n : 0.0;
    for (size_t i = 0; i < p->n; i++)
        squares += ((double)x[i] - m) * ((double)x[i] - m);
    const double variance = p->n > 0 ? squares / (double)p->n : 0.0;
    *mean = (float)m;
    *scale = (float)(1.0 / sqrt(variance + (double)p->epsilon));
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *gain = hear_call_has_in(c, 1) ? c->in[1]->data : NULL;
    const float *bias = hear_call_has_in(c, 2) ? c->in[2]->data : NULL;
    float *stats = c->state;
    for (size_t r = 0; r < p->n_rows; r++) {
        const float *x = (const float *)c->in[0]->data + r * p->n;
        float *y = (float *)c->out[0]->data + r * p->n;
        float *mean = stats + 2 * r, *scale = mean + 1;
        measure(p, x, mean, scale);
        for (size_t k = 0, i = 0; k < p->parts; k++) {
            const size_t at = r % p->period * p->parts + k;
            const float a = gain ? gain[at] : 1.0f, b = bias ? bias[at] : 0.0f;
            for (size_t end = i + p->run; i < end; i++)
                y[i] = (x[i] - *mean) * *scale * a + b;
        }
        for (size_t o = 1; o < c->n_out; o++)
            if (c->out[o])
                ((float *)c->out[o]->data)[r] = p->centred && o == 1 ? *mean : *scale;
    }
}

/* With h the normalised row and q the gradient times the scale:
 * dx = (q - mean(q) - h mean(q h)) / deviation; mean(q) only where the mean was taken away. */
static void backward(hear_call *c)
{
    const params *p = c->params;
    const float *gain = hear_call_has_in(c, 1) ? c->in[1]->data : NULL;
    const float *stats = c->state;
    float *ggain = c->n_in > 1 ? c->in_grad[1] : NULL, *gbias = c->n_in > 2 ? c->in_grad[2] : NULL;
    for (size_t r = 0; r < p->n_rows; r++) {
        const float *x = (const float *)c->in[0]->data + r * p->n;
        const float *g = c->out_grad[0] + r * p->n;
        float *gx = c->in_grad[0] ? c->in_grad[0] + r * p->n : NULL;
        const double mean = (double)stats[2 * r], scale = (double)stats[2 * r + 1];
        double sum_q = 0.0, sum_qh = 0.0;
        for (size_t k = 0, i = 0; k < p->parts; k++) {
            const size_t at = r % p->period * p->parts + k;
            const double a = gain ? (double)gain[at] : 1.0;
            double sum_g = 0.0, sum_gh = 0.0;
            for (size_t end = i + p->run; i < end; i++) {
                sum_g += (double)g[i];
                sum_gh += (double)g[i] * ((double)x[i] - mean) * scale;
            }
            if (ggain)
                ggain[at] += (float)sum_gh;
            if (gbias)
                gbias[at] += (float)sum_g;
            sum_q += a * sum_g;
            sum_qh += a * sum_gh;
        }
        const double mean_q = p->centred ? sum_q / (double)p->n : 0.0;
        const double mean_qh = sum_qh / (double)p->n;
        for (size_t k = 0, i = 0; k < p->parts && gx; k++) {
            const size_t at = r % p->period * p->parts + k;
            const double a = gain ? (double)gain[at] : 1.0;
            for (size_t end = i + p->run; i < end; i++) {
                const double h = ((double)x[i] - mean) * scale;
                gx[i] += (float)(scale * (a * (double)g[i] - mean_q - h * mean_qh));
            }
        }
    }
}

static const hear_op_attr last_attrs[] = { { "axis", HEAR_ATTR_INT },
                                           { "epsilon", HEAR_ATTR_FLOAT },
                                           { "stash_type", HEAR_ATTR_INT },
                                           { 0 } };
static const hear_op_attr instance_attrs[] = { { "epsilon", HEAR_ATTR_FLOAT }, { 0 } };
static const hear_op_attr group_attrs[] = { { "epsilon", HEAR_ATTR_FLOAT },
                                            { "num_groups", HEAR_ATTR_INT },
                                            { "stash_type", HEAR_ATTR_INT },
                                            { 0 } };
static const char *const layer_cases[] = { "x=3x5 x=5 x=5", "x=2x3x4 x=3x4 axis=1",
                                           "x=2x3x4 x=4 x=4 epsilon=0.1", NULL };
static const char *const rms_cases[] = { "x=3x5 x=5 opset=23", "x=2x3x4 x=3x4 axis=1 opset=23",
                                         NULL };
static const char *const instance_cases[] = { "x=2x3x5 x=3 x=3", "x=1x2x3x4 x=2 x=2 epsilon=0.1",
                                              NULL };
static const char *const group_cases[] = { "x=2x4x3 x=4 x=4 num_groups=2 opset=21",
                                           "x=1x6x2x2 x=6 x=6 num_groups=3 opset=21", NULL };

#define NORMALIZATION(id, text, since, least, most, outs, the_attrs)                               \
    const hear_op hear_op_##id##_normalization = {                                                 \
        .name = text "Normalization",                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = least,                                                                           \
        .max_in = most,                                                                            \
        .max_out = outs,                                                                           \
        .attrs = the_attrs,                                                                        \
        .diff = 7,                                                                                 \
        .infer = infer_##id,                                                                       \
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .cases = id##_cases,                                                                       \
    }

NORMALIZATION(layer, "Layer", 17, 2, 3, 3, last_attrs);
NORMALIZATION(rms, "RMS", 23, 2, 2, 1, last_attrs);
NORMALIZATION(instance, "Instance", 6, 3, 3, 1, instance_attrs);
NORMALIZATION(group, "Group", 21, 3, 3, 1, group_attrs);
