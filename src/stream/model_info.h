/* model_info.h - what stands in a model's metadata, and the graph itself: the inside of hear_model.
 *
 * Keys of metadata_props (hearsay-model(5)):
 *   hearsay.version   "1"
 *   hearsay.frontend  JSON object, see frontend.h
 *   hearsay.labels    JSON array of strings, one an output
 *   hearsay.output    "softmax" | "sigmoid" | "logits" (softmax is applied to these) | "scores"
 * (0..1 as they are) hearsay.window    frames in a window, >= 1 hearsay.hop       frames between
 * two windows, 1 .. window hearsay.layout    "time-mel" | "mel-time": order of the input's last two
 * dimensions hearsay.card      free text: how it was made */
#ifndef STREAM_MODEL_INFO_H
#define STREAM_MODEL_INFO_H

#include "hearsay/model.h"
#include "nn/graph.h"
#include "stream/frontend.h"

typedef enum {
    HEAR_OUTPUT_SOFTMAX,
    HEAR_OUTPUT_SIGMOID,
    HEAR_OUTPUT_LOGITS,
    HEAR_OUTPUT_SCORES
} hear_output;
typedef enum { HEAR_LAYOUT_TIME_MEL, HEAR_LAYOUT_MEL_TIME } hear_layout;

typedef struct {
    hear_frontend_config frontend;
    size_t n_labels;
    char **labels;
    hear_output output;
    size_t window; /* frames */
    size_t hop;    /* frames */
    hear_layout layout;
    char *card; /* "" where there is none */
} hear_model_info;

struct hear_model {
    hear_graph *graph;
    hear_model_info info;
};

/* Writes info into the graph's metadata, replacing what was there; the reverse is
 * hear_model_open's. */
HEAR_MUST_CHECK hear_status hear_model_info_store(const hear_model_info *info, hear_graph *graph);
HEAR_MUST_CHECK hear_status hear_model_info_load(hear_model_info *info, const hear_graph *graph,
                                                 hear_error *err);
void hear_model_info_clear(hear_model_info *info);
/* One line in the model's metadata a key: label i, or NULL. Takes the graph over, also on failure.
 */
HEAR_MUST_CHECK hear_status hear_model_from_graph(hear_model **out, hear_graph *graph,
                                                  hear_error *err);
#endif
