/* cmd_enrol.c - hearsay enrol: a user's own sounds, from a few examples of each. */
#include "config.h"

#include "app/clips.h"
#include "app/cmd.h"
#include "app/find_model.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "nn/onnx.h"
#include "stream/infer.h"
#include "stream/model_folders.h"
#include "train/enrolment.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKBONE "yamnet"

typedef struct {
    const char *model, *label, *device, *out, *rename;
    bool list, remove;
    uint64_t n;
    double seconds, alarms_h;
} args;

static const hear_option options[] = {
    { 'm', "model", "MODEL", HEAR_OPT_TEXT, offsetof(args, model),
      .help = "the network that hears, which must name an\nembedding (default: " BACKBONE ")" },
    { 'l', "label", "LABEL", HEAR_OPT_TEXT, offsetof(args, label),
      .help = "the sound's name; one that is there gets more\nexamples" },
    { 'd', "device", "DEVICE", HEAR_OPT_TEXT, offsetof(args, device),
      .help =
          "examples from this microphone: an index, a name or\na part of one, or HOSTAPI:part" },
    { 'n', "clips", "N", HEAR_OPT_COUNT, offsetof(args, n), .min = 1, .max = 100,
      .help = "how many from the microphone (default: 5)" },
    { 0, "seconds", "S", HEAR_OPT_REAL, offsetof(args, seconds), .min = 0.3, .max = 60,
      .help = "the length of each (default: 3)" },
    { 'o', "output", "NAME", HEAR_OPT_TEXT, offsetof(args, out),
      .help = "the model that is made, as -m finds it afterwards,\nor a file (default: mine)" },
    { 0, "alarms", "N", HEAR_OPT_REAL, offsetof(args, alarms_h), .min = 0.001, .max = 1000,
      .help = "false alarms an hour that its thresholds are set\nfor (default: 1)" },
    { 0, "list", NULL, HEAR_OPT_FLAG, offsetof(args, list),
      .help = "show the labels and how many examples they have" },
    { 0, "remove", NULL, HEAR_OPT_FLAG, offsetof(args, remove), .help = "take the label away" },
    { 0, "rename", "NEW", HEAR_OPT_TEXT, offsetof(args, rename), .help = "call the label NEW" },
    { 0 },
};

typedef struct {
    const args *args;
    char path[PATH_MAX + 300];
    char name[HEAR_MAX_BACKBONE], sha256[HEAR_DIGEST_TEXT]; /* of the backbone */
    hear_model *backbone;                                   /* NULL where nothing is to be heard */
    hear_graph *old;                                        /* NULL where there is no head yet */
    hear_model_info info; /* the old head's, or the backbone's own (not to be cleared) */
    hear_background background;
    hear_enrolment enrolment;
    hear_enrolled *label;
} job;

/* A file where the name has a '/' in it, otherwise in the user's folder. */
static bool place(job *j, int *code)
{
    const char *const out = j->args->out;
    char folder[PATH_MAX];
    int n;
    if (strchr(out, '/')) {
        n = snprintf(j->path, sizeof j->path, "%s", out);
    } else if (hear_users_models(folder, sizeof folder)) {
        const size_t length = strlen(out);
        const bool whole = length > 5 && strcmp(out + length - 5, ".onnx") == 0;
        n = snprintf(j->path, sizeof j->path, "%s/%s%s", folder, out, whole ? "" : ".onnx");
    } else {
        *code = hear_report_text(HEAR_ERR_NO_INPUT, out, "neither XDG_DATA_HOME nor HOME is set");
        return false;
    }
    if (n > 0 && (size_t)n < sizeof j->path)
        return true;
    *code = hear_report_text(HEAR_ERR_IO, out, "its path is too long");
    return false;
}

