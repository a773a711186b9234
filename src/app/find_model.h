/* find_model.h - from what -m was given to an open model.
 *
 * A name with a '/' in it, or of a file that is there, is that file. Otherwise NAME or NAME.onnx is
 * looked for in $XDG_DATA_HOME/hearsay/models (~/.local/share without it), in the folder `models`
 * beside the program (where it runs from its build folder) and where hearsay was installed. */
#ifndef APP_FIND_MODEL_H
#define APP_FIND_MODEL_H

#include "hearsay/model.h"

#include <stdbool.h>
#include <stddef.h>

#define HEAR_DEFAULT_MODEL "everyday"

/* *path is freed with free(). Errors: HEAR_ERR_NO_INPUT (err says where it looked), HEAR_ERR_MEM.
 */
HEAR_MUST_CHECK hear_status hear_find_model(char **path, const char *name, hear_error *err);

/* Every folder on the way; a name that is too long or that cannot be made shows when it is used. */
void hear_make_folders(const char *folder);

/* Finds, opens, and reports what goes wrong. name NULL takes the default. False with *exit_code. */
bool hear_open_model(hear_model **out, const char *name, int *exit_code);
#endif
