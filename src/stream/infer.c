/* infer.c - see infer.h. */
#include "config.h"

#include "stream/infer.h"

#include "base/error.h"
#include "base/mem.h"
#include "nn/plan.h"
#include "stream/backbone.h"
#include "stream/patch_mean.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INPUTS = 8 }; /* of a head */

struct hear_infer {
    const hear_model_info *info;
    hear_plan *plan; /* takes the frames */
    hear_plan *head; /* takes what plan gives; NULL where the network is whole */
    size_t n_joined; /* inputs of the head */
    const hear_tensor *joined[MAX_INPUTS]; /* [n_joined] the output of plan that goes into each */
    size_t which;                          /* output that holds the labels' numbers */
    size_t n_frames;        /* that the network takes at once: a patch, or a window */
    float *input;           /* the plan's own */
    const float *output;    /* the plan's own */
    const float *weight;    /* the plan's own: how much the patch counts; NULL: all alike */
    const float *embedding; /* the plan's own; NULL where there is none */
    size_t n_embedding;
    float *frames; /* [n_frames][width] finished, where the layout turns them; NULL otherwise */

    /* What was found in the stream's patches: patch p stands in place p % n_kept. */
    size_t n_kept;    /* as many as a window has */
    uint64_t *number; /* [n_kept] of the patch that stands there, plus 1; 0 for none */
    size_t n_found;   /* numbers of a patch that count in a window: what the head takes where it
                         takes a window's, otherwise n_labels */
    float *kept;      /* [n_kept][n_found + n_embedding + 1], the weight last */
    double *sum;      /* [n_found] of what the head takes of a window */
    hear_patch_mean *mean;
};

static bool takes_windows(const hear_infer *x)
{
    return x->head && x->info->pool == HEAR_POOL_MEAN;
}

/* The plan that gives the labels' numbers. */
static hear_plan *last(const hear_infer *x)
{
    return x->head ? x->head : x->plan;
}

static hear_status check(hear_infer *x, hear_error *err)
{
    const hear_model_info *const info = x->info;
    char text[128];
    if (hear_plan_n_inputs(x->plan) != 1)
        return hear_fail(err, HEAR_ERR_MODEL, "the network has %zu inputs instead of one",
                         hear_plan_n_inputs(x->plan));
    const hear_tensor *const in = hear_plan_input(x->plan, 0);
    const size_t width = hear_frontend_width(&info->frontend);
    if (in->dtype != HEAR_F32 || !hear_model_info_fits(info, &in->shape))
        return hear_fail(err, HEAR_ERR_MODEL,
                         "the network's input %s does not take %zu frames of %zu %s (%s)",
                         hear_shape_text(&in->shape, text, sizeof text), x->n_frames, width,
                         hear_frontend_unit(&info->frontend),
                         info->layout == HEAR_LAYOUT_TIME_MEL ? "time-mel" : "mel-time");
    const hear_tensor *const out = hear_plan_output(last(x), x->which);
    if (out->dtype != HEAR_F32 || out->count != info->n_labels)
        return hear_fail(err, HEAR_ERR_MODEL, "the network's output %s does not fit %zu labels",
                         hear_shape_text(&out->shape, text, sizeof text), info->n_labels);
    return HEAR_OK;
}

