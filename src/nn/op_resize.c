/* op_resize.c - Resize: nearest, linear and cubic, one dimension after the other.
 *
 * Along a dimension every output is a weighted sum of up to four inputs; the weights are found when
 * planning. What lies outside of the picture (tf_crop_and_resize) is one number. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define TAPS 4
#define MOST ((size_t)1 << 24) /* of all dimensions of the result together */
#define OUTSIDE SIZE_MAX

typedef struct {
    size_t at[TAPS]; /* at[0] is OUTSIDE where the picture does not reach */
    float weight[TAPS];
} mix;

/* One dimension: [outer][in][inner] to [outer][out][inner]. */
typedef struct {
    size_t outer, in, out, inner;
    size_t first; /* of its mixes */
} pass;

typedef struct {
    size_t n_passes, n_taps, room; /* room: numbers of the largest result between two passes */
    float outside;
    pass passes[HEAR_MAX_RANK];
    mix mixes[];
} params;

typedef enum { NEAREST, LINEAR, CUBIC } mode;
typedef enum {
    HALF_PIXEL,
    PYTORCH_HALF_PIXEL,
    ALIGN_CORNERS,
    ASYMMETRIC,
    TF_HALF_PIXEL,
    TF_CROP,
    HALF_PIXEL_SYMMETRIC
} coordinate;
typedef enum { PREFER_FLOOR, PREFER_CEIL, FLOOR, CEIL } rounding;

typedef struct {
    mode kind;
    coordinate place;
    rounding round;
    bool exclude_outside;
    double a; /* cubic_coeff_a */
    double scale[HEAR_MAX_RANK], begin[HEAR_MAX_RANK], end[HEAR_MAX_RANK];
    bool changes[HEAR_MAX_RANK];
} settings;

