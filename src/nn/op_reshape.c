/* op_reshape.c - the same bytes in another shape: Identity, Flatten, Reshape, Squeeze, Unsqueeze.
 * They cost nothing: the plan lets the output be the input. */
#include "config.h"

#include "nn/op_list.h"

#include "base/error.h"

#include <inttypes.h>

static hear_status seen_as(hear_call *c, const hear_shape *shape)
{
    c->view = true;
    hear_call_set_out(c, 0, c->in[0]->dtype, shape);
    return HEAR_OK;
}

static hear_status infer_identity(hear_call *c, hear_error *err)
{
    (void)err;
    return seen_as(c, &c->in[0]->shape);
}

static hear_status infer_flatten(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const int64_t rank = (int64_t)x->rank;
    int64_t axis = hear_call_int(c, "axis", 1);
    if (axis < -rank || axis > rank)
        return hear_call_fail(c, err, "axis %" PRId64 " is out of range for %zu dimensions", axis,
                              x->rank);
    if (axis < 0)
        axis += rank;
    const hear_shape y = { .rank = 2,
                           .dim = { (int64_t)hear_shape_product(x, 0, (size_t)axis),
                                    (int64_t)hear_shape_product(x, (size_t)axis, x->rank) } };
    return seen_as(c, &y);
}

static hear_status infer_reshape(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    hear_shape y = { 0 };
    const hear_status s = hear_call_ints(c, 1, y.dim, HEAR_MAX_RANK, &y.rank, err);
    if (s)
        return s;
    const bool allow_zero = c->opset >= 14 && hear_call_int(c, "allowzero", 0) != 0;
    size_t known = 1, open = HEAR_MAX_RANK;
    for (size_t i = 0; i < y.rank; i++) {
        if (y.dim[i] == 0 && !allow_zero) {
            if (i >= x->rank)
                return hear_call_fail(c, err, "shape keeps dimension %zu, which is not there", i);
            y.dim[i] = x->dim[i];
        }
        if (y.dim[i] < -1 || (y.dim[i] == -1 && open < HEAR_MAX_RANK))
            return hear_call_fail(c, err, "shape has a second unknown or negative dimension");
        if (y.dim[i] == -1)
            open = i;
        else
            known = hear_size_mul(known, (size_t)y.dim[i]);
    }
    if (open < HEAR_MAX_RANK) {
        if (known == 0 || c->in[0]->count % known != 0)
            return hear_call_fail(c, err, "shape does not divide the %zu elements",
                                  c->in[0]->count);
        y.dim[open] = (int64_t)(c->in[0]->count / known);
    } else if (known != c->in[0]->count) {
        char t[64];
        return hear_call_fail(c, err, "shape %s does not hold the %zu elements",
                              hear_shape_text(&y, t, sizeof t), c->in[0]->count);
    }
    return seen_as(c, &y);
}

static hear_status infer_squeeze(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    size_t axes[HEAR_MAX_RANK], n;
    const hear_status s = hear_call_axes(c, "axes", 1, x->rank, axes, &n, err);
    if (s)
        return s;
    bool drop[HEAR_MAX_RANK] = { false };
    for (size_t i = 0; i < n; i++)
        drop[axes[i]] = true;
    hear_shape y = { 0 };
    for (size_t i = 0; i < x->rank; i++) {
        if (drop[i] && x->dim[i] != 1)
            return hear_call_fail(c, err, "dimension %zu is not 1", i);
        if (!(drop[i] || (n == 0 && x->dim[i] == 1)))
            y.dim[y.rank++] = x->dim[i];
    }
    return seen_as(c, &y);
}

static hear_status infer_unsqueeze(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    if (!hear_call_has_in(c, 1) && !hear_node_attr(c->node, "axes"))
        return hear_call_fail(c, err, "axes are missing");
    const hear_attr *a = hear_node_attr(c->node, "axes");
    const size_t n_new = hear_call_has_in(c, 1) ? c->in[1]->count : a->n;
    if (n_new > HEAR_MAX_RANK - x->rank)
        return hear_call_fail(c, err, "more than %d dimensions", HEAR_MAX_RANK);
    hear_shape y = { .rank = x->rank + n_new };
    size_t axes[HEAR_MAX_RANK], n;
    const hear_status s = hear_call_axes(c, "axes", 1, y.rank, axes, &n, err);
    if (s)
        return s;
    for (size_t i = 0; i < n; i++)
        y.dim[axes[i]] = 1;
    for (size_t i = 0, j = 0; i < y.rank; i++)
        if (y.dim[i] == 0)
            y.dim[i] = x->dim[j++];
    return seen_as(c, &y);
}

static const hear_op_attr axis_attrs[] = { { "axis", HEAR_ATTR_INT }, { 0 } };
static const hear_op_attr axes_attrs[] = { { "axes", HEAR_ATTR_INTS }, { 0 } };
static const hear_op_attr zero_attrs[] = { { "allowzero", HEAR_ATTR_INT }, { 0 } };
static const char *const any[] = { "x=2x3x4", NULL };
static const char *const shaped[] = { "x=2x3x4 i=0,-1", NULL };
static const char *const ones[] = { "x=2x1x4x1 i=1,-1", "x=2x1x4", NULL };
static const char *const more[] = { "x=2x3 i=0,-1", NULL };

#define VIEW(id, text, most, least, since, the_attrs, the_cases)                                   \
    const hear_op hear_op_##id = {                                                                 \
        .name = text,                                                                              \
        .domain = "",                                                                              \
        .min_opset = since,                                                                        \
        .max_opset = HEAR_OPSET_MAX,                                                               \
        .min_in = least,                                                                           \
        .max_in = most,                                                                            \
        .max_out = 1,                                                                              \
        .attrs = the_attrs,                                                                        \
        .diff = 1,                                                                                 \
        .infer = infer_##id,                                                                       \
        .cases = the_cases,                                                                        \
    }

VIEW(identity, "Identity", 1, 1, 1, NULL, any);
VIEW(flatten, "Flatten", 1, 1, 1, axis_attrs, any);
VIEW(reshape, "Reshape", 2, 2, 5, zero_attrs, shaped);
VIEW(squeeze, "Squeeze", 2, 1, 1, axes_attrs, ones);
VIEW(unsqueeze, "Unsqueeze", 2, 1, 1, axes_attrs, more);
