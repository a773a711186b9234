/* transfer.h - training from a network that is there: a new head on a part of it that stays as it
 * is, or the whole of it trained further.
 *
 * A value of the old network is named "base.…", or "fixed.base.…" where it is a weight that stays
 * or no weight at all: it is never trained then. Of a head, the value that the network is cut at
 * becomes "features", as of an architecture's own (arch.h), by the root of its numbers: what is
 * heard strongly is then told apart no better than what is heard faintly. Where the old network
 * gives probabilities and knows silence, the new one has a second output, "weight" [N, 1]: 1, less
 * the more silent it is. A patch counts so much in its window, its recording, and in training. */
#ifndef TRAIN_TRANSFER_H
#define TRAIN_TRANSFER_H

#include "train/arch.h"

#define HEAR_TRANSFER_WEIGHT "weight"

/* The value that a cut without a name is made at: the model's embedding; NULL where it has none. */
const char *hear_transfer_cut(const hear_model *base);

/* cut: the name of a value of base; its dimensions behind the first become one. arch's head stands
 * on it, standardised. With options->groups the logarithms of the sums of base's probabilities over
 * each group come before it. apart: what comes out is the head without base's network, with inputs
 * that have the names of base's outputs (heads in hearsay-model(5)); cut is one of these then.
 * Errors: HEAR_ERR_ARG (there is no such value or output, it is not float32, arch has no head, base
 * gives no probabilities, stands itself on another, or has the layout mel-time; err says which),
 * HEAR_ERR_MODEL, HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_transfer_build(hear_graph **out, const hear_model *base,
                                                const char *cut, const hear_arch *arch,
                                                const hear_arch_options *options, bool apart,
                                                hear_error *err);
/* The head alone, with an input of n_features numbers for what "features" come to. Errors:
 * HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_transfer_head(hear_graph **out, const hear_arch *arch,
                                               const hear_arch_options *options, size_t n_features,
                                               hear_error *err);
/* What one of the two has learnt, into the other: a network that was built with a head, and the
 * head alone. */
void hear_transfer_put(hear_graph *to, const hear_graph *from);

/* base, but for its last layer, which is a new one for the labels [options->n_labels]; of those
 * that base knows it keeps what they have learnt, the others are drawn from the seed. upto: the
 * value up to which base stays as it is; NULL trains it all. Errors: as hear_transfer_build's, and
 * HEAR_ERR_ARG where upto lies behind the last layer, or the network's end is no Gemm or MatMul
 * with constants, with softmax, sigmoid and the like behind it. */
HEAR_MUST_CHECK hear_status hear_transfer_further(hear_graph **out, const hear_model *base,
                                                  const char *upto,
                                                  const hear_arch_options *options,
                                                  char *const *labels, hear_init init,
                                                  uint64_t seed, hear_error *err);
#endif
