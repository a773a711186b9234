/* model_json.c - a model file for programs, see model_show.h. */
#include "config.h"

#include "app/model_show.h"

#include "base/mem.h"
#include "base/text.h"
#include "nn/checksum.h"
#include "stream/denoise.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* jansson's setters take a NULL of want of memory on, and say so: *bad collects it. */
static void put(json_t *object, const char *key, json_t *value, bool *bad)
{
    *bad = json_object_set_new(object, key, value) != 0 || *bad;
}

static void add(json_t *array, json_t *value, bool *bad)
{
    *bad = json_array_append_new(array, value) != 0 || *bad;
}

/* A path, which may be of any bytes: those that are not UTF-8 become U+FFFD. */
static json_t *path_of(const char *path)
{
    size_t room, used = 0;
    if (!hear_mul(strlen(path), 6, &room) || !hear_add(room, 3, &room))
        return NULL;
    char *const quoted = malloc(room);
    json_t *text = NULL;
    if (quoted && hear_append_json(quoted, room, &used, path))
        text = json_loads(quoted, JSON_DECODE_ANY, NULL);
    free(quoted);
    return text;
}

/* Unknown dimensions are null. */
static json_t *shape_of(const hear_shape *shape, bool *bad)
{
    json_t *array = json_array();
    for (size_t i = 0; i < shape->rank; i++)
        add(array, shape->dim[i] < 0 ? json_null() : json_integer((json_int_t)shape->dim[i]), bad);
    return array;
}

static json_t *ports_of(const hear_graph *g, const size_t *ports, size_t n, bool *bad)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) {
        const hear_value *v = &g->values[ports[i]];
        json_t *port = json_object();
        put(port, "name", json_string(v->name), bad);
        if (v->dtype)
            put(port, "type", json_string(hear_dtype_name(v->dtype)), bad);
        if (v->has_type)
            put(port, "shape", shape_of(&v->shape, bad), bad);
        add(array, port, bad);
    }
    return array;
}

static json_t *layers_of(const hear_model_view *view, bool *bad)
{
    json_t *array = json_array();
    for (size_t i = 0; i < view->graph->n_nodes; i++) {
        const hear_node *n = &view->graph->nodes[i];
        json_t *layer = json_object();
        hear_shape shape;
        put(layer, "name", json_string(hear_graph_node_name(view->graph, n)), bad);
        put(layer, "operator", json_string(n->op_type), bad);
        if (n->domain[0])
            put(layer, "domain", json_string(n->domain), bad);
        if (hear_model_node_shape(view, i, &shape))
            put(layer, "output", shape_of(&shape, bad), bad);
        if (view->plan) {
            const hear_plan_node info = hear_plan_node_info(view->plan, i);
            put(layer, "parameters", json_integer((json_int_t)info.n_weights), bad);
            put(layer, "macs", json_integer((json_int_t)info.macs), bad);
            put(layer, "folded", json_boolean(info.folded), bad);
        }
        add(array, layer, bad);
    }
    return array;
}

static void put_info(json_t *top, const hear_model_info *info, bool *bad)
{
    const hear_frontend_config *f = &info->frontend;
    json_t *labels = json_array();
    for (size_t i = 0; i < info->n_labels; i++)
        add(labels, json_string(info->labels[i]), bad);
    put(top, "labels", labels, bad);
    put(top, "output", json_string(hear_output_name(info->output)), bad);
    put(top, "window_frames", json_integer((json_int_t)info->window), bad);
    put(top, "window_s",
        json_real((double)hear_frontend_span(f, info->window) / (double)f->rate_hz), bad);
    put(top, "hop_frames", json_integer((json_int_t)info->hop), bad);
    put(top, "hop_s", json_real((double)info->hop * f->hop / (double)f->rate_hz), bad);
    if (info->patch) {
        put(top, "patch_frames", json_integer((json_int_t)info->patch), bad);
        put(top, "patch_s",
            json_real((double)hear_frontend_span(f, info->patch) / (double)f->rate_hz), bad);
        put(top, "patch_hop_frames", json_integer((json_int_t)info->patch_hop), bad);
        put(top, "patch_hop_s", json_real((double)info->patch_hop * f->hop / (double)f->rate_hz),
            bad);
    }
    put(top, "layout", json_string(hear_layout_name(info->layout)), bad);
    if (info->embedding[0])
        put(top, "embedding", json_string(info->embedding), bad);
    if (info->weight[0])
        put(top, "weight", json_string(info->weight), bad);
    if (hear_model_info_is_head(info)) {
        put(top, "backbone", json_string(info->backbone), bad);
        put(top, "backbone_sha256", json_string(info->backbone_sha256), bad);
        put(top, "backbone_pool", json_string(hear_pooling_name(info->pool)), bad);
    }
    char *frontend = hear_frontend_write(f);
    put(top, "frontend", frontend ? json_loads(frontend, 0, NULL) : NULL, bad);
    free(frontend);
}

