/* model_show.h - what is in a model file, for people and for programs. */
#ifndef APP_MODEL_SHOW_H
#define APP_MODEL_SHOW_H

#include "nn/plan.h"
#include "stream/model_info.h"
#include "train/background.h"

#include <stdio.h>

typedef struct {
    const char *path;
    const hear_graph *graph;
    const hear_model_info *info;       /* NULL where it is no classifier of ours */
    bool denoiser;                     /* one of ours */
    const hear_background *background; /* what it holds, where it is one; NULL otherwise */
    const hear_plan *plan;             /* for one window; NULL where it cannot be planned */
} hear_model_view;

/* A summary, a table of the layers, and the card. */
void hear_model_show_text(const hear_model_view *view, FILE *out);
/* One JSON object, as hearsay-model(1) has it. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_model_show_json(const hear_model_view *view, FILE *out);

/* What the file tells of itself; "" where it does not. */
const char *hear_model_view_card(const hear_model_view *view);
/* The float32 numbers of all initialised values. */
size_t hear_graph_n_weights(const hear_graph *g);
/* The node's name; that of its first output, or "", where it has none. */
const char *hear_graph_node_name(const hear_graph *g, const hear_node *n);
/* What is known of its first output: shape from the plan, or else from the file; false for
 * nothing. */
bool hear_model_node_shape(const hear_model_view *view, size_t node, hear_shape *shape);
#endif
