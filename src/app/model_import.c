/* model_import.c - see model_import.h. */
#include "config.h"

#include "app/model_import.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "nn/onnx.h"
#include "nn/tflite.h"
#include "stream/adopt.h"
#include "stream/infer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_card(char *card, size_t room, const char *path, const char *frontend)
{
    const char *const slash = strrchr(path, '/');
    size_t used = 0;
    card[0] = '\0';
    hear_append(card, room, &used, "Imported from ");
    hear_append_clean(card, room, &used, slash ? slash + 1 : path);
    hear_append(card, room, &used, " with the front end ");
    hear_append_clean(card, room, &used, frontend);
    hear_append(card, room, &used, ".\n");
}

/* Written only once it is known to run: the graph is taken over by a model. */
static hear_status try_and_write(hear_graph *graph, const char *out, hear_error *err)
{
    hear_model *model;
    hear_infer *infer = NULL;
    hear_status s = hear_model_from_graph(&model, graph, err);
    if (s != HEAR_OK)
        return s;
    s = hear_infer_create(&infer, model, err);
    hear_infer_destroy(infer);
    if (s == HEAR_OK)
        s = hear_onnx_write(model->graph, out, err);
    hear_model_close(model);
    return s;
}

static hear_status adopt(hear_graph *graph, const hear_import_args *a, const hear_preset *preset,
                         const hear_label_list *labels, const char *card, hear_error *err)
{
    const hear_adoption how = {
        .frontend = preset->frontend,
        .n_labels = labels->n,
        .labels = labels->label,
        .window_s = a->window_s > 0.0 ? a->window_s : preset->window_s,
        .window_open = a->window_s == 0.0,
        .hop_s = a->hop_s > 0.0 ? a->hop_s : preset->hop_s,
        .patch_hop_s = a->patch_hop_s,
        .output = a->kind,
        .layout = a->layout,
        .embedding = a->embedding,
        .card = card,
    };
    return hear_adopt(graph, &how, err);
}

/* A file of either kind; of TensorFlow Lite with the labels in it, where none were read. */
static hear_status read_network(hear_graph **graph, bool *is_tflite, const char *path,
                                hear_label_list *labels, hear_error *err)
{
    char *bytes, *copy = NULL;
    size_t n, n_text = 0;
    hear_status s = hear_file_read(path, HEAR_ONNX_MAX_BYTES, &bytes, &n, err);
    if (s != HEAR_OK) {
        if (s == HEAR_ERR_DATA)
            s = err->status = HEAR_ERR_MODEL;
        return s;
    }
    *is_tflite = hear_is_tflite(bytes, n);
    if (!*is_tflite) {
        s = hear_onnx_parse(graph, bytes, n, err);
        free(bytes);
        return s;
    }
    s = hear_tflite_parse(graph, bytes, n, err);
    const char *const text =
        s == HEAR_OK && labels->n == 0 ? hear_tflite_labels(bytes, n, &n_text) : NULL;
    if (text) {
        copy = malloc(n_text + 1);
        if (copy) {
            memcpy(copy, text, n_text);
            copy[n_text] = '\0';
            s = hear_parse_labels(labels, copy, n_text, err);
            if (s == HEAR_ERR_DATA) /* the file's fault */
                s = err->status = HEAR_ERR_MODEL;
        } else {
            s = hear_fail(err, HEAR_ERR_MEM, NULL);
        }
        free(copy);
        if (s != HEAR_OK)
            hear_graph_destroy(*graph);
    }
    free(bytes);
    return s;
}

int hear_model_import(const hear_cmd *cmd, const char *path, const hear_import_args *a)
{
    hear_error err = { .status = HEAR_OK };
    hear_preset preset;
    hear_label_list labels = { 0 };
    hear_graph *graph;
    bool is_tflite;
    char card[512];
    if (!a->out)
        return hear_report_usage(cmd->name, "import: --output is needed");
    if (a->labels && hear_read_labels(&labels, a->labels, &err) != HEAR_OK)
        return hear_report(a->labels, &err);
    const char *where = path;
    hear_status s = read_network(&graph, &is_tflite, path, &labels, &err);
    if (s != HEAR_OK) {
        hear_label_list_clear(&labels);
        return hear_report(path, &err);
    }
    /* of TensorFlow Lite's networks of sound, YAMNet is the one that there is */
    const char *const frontend = !a->frontend && is_tflite ? "yamnet" : a->frontend;
    int code = HEAR_EXIT_OK;
    if (labels.n == 0 || !frontend)
        code = hear_report_usage(cmd->name, "import: --%s is needed",
                                 labels.n == 0 ? "labels" : "frontend");
    else if (hear_preset_parse(&preset, frontend, &err) != HEAR_OK)
        code = err.status == HEAR_ERR_ARG
                   ? hear_report_usage(cmd->name, "--frontend: %s", hear_error_text(&err))
                   : hear_report(NULL, &err);
    if (code == HEAR_EXIT_OK) {
        make_card(card, sizeof card, path, frontend);
        s = adopt(graph, a, &preset, &labels, a->card ? a->card : card, &err);
        if (s == HEAR_OK) {
            s = try_and_write(graph, a->out, &err);
            graph = NULL;
        }
        if (s == HEAR_ERR_IO)
            where = a->out;
        if (s != HEAR_OK)
            code = hear_report(where, &err);
    }
    hear_graph_destroy(graph);
    hear_label_list_clear(&labels);
    return code;
}
