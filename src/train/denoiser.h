/* denoiser.h - trains the network of stream/denoise.h on pairs made while it goes.
 *
 *   speech + gain · (noise, or made noise of any colour) -> magnitudes -> network -> loss against
 *   |S| cos(phase difference), what is best with the noisy phase (H. Erdogan et al. 2015)
 *
 * Each example is 2 s of a speech recording and of a noise, both filtered at random, at an SNR of
 * -5 to 15 dB; the loss is HEAR_LOSS_LOG_MSE. Speech is what a label that begins with "speech"
 * has, noise what "other" or a label that begins with "noise" has. The same data, config and build
 * give the same bits, whatever the number of threads. */
#ifndef TRAIN_DENOISER_H
#define TRAIN_DENOISER_H

#include "nn/graph.h"
#include "train/dataset.h"
#include "train/trainer.h"

#include <stdint.h>

typedef struct {
    size_t epochs, batch; /* batch: a multiple of 4 */
    double lr, weight_decay, averaging;
    uint64_t seed;
    const hear_graph *from; /* a denoiser to go on from, or NULL for a new one */
    hear_pool *pool;
    const char *checkpoint; /* as hear_trainer_config's; NULL for none */
    bool (*on_step)(void *user, const hear_progress *p); /* no accuracy; false stops */
    void (*on_epoch)(void *user, const hear_progress *p);
    /* Of a recording that cannot be read, or is empty. */
    void (*on_unread)(void *user, const char *path, const hear_error *err);
    bool (*on_load)(void *user, size_t done, size_t of); /* false stops */
    void *user;
} hear_denoiser_config;

/* A checkpoint's `asked` (checkpoint.h). */
uint64_t hear_denoiser_print(const hear_denoiser_config *config);

/* The untrained network: four convolutions down, four with upsampling back, skips added, what the
 * bins say beside the bands, a gain 0 .. 1 for each bin. Errors: HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_denoiser_build(hear_graph **out);
/* Learns from the clips of train; those of valid, where both kinds are there, choose the epoch.
 * Errors: HEAR_ERR_ARG (batch), HEAR_ERR_DATA (no speech, no noise, the loss is no number any
 * more), HEAR_ERR_MODEL (config->from cannot be trained), HEAR_ERR_MEM; HEAR_ERR_INTERRUPTED: *out
 * is the best so far, NULL where there is none; and the checkpoint's (checkpoint.h). On other
 * failures it is NULL. */
HEAR_MUST_CHECK hear_status hear_denoiser_train(hear_graph **out, const hear_dataset *d,
                                                const hear_denoiser_config *config,
                                                hear_error *err);
#endif
