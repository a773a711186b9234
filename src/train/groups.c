/* groups.c - see groups.h. */
#include "config.h"

#include "train/groups.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 4 << 20 };

typedef struct {
    hear_groups *groups;
    const hear_model_info *base;
    bool *named;       /* [base->n_labels] by a line of its own */
    size_t rest;       /* the group of "*"; SIZE_MAX where there is none */
    unsigned char *in; /* [n_labels][room]: the matrix while the number of groups is not known */
} reading;

enum { ROOM = 256 /* groups */ };

static size_t find_label(const hear_model_info *base, const char *label)
{
    size_t i = 0;
    while (i < base->n_labels && strcmp(base->labels[i], label) != 0)
        i++;
    return i;
}

static hear_status take_line(reading *r, char *line, size_t number, hear_error *err)
{
    const size_t n = strlen(line);
    if (n > 0 && line[n - 1] == '\r')
        line[n - 1] = '\0';
    if (line[0] == '\0' || line[0] == '#')
        return HEAR_OK;
    char *const label = strchr(line, '\t');
    if (!label || label == line || label[1] == '\0')
        return hear_fail(err, HEAR_ERR_DATA, "line %zu is not GROUP, tab, LABEL", number);
    *label = '\0';
    const bool none = strcmp(line, "-") == 0;
    size_t group = 0;
    if (!none && hear_names_add(&r->groups->names, line, &group) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    if (group >= ROOM)
        return hear_fail(err, HEAR_ERR_DATA, "more than %d groups", ROOM);
    if (strcmp(label + 1, "*") == 0 && !none) {
        r->rest = group;
        return HEAR_OK;
    }
    const size_t i = find_label(r->base, label + 1);
    if (i == r->base->n_labels)
        return hear_fail(err, HEAR_ERR_DATA, "line %zu: the model has no label '%.80s'", number,
                         label + 1);
    r->named[i] = true;
    if (!none)
        r->in[i * ROOM + group] = 1;
    return HEAR_OK;
}

static hear_status take_text(reading *r, char *text, hear_error *err)
{
    hear_status s = HEAR_OK;
    size_t number = 1;
    for (char *line; s == HEAR_OK && (line = strsep(&text, "\n")) != NULL; number++)
        s = take_line(r, line, number, err);
    if (s != HEAR_OK)
        return s;
    hear_groups *const g = r->groups;
    if (g->names.n < 2)
        return hear_fail(err, HEAR_ERR_DATA, "names %zu groups: two or more are needed",
                         g->names.n);
    g->n_base = r->base->n_labels;
    g->member = hear_alloc(g->n_base * g->names.n, sizeof *g->member);
    if (!g->member)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    for (size_t i = 0; i < g->n_base; i++)
        for (size_t k = 0; k < g->names.n; k++)
            g->member[i * g->names.n + k] =
                r->in[i * ROOM + k] || (k == r->rest && !r->named[i]) ? 1.0f : 0.0f;
    return HEAR_OK;
}

hear_status hear_groups_open(hear_groups **out, const char *path, const hear_model_info *base,
                             hear_error *err)
{
    char *text = NULL;
    size_t n;
    *out = NULL;
    hear_status s = hear_file_read(path, MAX_BYTES, &text, &n, err);
    if (s != HEAR_OK)
        return s;
    reading r = { .groups = hear_alloc(1, sizeof *r.groups),
                  .base = base,
                  .named = hear_alloc(base->n_labels, sizeof *r.named),
                  .rest = SIZE_MAX,
                  .in = hear_alloc(base->n_labels, ROOM) };
    if (!r.groups || !r.named || !r.in)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    else if (memchr(text, '\0', n))
        s = hear_fail(err, HEAR_ERR_DATA, "is no text");
    else
        s = take_text(&r, text, err);
    hear_free(r.named);
    hear_free(r.in);
    free(text);
    if (s == HEAR_OK)
        *out = r.groups;
    else
        hear_groups_destroy(r.groups);
    return s;
}

void hear_groups_destroy(hear_groups *g)
{
    if (!g)
        return;
    hear_names_clear(&g->names);
    hear_free(g->member);
    hear_free(g);
}

size_t hear_groups_of(const hear_groups *g, const char *label)
{
    const size_t whole = hear_names_find(&g->names, label), n = strcspn(label, "-");
    for (size_t i = 0; whole == SIZE_MAX && label[n] && i < g->names.n; i++)
        if (strncmp(g->names.name[i], label, n) == 0 && g->names.name[i][n] == '\0')
            return i;
    return whole == SIZE_MAX ? g->names.n : whole;
}
