/* dataset_folder.c - PATH/LABEL/FILE and PATH/LABEL/GROUP/…/FILE. */
#include "config.h"

#include "train/dataset_read.h"

#include "base/error.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 16 /* of folders below a label: what is deeper is a loop of links */

static char *join(const char *folder, const char *name)
{
    const size_t n = strlen(folder), room = n + strlen(name) + 2;
    char *path = malloc(room);
    if (path) {
        memcpy(path, folder, n);
        path[n] = '/';
        memcpy(path + n + 1, name, room - n - 1);
    }
    return path;
}

static int is_seen(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* alphasort would follow the locale */
}

typedef struct {
    hear_dataset *d;
    hear_error *err;
    const char *label; /* NULL at the top */
    const char *group; /* NULL until a folder below the label gives one */
} walk;

static hear_status visit(const walk *w, const char *folder, int depth);

static hear_status visit_entry(const walk *w, const char *path, const char *name, int depth)
{
    struct stat st;
    const bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (is_folder) {
        walk below = *w;
        if (!w->label)
            below.label = name;
        else if (!w->group)
            below.group = name;
        return visit(&below, path, depth + 1);
    }
    if (!w->label)
        return HEAR_OK; /* a README beside the labels */
    const hear_clip_entry entry = { .path = path,
                                    .label = w->label,
                                    .group = w->group ? w->group : path };
    const hear_status s = hear_dataset_add(w->d, &entry);
    return s == HEAR_OK ? s : hear_fail(w->err, s, NULL);
}

static hear_status visit(const walk *w, const char *folder, int depth)
{
    if (depth > MAX_DEPTH)
        return hear_fail(w->err, HEAR_ERR_DATA, "folders are nested deeper than %d", MAX_DEPTH);
    struct dirent **entries = NULL;
    const int n = scandir(folder, &entries, is_seen, by_bytes);
    if (n < 0)
        return hear_fail(w->err,
                         errno == ENOMEM   ? HEAR_ERR_MEM
                         : errno == EACCES ? HEAR_ERR_NO_INPUT
                                           : HEAR_ERR_IO,
                         "%s: %s", folder, strerror(errno));
    hear_status s = HEAR_OK;
    for (int i = 0; i < n; i++) {
        if (s == HEAR_OK) {
            char *path = join(folder, entries[i]->d_name);
            s = path ? visit_entry(w, path, entries[i]->d_name, depth)
                     : hear_fail(w->err, HEAR_ERR_MEM, NULL);
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
    return s;
}

hear_status hear_dataset_read_folder(hear_dataset *d, const char *path, hear_error *err)
{
    const walk top = { .d = d, .err = err };
    const hear_status s = visit(&top, path, 0);
    for (size_t i = 0; i < d->n_clips && !d->has_group; i++)
        d->has_group = strcmp(d->groups.name[d->clips[i].group], d->clips[i].path) != 0;
    return s;
}
