/* dataset_table.c - a table of recordings: tab separated, with a header line. */
#include "config.h"

#include "train/dataset_read.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TABLE_BYTES ((size_t)256 << 20)
#define MAX_COLUMNS 64

typedef enum { COL_PATH, COL_LABEL, COL_GROUP, COL_SPLIT, COL_SOURCE, COL_LICENCE, N_COLS } column;
static const char *const column_names[N_COLS] = { "path",  "label",  "group",
                                                  "split", "source", "licence" };

typedef struct {
    hear_dataset *d;
    hear_error *err;
    const char *folder; /* what paths are relative to */
    size_t at[N_COLS];  /* field of each column, or SIZE_MAX */
    size_t n_fields;
    size_t line;
} table;

/* Cuts line at its tabs; returns how many fields it has, at most MAX_COLUMNS + 1. */
static size_t cut(char *line, char **fields)
{
    size_t n = 0;
    for (char *field = line; field;) {
        char *tab = strchr(field, '\t');
        if (tab)
            *tab = '\0';
        if (n < MAX_COLUMNS)
            fields[n] = field;
        if (++n > MAX_COLUMNS)
            break;
        field = tab ? tab + 1 : NULL;
    }
    return n;
}

static hear_status read_header(table *t, char *line)
{
    char *fields[MAX_COLUMNS];
    t->n_fields = cut(line, fields);
    if (t->n_fields > MAX_COLUMNS)
        return hear_fail(t->err, HEAR_ERR_DATA, "line 1 has more than %d columns", MAX_COLUMNS);
    for (size_t c = 0; c < N_COLS; c++) {
        t->at[c] = SIZE_MAX;
        for (size_t f = 0; f < t->n_fields; f++) {
            if (strcmp(fields[f], column_names[c]) != 0)
                continue;
            if (t->at[c] != SIZE_MAX)
                return hear_fail(t->err, HEAR_ERR_DATA, "line 1 has two columns \"%s\"",
                                 column_names[c]);
            t->at[c] = f;
        }
    }
    for (size_t c = COL_PATH; c <= COL_LABEL; c++)
        if (t->at[c] == SIZE_MAX)
            return hear_fail(t->err, HEAR_ERR_DATA,
                             "line 1 has no column \"%s\": a table begins with a header line, "
                             "tab separated",
                             column_names[c]);
    t->d->has_group = t->at[COL_GROUP] != SIZE_MAX;
    t->d->has_split = t->at[COL_SPLIT] != SIZE_MAX;
    return HEAR_OK;
}

static hear_status parse_split(const table *t, const char *text, hear_split *split)
{
    for (int s = 0; s < HEAR_N_SPLITS; s++)
        if (strcmp(text, hear_split_name((hear_split)s)) == 0) {
            *split = (hear_split)s;
            return HEAR_OK;
        }
    return hear_fail(t->err, HEAR_ERR_DATA, "line %zu: split \"%s\" is none of train, valid, test",
                     t->line, text);
}

static hear_status read_line(table *t, char *line)
{
    char *fields[MAX_COLUMNS];
    const size_t n = cut(line, fields);
    if (n != t->n_fields)
        return hear_fail(t->err, HEAR_ERR_DATA, "line %zu has %zu columns, the header has %zu",
                         t->line, n, t->n_fields);
    for (size_t c = 0; c < N_COLS; c++)
        if (t->at[c] != SIZE_MAX && c < COL_SOURCE && fields[t->at[c]][0] == '\0')
            return hear_fail(t->err, HEAR_ERR_DATA, "line %zu: %s is empty", t->line,
                             column_names[c]);

    const char *name = fields[t->at[COL_PATH]];
    const size_t folder_bytes = name[0] == '/' ? 0 : strlen(t->folder);
    char *path = malloc(folder_bytes + strlen(name) + 1);
    if (!path)
        return hear_fail(t->err, HEAR_ERR_MEM, NULL);
    memcpy(path, t->folder, folder_bytes);
    memcpy(path + folder_bytes, name, strlen(name) + 1);

    hear_clip_entry entry = { .path = path,
                              .label = fields[t->at[COL_LABEL]],
                              .group = t->d->has_group ? fields[t->at[COL_GROUP]] : path };
    if (t->at[COL_SOURCE] != SIZE_MAX)
        entry.source = fields[t->at[COL_SOURCE]];
    if (t->at[COL_LICENCE] != SIZE_MAX)
        entry.licence = fields[t->at[COL_LICENCE]];
    hear_status s = HEAR_OK;
    if (t->d->has_split)
        s = parse_split(t, fields[t->at[COL_SPLIT]], &entry.split);
    if (s == HEAR_OK && (s = hear_dataset_add(t->d, &entry)) != HEAR_OK)
        hear_fail(t->err, s, NULL);
    free(path);
    return s;
}