static hear_status open_head(job *j, hear_error *err)
{
    struct stat st;
    if (stat(j->path, &st) == 0 ? !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) : errno == ENOENT)
        return HEAR_OK; /* a pipe or device is written to */
    hear_status s = hear_onnx_read(&j->old, j->path, err);
    if (s == HEAR_OK)
        s = hear_model_info_load(&j->info, j->old, err);
    if (s == HEAR_OK && !hear_model_info_is_head(&j->info))
        s = hear_fail(err, HEAR_ERR_MODEL, "was not made by hearsay enrol");
    return s;
}

/* Where the network lies: what -m asks for, or beside the head and where models lie, as it is
 * looked for when the head is opened. *path is freed with free(). */
static bool find_backbone(const job *j, char **path, int *code)
{
    char file[sizeof j->path];
    hear_error err;
    const char *asked = j->args->model ? j->args->model : j->old ? j->name : BACKBONE;
    if (!j->args->model && hear_find_in_models(file, sizeof file, asked, ".onnx", j->path))
        asked = file;
    if (hear_find_model(path, asked, &err) == HEAR_OK)
        return true;
    *code = hear_report(asked, &err);
    return false;
}

/* The network that hears, its name and which one it is. */
static bool open_backbone(job *j, int *code)
{
    char *path = NULL;
    if (!find_backbone(j, &path, code))
        return false;
    if (!hear_open_model(&j->backbone, path, code)) {
        free(path);
        return false;
    }
    const char *const slash = strrchr(path, '/'), *const base = slash ? slash + 1 : path;
    const size_t n = strlen(base), end = n > 5 && strcmp(base + n - 5, ".onnx") == 0 ? n - 5 : n;
    const hear_model_info *const info = &j->backbone->info;
    char sha256[HEAR_DIGEST_TEXT], name[HEAR_MAX_BACKBONE];
    snprintf(name, sizeof name, "%.*s", end < sizeof name ? (int)end : 0, base);
    hear_graph_sha256(j->backbone->graph, sha256);
    *code = HEAR_EXIT_OK;
    if (j->backbone->backbone)
        *code = hear_report_text(HEAR_ERR_MODEL, path, "stands itself on %s: enrol with that",
                                 info->backbone);
    else if (!info->embedding[0])
        *code = hear_report_text(HEAR_ERR_MODEL, path, "names no embedding to build on");
    else if (!name[0] || name[0] == '.')
        *code = hear_report_text(HEAR_ERR_MODEL, path, "its name is too long, or hidden");
    else if (j->old && strcmp(sha256, j->sha256) != 0)
        *code = hear_report_text(HEAR_ERR_MODEL, j->path,
                                 "stands on another network, %s; -o makes a new one", j->name);
    free(path);
    memcpy(j->name, name, sizeof name);
    memcpy(j->sha256, sha256, sizeof sha256);
    return *code == HEAR_EXIT_OK;
}

static int add_one(job *j, hear_recording *r, const char *from)
{
    hear_error err = { .status = HEAR_OK };
    const size_t n = j->label->n_examples;
    const hear_status s =
        hear_enrolment_add(&j->enrolment, j->label, j->backbone, &j->background, r, &err);
    if (s == HEAR_OK && j->label->n_examples == n)
        hear_note(from, "is an example of '%s' already; left out", j->label->name);
    return s == HEAR_OK ? HEAR_EXIT_OK : hear_report(from, &err);
}

static int keep_clip(void *user, const float *samples, size_t n, uint32_t rate_hz, bool *go_on)
{
    job *const j = user;
    hear_recording r = { .samples = hear_alloc(n, sizeof *samples), .n = n, .rate_hz = rate_hz };
    (void)go_on;
    if (!r.samples)
        return hear_report_text(HEAR_ERR_MEM, NULL, "%s", hear_status_text(HEAR_ERR_MEM));
    memcpy(r.samples, samples, n * sizeof *samples);
    const int code = add_one(j, &r, "the microphone");
    hear_recording_clear(&r);
    return code;
}

