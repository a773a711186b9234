/* op_linear_classifier.c - ai.onnx.ml's LinearClassifier: coefficients x + intercepts, and what
 * post_transform makes of it. One row of coefficients for two labels gives 1 - p and p, p being
 * the logistic of the score where that is asked for, as ONNX Runtime has it. */
#include "config.h"

#include "nn/op_list.h"

#include "nn/class_scores.h"

typedef struct {
    hear_classes classes;
    size_t n_rows, n_features, n_units; /* units: rows of coefficients */
    size_t n_scores;                    /* n_units, or 2 of one */
    const float *coefficients;          /* [n_units][n_features] */
    const float *intercepts;            /* [n_units] */
} params;

static hear_status infer(hear_call *c, hear_error *err)
{
    const hear_attr *weights = hear_node_attr(c->node, "coefficients");
    const hear_attr *intercepts = hear_node_attr(c->node, "intercepts");
    params *p = hear_call_params(c, sizeof *p);
    if (!p)
        return HEAR_ERR_MEM;
    hear_status s = hear_classes_infer(c, "classlabels_ints", &p->classes, err);
    if (s || (s = hear_classes_input(c, &p->n_rows, &p->n_features, err)))
        return s;
    p->n_units = intercepts ? intercepts->n : 0;
    if (p->n_units != p->classes.n && !(p->n_units == 1 && p->classes.n == 2))
        return hear_call_fail(c, err, "%zu intercepts for %zu labels", p->n_units, p->classes.n);
    if ((weights ? weights->n : 0) != hear_size_mul(p->n_units, p->n_features))
        return hear_call_fail(c, err, "%zu coefficients for %zu scores of %zu features",
                              weights ? weights->n : 0, p->n_units, p->n_features);
    p->coefficients = weights ? weights->floats : NULL;
    p->intercepts = intercepts->floats;
    p->n_scores = p->classes.n;
    c->macs = (uint64_t)p->n_rows * p->n_units * p->n_features;
    c->scratch_bytes = hear_size_mul(p->n_scores, sizeof(float)); /* where output 1 is left out */
    hear_classes_set_out(c, p->n_rows, p->n_scores);
    return HEAR_OK;
}

static void forward(hear_call *c)
{
    const params *p = c->params;
    const float *x = c->in[0]->data;
    const bool wanted = hear_call_has_out(c, 1);
    float *scores = wanted ? c->out[1]->data : c->scratch;
    for (size_t r = 0; r < p->n_rows; r++, x += p->n_features) {
        for (size_t u = 0; u < p->n_units; u++) {
            double sum = p->intercepts[u];
            for (size_t k = 0; k < p->n_features; k++)
                sum += (double)p->coefficients[u * p->n_features + k] * (double)x[k];
            scores[u] = (float)sum;
        }
        const size_t best = p->n_units == 1 ? (p->n_scores == 2 && scores[0] > 0.0f)
                                            : hear_classes_highest(scores, p->n_units);
        if (hear_call_has_out(c, 0))
            ((int64_t *)c->out[0]->data)[r] = hear_classes_label(&p->classes, best);
        if (p->n_units < p->n_scores)
            hear_post_two(p->classes.post, p->classes.post == HEAR_POST_LOGISTIC, scores);
        else
            hear_post_apply(p->classes.post, scores, p->n_scores);
        scores += wanted ? p->n_scores : 0;
    }
}

static const hear_op_attr attrs[] = { { "classlabels_ints", HEAR_ATTR_INTS },
                                      { "classlabels_strings", HEAR_ATTR_STRINGS },
                                      { "coefficients", HEAR_ATTR_FLOATS },
                                      { "intercepts", HEAR_ATTR_FLOATS },
                                      { "multi_class", HEAR_ATTR_INT },
                                      { "post_transform", HEAR_ATTR_STRING },
                                      { 0 } };
static const char *const cases[] = {
    "x=2x3 coefficients=1,2,3,4,5,6 intercepts=1,-1 classlabels_ints=7,8 outs=2 "
    "post_transform=SOFTMAX",
    "x=2x2 coefficients=1,2 intercepts=1 classlabels_strings=a,b outs=2 post_transform=LOGISTIC",
    NULL,
};

const hear_op hear_op_linear_classifier = {
    .name = "LinearClassifier",
    .domain = "ai.onnx.ml",
    .min_opset = 1,
    .max_opset = HEAR_OPSET_ML_MAX,
    .min_in = 1,
    .max_in = 1,
    .max_out = 2,
    .any_out = true,
    .attrs = attrs,
    .infer = infer,
    .forward = forward,
    .cases = cases,
};
