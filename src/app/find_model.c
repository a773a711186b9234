/* find_model.c - see find_model.h. */
#include "config.h"

#include "app/find_model.h"

#include "app/report.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "stream/infer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Each writes a folder; false where there is none of its kind. */
bool hear_users_models(char *out, size_t room)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = -1;
    if (data && data[0] == '/') /* the specification: a relative one is to be ignored */
        n = snprintf(out, room, "%s/hearsay/models", data);
    else if (home && home[0])
        n = snprintf(out, room, "%s/.local/share/hearsay/models", home);
    return n > 0 && (size_t)n < room;
}

static bool folder_beside_program(char *out, size_t room)
{
    const ssize_t n = readlink("/proc/self/exe", out, room);
    if (n <= 0 || (size_t)n >= room)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    size_t used = (size_t)(slash - out);
    *slash = '\0';
    return hear_append(out, room, &used, "/models") && is_folder(out);
}

static bool installed_folder(char *out, size_t room)
{
    size_t used = 0;
    return hear_append(out, room, &used, HEAR_MODELS_DIR);
}

static hear_status take(char **path, const char *found, hear_error *err)
{
    *path = hear_strdup(found);
    return *path ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
}

hear_status hear_find_model(char **path, const char *name, hear_error *err)
{
    static bool (*const folders[])(char *, size_t) = { hear_users_models, folder_beside_program,
                                                       installed_folder };
    *path = NULL;
    if (!name[0])
        return hear_fail(err, HEAR_ERR_NO_INPUT, "the model's name is empty");
    if (strchr(name, '/') ? !is_folder(name) : is_file(name))
        return take(path, name, err);
    if (strchr(name, '/'))
        return hear_fail(err, HEAR_ERR_NO_INPUT, "is a folder, not a model");

    char looked[224] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char folder[PATH_MAX], file[PATH_MAX + 300];
        if (!folders[i](folder, sizeof folder))
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
    return hear_fail(err, HEAR_ERR_NO_INPUT, "%s, nor in %s",
                     is_folder(name) ? "a folder here, not a model" : "no such model here", looked);
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
