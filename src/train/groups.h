/* groups.h - which labels of a network that is there belong together: speech is what it calls
 * Speech, Conversation, Narration …
 *
 * A text file, a line for each, GROUP TAB LABEL; "*" as the label stands for all that no other line
 * names, and what the group "-" names is of none. Empty lines and those that begin with # say
 * nothing. A label to be learnt belongs to the group of its name, or of the part of it before "-":
 * speech-female to speech. */
#ifndef TRAIN_GROUPS_H
#define TRAIN_GROUPS_H

#include "stream/model_info.h"
#include "train/names.h"

typedef struct {
    hear_names names;
    size_t n_base; /* labels of the network that is there */
    float *member; /* [n_base][names.n]: 1 where the label is in the group, or 0 */
} hear_groups;

/* Errors: HEAR_ERR_NO_INPUT, HEAR_ERR_IO, HEAR_ERR_MEM; HEAR_ERR_DATA for a line that does not fit
 * and for a label that base does not have (err names the line). On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_groups_open(hear_groups **out, const char *path,
                                             const hear_model_info *base, hear_error *err);
void hear_groups_destroy(hear_groups *g); /* NULL is allowed */

/* The group of a label to be learnt; names.n where there is none. */
size_t hear_groups_of(const hear_groups *g, const char *label);
#endif
