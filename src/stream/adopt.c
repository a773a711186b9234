/* adopt.c - see adopt.h. */
#include "config.h"

#include "stream/adopt.h"

#include "base/error.h"
#include "nn/plan.h"

#include <math.h>
#include <string.h>

/* ---- the input: how many frames, in which order */

/* Without the batch in front and ones behind, as far as they are there. */
typedef struct {
    size_t first, end;
} inner;

static inner inner_of(const hear_shape *s)
{
    inner d = { s->rank > 1 ? 1 : 0, s->rank };
    while (d.end > d.first + 1 && s->dim[d.end - 1] == 1)
        d.end--;
    while (d.first + 1 < d.end && s->dim[d.first] == 1)
        d.first++;
    return d;
}

static hear_status bad_input(const hear_value *in, const hear_adoption *how, hear_error *err)
{
    char text[128];
    return hear_fail(err, HEAR_ERR_MODEL, "its input '%.80s' %s is not made of frames of %zu %s",
                     in->name, hear_shape_text(&in->shape, text, sizeof text),
                     hear_frontend_width(&how->frontend), hear_frontend_unit(&how->frontend));
}

typedef struct {
    size_t n_frames; /* that the input takes; 0 where that is open */
    size_t dim;      /* the place of that dimension in the shape */
    int64_t scale;   /* of that dimension: numbers a frame where it holds all, otherwise 1 */
    hear_layout layout;
} input;

static hear_status read_input(input *x, const hear_value *in, const hear_adoption *how,
                              hear_error *err)
{
    const int64_t width = (int64_t)hear_frontend_width(&how->frontend);
    const hear_shape *const s = &in->shape;
    const bool asks_mel_time =
        how->layout && strcmp(how->layout, hear_layout_name(HEAR_LAYOUT_MEL_TIME)) == 0;
    if (in->dtype != HEAR_F32 || !in->has_type || s->rank < 1)
        return bad_input(in, how, err);
    const inner d = inner_of(s);
    *x = (input){ .dim = d.first, .scale = 1 };
    x->layout = asks_mel_time ? HEAR_LAYOUT_MEL_TIME : HEAR_LAYOUT_TIME_MEL;
    if (d.end - d.first == 1) { /* all in one, or one frame, or one band */
        const int64_t all = s->dim[d.first];
        if (all >= 0 && (all < width || all % width != 0))
            return bad_input(in, how, err);
        x->n_frames = all < 0 ? 0 : (size_t)(all / width);
        x->scale = width;
        return HEAR_OK;
    }
    if (d.end - d.first != 2)
        return bad_input(in, how, err);
    const int64_t a = s->dim[d.first], b = s->dim[d.first + 1];
    if (!how->layout && b != width && a == width)
        x->layout = HEAR_LAYOUT_MEL_TIME;
    const bool by_time = x->layout == HEAR_LAYOUT_TIME_MEL;
    const int64_t time = by_time ? a : b, bands = by_time ? b : a;
    if (bands != width && bands >= 0)
        return bad_input(in, how, err);
    x->n_frames = time > 0 ? (size_t)time : 0;
    x->dim = d.first + (by_time ? 0 : 1);
    return HEAR_OK;
}

/* The batch stays open where it is, all else is closed. */
static void close_input(const input *x, hear_value *in, const hear_adoption *how)
{
    in->shape.dim[x->dim] = (int64_t)x->n_frames * x->scale;
    for (size_t i = in->shape.rank > 1 ? 1 : 0; i < in->shape.rank; i++)
        if (in->shape.dim[i] < 0)
            in->shape.dim[i] = (int64_t)hear_frontend_width(&how->frontend);
}

/* ---- the outputs */

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Operators whose numbers are known: the last one that changes them says what they are. */
static const struct {
    const char *op;
    size_t out;              /* the number of the output */
    const char *attr, *text; /* only where this attribute is that, where one is named */
    hear_output is;
} known[] = {
    { "Softmax", 0, NULL, NULL, HEAR_OUTPUT_SOFTMAX },
    { "Sigmoid", 0, NULL, NULL, HEAR_OUTPUT_SIGMOID },
    /* of ai.onnx.ml, as scikit-learn's classifiers are exported */
    { "ZipMap", 0, NULL, NULL, HEAR_OUTPUT_SOFTMAX },
    { "Normalizer", 0, "norm", "L1", HEAR_OUTPUT_SOFTMAX },
    { "TreeEnsembleClassifier", 1, NULL, NULL, HEAR_OUTPUT_SOFTMAX },
    { "LinearClassifier", 1, "post_transform", "SOFTMAX", HEAR_OUTPUT_SOFTMAX },
    { "LinearClassifier", 1, "post_transform", "LOGISTIC", HEAR_OUTPUT_SIGMOID },
};

static bool is_known(hear_output *is, const hear_node *n, size_t out)
{
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (!same(n->op_type, known[k].op) || out != known[k].out)
            continue;
        const hear_attr *const a = known[k].attr ? hear_node_attr(n, known[k].attr) : NULL;
        if (known[k].attr &&
            !(a && a->type == HEAR_ATTR_STRING && same(a->strings[0], known[k].text)))
            continue;
        *is = known[k].is;
        return true;
    }
    return false;
}

/* What skl2onnx calls probabilities, however they are worked out. */
static bool is_named_so(const char *name)
{
    return same(name, "probabilities") || same(name, "output_probability");
}