/* Each input of the head to the output of its name. */
static hear_status join(hear_infer *x, const hear_model *model, hear_error *err)
{
    char text[2][128];
    const hear_graph *const g = model->graph;
    x->n_joined = hear_plan_n_inputs(x->head);
    x->n_found = takes_windows(x) ? 0 : x->info->n_labels;
    if (x->n_joined > MAX_INPUTS)
        return hear_fail(err, HEAR_ERR_MODEL, "has %zu inputs; at most %d are right", x->n_joined,
                         MAX_INPUTS);
    for (size_t i = 0; i < x->n_joined; i++) {
        const char *const name = g->values[g->in[i]].name;
        const hear_tensor *const in = hear_plan_input(x->head, i);
        const size_t from = hear_backbone_output(model->backbone, name);
        const hear_tensor *const out = from == SIZE_MAX ? NULL : hear_plan_output(x->plan, from);
        if (!out || in->dtype != HEAR_F32 || out->dtype != HEAR_F32 || in->count != out->count)
            return hear_fail(err, HEAR_ERR_MODEL,
                             "its input '%.60s' %s does not take its backbone's, %s", name,
                             hear_shape_text(&in->shape, text[0], sizeof text[0]),
                             out ? hear_shape_text(&out->shape, text[1], sizeof text[1]) : "none");
        x->joined[i] = out;
        if (takes_windows(x) && !hear_add(x->n_found, in->count, &x->n_found))
            return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    return HEAR_OK;
}

static hear_status find_embedding(hear_infer *x, const hear_graph *g, hear_error *err)
{
    const char *const name = x->info->embedding;
    if (!name || !name[0])
        return HEAR_OK;
    for (size_t i = 0; i < g->n_out; i++) {
        const hear_tensor *const t = hear_plan_output(x->plan, i);
        if (strcmp(g->values[g->out[i]].name, name) == 0 && t->dtype == HEAR_F32) {
            x->embedding = t->data;
            x->n_embedding = t->count;
            return HEAR_OK;
        }
    }
    return hear_fail(err, HEAR_ERR_MODEL, "no output of float32 is the embedding '%.80s'", name);
}

static hear_status find_weight(hear_infer *x, const hear_graph *g, hear_error *err)
{
    const char *const name = x->info->weight;
    if (!name || !name[0])
        return HEAR_OK;
    if (takes_windows(x))
        return hear_fail(err, HEAR_ERR_MODEL, "hearsay.weight goes with what runs on each patch");
    for (size_t i = 0; i < g->n_out; i++) {
        const hear_tensor *const t = hear_plan_output(last(x), i);
        if (strcmp(g->values[g->out[i]].name, name) == 0 && t->dtype == HEAR_F32 && t->count == 1) {
            x->weight = t->data;
            return HEAR_OK;
        }
    }
    return hear_fail(err, HEAR_ERR_MODEL, "no output of one float32 is the weight '%.80s'", name);
}

static hear_status make_room(hear_infer *x, hear_error *err)
{
    size_t per_patch;
    x->n_kept = hear_model_info_n_patches(x->info);
    x->number = hear_alloc(x->n_kept, sizeof *x->number);
    x->sum = hear_alloc(x->n_found, sizeof *x->sum);
    if (hear_add(x->n_found, x->n_embedding, &per_patch) && hear_add(per_patch, 1, &per_patch) &&
        hear_mul(per_patch, sizeof *x->kept, &per_patch))
        x->kept = hear_alloc(x->n_kept, per_patch);
    bool all = x->number && x->sum && x->kept;
    all = all && hear_patch_mean_create(&x->mean, x->info) == HEAR_OK;
    if (x->info->layout == HEAR_LAYOUT_MEL_TIME) {
        x->frames = hear_alloc(hear_plan_input(x->plan, 0)->count, sizeof *x->frames);
        all = all && x->frames;
    }
    return all ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

static hear_status create(hear_infer **out, const hear_model *model, bool only_check,
                          hear_error *err)
{
    *out = NULL;
    hear_infer *x = calloc(1, sizeof *x);
    if (!x)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    x->info = &model->info;
    x->n_frames = hear_model_info_input(x->info);
    x->which = hear_model_output(model->graph);
    x->n_found = x->info->n_labels;
    const hear_plan_config config = { .batch = 1, .only_check = only_check };
    hear_status status = hear_plan_create(&x->plan, hear_model_first(model), &config, err);
    if (status == HEAR_OK && model->backbone) {
        status = hear_plan_create(&x->head, model->graph, &config, err);
        if (status == HEAR_OK)
            status = join(x, model, err);
    }
    if (status == HEAR_OK)
        status = check(x, err);
    if (status == HEAR_OK)
        status = find_embedding(x, hear_model_first(model), err);
    if (status == HEAR_OK)
        status = find_weight(x, model->graph, err);
    if (status == HEAR_OK)
        status = make_room(x, err);
    if (status != HEAR_OK) {
        hear_infer_destroy(x);
        return status;
    }
    x->input = hear_plan_input(x->plan, 0)->data;
    x->output = hear_plan_output(last(x), x->which)->data;
    *out = x;
    return HEAR_OK;
}

hear_status hear_infer_create(hear_infer **out, const hear_model *model, hear_error *err)
{
    return create(out, model, false, err);
}

hear_status hear_infer_check(const hear_model *model, hear_error *err)
{
    hear_infer *x;
    const hear_status status = create(&x, model, true, err);
    hear_infer_destroy(x);
    return status;
}

void hear_infer_destroy(hear_infer *x)
{
    if (!x)
        return;
    hear_plan_destroy(x->plan);
    hear_plan_destroy(x->head);
    hear_free(x->frames);
    hear_free(x->number);
    hear_free(x->kept);
    hear_free(x->sum);
    hear_patch_mean_destroy(x->mean);
    free(x);
}

void hear_infer_reset(hear_infer *x)
{
    memset(x->number, 0, x->n_kept * sizeof *x->number);
    hear_patch_mean_reset(x->mean);
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

/* What plan has just given, one output behind the other; to NULL: into the head. */
static void pass_on(hear_infer *x, float *to)
{
    for (size_t i = 0; i < x->n_joined; i++) {
        const size_t n = x->joined[i]->count;
        memcpy(to ? to : hear_plan_input(x->head, i)->data, x->joined[i]->data, n * sizeof *to);
        to = to ? to + n : NULL;
    }
}

/* What the network takes at once into what counts of a patch; frames NULL stands for zeros. */
static void run(hear_infer *x, const float *frames, float *found)
{
    const hear_model_info *const info = x->info;
    const size_t width = hear_frontend_width(&info->frontend), n_frames = x->n_frames;
    float *const finished = x->frames ? x->frames : x->input;
    if (frames)
        hear_frontend_finish_window(&info->frontend, frames, finished, n_frames);
    else
        memset(finished, 0, n_frames * width * sizeof *finished);
    if (x->frames)
        for (size_t m = 0; m < width; m++)
            for (size_t t = 0; t < n_frames; t++)
                x->input[m * n_frames + t] = finished[t * width + m];
    hear_plan_run(x->plan);
    if (takes_windows(x)) {
        pass_on(x, found);
        return;
    }
    if (x->head) {
        pass_on(x, NULL);
        hear_plan_run(x->head);
    }
    hear_infer_probs(info->output, x->output, found, info->n_labels);
}

/* The window's mean into the head. */
static void run_head(hear_infer *x, const hear_window *w, float *probs)
{
    const double *from = x->sum;
    for (size_t i = 0; i < x->n_joined; i++) {
        hear_tensor *const in = hear_plan_input(x->head, i);
        float *const to = in->data;
        for (size_t k = 0; k < in->count; k++)
            to[k] = (float)(from[k] / (double)w->n_patches);
        from += in->count;
    }
    hear_plan_run(x->head);
    hear_infer_probs(x->info->output, x->output, probs, x->info->n_labels);
}

static float *place_of(const hear_infer *x, uint64_t patch)
{
    return x->kept + patch % x->n_kept * (x->n_found + x->n_embedding + 1);
}

static void look(hear_infer *x, const float *frames, uint64_t patch)
{
    float *const found = place_of(x, patch);
    run(x, frames, found);
    if (x->n_embedding)
        memcpy(found + x->n_found, x->embedding, x->n_embedding * sizeof *found);
    found[x->n_found + x->n_embedding] = x->weight ? x->weight[0] : 1.0f;
    x->number[patch % x->n_kept] = patch + 1;
}

void hear_infer_window(hear_infer *x, const hear_window *w, float *probs)
{
    const hear_model_info *const info = x->info;
    const size_t step = info->patch_hop * hear_frontend_width(&info->frontend);
    const bool whole = takes_windows(x);
    memset(x->sum, 0, x->n_found * sizeof *x->sum);
    for (size_t i = 0; i < w->n_patches; i++) {
        const uint64_t patch = w->patch + i;
        if (x->number[patch % x->n_kept] != patch + 1)
            look(x, w->frames ? w->frames + i * step : NULL, patch);
        const float *const found = place_of(x, patch);
        for (size_t k = 0; whole && k < x->n_found; k++)
            x->sum[k] += (double)found[k];
        if (!whole)
            hear_patch_mean_add(x->mean, patch, found, (double)found[x->n_found + x->n_embedding]);
    }
    if (whole) {
        run_head(x, w, probs);
        hear_patch_mean_add(x->mean, w->index, probs, 1.0);
    }
    hear_patch_mean_take(x->mean, probs);
}

double hear_infer_own(const hear_infer *x, float *probs)
{
    return hear_patch_mean_own(x->mean, probs);
}

void hear_infer_run(hear_infer *x, const float *frames, float *probs)
{
    const hear_window alone = { .n_patches = frames ? x->n_kept : 1, .frames = frames };
    hear_infer_reset(x);
    hear_infer_window(x, &alone, probs);
    hear_infer_reset(x);
}

size_t hear_infer_n_embedding(const hear_infer *x)
{
    return x->n_embedding;
}

const float *hear_infer_embedding(const hear_infer *x, uint64_t patch)
{
    if (!x->n_embedding || x->number[patch % x->n_kept] != patch + 1)
        return NULL;
    return place_of(x, patch) + x->n_found;
}
