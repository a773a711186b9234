/* transfer_names.h - what transfer.c and further.c share. */
#ifndef TRAIN_TRANSFER_NAMES_H
#define TRAIN_TRANSFER_NAMES_H

#include "nn/graph.h"

/* Puts "base." before every name, out of the way of the head's; before that "fixed." where the
 * value is not to be trained: all where trained [n_values] is NULL. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_transfer_name(hear_graph *g, const bool *trained);
#endif
