/* model_folders.c - see model_folders.h. */
#include "config.h"

#include "stream/model_folders.h"

#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool beside_program(char *out, size_t room)
{
    struct stat st;
    const ssize_t n = readlink("/proc/self/exe", out, room);
    if (n <= 0 || (size_t)n >= room)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    size_t used = (size_t)(slash - out);
    *slash = '\0';
    return hear_append(out, room, &used, "/models") && stat(out, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool installed(char *out, size_t room)
{
    size_t used = 0;
    return hear_append(out, room, &used, HEAR_MODELS_DIR);
}

bool hear_model_folder(size_t i, char *out, size_t room)
{
    static bool (*const folders[HEAR_N_MODEL_FOLDERS])(
        char *, size_t) = { hear_users_models, beside_program, installed };
    return folders[i](out, room);
}

bool hear_model_file(size_t i, char *file, size_t room, const char *name, const char *suffix,
                     const char *path)
{
    char folder[PATH_MAX];
    struct stat st;
    if (i > 0) {
        if (!hear_model_folder(i - 1, folder, sizeof folder))
            return false;
    } else {
        const char *const slash = path ? strrchr(path, '/') : NULL;
        if (!path || (size_t)(slash ? slash - path : 0) >= sizeof folder)
            return false;
        snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
                 slash ? path : ".");
    }
    const int n = snprintf(file, room, "%s/%s%s", folder, name, suffix);
    return n > 0 && (size_t)n < room && stat(file, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool hear_find_in_models(char *file, size_t room, const char *name, const char *suffix,
                         const char *path)
{
    for (size_t i = 0; i <= HEAR_N_MODEL_FOLDERS; i++)
        if (hear_model_file(i, file, room, name, suffix, path))
            return true;
    return false;
}
