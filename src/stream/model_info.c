/* model_info.c - see model_info.h. */
#include "config.h"

#include "stream/model_info.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "nn/plan.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define META_VERSION "1"

static const char *const outputs[] = { "softmax", "sigmoid", "logits", "scores", NULL };
static const char *const layouts[] = { "time-mel", "mel-time", NULL };
static const char *const pools[] = { "none", "mean", NULL };

const char *hear_output_name(hear_output output)
{
    return outputs[output];
}

const char *hear_layout_name(hear_layout layout)
{
    return layouts[layout];
}

const char *hear_pooling_name(hear_pooling pool)
{
    return pools[pool];
}

/* ---- ranges */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static hear_status check_unique(const hear_model_info *info, hear_error *err)
{
    char **sorted = calloc(info->n_labels, sizeof *sorted);
    if (!sorted)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    memcpy(sorted, info->labels, info->n_labels * sizeof *sorted);
    qsort(sorted, info->n_labels, sizeof *sorted, compare_texts);
    hear_status status = HEAR_OK;
    for (size_t i = 1; status == HEAR_OK && i < info->n_labels; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status =
                hear_fail(err, HEAR_ERR_ARG, "hearsay.labels: '%s' stands there twice", sorted[i]);
    free(sorted);
    return status;
}

static hear_status check_labels(const hear_model_info *info, hear_error *err)
{
    if (info->n_labels < 1 || info->n_labels > HEAR_MAX_CLASSES)
        return hear_fail(err, HEAR_ERR_ARG, "hearsay.labels: %zu labels; 1 to %d are right",
                         info->n_labels, HEAR_MAX_CLASSES);
    for (size_t i = 0; i < info->n_labels; i++) {
        const char *label = info->labels[i];
        const char *const fault = hear_label_fault(label);
        if (fault)
            return hear_fail(err, HEAR_ERR_ARG, "hearsay.labels: label %zu '%.40s' %s", i, label,
                             fault);
    }
    return check_unique(info, err);
}

static hear_status check_patches(const hear_model_info *info, hear_error *err)
{
    if (!info->patch && !info->patch_hop)
        return HEAR_OK;
    if (info->patch < 1 || info->patch > info->window)
        return hear_fail(err, HEAR_ERR_ARG,
                         "hearsay.patch: %zu frames; 1 to the window's %zu are right", info->patch,
                         info->window);
    if (info->patch_hop < 1 || info->patch_hop > info->patch)
        return hear_fail(err, HEAR_ERR_ARG,
                         "hearsay.patch_hop: %zu frames; 1 to the patch's %zu are right",
                         info->patch_hop, info->patch);
    if (info->hop % info->patch_hop != 0)
        return hear_fail(err, HEAR_ERR_ARG,
                         "hearsay.hop: %zu frames are no multiple of hearsay.patch_hop, %zu",
                         info->hop, info->patch_hop);
    return HEAR_OK;
}

/* A name, never a path: a file must not say where to look. */
static hear_status check_backbone(const hear_model_info *info, hear_error *err)
{
    if (!hear_model_info_is_head(info))
        return HEAR_OK;
    const char *const name = info->backbone, *const sum = info->backbone_sha256;
    if (name[0] == '.' || strchr(name, '/') || strlen(name) >= HEAR_MAX_BACKBONE ||
        hear_has_hidden(name))
        return hear_fail(err, HEAR_ERR_ARG, "hearsay.backbone: '%.80s' is no model's name", name);
    if (!sum || strlen(sum) != HEAR_DIGEST_TEXT - 1 ||
        strspn(sum, "0123456789abcdef") != HEAR_DIGEST_TEXT - 1)
        return hear_fail(err, HEAR_ERR_ARG,
                         "hearsay.backbone_sha256: 64 hexadecimal digits in lower case are right");
    return HEAR_OK;
}

hear_status hear_model_info_check(const hear_model_info *info, hear_error *err)
{
    hear_status status = hear_frontend_check(&info->frontend, err);
    if (status == HEAR_OK)
        status = check_labels(info, err);
    if (status != HEAR_OK)
        return status;
    if (info->window < 1 || info->window > HEAR_MAX_WINDOW)
        return hear_fail(err, HEAR_ERR_ARG, "hearsay.window: %zu frames; 1 to %d are right",
                         info->window, HEAR_MAX_WINDOW);
    if (info->window * hear_frontend_width(&info->frontend) > HEAR_MAX_WINDOW_VALUES)
        return hear_fail(err, HEAR_ERR_ARG, "hearsay.window: %zu frames of %zu %s are too many",
                         info->window, hear_frontend_width(&info->frontend),
                         hear_frontend_unit(&info->frontend));
    if (info->hop < 1 || info->hop > info->window)
        return hear_fail(err, HEAR_ERR_ARG,
                         "hearsay.hop: %zu frames; 1 to the window's %zu are right", info->hop,
                         info->window);
    const hear_status patches = check_patches(info, err);
    return patches == HEAR_OK ? check_backbone(info, err) : patches;
}

/* ---- to the metadata */

static char *write_labels(const hear_model_info *info)
{
    json_t *array = json_array();
    bool all = array != NULL;
    for (size_t i = 0; all && i < info->n_labels; i++)
        all = json_array_append_new(array, json_string(info->labels[i])) == 0;
    char *text = all ? json_dumps(array, JSON_COMPACT) : NULL;
    json_decref(array);
    return text;
}

static hear_status set_number(hear_graph *graph, const char *key, size_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", value);
    return hear_graph_set_prop(graph, key, text);
}

/* The keys that may be missing: those of another info are taken away. */
static hear_status store_optional(const hear_model_info *info, hear_graph *graph)
{
    hear_graph_drop_prop(graph, "hearsay.patch");
    hear_graph_drop_prop(graph, "hearsay.patch_hop");
    hear_graph_drop_prop(graph, "hearsay.embedding");
    hear_graph_drop_prop(graph, "hearsay.weight");
    hear_graph_drop_prop(graph, "hearsay.backbone");
    hear_graph_drop_prop(graph, "hearsay.backbone_sha256");
    hear_graph_drop_prop(graph, "hearsay.backbone_pool");
    hear_status status = HEAR_OK;
    if (info->patch) {
        status = set_number(graph, "hearsay.patch", info->patch);
        if (status == HEAR_OK)
            status = set_number(graph, "hearsay.patch_hop", info->patch_hop);
    }
    if (status == HEAR_OK && info->embedding && info->embedding[0])
        status = hear_graph_set_prop(graph, "hearsay.embedding", info->embedding);
    if (status == HEAR_OK && info->weight && info->weight[0])
        status = hear_graph_set_prop(graph, "hearsay.weight", info->weight);
    if (status != HEAR_OK || !hear_model_info_is_head(info))
        return status;
    status = hear_graph_set_prop(graph, "hearsay.backbone", info->backbone);
    if (status == HEAR_OK)
        status = hear_graph_set_prop(graph, "hearsay.backbone_sha256", info->backbone_sha256);
    if (status == HEAR_OK)
        status = hear_graph_set_prop(graph, "hearsay.backbone_pool", pools[info->pool]);
    return status;
}

/* Takes text over; NULL stands for want of memory. */
static hear_status set_made(hear_graph *graph, const char *key, char *text)
{
    const hear_status status = text ? hear_graph_set_prop(graph, key, text) : HEAR_ERR_MEM;
    free(text);
    return status;
}

hear_status hear_model_info_store(const hear_model_info *info, hear_graph *graph)
{
    hear_status status = hear_model_info_check(info, NULL);
    if (status == HEAR_OK)
        status = hear_graph_set_prop(graph, "hearsay.version", META_VERSION);
    if (status == HEAR_OK)
        status = set_made(graph, "hearsay.frontend", hear_frontend_write(&info->frontend));
    if (status == HEAR_OK)
        status = set_made(graph, "hearsay.labels", write_labels(info));
    if (status == HEAR_OK)
        status = hear_graph_set_prop(graph, "hearsay.output", hear_output_name(info->output));
    if (status == HEAR_OK)
        status = set_number(graph, "hearsay.window", info->window);
    if (status == HEAR_OK)
        status = set_number(graph, "hearsay.hop", info->hop);
    if (status == HEAR_OK)
        status = hear_graph_set_prop(graph, "hearsay.layout", hear_layout_name(info->layout));
    if (status == HEAR_OK)
        status = store_optional(info, graph);
    if (status == HEAR_OK)
        status = hear_graph_set_prop(graph, "hearsay.card", info->card ? info->card : "");
    return status == HEAR_OK ? hear_graph_type_outputs(graph) : status;
}

/* ---- from the metadata */

/* The text of a key that must be there; NULL with err filled otherwise. */
static const char *wanted(const hear_graph *graph, const char *key, hear_error *err)
{
    const char *text = hear_graph_prop(graph, key);
    if (!text)
        hear_fail(err, HEAR_ERR_MODEL, "%s is missing from its metadata", key);
    return text;
}

static hear_status load_version(const hear_graph *graph, hear_error *err)
{
    const char *version = hear_graph_prop(graph, "hearsay.version");
    if (!version)
        return hear_fail(err, HEAR_ERR_MODEL,
                         "has no hearsay metadata (labels, front end): not a model for hearsay");
    if (strcmp(version, META_VERSION) != 0)
        return hear_fail(err, HEAR_ERR_MODEL,
                         "hearsay.version '%.20s'; this program knows only " META_VERSION, version);
    return HEAR_OK;
}

static hear_status load_frontend(hear_model_info *info, const hear_graph *graph, hear_error *err)
{
    const char *text = wanted(graph, "hearsay.frontend", err);
    return text ? hear_frontend_parse(&info->frontend, text, err) : HEAR_ERR_MODEL;
}

static hear_status take_labels(hear_model_info *info, const json_t *array, hear_error *err)
{
    if (!json_is_array(array))
        return hear_fail(err, HEAR_ERR_MODEL, "hearsay.labels is not a JSON array of strings");
    const size_t n = json_array_size(array);
    if (n < 1 || n > HEAR_MAX_CLASSES)
        return hear_fail(err, HEAR_ERR_MODEL, "hearsay.labels: %zu labels; 1 to %d are right", n,
                         HEAR_MAX_CLASSES);
    info->labels = calloc(n, sizeof *info->labels);
    if (!info->labels)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item))
            return hear_fail(err, HEAR_ERR_MODEL, "hearsay.labels: label %zu is not a string", i);
        info->labels[i] = hear_strdup(json_string_value(item));
        if (!info->labels[i])
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        info->n_labels = i + 1;
    }
    return HEAR_OK;
}

