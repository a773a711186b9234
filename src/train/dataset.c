/* dataset.c - see dataset.h. */
#include "config.h"

#include "train/dataset.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "hearsay/event.h"
#include "train/dataset_read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *hear_split_name(hear_split split)
{
    static const char *const names[HEAR_N_SPLITS + 1] = { "train", "valid", "test", "unused" };
    return names[split];
}

hear_status hear_dataset_create(hear_dataset **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? HEAR_OK : HEAR_ERR_MEM;
}

void hear_dataset_destroy(hear_dataset *d)
{
    if (!d)
        return;
    hear_names_clear(&d->labels);
    hear_names_clear(&d->groups);
    hear_names_clear(&d->sources);
    hear_names_clear(&d->licences);
    for (size_t i = 0; i < d->n_clips; i++)
        free(d->clips[i].path);
    free(d->clips);
    free(d);
}

hear_status hear_dataset_add(hear_dataset *d, const hear_clip_entry *entry)
{
    hear_clip clip = { .split = entry->split };
    if (!hear_grow(&d->clips, &d->room_clips, d->n_clips, sizeof d->clips[0]))
        return HEAR_ERR_MEM;
    hear_status s = hear_names_add(&d->labels, entry->label, &clip.label);
    if (s == HEAR_OK)
        s = hear_names_add(&d->groups, entry->group, &clip.group);
    if (s == HEAR_OK)
        s = hear_names_add(&d->sources, entry->source ? entry->source : "", &clip.source);
    if (s == HEAR_OK)
        s = hear_names_add(&d->licences, entry->licence ? entry->licence : "", &clip.licence);
    if (s != HEAR_OK)
        return s;
    if (entry->path && !(clip.path = hear_strdup(entry->path)))
        return HEAR_ERR_MEM;
    d->clips[d->n_clips++] = clip;
    return HEAR_OK;
}

static hear_status sort_labels(hear_dataset *d)
{
    size_t *now = malloc((d->labels.n + 1) * sizeof *now);
    if (!now)
        return HEAR_ERR_MEM;
    const hear_status s = hear_names_sort(&d->labels, now);
    for (size_t i = 0; i < d->n_clips && s == HEAR_OK; i++)
        d->clips[i].label = now[d->clips[i].label];
    free(now);
    return s;
}

/* A group in two splits would let a model be tested on what it learnt. */
static hear_status refuse_leaks(const hear_dataset *d, hear_error *err)
{
    size_t *first = malloc((d->groups.n + 1) * sizeof *first); /* clip + 1 of each group */
    if (!first)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    memset(first, 0, (d->groups.n + 1) * sizeof *first);
    hear_status s = HEAR_OK;
    for (size_t i = 0; i < d->n_clips && s == HEAR_OK; i++) {
        const hear_clip *c = &d->clips[i];
        if (!first[c->group])
            first[c->group] = i + 1;
        const hear_split other = d->clips[first[c->group] - 1].split;
        if (other != c->split)
            s = hear_fail(err, HEAR_ERR_DATA, "group \"%s\" is in %s and in %s",
                          d->groups.name[c->group], hear_split_name(other),
                          hear_split_name(c->split));
    }
    free(first);
    return s;
}

hear_status hear_dataset_finish(hear_dataset *d, hear_error *err)
{
    const hear_status s = sort_labels(d);
    return s != HEAR_OK ? hear_fail(err, s, NULL) : refuse_leaks(d, err);
}

hear_status hear_dataset_check(const hear_dataset *d, hear_error *err)
{
    if (d->labels.n < 2)
        return hear_fail(err, HEAR_ERR_DATA, "has %s: two or more are needed",
                         d->labels.n ? "one label" : "no recordings");
    if (d->labels.n > HEAR_MAX_CLASSES)
        return hear_fail(err, HEAR_ERR_DATA, "has %zu labels: %d are the most", d->labels.n,
                         HEAR_MAX_CLASSES);
    for (size_t l = 0; l < d->labels.n; l++) {
        const char *const fault = hear_label_fault(d->labels.name[l]);
        if (fault)
            return hear_fail(err, HEAR_ERR_DATA, "label '%.40s' %s", d->labels.name[l], fault);
        bool found = false;
        for (size_t i = 0; i < d->n_clips && !found; i++)
            found = d->clips[i].label == l && d->clips[i].split == HEAR_SPLIT_TRAIN;
        if (!found)
            return hear_fail(err, HEAR_ERR_DATA, "label \"%s\" has no recording in train",
                             d->labels.name[l]);
    }
    return HEAR_OK;
}

size_t hear_dataset_count(const hear_dataset *d, hear_split split)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_clips; i++)
        n += d->clips[i].split == split;
    return n;
}

hear_status hear_dataset_open(hear_dataset **out, const char *path, const char *root,
                              hear_error *err)
{
    hear_status s = hear_dataset_create(out);
    if (s != HEAR_OK)
        return hear_fail(err, s, NULL);
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        s = hear_dataset_read_folder(*out, path, err);
    else
        s = hear_dataset_read_table(*out, path, root, err);
    if (s == HEAR_OK)
        s = hear_dataset_finish(*out, err);
    if (s != HEAR_OK) {
        hear_dataset_destroy(*out);
        *out = NULL;
    }
    return s;
}
