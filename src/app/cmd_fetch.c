/* cmd_fetch.c - hearsay fetch: a network that others publish, checked, as a model of the user's. */
#include "config.h"

#include "app/cmd.h"
#include "app/find_model.h"
#include "app/model_import.h"
#include "base/error.h"
#include "base/file.h"
#include "io/fetch.h"
#include "stream/model_folders.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *name, *what, *file, *url, *sha256, *licence, *origin;
    size_t n_bytes;
} remote;

static const remote remotes[] = {
    { .name = "yamnet",
      .what = "521 sounds of AudioSet",
      .file = "yamnet.tflite",
      .url = "https://storage.googleapis.com/mediapipe-assets/tasks/testdata/audio/"
             "yamnet_audio_classifier_with_metadata.tflite",
      .sha256 = "10c95ea3eb9a7bb4cb8bddf6feb023250381008177ac162ce169694d05c317de",
      .licence = "Apache-2.0",
      .origin = "Google, YAMNet (github.com/tensorflow/models), as MediaPipe publishes it",
      .n_bytes = 4126810 },
};
enum { N_REMOTES = sizeof remotes / sizeof remotes[0] };

typedef struct {
    const char *from, *url;
} args;

static const hear_option options[] = {
    { 0, "from", "FILE", HEAR_OPT_TEXT, offsetof(args, from),
      .help = "take this copy of the published file; no network" },
    { 0, "url", "ADDRESS", HEAR_OPT_TEXT, offsetof(args, url),
      .help = "fetch it from another address, such as a mirror" },
    { 0 },
};

static bool show_progress(void *user, size_t n_got, size_t n_all)
{
    if (n_got > 0 && isatty(STDERR_FILENO))
        dprintf(STDERR_FILENO, "\r\033[K%s: %zu of %zu KB", (const char *)user, n_got / 1000,
                n_all / 1000);
    return true;
}

static hear_status get(char **bytes, const remote *r, const args *a, hear_error *err)
{
    const hear_fetch_config config = { .n_bytes = r->n_bytes,
                                       .sha256 = r->sha256,
                                       .progress = show_progress,
                                       .user = (void *)(uintptr_t)r->name };
    if (!a->from) {
        const hear_status s = hear_fetch(bytes, a->url ? a->url : r->url, &config, err);
        if (isatty(STDERR_FILENO))
            dprintf(STDERR_FILENO, "\r\033[K");
        return s;
    }
    size_t n;
    hear_status s = hear_file_read(a->from, 2 * r->n_bytes, bytes, &n, err);
    if (s == HEAR_OK && (s = hear_fetch_check(*bytes, n, &config, err)) != HEAR_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return s;
}

/* The published file lies in a folder of its own until the model is written: the importer reads
 * files. */
static int import(const hear_cmd *cmd, const remote *r, const char *bytes, const char *folder,
                  const char *out)
{
    char place[PATH_MAX + 16], path[PATH_MAX + 80], card[512];
    hear_error err = { .status = HEAR_OK };
    hear_outfile *file;
    snprintf(place, sizeof place, "%s/.fetch-XXXXXX", folder);
    if (!mkdtemp(place))
        return hear_report_text(HEAR_ERR_IO, folder, "%s", strerror(errno));
    snprintf(path, sizeof path, "%s/%s", place, r->file);
    snprintf(card, sizeof card, "%s: %s.\nOrigin: %s.\nLicence: %s.\nSHA-256 of %s: %s\n", r->name,
             r->what, r->origin, r->licence, r->file, r->sha256);
    int code = HEAR_EXIT_OK;
    hear_status s = hear_outfile_open(&file, path, &err);
    if (s == HEAR_OK) {
        fwrite(bytes, 1, r->n_bytes, hear_outfile_stream(file));
        s = hear_outfile_commit(file, &err);
    }
    if (s == HEAR_OK)
        code = hear_model_import(cmd, path, &(hear_import_args){ .out = out, .card = card });
    else
        code = hear_report(path, &err);
    unlink(path);
    rmdir(place);
    return code;
}

static const remote *find(const char *name)
{
    for (size_t i = 0; i < N_REMOTES; i++)
        if (strcmp(remotes[i].name, name) == 0)
            return &remotes[i];
    return NULL;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { NULL, NULL };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (argc - first != 1)
        return hear_report_usage(cmd->name, "one NAME is needed: yamnet");
    if (a.from && a.url)
        return hear_report_usage(cmd->name, "--from and --url: one of the two");
    const remote *const r = find(argv[first]);
    if (!r)
        return hear_report_usage(cmd->name, "'%s' is none of: yamnet", argv[first]);
    char folder[PATH_MAX], out[PATH_MAX + 64];
    if (!hear_users_models(folder, sizeof folder))
        return hear_report_text(HEAR_ERR_NO_INPUT, r->name,
                                "neither XDG_DATA_HOME nor HOME is set");
    snprintf(out, sizeof out, "%s/%s.onnx", folder, r->name);
    if (access(out, F_OK) == 0) {
        printf("%s is there already\n", out);
        return hear_finish_stdout(HEAR_EXIT_OK);
    }
    char *bytes;
    hear_error err = { .status = HEAR_OK };
    if (get(&bytes, r, &a, &err) != HEAR_OK)
        return hear_report(a.from ? a.from : a.url ? a.url : r->url, &err);
    hear_make_folders(folder);
    code = import(cmd, r, bytes, folder, out);
    free(bytes);
    if (code != HEAR_EXIT_OK)
        return code;
    printf("%s\n  %s: %s\n  origin   %s\n  licence  %s\n", out, r->name, r->what, r->origin,
           r->licence);
    return hear_finish_stdout(HEAR_EXIT_OK);
}

const hear_cmd hear_cmd_fetch = {
    .name = "fetch",
    .summary = "Get a network that others publish",
    .operands = "NAME",
    .options = options,
    .notes = "NAME is yamnet: Google's network for 521 sounds (4.1 MB, Apache-2.0). It is\n"
             "checked by its SHA-256; afterwards -m yamnet finds it.",
    .run = run,
};