static hear_output guess_output(const hear_graph *g, size_t value)
{
    static const char *const passing[] = { "Identity", "Reshape",   "Flatten",
                                           "Squeeze",  "Unsqueeze", "Cast" };
    const hear_output otherwise =
        is_named_so(g->values[value].name) ? HEAR_OUTPUT_SOFTMAX : HEAR_OUTPUT_LOGITS;
    for (size_t i = g->n_nodes; i-- > 0;) {
        const hear_node *const n = &g->nodes[i];
        size_t out = 0;
        while (out < n->n_out && n->out[out] != value)
            out++;
        hear_output is;
        if (out == n->n_out)
            continue;
        if (is_known(&is, n, out))
            return is;
        bool passes = false;
        for (size_t k = 0; k < sizeof passing / sizeof passing[0]; k++)
            passes = passes || same(n->op_type, passing[k]);
        if (!passes || n->n_in < 1)
            break;
        value = n->in[0];
    }
    return otherwise;
}

static hear_status choose_output(hear_graph *g, const hear_adoption *how, hear_error *err)
{
    const hear_plan_config config = { .batch = 1 };
    hear_plan *p;
    hear_status s = hear_plan_create(&p, g, &config, err);
    if (s != HEAR_OK)
        return s;
    size_t fits = SIZE_MAX;
    for (size_t i = hear_plan_n_outputs(p); i-- > 0;)
        if (hear_plan_output(p, i)->count == how->n_labels &&
            hear_plan_output(p, i)->dtype == HEAR_F32)
            fits = i;
    if (fits == SIZE_MAX) {
        char text[128];
        const hear_tensor *const t = hear_plan_n_outputs(p) > 0 ? hear_plan_output(p, 0) : NULL;
        s = hear_fail(err, HEAR_ERR_MODEL, "its output '%.80s' %s does not fit %zu labels",
                      t ? g->values[g->out[0]].name : "",
                      t ? hear_shape_text(&t->shape, text, sizeof text) : "", how->n_labels);
    } else {
        const size_t chosen = g->out[fits];
        memmove(g->out + 1, g->out, fits * sizeof g->out[0]);
        g->out[0] = chosen;
    }
    hear_plan_destroy(p);
    return s;
}

static const char *find_embedding(const hear_graph *g, const hear_adoption *how)
{
    if (how->embedding)
        return how->embedding;
    for (size_t i = 1; i < g->n_out; i++)
        if (same(g->values[g->out[i]].name, "embedding"))
            return "embedding";
    return NULL;
}

/* ---- window, patch and hops */

static size_t frames_of(const hear_adoption *how, double seconds)
{
    const double n = round(seconds * how->frontend.rate_hz / how->frontend.hop);
    return n < 1.0 ? 1 : n > HEAR_MAX_WINDOW ? HEAR_MAX_WINDOW : (size_t)n;
}

/* The most frames that lie within that many seconds, at least 1. */
static size_t frames_within(const hear_adoption *how, double seconds)
{
    const double first = (double)hear_frontend_frame_length(&how->frontend);
    const double n = floor((seconds * how->frontend.rate_hz - first) / how->frontend.hop) + 1.0;
    return n < 1.0 ? 1 : n > HEAR_MAX_WINDOW ? HEAR_MAX_WINDOW : (size_t)n;
}

static hear_status set_lengths(hear_model_info *info, const hear_adoption *how, size_t n_frames,
                               hear_error *err)
{
    const size_t window = frames_within(how, how->window_s);
    const bool is_patch = how->window_open ? 2 * n_frames < window : n_frames < window;
    if (!how->window_open && n_frames > window)
        return hear_fail(err, HEAR_ERR_ARG,
                         "a window of %g s is shorter than its input, %zu frames", how->window_s,
                         n_frames);
    info->window = is_patch ? window : n_frames;
    if (is_patch) {
        info->patch = n_frames;
        info->patch_hop = how->patch_hop_s > 0.0 ? frames_of(how, how->patch_hop_s)
                                                 : (n_frames > 1 ? n_frames / 2 : 1);
    }
    if (how->hop_s > 0.0)
        info->hop = frames_of(how, how->hop_s);
    else
        info->hop = is_patch ? info->patch_hop : info->window > 6 ? info->window / 6 : 1;
    if (is_patch) { /* whole patch hops, within the window */
        const size_t step = info->patch_hop, n = (info->hop + step / 2) / step;
        info->hop = step * (n > 0 ? n : 1);
    }
    return HEAR_OK;
}

hear_status hear_adopt(hear_graph *graph, const hear_adoption *how, hear_error *err)
{
    if (graph->n_in != 1)
        return hear_fail(err, HEAR_ERR_MODEL, "has %zu inputs; one is right", graph->n_in);
    hear_model_info info = { .frontend = how->frontend,
                             .n_labels = how->n_labels,
                             .labels = how->labels,
                             .card = (char *)how->card };
    hear_value *const in = &graph->values[graph->in[0]];
    input x = { 0 };
    hear_status s = read_input(&x, in, how, err);
    if (s != HEAR_OK)
        return s;
    if (x.n_frames == 0)
        x.n_frames = hear_frontend_frames_for(&how->frontend, how->window_s);
    close_input(&x, in, how);
    info.layout = x.layout;
    s = set_lengths(&info, how, x.n_frames, err);
    if (s == HEAR_OK)
        s = choose_output(graph, how, err);
    if (s != HEAR_OK)
        return s;
    info.output = guess_output(graph, graph->out[0]);
    for (int i = 0; how->output && i <= HEAR_OUTPUT_SCORES; i++)
        if (same(how->output, hear_output_name((hear_output)i)))
            info.output = (hear_output)i;
    info.embedding = (char *)find_embedding(graph, how);
    s = hear_model_info_check(&info, err);
    if (s != HEAR_OK)
        return s;
    s = hear_model_info_store(&info, graph);
    return s == HEAR_OK ? s : hear_fail(err, s, NULL);
}
