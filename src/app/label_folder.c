/* label_folder.c - see label_folder.h. */
#include "config.h"

#include "app/label_folder.h"

#include "base/error.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *suffix_of(const char *format)
{
    return strcmp(format, "text") == 0 ? "txt" : format;
}

char *hear_label_place(const char *folder, const char *path, const char *format)
{
    const char *const suffix = suffix_of(format);
    const size_t n_folder = strlen(folder), n_path = strlen(path);
    size_t bytes;
    /* at worst every second byte is a component that gets one more */
    if (!hear_mul(n_path, 2, &bytes) || !hear_add(bytes, n_folder + strlen(suffix) + 8, &bytes))
        return NULL;
    char *const place = malloc(bytes);
    if (!place)
        return NULL;
    memcpy(place, folder, n_folder);
    char *to = place + n_folder;
    for (const char *at = path; *at;) {
        const size_t n = strcspn(at, "/");
        if (n > 0 && !(n == 1 && at[0] == '.')) {
            *to++ = '/';
            if (at[0] == '%' || (n == 2 && memcmp(at, "..", 2) == 0))
                *to++ = '%';
            memcpy(to, at, n);
            to += n;
        }
        at += n + (at[n] == '/');
    }
    *to++ = '.';
    memcpy(to, suffix, strlen(suffix) + 1);
    return place;
}

typedef struct {
    char *place;
    const char *path;
} placed;

static int compare(const void *a, const void *b)
{
    return strcmp(((const placed *)a)->place, ((const placed *)b)->place);
}

hear_status hear_label_places_check(const char *folder, char *const *paths, size_t n,
                                    const char *format, const char **first, const char **second)
{
    *first = *second = NULL;
    placed *const all = calloc(n, sizeof all[0]);
    bool whole = all != NULL;
    for (size_t i = 0; whole && i < n; i++) {
        all[i] = (placed){ hear_label_place(folder, paths[i], format), paths[i] };
        whole = all[i].place != NULL;
    }
    if (whole)
        qsort(all, n, sizeof all[0], compare);
    for (size_t i = 1; whole && i < n && !*first; i++)
        if (compare(&all[i - 1], &all[i]) == 0) {
            *first = all[i - 1].path;
            *second = all[i].path;
        }
    for (size_t i = 0; all && i < n; i++)
        free(all[i].place);
    free(all);
    return whole ? HEAR_OK : HEAR_ERR_MEM;
}

hear_status hear_label_place_open(hear_outfile **out, const char *place, hear_error *err)
{
    char *const folder = hear_strdup(place);
    *out = NULL;
    if (!folder)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    int why = 0;
    for (char *slash = strchr(folder + 1, '/'); slash && !why; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        why = mkdir(folder, 0777) == 0 || errno == EEXIST ? 0 : errno;
        *slash = '/';
    }
    free(folder);
    if (why)
        return hear_fail(err, HEAR_ERR_IO, "cannot make its folder: %s", strerror(why));
    return hear_outfile_open(out, place, err);
}
