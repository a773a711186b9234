/* model.c - see hearsay/model.h and model_info.h. */
#include "config.h"

#include "stream/model_info.h"

#include "base/error.h"
#include "nn/onnx.h"
#include "stream/backbone.h"

#include <stdlib.h>

/* As planned for a batch of one; false where other dimensions are open: the planner's to settle. */
static bool close_batch(hear_shape *shape, const hear_value *v)
{
    if (!v->has_type)
        return false;
    *shape = v->shape;
    if (shape->rank > 0 && shape->dim[0] < 0)
        shape->dim[0] = 1;
    for (size_t i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 0)
            return false;
    return true;
}

bool hear_model_info_fits(const hear_model_info *info, const hear_shape *in)
{
    const bool by_time = info->layout == HEAR_LAYOUT_TIME_MEL;
    const int64_t time = (int64_t)hear_model_info_input(info);
    const int64_t width = (int64_t)hear_frontend_width(&info->frontend);
    size_t count;
    if (!hear_shape_count(in, &count) || count != (size_t)(time * width))
        return false;
    for (size_t rank = in->rank; rank > 0; rank--) {
        const int64_t last = in->dim[rank - 1];
        const int64_t before = rank > 1 ? in->dim[rank - 2] : 1;
        if (last == time * width ||
            (last == (by_time ? width : time) && before * last == time * width))
            return true;
        if (last != 1) /* ones behind, as Keras has them, change nothing */
            break;
    }
    return false;
}

/* Where the metadata name an output, it is there and is of float32. */
static hear_status check_named(const hear_graph *g, const char *key, const char *name,
                               hear_error *err)
{
    if (!name[0] || hear_backbone_output(g, name) != SIZE_MAX)
        return HEAR_OK;
    return hear_fail(err, HEAR_ERR_MODEL, "%s: no output of float32 is '%.80s'", key, name);
}

size_t hear_model_output(const hear_graph *graph)
{
    for (size_t i = 0; i < graph->n_out; i++) {
        const hear_dtype dtype = graph->values[graph->out[i]].dtype;
        if (dtype == HEAR_F32 || !dtype)
            return i;
    }
    return 0;
}

/* Of what takes the frames. */
static hear_status check_input(const hear_graph *g, const hear_model_info *info, hear_error *err)
{
    if (g->n_in != 1)
        return hear_fail(err, HEAR_ERR_MODEL, "has %zu inputs; one is right", g->n_in);
    const hear_value *in = &g->values[g->in[0]];
    if (in->dtype != HEAR_F32)
        return hear_fail(err, HEAR_ERR_MODEL, "its input '%.80s' is not float32", in->name);
    char text[128];
    hear_shape shape;
    if (close_batch(&shape, in) && !hear_model_info_fits(info, &shape))
        return hear_fail(err, HEAR_ERR_MODEL,
                         "its input '%.80s' %s does not take %zu frames of %zu %s (%s)", in->name,
                         hear_shape_text(&in->shape, text, sizeof text),
                         hear_model_info_input(info), hear_frontend_width(&info->frontend),
                         hear_frontend_unit(&info->frontend), hear_layout_name(info->layout));
    return HEAR_OK;
}

static hear_status check_graphs(const hear_model *model, hear_error *err)
{
    const hear_model_info *const info = &model->info;
    const hear_graph *const g = model->graph, *const first = hear_model_first(model);
    hear_status s = check_input(first, info, err);
    if (s != HEAR_OK)
        return s;
    if (g->n_out < 1)
        return hear_fail(err, HEAR_ERR_MODEL, "has no output");
    const hear_value *const out = &g->values[g->out[hear_model_output(g)]];
    char text[128];
    hear_shape shape;
    size_t count;
    if (close_batch(&shape, out) && (!hear_shape_count(&shape, &count) || count != info->n_labels))
        return hear_fail(err, HEAR_ERR_MODEL, "its output '%.80s' %s does not fit %zu labels",
                         out->name, hear_shape_text(&out->shape, text, sizeof text),
                         info->n_labels);
    s = check_named(g, "hearsay.weight", info->weight, err);
    return s == HEAR_OK ? check_named(first, "hearsay.embedding", info->embedding, err) : s;
}

hear_status hear_model_from_file(hear_model **out, hear_graph *graph, const char *path,
                                 hear_error *err)
{
    *out = NULL;
    hear_model *model = calloc(1, sizeof *model);
    if (!model) {
        hear_graph_destroy(graph);
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    model->graph = graph;
    hear_status status = hear_model_info_load(&model->info, graph, err);
    if (status == HEAR_OK && hear_model_info_is_head(&model->info))
        status = hear_backbone_join(model, path, err);
    if (status == HEAR_OK)
        status = check_graphs(model, err);
    if (status != HEAR_OK)
        hear_model_close(model);
    else
        *out = model;
    return status;
}

hear_status hear_model_from_graph(hear_model **out, hear_graph *graph, hear_error *err)
{
    return hear_model_from_file(out, graph, NULL, err);
}

hear_status hear_model_open(hear_model **out, const char *path, hear_error *err)
{
    *out = NULL;
    hear_graph *graph;
    const hear_status status = hear_onnx_read(&graph, path, err);
    return status == HEAR_OK ? hear_model_from_file(out, graph, path, err) : status;
}

void hear_model_close(hear_model *model)
{
    if (!model)
        return;
    hear_model_info_clear(&model->info);
    hear_graph_destroy(model->graph);
    hear_graph_destroy(model->backbone);
    free(model);
}

size_t hear_model_n_labels(const hear_model *model)
{
    return model->info.n_labels;
}

const char *hear_model_label(const hear_model *model, size_t i)
{
    return model->info.labels[i];
}

double hear_model_rate_hz(const hear_model *model)
{
    return model->info.frontend.rate_hz;
}

double hear_model_window_s(const hear_model *model)
{
    const hear_frontend_config *f = &model->info.frontend;
    return (double)hear_frontend_span(f, model->info.window) / f->rate_hz;
}

double hear_model_hop_s(const hear_model *model)
{
    const hear_frontend_config *f = &model->info.frontend;
    return (double)model->info.hop * f->hop / f->rate_hz;
}
