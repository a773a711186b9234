/* find_model.c - see find_model.h. */
#include "config.h"

#include "app/find_model.h"

#include "app/report.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "stream/infer.h"
#include "stream/model_folders.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static hear_status take(char **path, const char *found, hear_error *err)
{
    *path = hear_strdup(found);
    return *path ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

hear_status hear_find_model(char **path, const char *name, hear_error *err)
{
    *path = NULL;
    if (!name[0])
        return hear_fail(err, HEAR_ERR_NO_INPUT, "the model's name is empty");
    if (strchr(name, '/') ? !is_folder(name) : is_file(name))
        return take(path, name, err);
    if (strchr(name, '/'))
        return hear_fail(err, HEAR_ERR_NO_INPUT, "is a folder, not a model");

    char looked[224] = "";
    size_t used = 0;
    for (size_t i = 0; i < HEAR_N_MODEL_FOLDERS; i++) {
        char folder[PATH_MAX], file[PATH_MAX + 300];
        if (!hear_model_folder(i, folder, sizeof folder))
            continue;
        for (int with_suffix = 0; with_suffix <= 1; with_suffix++) {
            const int n =
                snprintf(file, sizeof file, "%s/%s%s", folder, name, with_suffix ? ".onnx" : "");
            if (n > 0 && (size_t)n < sizeof file && is_file(file))
                return take(path, file, err);
        }
        if (used > 0)
            hear_append(looked, sizeof looked, &used, ", ");
        hear_append(looked, sizeof looked, &used, folder);
    }
    return hear_fail(err, HEAR_ERR_NO_INPUT, "%s, nor in %s%s",
                     is_folder(name) ? "a folder here, not a model" : "no such model here", looked,
                     strcmp(name, "yamnet") == 0 ? ": hearsay fetch yamnet gets it" : "");
}

/* Every folder on the way; a name that is too long or that cannot be made shows when it is used. */
void hear_make_folders(const char *folder)
{
    char path[PATH_MAX];
    const size_t n = strlen(folder);
    if (n >= sizeof path)
        return;
    memcpy(path, folder, n + 1);
    for (size_t i = 1; i <= n; i++)
        if (path[i] == '/' || path[i] == '\0') {
            const char kept = path[i];
            path[i] = '\0';
            mkdir(path, 0777);
            path[i] = kept;
        }
}

bool hear_open_model(hear_model **out, const char *name, int *exit_code)
{
    char *path = NULL;
    hear_error err = { 0 };
    if (!name)
        name = HEAR_DEFAULT_MODEL;
    *out = NULL;
    hear_status s = hear_find_model(&path, name, &err);
    if (s == HEAR_OK)
        s = hear_model_open(out, path, &err);
    if (s == HEAR_OK)
        s = hear_infer_check(*out, &err); /* here, where what is wrong with it has its name */
    if (s != HEAR_OK) {
        *exit_code = hear_report(path ? path : name, &err);
        hear_model_close(*out);
        *out = NULL;
    }
    free(path);
    return *out != NULL;
}
