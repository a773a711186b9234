/* cmd_plot.c - hearsay plot: a picture of a recording. */
#include "config.h"

#include "app/cmd.h"
#include "app/signals.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "train/plot.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *out, *title;
} args;

static const hear_option options[] = {
    { 'o', "output", "OUT.svg|OUT.png", HEAR_OPT_TEXT, offsetof(args, out), .required = true,
      .help = "write the picture to this file: PNG where its name\nends in .png, SVG where it ends "
              "in .svg or in nothing\n(-: SVG on standard output)" },
    { 0, "title", "TEXT", HEAR_OPT_TEXT, offsetof(args, title),
      .help = "above the picture (default: the recording's name)" },
    { 0 },
};

/* What a picture can say: '?' for what is not UTF-8 or cannot be seen, cut where it is too long. */
static void legible(char *out, size_t room, const char *text)
{
    const char *const end = text + strlen(text);
    size_t used = 0;
    *out = '\0';
    while (text < end) {
        char piece[5] = "";
        const size_t n = hear_utf8_length(text, (size_t)(end - text));
        memcpy(piece, text, n);
        if (!hear_append(out, room, &used, n == 0 || hear_has_control(piece) ? "?" : piece))
            return;
        text += n ? n : 1;
    }
}

static int draw(const hear_plot_kind *kind, const hear_pen_kind *pen, const char *path,
                const args *a)
{
    hear_error err;
    hear_recording r;
    if (hear_recording_read(&r, path, hear_signals_stop_fd(), &err) != HEAR_OK)
        return hear_report(path, &err);
    const char *slash = strrchr(path, '/');
    char title[512];
    legible(title, sizeof title, a->title ? a->title : slash ? slash + 1 : path);
    const bool piped = strcmp(a->out, "-") == 0;
    hear_outfile *file = NULL;
    const char *at = a->out;
    hear_status s = piped ? HEAR_OK : hear_outfile_open(&file, a->out, &err);
    if (s == HEAR_OK) {
        s = kind->write(piped ? stdout : hear_outfile_stream(file), pen, &r, title);
        if (s == HEAR_OK) {
            s = piped ? HEAR_OK : hear_outfile_commit(file, &err);
        } else {
            hear_outfile_discard(file);
            at = path;
            s = hear_fail(&err, s == HEAR_ERR_ARG ? HEAR_ERR_DATA : s,
                          s == HEAR_ERR_ARG ? "a rate of %u Hz cannot be drawn" : NULL,
                          (unsigned)r.rate_hz);
        }
    }
    hear_recording_clear(&r);
    return hear_finish_stdout(s == HEAR_OK ? HEAR_EXIT_OK : hear_report(at, &err));
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .out = NULL };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (argc - first != 2)
        return hear_report_usage(cmd->name, "what to draw (wave, spectrum, mel, histogram) and one "
                                            "FILE are needed");
    const hear_plot_kind *kind = hear_plot_find(argv[first]);
    if (!kind)
        return hear_report_usage(cmd->name, "'%s': must be wave, spectrum, mel or histogram",
                                 argv[first]);
    const char *const ending = hear_file_ending(a.out);
    const bool png = strcmp(ending, "png") == 0;
    if (!png && *ending && strcmp(ending, "svg") != 0)
        return hear_report_usage(cmd->name, "%s: pictures are SVG or PNG", a.out);
    const hear_pen_kind *pen = png ? hear_pen_png() : &hear_pen_svg;
    if (!pen)
        return hear_report_usage(cmd->name, "%s: pictures are SVG, there is no cairo here", a.out);
    hear_error err;
    if (hear_signals_catch(&err) != HEAR_OK)
        return hear_report(NULL, &err);
    code = draw(kind, pen, argv[first + 1], &a);
    hear_signals_end();
    return code;
}

const hear_cmd hear_cmd_plot = {
    .name = "plot",
    .summary = "Draw a recording",
    .operands = "wave FILE | spectrum FILE | mel FILE | histogram FILE",
    .options = options,
    .notes = "The wave, the mean spectrum, the mel spectrogram, or the histogram of the\n"
             "samples, as SVG or PNG; - is standard input.",
    .run = run,
};
