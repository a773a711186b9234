/* model_info.h - what stands in a model's metadata, and the graph itself: the inside of hear_model.
 *
 * Keys of metadata_props, see hearsay-model(5); others are left alone:
 *   hearsay.version   "1"
 *   hearsay.frontend  JSON object, see frontend.h
 *   hearsay.labels    JSON array of strings, one for each number of the first output
 *   hearsay.output    what these numbers are: hear_output in lower case
 *   hearsay.window    frames in a window
 *   hearsay.hop       frames from one window to the next
 *   hearsay.layout    "time-mel" or "mel-time": the order of the input's last two dimensions, or of
 *                     its last one where that holds both
 *   hearsay.patch     frames that the network takes, where these are fewer than the window's: a
 *                     window's probabilities are the mean over its patches; may be missing
 *   hearsay.patch_hop frames from one patch to the next; there where hearsay.patch is
 *   hearsay.embedding the name of the output that tells a patch's (or window's) sound in numbers
 *                     that others may build on; may be missing
 *   hearsay.weight    the name of the output, one number, that says how much a patch counts in the
 *                     mean, 0 .. 1; may be missing: all count alike
 *   hearsay.backbone  the name of another model, whose network runs first; with it come
 *   hearsay.backbone_sha256  which network that is, see nn/checksum.h, and
 *   hearsay.backbone_pool    "none" or "mean": hear_pooling; may be missing, which is "none"
 *   hearsay.card      free text: what it is and how it was made; may be missing */
#ifndef STREAM_MODEL_INFO_H
#define STREAM_MODEL_INFO_H

#include "base/text.h"
#include "hearsay/event.h"
#include "hearsay/model.h"
#include "nn/graph.h"
#include "stream/frontend.h"

#define HEAR_MAX_WINDOW 65536            /* frames */
#define HEAR_MAX_WINDOW_VALUES (1 << 22) /* frames times their width */
#define HEAR_MAX_BACKBONE 64             /* bytes of a backbone's name, the NUL included */

typedef enum {
    HEAR_OUTPUT_SOFTMAX, /* probabilities that sum to 1 */
    HEAR_OUTPUT_SIGMOID, /* a probability for each label alone: several may be heard at once */
    HEAR_OUTPUT_LOGITS,  /* softmax is still to be applied */
    HEAR_OUTPUT_SCORES   /* 0 .. 1, not probabilities */
} hear_output;
typedef enum { HEAR_LAYOUT_TIME_MEL, HEAR_LAYOUT_MEL_TIME } hear_layout;
/* What a head takes of its backbone's numbers. */
typedef enum {
    HEAR_POOL_NONE, /* those of one patch: a window's result is the mean over its patches */
    HEAR_POOL_MEAN  /* their mean over the window's patches, once a window */
} hear_pooling;

typedef struct {
    hear_frontend_config frontend;
    size_t n_labels; /* 1 .. HEAR_MAX_CLASSES */
    char **labels;   /* UTF-8 without hidden characters, unique, shorter than HEAR_MAX_LABEL */
    hear_output output;
    size_t window; /* frames, 1 .. HEAR_MAX_WINDOW; window * width <= HEAR_MAX_WINDOW_VALUES */
    size_t hop;    /* frames, 1 .. window; a multiple of patch_hop where there are patches */
    hear_layout layout;
    size_t patch;     /* frames, 1 .. window; 0 where the network takes a window at once */
    size_t patch_hop; /* frames, 1 .. patch; 0 where there are no patches */
    char *embedding;  /* "" or NULL where there is none */
    char *weight;     /* "" or NULL where there is none */
    char *backbone;   /* of a head, the name of what runs before it: a file's, without folder and
                         ".onnx"; "" or NULL where the network is whole */
    char *backbone_sha256; /* where there is a backbone */
    hear_pooling pool;
    char *card; /* "" where there is none */
} hear_model_info;

/* Frames that the network takes at once: the patch's or the window's. */
static inline size_t hear_model_info_input(const hear_model_info *info)
{
    return info->patch ? info->patch : info->window;
}

/* Patches that lie wholly inside a window; 1 where there are none. */
static inline size_t hear_model_info_n_patches(const hear_model_info *info)
{
    return info->patch ? (info->window - info->patch) / info->patch_hop + 1 : 1;
}

struct hear_model {
    hear_graph *graph; /* of a head: the head's; its inputs have the names of backbone's outputs */
    hear_graph *backbone; /* NULL where the network is whole */
    hear_model_info info;
};

static inline bool hear_model_info_is_head(const hear_model_info *info)
{
    return info->backbone && info->backbone[0];
}

/* The graph that takes the frames. */
static inline hear_graph *hear_model_first(const hear_model *model)
{
    return model->backbone ? model->backbone : model->graph;
}

const char *hear_output_name(hear_output output); /* "softmax", … */
const char *hear_layout_name(hear_layout layout); /* "time-mel", … */
const char *hear_pooling_name(hear_pooling pool); /* "none", … */

/* Whether the frames that the network is to take at once go into an input of that shape, all of
 * whose dimensions are known: the last two are time and mel in the layout's order, or one holds
 * both; those before are 1, and ones may stand behind. */
bool hear_model_info_fits(const hear_model_info *info, const hear_shape *in);
/* Errors: HEAR_ERR_ARG, err names what is out of its range. */
HEAR_MUST_CHECK hear_status hear_model_info_check(const hear_model_info *info, hear_error *err);
/* Writes info into the graph's metadata, replacing what was there, and gives the outputs the types
 * that other programs want in a file. The same info gives the same bytes. Errors: HEAR_ERR_ARG as
 * hear_model_info_check's, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_model_info_store(const hear_model_info *info, hear_graph *graph);
/* The reverse. Errors: HEAR_ERR_MODEL (err names the key), HEAR_ERR_MEM; *info is then empty. */
HEAR_MUST_CHECK hear_status hear_model_info_load(hear_model_info *info, const hear_graph *graph,
                                                 hear_error *err);
/* Which of the graph's outputs holds a number for each label: the first that is float32, or of
 * which the file does not say what it is; others (a classifier's choice) are not looked at. */
size_t hear_model_output(const hear_graph *graph);
void hear_model_info_clear(hear_model_info *info); /* labels and texts are free()d */

/* A model of a graph that carries its metadata; the graph is taken over, also on failure. The graph
 * must have one input, of float32, that takes windows as the metadata tell; whether its operators
 * are supported shows when it is planned. A head's backbone is looked for as hear_model_from_file
 * does without a path. Errors: as hear_model_open's. */
HEAR_MUST_CHECK hear_status hear_model_from_graph(hear_model **out, hear_graph *graph,
                                                  hear_error *err);
/* The same of a graph that was read from path: a head's backbone may lie in path's folder. */
HEAR_MUST_CHECK hear_status hear_model_from_file(hear_model **out, hear_graph *graph,
                                                 const char *path, hear_error *err);
#endif