/* The number of a name in a list that NULL ends; -1. */
static int find(const char *text, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

static hear_status read_modes(settings *s, const hear_call *c, hear_error *err)
{
    static const char *const kinds[] = { "nearest", "linear", "cubic", NULL };
    static const char *const places[] = { "half_pixel",           "pytorch_half_pixel",
                                          "align_corners",        "asymmetric",
                                          "tf_half_pixel_for_nn", "tf_crop_and_resize",
                                          "half_pixel_symmetric", NULL };
    static const char *const rounds[] = { "round_prefer_floor", "round_prefer_ceil", "floor",
                                          "ceil", NULL };
    const bool old = c->opset < 11; /* knew neither */
    const int kind = find(hear_call_string(c, "mode", "nearest"), kinds);
    const int place = find(
        hear_call_string(c, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel"),
        places);
    const int round =
        find(hear_call_string(c, "nearest_mode", old ? "floor" : "round_prefer_floor"), rounds);
    if (kind < 0 || place < 0 || round < 0)
        return hear_call_fail(c, err,
                              "mode, coordinate_transformation_mode or nearest_mode is not "
                              "known");
    if (hear_call_int(c, "antialias", 0) != 0 ||
        strcmp(hear_call_string(c, "keep_aspect_ratio_policy", "stretch"), "stretch") != 0)
        return hear_call_fail(c, err, "antialias and keep_aspect_ratio_policy are not supported");
    s->kind = (mode)kind;
    s->place = (coordinate)place;
    s->round = (rounding)round;
    s->exclude_outside = hear_call_int(c, "exclude_outside", 0) != 0;
    s->a = (double)hear_call_float(c, "cubic_coeff_a", -0.75f);
    return HEAR_OK;
}

/* Float input j: n numbers that are known when planning. */
static hear_status read_floats(const hear_call *c, size_t j, size_t n, const float **out,
                               hear_error *err)
{
    const hear_tensor *t = c->in[j];
    if (t->dtype != HEAR_F32 || t->count != n)
        return hear_call_fail(c, err, "input %zu must have %zu numbers of float32", j, n);
    if (!t->data)
        return hear_call_fail(c, err, "input %zu must be known when planning", j);
    *out = t->data;
    return HEAR_OK;
}

/* The axes that change, and the result's shape, from scales or sizes. */
static hear_status read_sizes(settings *set, const hear_call *c, hear_shape *y, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const size_t at_scales = c->opset < 11 ? 1 : 2, at_sizes = 3, at_roi = 1;
    size_t axes[HEAR_MAX_RANK], n_axes = 0, n = 0;
    int64_t sizes[HEAR_MAX_RANK];
    const float *scales = NULL, *roi = NULL;
    hear_status s = hear_call_axes(c, "axes", SIZE_MAX, x->rank, axes, &n_axes, err);
    if (s)
        return s;
    if (n_axes == 0)
        for (; n_axes < x->rank; n_axes++)
            axes[n_axes] = n_axes;
    const bool by_size = hear_call_has_in(c, at_sizes) && c->in[at_sizes]->count > 0;
    const bool by_scale = hear_call_has_in(c, at_scales) && c->in[at_scales]->count > 0;
    if (by_size == by_scale)
        return hear_call_fail(c, err, "needs either scales or sizes");
    s = by_size ? hear_call_ints(c, at_sizes, sizes, HEAR_MAX_RANK, &n, err)
                : read_floats(c, at_scales, n_axes, &scales, err);
    if (s)
        return s;
    if (by_size && n != n_axes)
        return hear_call_fail(c, err, "sizes have %zu numbers for %zu dimensions", n, n_axes);
    if (set->place == TF_CROP) {
        if (!hear_call_has_in(c, at_roi))
            return hear_call_fail(c, err, "tf_crop_and_resize needs roi");
        if ((s = read_floats(c, at_roi, 2 * n_axes, &roi, err)))
            return s;
    }
    *y = *x;
    for (size_t i = 0; i < n_axes; i++) {
        const size_t d = axes[i];
        const double in = (double)x->dim[d];
        const double scale = by_size ? (double)sizes[i] / in : (double)scales[i];
        /* as ONNX infers it: 5 times 2.6f is a bit less than 13 (ONNX Runtime rounds that up) */
        const double out = by_size ? (double)sizes[i] : floor(in * scale);
        if (!(in >= 1.0 && out >= 1.0 && out <= (double)MOST && scale > 0.0))
            return hear_call_fail(c, err, "scales or sizes are out of range");
        y->dim[d] = (int64_t)out;
        set->scale[d] = scale;
        set->begin[d] = roi ? (double)roi[i] : 0.0;
        set->end[d] = roi ? (double)roi[i + n_axes] : 1.0;
        if (!(fabs(set->begin[d]) <= 1e6 && fabs(set->end[d]) <= 1e6))
            return hear_call_fail(c, err, "roi is out of range");
        set->changes[d] = y->dim[d] != x->dim[d] || scale != 1.0 || roi;
    }
    return HEAR_OK;
}

/* Where output i of n_out_whole lies among the n_in inputs. As in ONNX's reference the modes that
 * look at the result's length take it before it is made whole. */
static double source(const settings *s, size_t d, double i, double n_in, double n_out_whole)
{
    const double scale = s->scale[d], n_out = scale * n_in;
    switch (s->place) {
    case HALF_PIXEL:
        break;
    case PYTORCH_HALF_PIXEL:
        return n_out > 1.0 ? (i + 0.5) / scale - 0.5 : 0.0;
    case ALIGN_CORNERS:
        return n_out > 1.0 ? i * (n_in - 1.0) / (n_out - 1.0) : 0.0;
    case ASYMMETRIC:
        return i / scale;
    case TF_HALF_PIXEL:
        return (i + 0.5) / scale;
    case TF_CROP:
        return n_out > 1.0 ? s->begin[d] * (n_in - 1.0) +
                                 i * (s->end[d] - s->begin[d]) * (n_in - 1.0) / (n_out - 1.0)
                           : 0.5 * (s->begin[d] + s->end[d]) * (n_in - 1.0);
    case HALF_PIXEL_SYMMETRIC:
        return n_in / 2.0 * (1.0 - n_out_whole / n_out) + (i + 0.5) / scale - 0.5;
    }
    return (i + 0.5) / scale - 0.5;
}

static size_t clamp(double v, size_t n)
{
    return v <= 0.0 ? 0 : v >= (double)(n - 1) ? n - 1 : (size_t)v;
}

static double rounded(const settings *s, double x)
{
    switch (s->round) {
    case PREFER_FLOOR:
        return ceil(x - 0.5);
    case PREFER_CEIL:
        return floor(x + 0.5);
    case FLOOR:
        return floor(x);
    case CEIL:
        break;
    }
    return ceil(x);
}

/* R. Keys 1981, by the distance t in 0 .. 1 from the second of four points. */
static void cubic(double a, double t, double *w)
{
    const double u = 1.0 + t, v = 1.0 - t, r = 2.0 - t;
    w[0] = ((a * u - 5.0 * a) * u + 8.0 * a) * u - 4.0 * a;
    w[1] = ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0;
    w[2] = ((a + 2.0) * v - (a + 3.0)) * v * v + 1.0;
    w[3] = ((a * r - 5.0 * a) * r + 8.0 * a) * r - 4.0 * a;
}

static void find_mix(const settings *s, size_t d, size_t i, size_t n_in, size_t n_out, mix *m)
{
    const double x = source(s, d, (double)i, (double)n_in, (double)n_out), low = floor(x);
    double w[TAPS] = { 1.0, 0.0, 0.0, 0.0 }, sum = 0.0;
    if (s->place == TF_CROP && (x < 0.0 || x > (double)(n_in - 1))) {
        m->at[0] = OUTSIDE;
        return;
    }
    if (s->kind == NEAREST) {
        m->at[0] = clamp(rounded(s, x), n_in);
    } else if (s->kind == LINEAR) {
        w[1] = x - low;
        w[0] = 1.0 - w[1];
        m->at[0] = clamp(low, n_in);
        m->at[1] = clamp(low + 1.0, n_in);
    } else {
        cubic(s->a, x - low, w);
        for (size_t k = 0; k < TAPS; k++) {
            const double at = low - 1.0 + (double)k;
            m->at[k] = clamp(at, n_in);
            if (s->exclude_outside && (at < 0.0 || at > (double)(n_in - 1)))
                w[k] = 0.0;
        }
    }
    for (size_t k = 0; k < TAPS; k++)
        sum += w[k];
    for (size_t k = 0; k < TAPS; k++)
        m->weight[k] = (float)(s->exclude_outside ? w[k] / sum : w[k]);
}

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    settings set = { 0 };
    hear_shape y;
    hear_status s = hear_call_want_f32(c, 0, err);
    if (s || (s = read_modes(&set, c, err)) || (s = read_sizes(&set, c, &y, err)))
        return s;
    size_t n_mixes = 0;
    for (size_t d = 0; d < x->rank; d++)
        n_mixes += set.changes[d] ? (size_t)y.dim[d] : 0;
    if (n_mixes > MOST)
        return hear_call_fail(c, err, "scales or sizes are out of range");
    params *p = hear_call_params(c, sizeof *p + n_mixes * sizeof p->mixes[0]);
    if (!p)
        return HEAR_ERR_MEM;
    p->n_taps = set.kind == NEAREST ? 1 : set.kind == LINEAR ? 2 : 4;
    p->outside = hear_call_float(c, "extrapolation_value", 0.0f);
    hear_shape now = *x;
    n_mixes = 0;
    for (size_t d = 0; d < x->rank; d++) {
        if (!set.changes[d])
            continue;
        pass *q = &p->passes[p->n_passes++];
        q->first = n_mixes;
        q->in = (size_t)x->dim[d];
        q->out = (size_t)y.dim[d];
        q->outer = hear_shape_product(&now, 0, d);
        q->inner = hear_shape_product(&now, d + 1, x->rank);
        for (size_t i = 0; i < q->out; i++)
            find_mix(&set, d, i, q->in, q->out, &p->mixes[n_mixes++]);
        now.dim[d] = y.dim[d];
        size_t count;
        if (!hear_shape_count(&now, &count))
            return hear_call_fail(c, err, "the result is too large");
        p->room = count > p->room ? count : p->room;
    }
    hear_call_set_out(c, 0, HEAR_F32, &y);
    c->view = p->n_passes == 0;
    if (p->n_passes > 1)
        c->scratch_bytes = hear_size_mul(p->room, 2 * sizeof(float));
    return HEAR_OK;
}

static void apply(const params *p, const pass *q, const float *x, float *y)
{
    for (size_t o = 0; o < q->outer; o++)
        for (size_t i = 0; i < q->out; i++, y += q->inner) {
            const mix *m = &p->mixes[q->first + i];
            for (size_t k = 0; k < q->inner && m->at[0] == OUTSIDE; k++)
                y[k] = p->outside;
            for (size_t t = 0; t < p->n_taps && m->at[0] != OUTSIDE; t++) {
                const float *from = x + (o * q->in + m->at[t]) * q->inner;
                for (size_t k = 0; k < q->inner; k++)
                    y[k] = (t > 0 ? y[k] : 0.0f) + m->weight[t] * from[k];
            }
        }
}

/* gx += the transpose of apply on g. */
static void apply_back(const params *p, const pass *q, const float *g, float *gx)
{
    for (size_t o = 0; o < q->outer; o++)
        for (size_t i = 0; i < q->out; i++, g += q->inner) {
            const mix *m = &p->mixes[q->first + i];
            for (size_t t = 0; t < p->n_taps && m->at[0] != OUTSIDE; t++) {
                float *to = gx + (o * q->in + m->at[t]) * q->inner;
                for (size_t k = 0; k < q->inner; k++)
                    to[k] += m->weight[t] * g[k];
            }
        }
}

/* From one of two buffers to the other, and to the end. */
static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    float *room = c->scratch;
    for (size_t i = 0; i < p->n_passes; i++) {
        float *y = i + 1 == p->n_passes ? c->out[0]->data : room + i % 2 * p->room;
        apply(p, &p->passes[i], x, y);
        x = y;
    }
}