static hear_status load_labels(hear_model_info *info, const hear_graph *graph, hear_error *err)
{
    const char *text = wanted(graph, "hearsay.labels", err);
    if (!text)
        return HEAR_ERR_MODEL;
    json_error_t why;
    json_t *array = json_loads(text, 0, &why);
    if (!array)
        return json_error_code(&why) == json_error_out_of_memory
                   ? hear_fail(err, HEAR_ERR_MEM, NULL)
                   : hear_fail(err, HEAR_ERR_MODEL, "hearsay.labels is not JSON: %s", why.text);
    const hear_status status = take_labels(info, array, err);
    json_decref(array);
    return status;
}

static hear_status load_choice(const hear_graph *graph, const char *key, const char *const *choices,
                               unsigned *choice, hear_error *err)
{
    const char *text = wanted(graph, key, err);
    if (!text)
        return HEAR_ERR_MODEL;
    for (unsigned i = 0; choices[i]; i++)
        if (strcmp(text, choices[i]) == 0) {
            *choice = i;
            return HEAR_OK;
        }
    return hear_fail(err, HEAR_ERR_MODEL, "%s: '%.40s' is not known", key, text);
}

static hear_status load_number(const hear_graph *graph, const char *key, size_t *number,
                               hear_error *err)
{
    const char *text = wanted(graph, key, err);
    if (!text)
        return HEAR_ERR_MODEL;
    uint64_t value;
    if (!hear_parse_uint(text, &value) || value > HEAR_MAX_WINDOW)
        return hear_fail(err, HEAR_ERR_MODEL, "%s: '%.40s' is no number of frames up to %d", key,
                         text, HEAR_MAX_WINDOW);
    *number = (size_t)value;
    return HEAR_OK;
}

