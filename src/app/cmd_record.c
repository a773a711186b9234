/* cmd_record.c - hearsay record: clips of one label from a microphone, for training. */
#include "config.h"

#include "app/clips.h"
#include "app/cmd.h"
#include "base/error.h"
#include "base/text.h"
#include "io/wav_writer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *label, *device, *out;
    uint64_t n;
    double seconds;
} args;

static const hear_option options[] = {
    { 'l', "label", "LABEL", HEAR_OPT_TEXT, offsetof(args, label), .required = true,
      .help = "what is heard in these clips" },
    { 'd', "device", "DEVICE", HEAR_OPT_TEXT, offsetof(args, device),
      .help = "an index, a name or a part of one, or\nHOSTAPI:part (see hearsay devices)" },
    { 'n', "clips", "N", HEAR_OPT_COUNT, offsetof(args, n), .min = 1, .max = 10000,
      .help = "how many clips (default: 10)" },
    { 0, "seconds", "S", HEAR_OPT_REAL, offsetof(args, seconds), .min = 0.1, .max = 600,
      .help = "the length of each (default: 3)" },
    { 'o', "output", "DIR", HEAR_OPT_TEXT, offsetof(args, out),
      .help = "they go to DIR/LABEL/*.wav (default: sounds)" },
    { 0 },
};

/* The first number that no clip has yet. */
static hear_status name_clip(const args *a, char *path, size_t room, hear_error *err)
{
    struct stat st;
    for (unsigned i = 1; i < 1000000; i++) {
        const int n = snprintf(path, room, "%s/%s/%04u.wav", a->out, a->label, i);
        if (n < 0 || (size_t)n >= room)
            return hear_fail(err, HEAR_ERR_IO, "its path is too long");
        if (stat(path, &st) != 0 && errno == ENOENT)
            return HEAR_OK;
    }
    return hear_fail(err, HEAR_ERR_IO, "no number is left for another clip");
}

static hear_status save(const args *a, char *path, size_t room, const float *samples, size_t n,
                        uint32_t rate_hz, hear_error *err)
{
    hear_wav_writer *w;
    hear_status s = name_clip(a, path, room, err);
    if (s == HEAR_OK)
        s = hear_wav_writer_open(&w, path, rate_hz, err);
    if (s != HEAR_OK)
        return s;
    s = hear_wav_writer_write(w, samples, n, err);
    if (s == HEAR_OK)
        return hear_wav_writer_commit(w, err);
    hear_wav_writer_discard(w);
    return s;
}

static int keep(void *user, const float *samples, size_t n, uint32_t rate_hz, bool *go_on)
{
    char path[PATH_MAX];
    hear_error err = { .status = HEAR_OK };
    if (save(user, path, sizeof path, samples, n, rate_hz, &err) != HEAR_OK)
        return hear_report(path, &err);
    puts(path);
    *go_on = hear_flush_stdout();
    return *go_on ? HEAR_EXIT_OK : hear_finish_stdout(HEAR_EXIT_OK);
}

static int make_folders(void *user)
{
    const args *const a = user;
    char path[PATH_MAX];
    const int n = snprintf(path, sizeof path, "%s/%s", a->out, a->label);
    if (n < 0 || (size_t)n >= sizeof path)
        return hear_report_text(HEAR_ERR_IO, a->out, "its path is too long");
    const char *const folders[] = { a->out, path };
    for (int i = 0; i < 2; i++)
        if (mkdir(folders[i], 0777) != 0 && errno != EEXIST)
            return hear_report_text(HEAR_ERR_IO, folders[i], "cannot make it: %s", strerror(errno));
    return HEAR_EXIT_OK;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .n = 10, .seconds = 3.0, .out = "sounds" };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first < argc)
        return hear_report_usage(cmd->name, "'%s': takes no operands", argv[first]);
    if (strchr(a.label, '/') || a.label[0] == '.' || hear_has_hidden(a.label))
        return hear_report_usage(cmd->name,
                                 "--label '%s': names a folder: no '/', no '.' in front, "
                                 "nothing that cannot be seen",
                                 a.label);
    return hear_clips_record(&(hear_clips_config){ .device = a.device,
                                                   .seconds = a.seconds,
                                                   .n = a.n,
                                                   .begin = make_folders,
                                                   .keep = keep,
                                                   .user = &a });
}

const hear_cmd hear_cmd_record = {
    .name = "record",
    .summary = "Record labelled clips for training",
    .operands = "",
    .options = options,
    .notes = "On a terminal it counts down, shows the level, and asks after each clip: Enter\n"
             "keeps it, r records it again, q ends. Elsewhere it records N clips and ends.",
    .run = run,
};