static void backward(hear_call *c)
{
    const params *p = c->params;
    const float *g = c->out_grad[0];
    float *room = c->scratch;
    for (size_t i = p->n_passes; i-- > 0;) {
        const pass *q = &p->passes[i];
        float *gx = i == 0 ? c->in_grad[0] : room + i % 2 * p->room;
        if (i > 0)
            memset(gx, 0, q->outer * q->in * q->inner * sizeof *gx);
        apply_back(p, q, g, gx);
        g = gx;
    }
}

static const hear_op_attr attrs[] = { { "antialias", HEAR_ATTR_INT },
                                      { "axes", HEAR_ATTR_INTS },
                                      { "coordinate_transformation_mode", HEAR_ATTR_STRING },
                                      { "cubic_coeff_a", HEAR_ATTR_FLOAT },
                                      { "exclude_outside", HEAR_ATTR_INT },
                                      { "extrapolation_value", HEAR_ATTR_FLOAT },
                                      { "keep_aspect_ratio_policy", HEAR_ATTR_STRING },
                                      { "mode", HEAR_ATTR_STRING },
                                      { "nearest_mode", HEAR_ATTR_STRING },
                                      { 0 } };
static const char *const cases[] = {
    "x=1x2x3x4 - c=4{1,1,2,1.5}",
    "x=1x2x3x4 - - i=1,2,6,3 mode=linear",
    "x=1x2x3x4 - - i=5,2 mode=cubic axes=2,3 opset=18",
    "x=2x5 - - i=2,9 mode=linear coordinate_transformation_mode=align_corners",
    "x=1x4 c=2{1,2.5} mode=linear opset=10",
    NULL,
};

const hear_op hear_op_resize = {
    .name = "Resize",
    .domain = "",
    .min_opset = 10,
    .max_opset = HEAR_OPSET_MAX,
    .min_in = 1,
    .max_in = 4,
    .max_out = 1,
    .attrs = attrs,
    .diff = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
