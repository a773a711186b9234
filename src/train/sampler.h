/* sampler.h - draws the recordings to learn from, so that no label, source or speaker drowns the
 * others.
 *
 * BALANCED: label uniform, then source ∝ √clips, then group ∝ √clips, then clip uniform.
 * PLAIN: every clip alike. WEIGHTED: drawn as PLAIN; the loss of an example counts by how rare its
 * label is (example.h). Threads: draw may be called from any number of threads. */
#ifndef TRAIN_SAMPLER_H
#define TRAIN_SAMPLER_H

#include "base/rng.h"
#include "train/dataset.h"
#include "train/sounds.h"

typedef enum { HEAR_SAMPLE_BALANCED, HEAR_SAMPLE_PLAIN, HEAR_SAMPLE_WEIGHTED } hear_sampling;

typedef struct hear_sampler hear_sampler;

/* Of the clips of `split` that could be read. Errors: HEAR_ERR_DATA (there is none; err says it),
 * HEAR_ERR_MEM. On failure *out is NULL. The data set must outlive the sampler. */
HEAR_MUST_CHECK hear_status hear_sampler_create(hear_sampler **out, const hear_dataset *d,
                                                const hear_sounds *sounds, hear_split split,
                                                hear_sampling sampling, hear_error *err);
void hear_sampler_destroy(hear_sampler *s); /* NULL is allowed */

size_t hear_sampler_draw(const hear_sampler *s, hear_rng *r); /* a clip */
size_t hear_sampler_count(const hear_sampler *s);
double hear_sampler_share(const hear_sampler *s, size_t i); /* how likely clip i is drawn */
size_t hear_sampler_clip(const hear_sampler *s, size_t i);  /* i < count, in no order of meaning */
#endif
