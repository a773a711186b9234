/* backbone.h - the network that a head stands on: found by its name, known by its checksum. */
#ifndef STREAM_BACKBONE_H
#define STREAM_BACKBONE_H

#include "stream/model_info.h"

/* Gives model, whose info names a backbone, that backbone's graph: NAME.onnx in the folder of path
 * (NULL: in none) or in those of model_folders.h, the first whose network has the checksum, and
 * whose front end, layout and patches are the head's. Each input of the head has the name of one of
 * its outputs. Errors: HEAR_ERR_NO_INPUT (there is none), HEAR_ERR_MODEL (it is another one, or the
 * head does not fit it; err says which), and those of reading it. */
HEAR_MUST_CHECK hear_status hear_backbone_join(hear_model *model, const char *path,
                                               hear_error *err);

/* Which of g's outputs has that name; SIZE_MAX for none that is float32. */
size_t hear_backbone_output(const hear_graph *g, const char *name);
#endif