static void put_denoiser(json_t *top, bool *bad)
{
    put(top, "kind", json_string(HEAR_DENOISE_KIND), bad);
    put(top, "rate_hz", json_integer(HEAR_DENOISE_HZ), bad);
    put(top, "n_fft", json_integer(HEAR_DENOISE_FFT), bad);
    put(top, "hop", json_integer(HEAR_DENOISE_HOP), bad);
    put(top, "window_frames", json_integer(HEAR_DENOISE_WINDOW), bad);
    put(top, "window_s",
        json_real((double)HEAR_DENOISE_WINDOW * HEAR_DENOISE_HOP / HEAR_DENOISE_HZ), bad);
}

static void put_background(json_t *top, const hear_model_view *view, bool *bad)
{
    const hear_background *const b = view->background;
    const char *const of = hear_graph_prop(view->graph, "hearsay.backbone");
    put(top, "kind", json_string(HEAR_BACKGROUND_KIND), bad);
    if (of)
        put(top, "backbone", json_string(of), bad);
    put(top, "backbone_sha256",
        json_string(hear_graph_prop(view->graph, "hearsay.backbone_sha256")), bad);
    put(top, "window_frames", json_integer((json_int_t)b->window), bad);
    put(top, "rows", json_integer((json_int_t)b->n_rows), bad);
    put(top, "dimensions", json_integer((json_int_t)b->n_dims), bad);
}

hear_status hear_model_show_json(const hear_model_view *view, FILE *out)
{
    const hear_graph *g = view->graph;
    bool bad = false;
    json_t *top = json_object();
    put(top, "v", json_integer(1), &bad);
    put(top, "file", path_of(view->path), &bad);
    if (view->info)
        put_info(top, view->info, &bad);
    if (view->denoiser)
        put_denoiser(top, &bad);
    if (view->background)
        put_background(top, view, &bad);
    if (view->info || view->denoiser || view->background)
        put(top, "card", json_string(hear_model_view_card(view)), &bad);
    put(top, "opset", json_integer((json_int_t)g->opset), &bad);
    if (g->opset_ml)
        put(top, "opset_ml", json_integer((json_int_t)g->opset_ml), &bad);
    char sum[HEAR_DIGEST_TEXT];
    hear_graph_sha256(g, sum);
    put(top, "sha256", json_string(sum), &bad);
    put(top, "parameters", json_integer((json_int_t)hear_graph_n_weights(g)), &bad);
    if (view->plan) {
        put(top, "macs", json_integer((json_int_t)hear_plan_macs(view->plan)), &bad);
        put(top, "bytes", json_integer((json_int_t)hear_plan_bytes(view->plan)), &bad);
    }
    put(top, "inputs", ports_of(g, g->in, g->n_in, &bad), &bad);
    put(top, "outputs", ports_of(g, g->out, g->n_out, &bad), &bad);
    put(top, "layers", layers_of(view, &bad), &bad);
    char *text = bad ? NULL : json_dumps(top, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(top);
    if (!text)
        return HEAR_ERR_MEM;
    fputs(text, out);
    fputc('\n', out);
    free(text);
    return HEAR_OK;
}
