/* infer.c - see infer.h. */
#include "config.h"

#include "stream/infer.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hear_infer {
    const hear_model_info *info;
    hear_plan *plan;
    float *input;        /* the plan's own */
    const float *output; /* the plan's own */
    float *frames; /* [window][n_mels] finished, where the layout turns them; NULL otherwise */
};

/* The last two dimensions are time and mel in the layout's order, or one holds them flattened. */
static bool fits(const hear_shape *shape, const hear_model_info *info)
{
    const int64_t time = (int64_t)info->window, mels = (int64_t)info->frontend.n_mels;
    const bool by_time = info->layout == HEAR_LAYOUT_TIME_MEL;
    if (shape->rank < 1)
        return false;
    const int64_t last = shape->dim[shape->rank - 1];
    const int64_t before = shape->rank > 1 ? shape->dim[shape->rank - 2] : 1;
    return (before == (by_time ? time : mels) && last == (by_time ? mels : time)) ||
           last == time * mels;
}

static hear_status check(hear_infer *x, hear_error *err)
{
    const hear_model_info *const info = x->info;
    char text[128];
    if (hear_plan_n_inputs(x->plan) != 1)
        return hear_fail(err, HEAR_ERR_MODEL, "the network has %zu inputs instead of one",
                         hear_plan_n_inputs(x->plan));
    const hear_tensor *const in = hear_plan_input(x->plan, 0);
    size_t count;
    if (in->dtype != HEAR_F32 || !hear_mul(info->window, info->frontend.n_mels, &count) ||
        in->count != count || !fits(&in->shape, info))
        return hear_fail(
            err, HEAR_ERR_MODEL, "the network's input %s does not take %zu frames of %u bands (%s)",
            hear_shape_text(&in->shape, text, sizeof text), info->window, info->frontend.n_mels,
            info->layout == HEAR_LAYOUT_TIME_MEL ? "time-mel" : "mel-time");
    const hear_tensor *const out =
        hear_plan_n_outputs(x->plan) > 0 ? hear_plan_output(x->plan, 0) : NULL;
    if (!out || out->dtype != HEAR_F32 || out->count != info->n_labels)
        return hear_fail(err, HEAR_ERR_MODEL, "the network's output %s does not fit %zu labels",
                         out ? hear_shape_text(&out->shape, text, sizeof text) : "none",
                         info->n_labels);
    return HEAR_OK;
}

hear_status hear_infer_create(hear_infer **out, const hear_model *model, hear_error *err)
{
    *out = NULL;
    hear_infer *x = calloc(1, sizeof *x);
    if (!x)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    x->info = &model->info;
    const hear_plan_config config = { .batch = 1 };
    hear_status status = hear_plan_create(&x->plan, model->graph, &config, err);
    if (status == HEAR_OK)
        status = check(x, err);
    if (status == HEAR_OK) {
        hear_tensor *const in = hear_plan_input(x->plan, 0);
        x->input = in->data;
        x->output = hear_plan_output(x->plan, 0)->data;
        if (model->info.layout == HEAR_LAYOUT_MEL_TIME) {
            x->frames = hear_alloc(in->count, sizeof *x->frames);
            if (!x->frames)
                status = hear_fail(err, HEAR_ERR_MEM, NULL);
        }
    }
    if (status != HEAR_OK) {
        hear_infer_destroy(x);
        return status;
    }
    *out = x;
    return HEAR_OK;
}

void hear_infer_destroy(hear_infer *x)
{
    if (!x)
        return;
    hear_plan_destroy(x->plan);
    hear_free(x->frames);
    free(x);
}

/* exp(x - max) / sum, over what is a number. Infinite ones share all among themselves. */
static void softmax(const float *in, float *out, size_t n)
{
    float max = -INFINITY;
    for (size_t i = 0; i < n; i++)
        max = in[i] > max ? in[i] : max; /* false for NaN */
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double e = 0.0;
        if (isinf(max))
            e = max > 0.0f && in[i] == max;
        else if (!isnan(in[i]))
            e = exp((double)in[i] - (double)max);
        out[i] = (float)e;
        sum += e;
    }
    for (size_t i = 0; i < n && sum > 0.0; i++)
        out[i] = (float)(out[i] / sum);
}

void hear_infer_probs(hear_output output, const float *in, float *out, size_t n)
{
    if (output == HEAR_OUTPUT_LOGITS) {
        softmax(in, out, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] > 0.0f ? (in[i] < 1.0f ? in[i] : 1.0f) : 0.0f; /* 0 for NaN */
}

void hear_infer_run(hear_infer *x, const float *frames, float *probs)
{
    const hear_model_info *const info = x->info;
    const size_t n_mels = info->frontend.n_mels;
    float *const finished = x->frames ? x->frames : x->input;
    if (frames)
        hear_frontend_finish_window(&info->frontend, frames, finished, info->window);
    else
        memset(finished, 0, info->window * n_mels * sizeof *finished);
    if (x->frames)
        for (size_t m = 0; m < n_mels; m++)
            for (size_t t = 0; t < info->window; t++)
                x->input[m * info->window + t] = finished[t * n_mels + m];
    hear_plan_run(x->plan);
    hear_infer_probs(info->output, x->output, probs, info->n_labels);
}