static int add_files(job *j, int n, char **files)
{
    for (int i = 0; i < n; i++) {
        hear_recording r;
        hear_error err = { .status = HEAR_OK };
        if (hear_recording_read(&r, files[i], 0, &err) != HEAR_OK)
            return hear_report(files[i], &err);
        const int code = add_one(j, &r, files[i]);
        hear_recording_clear(&r);
        if (code != HEAR_EXIT_OK)
            return code;
    }
    return HEAR_EXIT_OK;
}

static int add(job *j, int n_files, char **files)
{
    const args *const a = j->args;
    hear_error err = { .status = HEAR_OK };
    int code;
    if (hear_enrolment_label(&j->label, &j->enrolment, a->label, &err) != HEAR_OK)
        return hear_report("--label", &err);
    if (n_files > 0)
        code = add_files(j, n_files, files);
    else
        code = hear_clips_record(&(hear_clips_config){
            .device = a->device, .seconds = a->seconds, .n = a->n, .keep = keep_clip, .user = j });
    if (code == HEAR_EXIT_OK && j->label->n_examples < HEAR_ENROL_LEAST)
        code = hear_report_text(HEAR_ERR_ARG, "--label", "'%s' has %zu example%s; %d are the least",
                                a->label, j->label->n_examples,
                                j->label->n_examples == 1 ? "" : "s", HEAR_ENROL_LEAST);
    return code;
}

static void put_labels(const job *j, const hear_enrol_score *scores)
{
    for (size_t i = 0; i < j->enrolment.n_labels; i++) {
        const hear_enrolled *const l = &j->enrolment.labels[i];
        printf("  %-*s %3zu examples", hear_field(l->name, 24), l->name, l->n_examples);
        if (scores)
            printf(", %zu known when left out", scores[i].n_right);
        putchar('\n');
    }
}

/* Written only once it is known to run where it will lie. */
static hear_status write_head(const job *j, hear_graph *head, hear_error *err)
{
    hear_model *model;
    hear_status s = hear_model_from_file(&model, head, j->path, err);
    if (s != HEAR_OK)
        return s;
    s = hear_infer_check(model, err);
    if (s == HEAR_OK)
        s = hear_onnx_write(model->graph, j->path, err);
    hear_model_close(model);
    return s;
}

static int finish(job *j)
{
    hear_error err = { .status = HEAR_OK };
    hear_enrol_score scores[HEAR_ENROL_MOST];
    hear_enrol_config config = { .alarms_h = j->args->alarms_h };
    hear_graph *head;
    const long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    hear_model_info info = j->backbone ? j->backbone->info : j->info;
    info.backbone = j->name;
    info.backbone_sha256 = j->sha256;
    if (hear_pool_create(&config.pool, n_cpus > 8 ? 8 : n_cpus > 1 ? (size_t)n_cpus : 1) != HEAR_OK)
        return hear_report_text(HEAR_ERR_MEM, NULL, "%s", hear_status_text(HEAR_ERR_MEM));
    hear_status s =
        hear_enrolment_head(&head, &j->enrolment, &j->background, &info, &config, scores, &err);
    hear_pool_destroy(config.pool);
    if (s == HEAR_OK)
        s = write_head(j, head, &err);
    if (s != HEAR_OK)
        return hear_report(j->path, &err);
    puts(j->path);
    put_labels(j, scores);
    return hear_finish_stdout(HEAR_EXIT_OK);
}

static int change(job *j)
{
    hear_error err = { .status = HEAR_OK };
    j->label = hear_enrolment_find(&j->enrolment, j->args->label);
    if (!j->label)
        return hear_report_text(HEAR_ERR_ARG, "--label", "'%s' is not in %s", j->args->label,
                                j->path);
    if (j->args->rename)
        return hear_enrolment_rename(&j->enrolment, j->label, j->args->rename, &err) == HEAR_OK
                   ? finish(j)
                   : hear_report("--rename", &err);
    hear_enrolment_remove(&j->enrolment, j->label);
    if (j->enrolment.n_labels > 0)
        return finish(j);
    if (unlink(j->path) != 0)
        return hear_report_text(HEAR_ERR_IO, j->path, "%s", strerror(errno));
    printf("%s is gone: '%s' was its last label\n", j->path, j->args->label);
    return hear_finish_stdout(HEAR_EXIT_OK);
}

