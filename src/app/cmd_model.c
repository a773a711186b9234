/* cmd_model.c - hearsay model: show what is in a model file; import a network of others.
 *
 * A file that hearsay cannot run is shown as far as it is understood; then comes the line that says
 * what is wrong, and the exit code of a malformed model. */
#include "config.h"

#include "app/cmd.h"
#include "app/find_model.h"
#include "app/model_import.h"
#include "app/model_show.h"
#include "base/error.h"
#include "nn/onnx.h"
#include "stream/denoise.h"
#include "stream/infer.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *format;
    hear_import_args import;
} args;

#define OF_IMPORT(field) offsetof(args, import.field)
static const hear_option options[] = {
    { 'f', "format", "text|json", HEAR_OPT_CHOICE, offsetof(args, format),
      .help = "show: for eyes (the default) or for programs" },
    { 0, "labels", "FILE", HEAR_OPT_TEXT, OF_IMPORT(labels),
      .help = "import: the labels in the order of the network's\noutput, one a line; or AudioSet's "
              "csv of classes" },
    { 0, "frontend", HEAR_PRESET_NAMES, HEAR_OPT_TEXT, OF_IMPORT(frontend),
      .help = "import: how the network hears; \",KEY=VALUE\" behind\nit changes a setting, as in "
              "librosa,rate_hz=16000" },
    { 'o', "output", "OUT.onnx", HEAR_OPT_TEXT, OF_IMPORT(out),
      .help = "import: the file that is written" },
    { 0, "window", "S", HEAR_OPT_REAL, OF_IMPORT(window_s), .min = 0.05, .max = 60.0,
      .help = "import: seconds of a window; longer than what the\nnetwork takes, it is the mean of "
              "patches (default: 3,\nor what the network takes where that is half as much)" },
    { 0, "hop", "S", HEAR_OPT_REAL, OF_IMPORT(hop_s), .min = 0.01, .max = 60.0,
      .help = "import: seconds from a window to the next" },
    { 0, "patch-hop", "S", HEAR_OPT_REAL, OF_IMPORT(patch_hop_s), .min = 0.01, .max = 60.0,
      .help = "import: seconds from a patch to the next (default:\nhalf a patch)" },
    { 0, "kind", "softmax|sigmoid|logits|scores", HEAR_OPT_CHOICE, OF_IMPORT(kind),
      .help = "import: what the network's numbers are (default: as\nits last operator tells)" },
    { 0, "layout", "time-mel|mel-time", HEAR_OPT_CHOICE, OF_IMPORT(layout),
      .help = "import: the order of the input's dimensions\n(default: by the number of bands)" },
    { 0, "embedding", "NAME", HEAR_OPT_TEXT, OF_IMPORT(embedding),
      .help = "import: the output that others may build on\n(default: \"embedding\" where there is "
              "one)" },
    { 0 },
};

static hear_status look_at_denoiser(hear_model_view *view, hear_graph *graph, hear_plan **plan,
                                    hear_error *err)
{
    const hear_plan_config config = { .batch = 1 };
    hear_denoise *d;
    view->denoiser = true;
    const hear_status status = hear_denoise_create(&d, graph, err);
    hear_denoise_destroy(d);
    hear_error why; /* the same that create has told */
    if (hear_plan_create(plan, graph, &config, &why) == HEAR_OK)
        view->plan = *plan;
    return status;
}

/* A graph as far as it goes: err tells of the first thing that keeps it from being run. */
static hear_status look(hear_model_view *view, hear_graph *graph, hear_model **model,
                        hear_plan **plan, hear_background *background, hear_error *err)
{
    if (hear_is_denoiser(graph))
        return look_at_denoiser(view, graph, plan, err);
    if (hear_is_background(graph)) {
        const hear_status read = hear_background_read(background, graph, err);
        view->background = read == HEAR_OK ? background : NULL;
        return read;
    }
    const hear_plan_config config = { .batch = 1 };
    hear_graph *copy = NULL;
    hear_status status = hear_graph_copy(&copy, graph);
    if (status != HEAR_OK)
        return hear_fail(err, status, NULL);
    status = hear_model_from_file(model, copy, view->path, err);
    if (status == HEAR_OK)
        view->info = &(*model)->info;
    hear_error why = { .status = HEAR_OK };
    const hear_status planned = hear_plan_create(plan, graph, &config, &why);
    view->plan = *plan;
    if (status == HEAR_OK && planned != HEAR_OK) {
        *err = why;
        status = planned;
    }
    return status == HEAR_OK ? hear_infer_check(*model, err) : status;
}

static int show(const char *path, bool json)
{
    hear_error err = { .status = HEAR_OK };
    hear_graph *graph;
    if (hear_onnx_read(&graph, path, &err) != HEAR_OK)
        return hear_report(path, &err);
    hear_model *model = NULL;
    hear_plan *plan = NULL;
    hear_background background = { 0 };
    hear_model_view view = { .path = path, .graph = graph };
    const hear_status status = look(&view, graph, &model, &plan, &background, &err);
    hear_status shown = HEAR_OK;
    if (json)
        shown = hear_model_show_json(&view, stdout);
    else
        hear_model_show_text(&view, stdout);
    int code = hear_finish_stdout(HEAR_EXIT_OK);
    if (code == HEAR_EXIT_OK && status != HEAR_OK)
        code = hear_report(path, &err);
    else if (code == HEAR_EXIT_OK && shown != HEAR_OK)
        code = hear_report_text(shown, path, "%s", hear_status_text(shown));
    hear_plan_destroy(plan);
    hear_background_clear(&background);
    hear_model_close(model);
    hear_graph_destroy(graph);
    return code;
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .format = "text" };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first >= argc)
        return hear_report_usage(cmd->name, "what to do is missing: show MODEL, or import FILE");
    if (strcmp(argv[first], "import") == 0) {
        if (argc - first != 2)
            return hear_report_usage(cmd->name, "import: one FILE is needed");
        return hear_model_import(cmd, argv[first + 1], &a.import);
    }
    if (strcmp(argv[first], "show") != 0)
        return hear_report_usage(
            cmd->name, "'%s' is nothing that can be done: show MODEL, or import FILE", argv[first]);
    if (argc - first != 2)
        return hear_report_usage(cmd->name, "one MODEL is needed: a file, or a name to look for");
    char *path;
    hear_error err = { .status = HEAR_OK };
    if (hear_find_model(&path, argv[first + 1], &err) != HEAR_OK)
        return hear_report(argv[first + 1], &err);
    code = show(path, strcmp(a.format, "json") == 0);
    free(path);
    return code;
}

const hear_cmd hear_cmd_model = {
    .name = "model",
    .summary = "Show what is in a model file, or import a network",
    .operands = "show MODEL | import FILE",
    .options = options,
    .notes = "show: labels, window and hop in true seconds, front end, card, and each layer\n"
             "with its shape, parameters and multiply-accumulates.\n"
             "import: FILE is a network made by another program: ONNX, or TensorFlow Lite as\n"
             "YAMNet is published, with its labels and front end.",
    .run = run,
};
