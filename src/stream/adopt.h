/* adopt.h - a network that others have made becomes a model: finds out from its graph what the
 * metadata need, and writes them. */
#ifndef STREAM_ADOPT_H
#define STREAM_ADOPT_H

#include "stream/model_info.h"

typedef struct {
    hear_frontend_config frontend;
    size_t n_labels;
    char **labels;         /* [n_labels] in the order of the network's output */
    double window_s;       /* > 0; where it is the longer one, the network's input is a patch */
    bool window_open;      /* window_s stands only for what the network leaves open; where it takes
                              at least half of that, its input is the window */
    double hop_s;          /* 0: of patches the patch hop, otherwise a sixth of the window */
    double patch_hop_s;    /* 0: half a patch */
    const char *output;    /* hear_output_name's, or NULL: by the last operator */
    const char *layout;    /* hear_layout_name's, or NULL: by which dimension fits the bands */
    const char *embedding; /* the name of an output; NULL: "embedding" where there is one */
    const char *card;
} hear_adoption;

/* The graph gets its metadata, and an input whose open dimensions are closed but for the batch; an
 * output that fits the labels becomes the first one. Errors: HEAR_ERR_MODEL (err says what does not
 * fit), HEAR_ERR_ARG (a setting), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_adopt(hear_graph *graph, const hear_adoption *how,
                                       hear_error *err);
#endif
