/* cmd_augment.c - hearsay augment: recordings in, altered copies of them out. */
#include "config.h"

#include "app/cmd.h"
#include "app/signals.h"
#include "app/unread.h"
#include "base/error.h"
#include "io/source.h"
#include "train/copies.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const char *out, *root, *noises, *split;
    const char *value[HEAR_N_EFFECTS]; /* as they were given, NULL for not at all */
    uint64_t copies, seed;
    double chance;
    bool codec, only_copies, quiet;
} args;

#define AT(field) offsetof(args, field)
#define RANGE "X[:Y]"
static const hear_option options[] = {
    { 'o', "output", "FOLDER", HEAR_OPT_TEXT, AT(out), .required = true,
      .help = "write copies and table.tsv into this folder" },
    { 0, "stretch", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_STRETCH]),
      .help = "X times as long, at the same pitch (0.8:1.2)" },
    { 0, "pitch", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_PITCH]),
      .help = "X semitones higher, at the same length (-3:3)" },
    { 0, "shift", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_SHIFT]),
      .help = "X seconds later; the end comes in at the start" },
    { 0, "room", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_ROOM]),
      .help = "a room whose sound takes X seconds to fall by 60 dB\n(0.1:1)" },
    { 0, "noise", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_NOISE]),
      .help = "recorded noise, X dB below the sound; see --noises" },
    { 0, "noises", "DATA", HEAR_OPT_TEXT, AT(noises),
      .help = "where noise is drawn from: a recording, a folder, or\na table (of that, from the "
              "same split)" },
    { 0, "white", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_WHITE]),
      .help = "white noise, X dB below the sound" },
    { 0, "highpass", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_HIGHPASS]),
      .help = "nothing below X Hz" },
    { 0, "lowpass", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_LOWPASS]),
      .help = "nothing above X Hz" },
    { 0, "codec", NULL, HEAR_OPT_FLAG, AT(codec),
      .help = "a telephone line: 8 kHz, 300 to 3400 Hz, mu-law" },
    { 0, "gain", RANGE, HEAR_OPT_TEXT, AT(value[HEAR_EFFECT_GAIN]), .help = "X dB louder" },
    { 0, "chance", "P", HEAR_OPT_REAL, AT(chance), .max = 1.0,
      .help = "of each effect to happen to a copy (default: 1)" },
    { 'n', "copies", "N", HEAR_OPT_COUNT, AT(copies), .min = 1, .max = 100000,
      .help = "of each recording (default: 1)" },
    { 0, "split", "train|all", HEAR_OPT_CHOICE, AT(split),
      .help = "which recordings of a table are copied (default:\ntrain)" },
    { 0, "only-copies", NULL, HEAR_OPT_FLAG, AT(only_copies),
      .help = "leave the originals out of the table" },
    { 0, "root", "FOLDER", HEAR_OPT_TEXT, AT(root),
      .help = "what paths in the tables are relative to (default:\neach table's folder)" },
    { 0, "seed", "N", HEAR_OPT_COUNT, AT(seed), .max = 9e15,
      .help = "of all that is drawn at random (default: 0)" },
    { 'q', "quiet", NULL, HEAR_OPT_FLAG, AT(quiet), .help = "no progress" },
    { 0 },
};
#undef AT

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* One recording as a data set: its label is its folder's name, as in a folder of labels. */
static hear_status single(hear_dataset **out, const char *path, hear_error *err)
{
    char folder[256] = "sound";
    char *full = realpath(path, NULL);
    char *slash = full ? strrchr(full, '/') : NULL;
    if (slash && slash != full) {
        *slash = '\0';
        snprintf(folder, sizeof folder, "%s", strrchr(full, '/') + 1);
    }
    free(full);
    const hear_clip_entry entry = { .path = path, .label = folder, .group = path };
    hear_status s = hear_dataset_create(out);
    if (s == HEAR_OK && (s = hear_dataset_add(*out, &entry)) == HEAR_OK)
        return HEAR_OK;
    hear_dataset_destroy(*out);
    *out = NULL;
    return hear_fail(err, s, NULL);
}

/* A table by its name, or what is no recording; a recording is opened to see, then for its copies,
 * and the table names it. */
static hear_status open_data(hear_dataset **out, const char *path, const char *root,
                             hear_error *err)
{
    *out = NULL;
    struct stat st;
    const bool there = stat(path, &st) == 0, folder = there && S_ISDIR(st.st_mode);
    if (strcmp(path, "-") == 0 || (there && !folder && !S_ISREG(st.st_mode)))
        return hear_fail(err, HEAR_ERR_DATA, "is no file that can be read again");
    if (!folder && !ends_with(path, ".tsv")) {
        hear_source *source;
        const hear_source_config config = { .stop_fd = hear_signals_stop_fd() };
        const hear_status s = hear_source_open(&source, path, &config, err);
        if (s == HEAR_OK) {
            hear_source_close(source);
            return single(out, path, err);
        }
        if (s != HEAR_ERR_DATA)
            return s;
    }
    const hear_status s = hear_dataset_open(out, path, root, err);
    if (s == HEAR_OK && (*out)->n_clips == 0) {
        hear_dataset_destroy(*out);
        *out = NULL;
        return hear_fail(err, HEAR_ERR_DATA,
                         folder ? "has no recordings: it must hold LABEL/RECORDING"
                                : "has no recordings");
    }
    return s;
}

