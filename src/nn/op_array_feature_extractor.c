/* op_array_feature_extractor.c - ai.onnx.ml's ArrayFeatureExtractor: of the last dimension, those
 * with the numbers that input 1 gives. A number that comes at run time and is out of range gives
 * zeros. Of strings, labels, it gives the numbers themselves, as the classifiers do
 * (class_scores.h). */
#include "config.h"

#include "nn/op_list.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    size_t n_rows, n_in, n_out, size; /* size: bytes of an element; 0 of a string */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const hear_tensor *index = c->in[1];
    const hear_status s = hear_call_want_dtype(c, 1, 1u << HEAR_I64, err);
    if (s)
        return s;
    if (x->rank < 1 || index->count == 0)
        return hear_call_fail(c, err, "%s", x->rank < 1 ? "input 0 is a scalar" : "no numbers");
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    p->n_rows = hear_shape_product(x, 0, x->rank - 1);
    p->n_in = (size_t)x->dim[x->rank - 1];
    p->n_out = index->count;
    p->size = hear_dtype_size(c->in[0]->dtype);
    for (size_t i = 0; i < p->n_out && index->data; i++) {
        const int64_t at = ((const int64_t *)index->data)[i];
        if (at < 0 || at >= (int64_t)p->n_in)
            return hear_call_fail(c, err, "index %" PRId64 " is out of range", at);
    }
    hear_shape y = *x;
    y.dim[y.rank - 1] = (int64_t)p->n_out;
    if (y.rank == 1)
        y = (hear_shape){ .rank = 2, .dim = { 1, (int64_t)p->n_out } };
    if (p->size == 0 && p->n_rows != 1)
        return hear_call_fail(c, err, "input 0 has %zu rows of strings instead of 1", p->n_rows);
    hear_call_set_out(c, 0, p->size == 0 ? HEAR_I64 : c->in[0]->dtype, &y);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    if (p->size == 0) {
        memcpy(c->out[0]->data, c->in[1]->data, p->n_out * sizeof(int64_t));
        return;
    }
    const char *x = c->in[0]->data;
    const int64_t *index = c->in[1]->data;
    char *y = c->out[0]->data;
    for (size_t r = 0; r < p->n_rows; r++, x += p->n_in * p->size)
        for (size_t i = 0; i < p->n_out; i++, y += p->size) {
            if (index[i] >= 0 && index[i] < (int64_t)p->n_in)
                memcpy(y, x + (size_t)index[i] * p->size, p->size);
            else
                memset(y, 0, p->size);
        }
}

static const char *const cases[] = { "x=2x3 i=2,0,2", "x=4 i=3", NULL };

const hear_op hear_op_array_feature_extractor = {
    .name = "ArrayFeatureExtractor",
    .domain = "ai.onnx.ml",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_ML_MAX,
    .min_in = 2,
    .max_in = 2,
    .max_out = 1,
    .takes_strings = true,
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
