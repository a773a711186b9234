/* model_import.h - hearsay model import: a network that others have made, with the metadata that
 * make it a model. */
#ifndef APP_MODEL_IMPORT_H
#define APP_MODEL_IMPORT_H

#include "app/cmd.h"
#include "app/read_labels.h"
#include "stream/preset.h"

typedef struct {
    const char *labels, *frontend, *out; /* NULL where they are not given */
    const char *kind, *layout, *embedding;
    const char *card;                    /* NULL: where it comes from */
    double window_s, hop_s, patch_hop_s; /* 0 where they are not given */
} hear_import_args;

/* path: an ONNX file. Returns the exit code; tells what it has written in one line. */
int hear_model_import(const hear_cmd *cmd, const char *path, const hear_import_args *a);
#endif
