/* enrolment.c - labels and rows that come and go, and their place in a head's file; see
 * enrolment.h. */
#include "config.h"

#include "train/enrolment.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void clear_label(hear_enrolled *l)
{
    for (size_t i = 0; i < l->n_rows; i++)
        free(l->rows[i].x);
    free(l->rows);
    free(l->name);
    *l = (hear_enrolled){ 0 };
}

void hear_enrolment_clear(hear_enrolment *e)
{
    for (size_t i = 0; i < e->n_labels; i++)
        clear_label(&e->labels[i]);
    free(e->labels);
    *e = (hear_enrolment){ 0 };
}

hear_enrolled *hear_enrolment_find(const hear_enrolment *e, const char *label)
{
    for (size_t i = 0; i < e->n_labels; i++)
        if (strcmp(e->labels[i].name, label) == 0)
            return &e->labels[i];
    return NULL;
}

static hear_status check_name(const char *label, hear_error *err)
{
    if (strcmp(label, HEAR_UNKNOWN) == 0)
        return hear_fail(err, HEAR_ERR_ARG, "'" HEAR_UNKNOWN "' is what all else is called");
    const char *const fault = hear_label_fault(label);
    if (fault)
        return hear_fail(err, HEAR_ERR_ARG, "label '%.40s' %s", label, fault);
    return HEAR_OK;
}

hear_status hear_enrolment_label(hear_enrolled **out, hear_enrolment *e, const char *label,
                                 hear_error *err)
{
    *out = hear_enrolment_find(e, label);
    if (*out)
        return HEAR_OK;
    const hear_status s = check_name(label, err);
    if (s != HEAR_OK)
        return s;
    if (e->n_labels == HEAR_ENROL_MOST)
        return hear_fail(err, HEAR_ERR_ARG, "%d labels are there, no more fit", HEAR_ENROL_MOST);
    hear_enrolled *const labels = realloc(e->labels, (e->n_labels + 1) * sizeof *labels);
    if (!labels)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    e->labels = labels;
    labels[e->n_labels] = (hear_enrolled){ .name = hear_strdup(label) };
    if (!labels[e->n_labels].name)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    *out = &labels[e->n_labels++];
    return HEAR_OK;
}

void hear_enrolment_remove(hear_enrolment *e, hear_enrolled *l)
{
    const size_t at = (size_t)(l - e->labels);
    clear_label(l);
    e->n_labels--;
    memmove(l, l + 1, (e->n_labels - at) * sizeof *l);
}

hear_status hear_enrolment_rename(hear_enrolment *e, hear_enrolled *l, const char *name,
                                  hear_error *err)
{
    hear_status s = check_name(name, err);
    if (s != HEAR_OK)
        return s;
    if (hear_enrolment_find(e, name))
        return hear_fail(err, HEAR_ERR_ARG, "'%.80s' is there already", name);
    char *const copy = hear_strdup(name);
    if (!copy)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    free(l->name);
    l->name = copy;
    return HEAR_OK;
}

/* ---- from a head's file */

static const hear_tensor *constant(const hear_graph *g, const char *name, hear_dtype dtype)
{
    const size_t v = hear_graph_find(g, name);
    const hear_tensor *const t = v == HEAR_NO_VALUE ? NULL : g->values[v].init;
    return t && t->dtype == dtype ? t : NULL;
}

static hear_status take_row(hear_enrolled *l, size_t n_dims, size_t example, float scale,
                            const int8_t *x)
{
    if (!hear_grow(&l->rows, &l->room, l->n_rows, sizeof *l->rows))
        return HEAR_ERR_MEM;
    hear_enrolled_row *const row = &l->rows[l->n_rows];
    *row = (hear_enrolled_row){ .example = example, .scale = scale, .x = malloc(n_dims) };
    if (!row->x)
        return HEAR_ERR_MEM;
    memcpy(row->x, x, n_dims);
    l->n_rows++;
    return HEAR_OK;
}

static hear_status take_rows(hear_enrolment *e, const hear_graph *head, hear_error *err)
{
    const hear_tensor *const rows = constant(head, "enrolled.rows", HEAR_I8);
    const hear_tensor *const scale = constant(head, "enrolled.scale", HEAR_F32);
    const hear_tensor *const of = constant(head, "enrolled.of", HEAR_I32);
    if (!rows || !scale || !of || rows->shape.rank != 2 ||
        rows->shape.dim[0] != (int64_t)scale->count || of->count != 2 * scale->count ||
        rows->shape.dim[1] != (int64_t)e->n_dims)
        return hear_fail(err, HEAR_ERR_MODEL, "its examples are malformed");
    for (size_t i = 0; i < scale->count; i++) {
        const int32_t label = ((const int32_t *)of->data)[2 * i];
        const int32_t example = ((const int32_t *)of->data)[2 * i + 1];
        const float by = ((const float *)scale->data)[i];
        if (label < 0 || (size_t)label >= e->n_labels || !isfinite(by) || by < 0.0f)
            return hear_fail(err, HEAR_ERR_MODEL, "its examples are malformed");
        hear_enrolled *const l = &e->labels[label];
        /* in order, each with its first row after the last one's */
        if (example < 0 || (size_t)example > l->n_examples || (size_t)example + 1 < l->n_examples)
            return hear_fail(err, HEAR_ERR_MODEL, "its examples are malformed");
        if (take_row(l, e->n_dims, (size_t)example, by,
                     (const int8_t *)rows->data + i * e->n_dims) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        l->n_examples = (size_t)example + 1;
    }
    for (size_t i = 0; i < e->n_labels; i++)
        if (e->labels[i].n_rows == 0)
            return hear_fail(err, HEAR_ERR_MODEL, "its examples are malformed");
    return HEAR_OK;
}

hear_status hear_enrolment_load(hear_enrolment *e, const hear_model_info *info,
                                const hear_graph *head, const hear_background *b, hear_error *err)
{
    const hear_tensor *const rows = constant(head, "enrolled.rows", HEAR_I8);
    *e = (hear_enrolment){ .n_dims =
                               rows && rows->shape.rank == 2 ? (size_t)rows->shape.dim[1] : 0 };
    const char *const of = hear_graph_prop(head, "hearsay.background_sha256");
    if (!of || info->n_labels < 2 || strcmp(info->labels[info->n_labels - 1], HEAR_UNKNOWN) != 0)
        return hear_fail(err, HEAR_ERR_MODEL, "was not made by hearsay enrol");
    if (b && (strcmp(of, b->sha256) != 0 || e->n_dims != b->n_dims))
        return hear_fail(err, HEAR_ERR_MODEL,
                         "was told from another background than the one here: enrol anew");
    hear_status s = HEAR_OK;
    for (size_t i = 0; s == HEAR_OK && i + 1 < info->n_labels; i++) {
        hear_enrolled *l;
        s = hear_enrolment_label(&l, e, info->labels[i], err);
    }
    if (s == HEAR_ERR_ARG)
        s = hear_fail(err, HEAR_ERR_MODEL, "was not made by hearsay enrol");
    if (s == HEAR_OK)
        s = take_rows(e, head, err);
    if (s != HEAR_OK)
        hear_enrolment_clear(e);
    return s;
}
