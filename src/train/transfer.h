/* transfer.h - a network cut open, and a new head on it: what others have learnt to hear is kept,
 * and only the head learns.
 *
 * Everything of the old network is named "fixed.base.…": it is never trained. The value that it is
 * cut at becomes "features", as of an architecture's own (arch.h). */
#ifndef TRAIN_TRANSFER_H
#define TRAIN_TRANSFER_H

#include "train/arch.h"

/* The value that a cut without a name is made at: the model's embedding; NULL where it has none. */
const char *hear_transfer_cut(const hear_model *base);

/* cut: the name of a value of base; its dimensions behind the first become one. The head is a
 * logistic regression on it, standardised. Errors: HEAR_ERR_ARG (there is no such value, it is not
 * float32, or the model's layout is mel-time; err says which), HEAR_ERR_MODEL, HEAR_ERR_MEM. On
 * failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_transfer_build(hear_graph **out, const hear_model *base,
                                                const char *cut, const hear_arch_options *options,
                                                hear_error *err);
#endif