typedef struct {
    const char *path;
    size_t line;
} listed;

static int compare_listed(const void *a, const void *b)
{
    const listed *x = a, *y = b;
    const int c = strcmp(x->path, y->path);
    return c ? c : (x->line > y->line) - (x->line < y->line);
}

/* lines: of each clip. */
static hear_status refuse_twice(const table *t, const size_t *lines)
{
    const hear_dataset *d = t->d;
    listed *all = malloc((d->n_clips + 1) * sizeof *all);
    if (!all)
        return hear_fail(t->err, HEAR_ERR_MEM, NULL);
    for (size_t i = 0; i < d->n_clips; i++)
        all[i] = (listed){ d->clips[i].path, lines[i] };
    qsort(all, d->n_clips, sizeof *all, compare_listed);
    hear_status s = HEAR_OK;
    for (size_t i = 1; i < d->n_clips && s == HEAR_OK; i++)
        if (strcmp(all[i - 1].path, all[i].path) == 0)
            s = hear_fail(t->err, HEAR_ERR_DATA, "line %zu lists %s, as line %zu does", all[i].line,
                          all[i].path, all[i - 1].line);
    free(all);
    return s;
}

static hear_status read_lines(table *t, char *text)
{
    hear_status s = HEAR_OK;
    size_t *lines = NULL, room = 0;
    for (char *line = text; line && s == HEAR_OK;) {
        t->line++;
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        const size_t n = strlen(line);
        if (n > 0 && line[n - 1] == '\r')
            line[n - 1] = '\0';
        if (t->line == 1)
            s = read_header(t, line);
        else if (line[0] != '\0') {
            if (!hear_grow(&lines, &room, t->d->n_clips, sizeof *lines))
                s = hear_fail(t->err, HEAR_ERR_MEM, NULL);
            else
                lines[t->d->n_clips] = t->line;
            if (s == HEAR_OK)
                s = read_line(t, line);
        }
        line = end ? end + 1 : NULL;
    }
    if (s == HEAR_OK && lines)
        s = refuse_twice(t, lines);
    free(lines);
    return s;
}

/* "a/b.tsv" -> "a/", "b.tsv" -> ""; root -> "root/". */
static char *folder_of(const char *path, const char *root)
{
    const char *slash = root ? NULL : strrchr(path, '/');
    const char *from = root ? root : path;
    const size_t n = root ? strlen(root) : slash ? (size_t)(slash - path) + 1 : 0;
    char *folder = malloc(n + 2);
    if (!folder)
        return NULL;
    memcpy(folder, from, n);
    folder[n] = '\0';
    if (n > 0 && folder[n - 1] != '/')
        memcpy(folder + n, "/", 2);
    return folder;
}

hear_status hear_dataset_read_table(hear_dataset *d, const char *path, const char *root,
                                    hear_error *err)
{
    char *text;
    size_t n;
    hear_status s = hear_file_read(path, MAX_TABLE_BYTES, &text, &n, err);
    if (s != HEAR_OK)
        return s;
    table t = { .d = d, .err = err };
    char *folder = folder_of(path, root);
    t.folder = folder;
    if (!folder)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    else if (strlen(text) != n)
        s = hear_fail(err, HEAR_ERR_DATA, "is no table: it holds a NUL byte");
    else
        s = read_lines(&t, strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text);
    free(folder);
    free(text);
    return s;
}
