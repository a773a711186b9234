/* backbone.c - see backbone.h. */
#include "config.h"

#include "stream/backbone.h"

#include "base/error.h"
#include "nn/checksum.h"
#include "nn/onnx.h"
#include "stream/model_folders.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What a user does to get it: yamnet is what hearsay fetch has. */
static const char *remedy(const char *name)
{
    return strcmp(name, "yamnet") == 0 ? "hearsay fetch yamnet gets it"
                                       : "hearsay model import makes one";
}

/* Whether what stands in the two files about frames and patches is the same. */
static hear_status check_info(const hear_model_info *head, const hear_graph *backbone,
                              hear_error *err)
{
    hear_model_info info;
    hear_status s = hear_model_info_load(&info, backbone, err);
    if (s != HEAR_OK)
        return s;
    char *const a = hear_frontend_write(&head->frontend);
    char *const b = hear_frontend_write(&info.frontend);
    if (!a || !b)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    else if (hear_model_info_is_head(&info))
        s = hear_fail(err, HEAR_ERR_MODEL, "its backbone %s stands on another, %s", head->backbone,
                      info.backbone);
    else if (strcmp(a, b) != 0 || head->layout != info.layout)
        s = hear_fail(err, HEAR_ERR_MODEL,
                      "hearsay.frontend or hearsay.layout differs from its backbone's, %s",
                      head->backbone);
    else if (hear_model_info_input(head) != hear_model_info_input(&info))
        s = hear_fail(err, HEAR_ERR_MODEL, "takes %zu frames at once, its backbone %s %zu",
                      hear_model_info_input(head), head->backbone, hear_model_info_input(&info));
    free(a);
    free(b);
    hear_model_info_clear(&info);
    return s;
}

size_t hear_backbone_output(const hear_graph *g, const char *name)
{
    for (size_t i = 0; i < g->n_out; i++) {
        const hear_value *const v = &g->values[g->out[i]];
        if (strcmp(v->name, name) == 0 && (!v->dtype || v->dtype == HEAR_F32))
            return i;
    }
    return SIZE_MAX;
}

static hear_status check_inputs(const hear_model *model, hear_error *err)
{
    const hear_graph *const g = model->graph;
    if (g->n_in < 1)
        return hear_fail(err, HEAR_ERR_MODEL, "has no input");
    for (size_t i = 0; i < g->n_in; i++) {
        const hear_value *const in = &g->values[g->in[i]];
        if (in->dtype != HEAR_F32)
            return hear_fail(err, HEAR_ERR_MODEL, "its input '%.80s' is not float32", in->name);
        if (hear_backbone_output(model->backbone, in->name) == SIZE_MAX)
            return hear_fail(err, HEAR_ERR_MODEL,
                             "its input '%.80s' is no output of its backbone %s", in->name,
                             model->info.backbone);
    }
    return HEAR_OK;
}

hear_status hear_backbone_join(hear_model *model, const char *path, hear_error *err)
{
    const hear_model_info *const info = &model->info;
    char file[PATH_MAX + HEAR_MAX_BACKBONE + 8], sum[HEAR_DIGEST_TEXT], other[HEAR_DIGEST_TEXT];
    bool differs = false;
    for (size_t i = 0; i <= HEAR_N_MODEL_FOLDERS; i++) {
        hear_graph *g;
        if (!hear_model_file(i, file, sizeof file, info->backbone, ".onnx", path))
            continue;
        hear_error why = { .status = HEAR_OK };
        hear_status s = hear_onnx_read(&g, file, &why);
        if (s != HEAR_OK)
            return hear_fail(err, s, "its backbone %s: %s", info->backbone, hear_error_text(&why));
        hear_graph_sha256(g, sum);
        if (strcmp(sum, info->backbone_sha256) == 0) {
            model->backbone = g;
            s = check_info(info, g, err);
            return s == HEAR_OK ? check_inputs(model, err) : s;
        }
        hear_graph_destroy(g);
        if (!differs)
            memcpy(other, sum, sizeof other);
        differs = true;
    }
    if (differs)
        return hear_fail(err, HEAR_ERR_MODEL,
                         "its backbone is another %s than the one here: %.12s…, not %.12s…; with "
                         "that one moved away, %s",
                         info->backbone, info->backbone_sha256, other, remedy(info->backbone));
    return hear_fail(err, HEAR_ERR_NO_INPUT, "its backbone %s is not there: %s", info->backbone,
                     remedy(info->backbone));
}