typedef struct {
    const args *a;
    hear_unread unread;
    bool shown;
} session;

static void clear_progress(session *s)
{
    if (s->shown)
        dprintf(STDERR_FILENO, "\r\033[K");
    s->shown = false;
}

static bool on_clip(void *user, size_t done, size_t of)
{
    session *const s = user;
    if (!s->a->quiet && isatty(STDERR_FILENO)) {
        dprintf(STDERR_FILENO, "\r\033[K%zu of %zu recordings", done, of);
        s->shown = true;
    }
    return hear_signals_caught() == 0;
}

static void on_unread(void *user, const char *path, const hear_error *err)
{
    session *const s = user;
    hear_unread_add(&s->unread, path, err);
}

static int make(session *s, const char *data, hear_copies_config *config)
{
    const args *a = s->a;
    hear_error err = { .status = HEAR_OK };
    hear_dataset *d = NULL, *noises = NULL;
    const char *at = data;
    size_t n_made = 0;
    hear_status status = open_data(&d, data, a->root, &err);
    if (status == HEAR_OK && a->noises) {
        at = a->noises;
        status = open_data(&noises, a->noises, a->root, &err);
    }
    if (status == HEAR_OK) {
        at = a->out;
        if (mkdir(a->out, 0777) != 0 && errno != EEXIST)
            status = hear_fail(&err, HEAR_ERR_IO, "cannot make the folder: %s", strerror(errno));
    }
    config->noises = noises;
    if (status == HEAR_OK)
        status = hear_copies_make(d, config, &n_made, &err);
    clear_progress(s);
    int code = status == HEAR_OK ? HEAR_EXIT_OK : hear_report(at, &err);
    if (status == HEAR_OK && !a->quiet)
        hear_note(a->out, n_made == 1 ? "%zu copy" : "%zu copies", n_made);
    hear_dataset_destroy(d);
    hear_dataset_destroy(noises);
    const int unread = hear_unread_tell(&s->unread);
    return code ? code : unread;
}

/* False where a value makes no sense, with *code. */
static bool parse_effects(const hear_cmd *cmd, const args *a, hear_copies_config *c, int *code)
{
    bool any = a->codec;
    hear_error err;
    for (int id = 0; id < HEAR_N_EFFECTS; id++) {
        if (!a->value[id])
            continue;
        any = true;
        if (hear_effect_parse(&c->range[id], (hear_effect_id)id, a->value[id], &err) != HEAR_OK) {
            *code = hear_report_usage(cmd->name, "--%s '%s': %s",
                                      hear_effect_at((hear_effect_id)id)->name, a->value[id],
                                      hear_error_text(&err));
            return false;
        }
    }
    c->range[HEAR_EFFECT_CODEC].wanted = a->codec;
    if (!any)
        *code = hear_report_usage(cmd->name, "no effect is asked for");
    else if (c->range[HEAR_EFFECT_NOISE].wanted != (a->noises != NULL))
        *code = hear_report_usage(cmd->name, "--noise and --noises go together");
    else
        return true;
    return false;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .copies = 1, .chance = 1.0, .split = "train" };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (argc - first != 1)
        return hear_report_usage(cmd->name, "one DATA is needed: a recording, a folder or a table");
    hear_copies_config config = { .folder = a.out,
                                  .chance = a.chance,
                                  .n_copies = (size_t)a.copies,
                                  .all_splits = strcmp(a.split, "all") == 0,
                                  .originals = !a.only_copies,
                                  .seed = a.seed,
                                  .on_clip = on_clip,
                                  .on_unread = on_unread };
    if (!parse_effects(cmd, &a, &config, &code))
        return code;
    hear_error err;
    if (hear_signals_catch(&err) != HEAR_OK)
        return hear_report(NULL, &err);
    config.stop_fd = hear_signals_stop_fd();
    session s = { .a = &a };
    config.user = &s;
    code = make(&s, argv[first], &config);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_augment = {
    .name = "augment",
    .summary = "Write altered copies of recordings, to learn from",
    .operands = "DATA",
    .options = options,
    .notes = "Of X:Y each copy draws its own value. DATA is a recording, a folder\n"
             "LABEL/RECORDING, or a table as train takes it; table.tsv is one for train.",
    .run = run,
};