static int list(job *j)
{
    hear_error err = { .status = HEAR_OK };
    if (hear_enrolment_load(&j->enrolment, &j->info, j->old, NULL, &err) != HEAR_OK)
        return hear_report(j->path, &err);
    puts(j->path);
    put_labels(j, NULL);
    return hear_finish_stdout(HEAR_EXIT_OK);
}

static int do_job(job *j, int n_files, char **files)
{
    const args *const a = j->args;
    hear_error err = { .status = HEAR_OK };
    int code = HEAR_EXIT_OK;
    const bool only_changes = a->list || a->remove || a->rename;
    if (!place(j, &code))
        return code;
    if (open_head(j, &err) != HEAR_OK)
        return hear_report(j->path, &err);
    if (!j->old && only_changes)
        return hear_report_text(HEAR_ERR_NO_INPUT, j->path, "nothing is enrolled there");
    if (a->list)
        return list(j);
    if (j->old) {
        snprintf(j->name, sizeof j->name, "%s", j->info.backbone);
        snprintf(j->sha256, sizeof j->sha256, "%s", j->info.backbone_sha256);
    }
    if (!only_changes && !open_backbone(j, &code))
        return code;
    hear_status s = hear_background_load(&j->background, j->name, j->sha256, j->path, &err);
    if (s != HEAR_OK)
        return hear_report(j->path, &err);
    j->enrolment.n_dims = j->background.n_dims;
    if (j->old &&
        hear_enrolment_load(&j->enrolment, &j->info, j->old, &j->background, &err) != HEAR_OK)
        return hear_report(j->path, &err);
    if (only_changes)
        return change(j);
    /* better known before someone has made five noises */
    char folder[PATH_MAX];
    if (!strchr(a->out, '/') && hear_users_models(folder, sizeof folder))
        hear_make_folders(folder);
    if (hear_outfile_check(j->path, &err) != HEAR_OK)
        return hear_report(j->path, &err);
    code = add(j, n_files, files);
    return code == HEAR_EXIT_OK ? finish(j) : code;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .out = "mine", .n = HEAR_ENROL_LEAST, .seconds = 3.0, .alarms_h = 1.0 };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (a.list + a.remove + (a.rename != NULL) > 1)
        return hear_report_usage(cmd->name, "--list, --remove and --rename: one of the three");
    if (a.list == (a.label != NULL))
        return hear_report_usage(cmd->name, a.list ? "--list takes no --label"
                                                   : "--label is needed, or --list");
    if (first < argc && (a.list || a.remove || a.rename))
        return hear_report_usage(cmd->name, "'%s' is one word too many", argv[first]);
    if (first < argc && a.device)
        return hear_report_usage(cmd->name, "--device and files: one of the two");
    job j = { .args = &a };
    code = do_job(&j, argc - first, argv + first);
    hear_model_close(j.backbone);
    hear_graph_destroy(j.old);
    hear_model_info_clear(&j.info);
    hear_background_clear(&j.background);
    hear_enrolment_clear(&j.enrolment);
    return code;
}

const hear_cmd hear_cmd_enrol = {
    .name = "enrol",
    .summary = "Teach it your own sounds from a few examples",
    .operands = "[FILE...]",
    .options = options,
    .notes = "Each FILE is one example; without any they come from the microphone, as hearsay\n"
             "record asks for them. Five are the least; what is none of them is \"unknown\".\n"
             "Afterwards: hearsay listen -m mine",
    .run = run,
};
