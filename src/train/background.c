/* background.c - see background.h. */
#include "config.h"

#include "train/background.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "nn/onnx.h"
#include "stream/model_folders.h"
#include "stream/model_info.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX "-background.onnx"
enum { MAX_IN = 65536, MAX_DIMS = 4096, MAX_ROWS = 65536 };

/* A constant of that name, type and rank; NULL with err otherwise. */
static const hear_tensor *constant(const hear_graph *g, const char *name, hear_dtype dtype,
                                   size_t rank, hear_error *err)
{
    const size_t v = hear_graph_find(g, name);
    const hear_tensor *const t = v == HEAR_NO_VALUE ? NULL : g->values[v].init;
    if (t && t->dtype == dtype && t->shape.rank == rank)
        return t;
    hear_fail(err, HEAR_ERR_MODEL, "has no constant '%s' of %s with %zu dimensions", name,
              hear_dtype_name(dtype), rank);
    return NULL;
}

/* int8 [n][m] times a scale for each row, or for each column. */
static float *scaled(const hear_tensor *t, const float *scale, bool by_row)
{
    const size_t n = (size_t)t->shape.dim[0], m = (size_t)t->shape.dim[1];
    const int8_t *const from = t->data;
    float *const to = hear_alloc(t->count, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        for (size_t k = 0; k < m; k++)
            to[i * m + k] = scale[by_row ? i : k] * (float)from[i * m + k];
    return to;
}

static bool all_finite(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

static hear_status take(hear_background *b, const hear_graph *g, hear_error *err)
{
    const hear_tensor *const mean = constant(g, "mean", HEAR_F32, 1, err);
    const hear_tensor *const basis = mean ? constant(g, "basis", HEAR_I8, 2, err) : NULL;
    const hear_tensor *const by = basis ? constant(g, "basis_scale", HEAR_F32, 1, err) : NULL;
    const hear_tensor *const rows = by ? constant(g, "rows", HEAR_I8, 2, err) : NULL;
    const hear_tensor *const of = rows ? constant(g, "rows_scale", HEAR_F32, 1, err) : NULL;
    const hear_tensor *const group = of ? constant(g, "group", HEAR_U8, 1, err) : NULL;
    if (!group)
        return HEAR_ERR_MODEL;
    b->n_in = mean->count;
    b->n_dims = by->count;
    b->n_rows = of->count;
    if (b->n_in < 1 || b->n_in > MAX_IN || b->n_dims < 1 || b->n_dims > MAX_DIMS || b->n_rows < 1 ||
        b->n_rows > MAX_ROWS || basis->shape.dim[0] != (int64_t)b->n_in ||
        basis->shape.dim[1] != (int64_t)b->n_dims || rows->shape.dim[0] != (int64_t)b->n_rows ||
        rows->shape.dim[1] != (int64_t)b->n_dims || group->count != b->n_rows)
        return hear_fail(err, HEAR_ERR_MODEL, "its constants do not fit each other");
    if (!all_finite(mean->data, b->n_in) || !all_finite(by->data, b->n_dims) ||
        !all_finite(of->data, b->n_rows))
        return hear_fail(err, HEAR_ERR_MODEL, "holds what is not a number");
    b->mean = hear_alloc(b->n_in, sizeof *b->mean);
    b->group = hear_alloc(b->n_rows, sizeof *b->group);
    b->basis = scaled(basis, by->data, false);
    b->rows = scaled(rows, of->data, true);
    b->packed = hear_alloc(basis->count, sizeof *b->packed);
    b->scale = hear_alloc(b->n_dims, sizeof *b->scale);
    if (!b->mean || !b->group || !b->basis || !b->rows || !b->packed || !b->scale)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    memcpy(b->packed, basis->data, basis->count * sizeof *b->packed);
    memcpy(b->scale, by->data, b->n_dims * sizeof *b->scale);
    memcpy(b->mean, mean->data, b->n_in * sizeof *b->mean);
    memcpy(b->group, group->data, b->n_rows * sizeof *b->group);
    return HEAR_OK;
}

bool hear_is_background(const hear_graph *g)
{
    const char *const kind = hear_graph_prop(g, "hearsay.kind");
    return kind && strcmp(kind, HEAR_BACKGROUND_KIND) == 0;
}

static hear_status check_props(hear_background *b, const hear_graph *g, const char *sha256,
                               hear_error *err)
{
    const char *const of = hear_graph_prop(g, "hearsay.backbone_sha256");
    const char *const window = hear_graph_prop(g, "hearsay.window");
    uint64_t n;
    if (!hear_is_background(g))
        return hear_fail(err, HEAR_ERR_MODEL, "hearsay.kind: is no background");
    if (!of || strspn(of, "0123456789abcdef") != HEAR_DIGEST_TEXT - 1 || of[HEAR_DIGEST_TEXT - 1])
        return hear_fail(err, HEAR_ERR_MODEL, "hearsay.backbone_sha256: no checksum");
    if (sha256 && strcmp(of, sha256) != 0)
        return hear_fail(err, HEAR_ERR_MODEL, "is of another network than the one here");
    if (!window || !hear_parse_uint(window, &n) || n < 1 || n > HEAR_MAX_WINDOW)
        return hear_fail(err, HEAR_ERR_MODEL, "hearsay.window: no number of frames");
    b->window = (size_t)n;
    return HEAR_OK;
}

/* Leaves what it has taken to the caller to clear. */
static hear_status read_graph(hear_background *b, const hear_graph *g, const char *sha256,
                              hear_error *err)
{
    hear_graph_sha256(g, b->sha256);
    const hear_status s = check_props(b, g, sha256, err);
    return s == HEAR_OK ? take(b, g, err) : s;
}

hear_status hear_background_read(hear_background *b, const hear_graph *g, hear_error *err)
{
    *b = (hear_background){ 0 };
    const hear_status s = read_graph(b, g, NULL, err);
    if (s != HEAR_OK)
        hear_background_clear(b);
    return s;
}

static hear_status load(hear_background *b, const char *file, const char *sha256, hear_error *err)
{
    hear_graph *g;
    hear_error why = { .status = HEAR_OK };
    hear_status s = hear_onnx_read(&g, file, &why);
    if (s == HEAR_OK) {
        s = read_graph(b, g, sha256, &why);
        hear_graph_destroy(g);
    }
    if (s == HEAR_OK)
        return s;
    hear_background_clear(b);
    return hear_fail(err, s, "its background %.120s: %s", file, hear_error_text(&why));
}

hear_status hear_background_load(hear_background *b, const char *backbone, const char *sha256,
                                 const char *path, hear_error *err)
{
    char file[PATH_MAX + HEAR_MAX_BACKBONE + sizeof SUFFIX];
    *b = (hear_background){ 0 };
    if (!hear_find_in_models(file, sizeof file, backbone, SUFFIX, path))
        return hear_fail(err, HEAR_ERR_NO_INPUT,
                         "there is no background of other sounds: no %s" SUFFIX
                         " beside it or where models lie; tools/make-background makes one",
                         backbone);
    return load(b, file, sha256, err);
}

void hear_background_clear(hear_background *b)
{
    hear_free(b->mean);
    hear_free(b->basis);
    hear_free(b->packed);
    hear_free(b->scale);
    hear_free(b->rows);
    hear_free(b->group);
    *b = (hear_background){ 0 };
}

void hear_background_project(const hear_background *b, const float *embedding, float *out)
{
    double square = 0.0;
    for (size_t i = 0; i < b->n_in; i++)
        square += (double)embedding[i] * (double)embedding[i];
    const float scale = square > 0.0 ? (float)(1.0 / sqrt(square)) : 0.0f;
    memset(out, 0, b->n_dims * sizeof *out);
    for (size_t i = 0; i < b->n_in; i++) {
        const float x = embedding[i] * scale - b->mean[i];
        for (size_t k = 0; k < b->n_dims; k++)
            out[k] += x * b->basis[i * b->n_dims + k];
    }
}
