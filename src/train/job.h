/* job.h - one training from data to model: builds the graph, measures, trains, judges.
 *
 * What stands in a job says all that the result depends on: the same job, data set and build give
 * the same model, bit by bit. */
#ifndef TRAIN_JOB_H
#define TRAIN_JOB_H

#include "stream/model_info.h"
#include "train/arch.h"
#include "train/trainer.h"

typedef struct {
    const hear_arch *arch;
    const hear_model *base; /* its network up to the value cut, with a new head; NULL: arch's */
    const char *cut;
    hear_arch_options options;   /* n_labels is the data set's */
    hear_arch_settings settings; /* the architecture's, changed as wanted; batch 0: all at once */
    unsigned augment;            /* set of hear_augment_parse; none with batch 0 */
    hear_init init;
    hear_optim_config optim; /* weight_decay is taken from settings */
    hear_schedule_kind schedule;
    size_t step_epochs; /* and step_factor, clip: of hear_trainer_config */
    double step_factor, clip;
    hear_sampling sampling;
    uint64_t seed;
    hear_pool *pool;
    const char *checkpoint; /* of hear_trainer_config; NULL for none */
    bool (*on_step)(void *user, const hear_progress *p);
    void (*on_epoch)(void *user, const hear_progress *p);
    void (*on_fit)(void *user, const hear_fit_result *r); /* where there are no epochs */
    bool (*stop)(void *user); /* asked where there are no steps; may be NULL, as those above */
    void *user;
} hear_job;

/* Frames of the job's window and hop. */
size_t hear_job_window(const hear_job *job);
size_t hear_job_hop(const hear_job *job);

/* Trains on the clips of train and judges by those of valid, where there are any that can be read.
 * sounds: loaded with the job's front end. Errors: as hear_arch_build's and hear_train's, and of
 * hear_model_info_check for labels that no model can hold. HEAR_ERR_INTERRUPTED: *out is the best
 * so far, NULL where there is none; on other failures it is NULL. */
HEAR_MUST_CHECK hear_status hear_job_run(hear_model **out, const hear_job *job,
                                         const hear_dataset *d, const hear_sounds *sounds,
                                         hear_error *err);
#endif
