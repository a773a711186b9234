/* model_import.c - see model_import.h. */
#include "config.h"

#include "app/model_import.h"

#include "base/error.h"
#include "base/text.h"
#include "nn/onnx.h"
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

int hear_model_import(const hear_cmd *cmd, const char *path, const hear_import_args *a)
{
    hear_error err = { .status = HEAR_OK };
    hear_preset preset;
    hear_label_list labels;
    hear_graph *graph;
    char card[512];
    if (!a->labels || !a->frontend || !a->out)
        return hear_report_usage(cmd->name, "import: --%s is needed",
                                 !a->labels     ? "labels"
                                 : !a->frontend ? "frontend"
                                                : "output");
    if (hear_preset_parse(&preset, a->frontend, &err) != HEAR_OK)
        return err.status == HEAR_ERR_ARG
                   ? hear_report_usage(cmd->name, "--frontend: %s", hear_error_text(&err))
                   : hear_report(NULL, &err);
    if (hear_read_labels(&labels, a->labels, &err) != HEAR_OK)
        return hear_report(a->labels, &err);
    make_card(card, sizeof card, path, a->frontend);
    const char *where = path;
    hear_status s = hear_onnx_read(&graph, path, &err);
    if (s == HEAR_OK) {
        s = adopt(graph, a, &preset, &labels, card, &err);
        if (s != HEAR_OK)
            hear_graph_destroy(graph);
        else
            s = try_and_write(graph, a->out, &err);
        if (s == HEAR_ERR_IO)
            where = a->out;
    }
    hear_label_list_clear(&labels);
    return s == HEAR_OK ? HEAR_EXIT_OK : hear_report(where, &err);
}
