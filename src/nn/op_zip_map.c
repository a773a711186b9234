/* op_zip_map.c - ai.onnx.ml's ZipMap: for others a list of maps from label to probability, here the
 * probabilities as they are, [N, n_labels]; what their labels are, the model's metadata say. */
#include "config.h"

#include "nn/op_list.h"

#include <string.h>

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const hear_attr *ints = hear_node_attr(c->node, "classlabels_int64s");
    const hear_attr *strings = hear_node_attr(c->node, "classlabels_strings");
    const size_t n = (ints ? ints->n : 0) + (strings ? strings->n : 0);
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    if (x->rank < 1 || x->rank > 2)
        return hear_call_fail(c, err, "input 0 has %zu dimensions instead of 2", x->rank);
    if ((int64_t)n != x->dim[x->rank - 1])
        return hear_call_fail(c, err, "%zu labels for %lld probabilities", n,
                              (long long)x->dim[x->rank - 1]);
    hear_call_set_out(c, 0, HEAR_F32, x);
    c->view = true;
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    if (c->out[0]->count > 0)
        memcpy(c->out[0]->data, c->in[0]->data, c->out[0]->count * sizeof(float));
}

static const hear_op_attr attrs[] = { { "classlabels_int64s", HEAR_ATTR_INTS },
                                      { "classlabels_strings", HEAR_ATTR_STRINGS },
                                      { 0 } };
static const char *const cases[] = { "x=2x3 classlabels_int64s=4,5,6",
                                     "x=1x2 classlabels_strings=dog,cat", NULL };

const hear_op hear_op_zip_map = {
    .name = "ZipMap",
    .domain = "ai.onnx.ml",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_ML_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 1,
    .attrs = attrs,
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
