/* class_scores.c - see class_scores.h. */
#include "config.h"

#include "nn/class_scores.h"

#include <math.h>
#include <string.h>

static const char *const posts[] = { "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO" };

hear_status hear_classes_infer(const hear_call *c, const char *ints_name, hear_classes *out,
                               hear_error *err)
{
    const hear_attr *ints = hear_node_attr(c->node, ints_name);
    const hear_attr *strings = hear_node_attr(c->node, "classlabels_strings");
    const size_t n_ints = ints ? ints->n : 0, n_strings = strings ? strings->n : 0;
    const char *post = hear_call_string(c, "post_transform", "NONE");
    if ((n_ints == 0) == (n_strings == 0))
        return hear_call_fail(c, err, n_ints ? "has two lists of labels" : "has no labels");
    *out = (hear_classes){ .n = n_ints + n_strings, .ints = n_ints ? ints->ints : NULL };
    for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++)
        if (strcmp(post, posts[i]) == 0) {
            out->post = (hear_post)i;
            return HEAR_OK;
        }
    return hear_call_fail(c, err, "post_transform \"%.40s\" is not supported", post);
}

hear_status hear_classes_input(const hear_call *c, size_t *n_rows, size_t *n_features,
                               hear_error *err)
{
    const hear_shape *x = &c->in[0]->shape;
    const hear_status s = hear_call_want_f32(c, 0, err);
    if (s)
        return s;
    if (x->rank < 1 || x->rank > 2)
        return hear_call_fail(c, err, "input 0 has %zu dimensions instead of 2", x->rank);
    *n_rows = x->rank == 1 ? 1 : (size_t)x->dim[0];
    *n_features = (size_t)x->dim[x->rank - 1];
    return HEAR_OK;
}

void hear_classes_set_out(hear_call *c, size_t n_rows, size_t n_scores)
{
    const hear_shape labels = { .rank = 1, .dim = { (int64_t)n_rows } };
    const hear_shape scores = { .rank = 2, .dim = { (int64_t)n_rows, (int64_t)n_scores } };
    hear_call_set_out(c, 0, HEAR_I64, &labels);
    hear_call_set_out(c, 1, HEAR_F32, &scores);
}

int64_t hear_classes_label(const hear_classes *classes, size_t i)
{
    return classes->ints ? classes->ints[i] : (int64_t)i;
}

size_t hear_classes_highest(const float *scores, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = scores[i] > scores[best] ? i : best;
    return best;
}

static float logistic(float x)
{
    const float p = 1.0f / (1.0f + expf(-fabsf(x)));
    return x < 0.0f ? 1.0f - p : p;
}

/* Scores of 0 stay 0 where skip_zeros. */
static void softmax(float *x, size_t n, bool skip_zeros)
{
    float most = x[0], sum = 0.0f;
    for (size_t i = 1; i < n; i++)
        most = x[i] > most ? x[i] : most;
    for (size_t i = 0; i < n; i++) {
        x[i] = skip_zeros && fabsf(x[i]) <= 1e-7f ? 0.0f : expf(x[i] - most);
        sum += x[i];
    }
    for (size_t i = 0; i < n && sum > 0.0f; i++)
        x[i] /= sum;
}

void hear_post_apply(hear_post post, float *scores, size_t n)
{
    if (post == HEAR_POST_LOGISTIC)
        for (size_t i = 0; i < n; i++)
            scores[i] = logistic(scores[i]);
    else if (post != HEAR_POST_NONE && n > 0)
        softmax(scores, n, post == HEAR_POST_SOFTMAX_ZERO);
}

void hear_post_two(hear_post post, bool signed_score, float scores[2])
{
    const float s = scores[0];
    const bool to_logistic = signed_score && post == HEAR_POST_LOGISTIC;
    scores[0] = to_logistic ? logistic(-s) : signed_score ? -s : 1.0f - s;
    scores[1] = to_logistic ? logistic(s) : s;
}
