/* cmd_features.c - hearsay features: the frames that a model sees of a recording, for a look from
 * outside. */
#include "config.h"

#include "app/cmd.h"
#include "app/find_model.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/npy.h"
#include "io/source.h"
#include "stream/model_info.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *model, *out;
} args;

static const hear_option options[] = {
    { 'm', "model", "MODEL", HEAR_OPT_TEXT, offsetof(args, model), .required = true,
      .help = "the model: a file, or a name to look for" },
    { 'o', "output", "OUT.npy", HEAR_OPT_TEXT, offsetof(args, out),
      .help = "write a NumPy file (default: to standard output;\n"
              "where that is a terminal, a summary of it)" },
    { 0 },
};

enum { BLOCK = 8192, MAX_FRAMES = 256 };

typedef struct {
    float *data; /* [n][width] */
    size_t n, width, room;
} frame_list;

static hear_status add_frames(frame_list *list, const float *frames, size_t n, hear_error *err)
{
    const size_t bytes = list->width * sizeof frames[0];
    for (size_t i = 0; i < n; i++, list->n++) {
        if (!hear_grow(&list->data, &list->room, list->n, bytes))
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        memcpy(list->data + list->n * list->width, frames + i * list->width, bytes);
    }
    return HEAR_OK;
}

/* All frames that lie wholly inside the recording. */
static hear_status hear_frames(frame_list *list, hear_source *source, hear_frontend *front,
                               float *frames, hear_error *err)
{
    static float samples[BLOCK];
    bool heard = false;
    for (;;) {
        size_t got = 0;
        hear_status s = hear_source_read(source, samples, BLOCK, &got, err);
        if (s != HEAR_OK)
            return s;
        if (got == 0)
            break;
        heard = true;
        for (size_t done = 0; done < got && s == HEAR_OK;) {
            size_t taken;
            const size_t n = hear_frontend_process(front, samples + done, got - done, &taken,
                                                   frames, MAX_FRAMES);
            done += taken;
            s = add_frames(list, frames, n, err);
        }
        if (s != HEAR_OK)
            return s;
    }
    if (!heard)
        return hear_fail(err, HEAR_ERR_DATA, "there is no sound in it");
    for (size_t n = MAX_FRAMES; n == MAX_FRAMES;) {
        n = hear_frontend_flush(front, 0, frames, MAX_FRAMES);
        const hear_status s = add_frames(list, frames, n, err);
        if (s != HEAR_OK)
            return s;
    }
    return HEAR_OK;
}

static hear_status extract(frame_list *list, const hear_frontend_config *config, const char *path,
                           hear_error *err)
{
    const hear_source_config source_config = { .raw = NULL };
    hear_source *source = NULL;
    hear_frontend *front = NULL;
    float *frames = calloc((size_t)MAX_FRAMES * hear_frontend_width(config), sizeof frames[0]);
    hear_status s = frames ? HEAR_OK : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK)
        s = hear_source_open(&source, path, &source_config, err);
    if (s == HEAR_OK)
        s = hear_frontend_create(&front, config, hear_source_rate_hz(source), err);
    if (s == HEAR_OK)
        s = hear_frames(list, source, front, frames, err);
    hear_frontend_destroy(front);
    hear_source_close(source);
    free(frames);
    return s;
}

static void put_summary(const frame_list *list, const hear_frontend_config *config)
{
    char number[3][40];
    double least = INFINITY, greatest = -INFINITY, sum = 0.0;
    const size_t n = list->n * list->width;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, (double)list->data[i]);
        greatest = fmax(greatest, (double)list->data[i]);
        sum += (double)list->data[i];
    }
    hear_format_fixed(number[0], sizeof number[0], (double)config->hop / config->rate_hz, 6);
    printf("%zu frames of %zu %s, one each %s s (%u Hz)\n", list->n, list->width,
           hear_frontend_unit(config), number[0], (unsigned)config->rate_hz);
    if (n == 0)
        return;
    hear_format_fixed(number[0], sizeof number[0], least, 3);
    hear_format_fixed(number[1], sizeof number[1], sum / (double)n, 3);
    hear_format_fixed(number[2], sizeof number[2], greatest, 3);
    printf("least %s, mean %s, greatest %s\n", number[0], number[1], number[2]);
}

static int write_frames(const frame_list *list, const char *path)
{
    hear_outfile *out = NULL;
    hear_error err = { .status = HEAR_OK };
    if (!path) {
        errno = 0;
        if (hear_npy_write(stdout, list->data, list->n, list->width, &err) != HEAR_OK)
            return errno == EPIPE ? HEAR_EXIT_OK : hear_report("standard output", &err);
        return hear_finish_stdout(HEAR_EXIT_OK);
    }
    hear_status s = hear_outfile_open(&out, path, &err);
    if (s == HEAR_OK) {
        s = hear_npy_write(hear_outfile_stream(out), list->data, list->n, list->width, &err);
        if (s == HEAR_OK)
            s = hear_outfile_commit(out, &err);
        else
            hear_outfile_discard(out);
    }
    return s == HEAR_OK ? HEAR_EXIT_OK : hear_report(path, &err);
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .model = NULL };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (argc - first != 1)
        return hear_report_usage(cmd->name, "one FILE is needed; '-' is standard input");
    hear_model *model;
    if (!hear_open_model(&model, a.model, &code))
        return code;
    const hear_frontend_config *const config = &model->info.frontend;
    frame_list list = { .width = hear_frontend_width(config) };
    hear_error err = { .status = HEAR_OK };
    if (extract(&list, config, argv[first], &err) != HEAR_OK) {
        code = hear_report(argv[first], &err);
    } else if (!a.out && isatty(STDOUT_FILENO)) {
        put_summary(&list, config);
        code = hear_finish_stdout(HEAR_EXIT_OK);
    } else {
        code = write_frames(&list, a.out);
    }
    free(list.data);
    hear_model_close(model);
    return code;
}

const hear_cmd hear_cmd_features = {
    .name = "features",
    .summary = "Show or save the frames that a model sees",
    .operands = "FILE",
    .options = options,
    .notes = "The array is float32 [frames][width]: mel bands, or what else the model hears,\n"
             "the logarithm applied. What a model does over a whole window (reference, range,\n"
             "normalisation) is not in it.",
    .run = run,
};