static hear_status load_patches(hear_model_info *info, const hear_graph *graph, hear_error *err)
{
    const bool has_patch = hear_graph_prop(graph, "hearsay.patch") != NULL;
    if (!has_patch && !hear_graph_prop(graph, "hearsay.patch_hop"))
        return HEAR_OK;
    hear_status status = load_number(graph, "hearsay.patch", &info->patch, err);
    if (status == HEAR_OK)
        status = load_number(graph, "hearsay.patch_hop", &info->patch_hop, err);
    if (status == HEAR_OK && info->patch == 0) /* which stands for: no patches */
        status = hear_fail(err, HEAR_ERR_MODEL, "hearsay.patch: 0 frames");
    return status;
}

static hear_status load_text(char **text, const hear_graph *graph, const char *key, hear_error *err)
{
    const char *const found = hear_graph_prop(graph, key);
    *text = hear_strdup(found ? found : "");
    return *text ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

static hear_status load_backbone(hear_model_info *info, const hear_graph *graph, hear_error *err)
{
    unsigned pool = HEAR_POOL_NONE;
    hear_status status = load_text(&info->backbone, graph, "hearsay.backbone", err);
    if (status == HEAR_OK)
        status = load_text(&info->backbone_sha256, graph, "hearsay.backbone_sha256", err);
    if (status == HEAR_OK && hear_graph_prop(graph, "hearsay.backbone_pool"))
        status = load_choice(graph, "hearsay.backbone_pool", pools, &pool, err);
    info->pool = (hear_pooling)pool;
    return status;
}

static hear_status load(hear_model_info *info, const hear_graph *graph, hear_error *err)
{
    unsigned output = 0, layout = 0;
    const char *kind = hear_graph_prop(graph, "hearsay.kind");
    if (kind)
        return hear_fail(err, HEAR_ERR_MODEL, "is no classifier, but a %.40s", kind);
    hear_status status = load_version(graph, err);
    if (status == HEAR_OK)
        status = load_frontend(info, graph, err);
    if (status == HEAR_OK)
        status = load_labels(info, graph, err);
    if (status == HEAR_OK)
        status = load_choice(graph, "hearsay.output", outputs, &output, err);
    if (status == HEAR_OK)
        status = load_number(graph, "hearsay.window", &info->window, err);
    if (status == HEAR_OK)
        status = load_number(graph, "hearsay.hop", &info->hop, err);
    if (status == HEAR_OK)
        status = load_choice(graph, "hearsay.layout", layouts, &layout, err);
    if (status == HEAR_OK)
        status = load_patches(info, graph, err);
    if (status == HEAR_OK)
        status = load_text(&info->embedding, graph, "hearsay.embedding", err);
    if (status == HEAR_OK)
        status = load_text(&info->weight, graph, "hearsay.weight", err);
    if (status == HEAR_OK)
        status = load_backbone(info, graph, err);
    if (status == HEAR_OK)
        status = load_text(&info->card, graph, "hearsay.card", err);
    info->output = (hear_output)output;
    info->layout = (hear_layout)layout;
    return status;
}

hear_status hear_model_info_load(hear_model_info *info, const hear_graph *graph, hear_error *err)
{
    memset(info, 0, sizeof *info);
    hear_status status = load(info, graph, err);
    if (status == HEAR_OK) {
        status = hear_model_info_check(info, err);
        if (status == HEAR_ERR_ARG) { /* a file's fault, not the caller's */
            status = HEAR_ERR_MODEL;
            if (err)
                err->status = status;
        }
    }
    if (status != HEAR_OK)
        hear_model_info_clear(info);
    return status;
}

void hear_model_info_clear(hear_model_info *info)
{
    for (size_t i = 0; i < info->n_labels; i++)
        free(info->labels[i]);
    free(info->labels);
    free(info->embedding);
    free(info->weight);
    free(info->backbone);
    free(info->backbone_sha256);
    free(info->card);
    memset(info, 0, sizeof *info);
}
