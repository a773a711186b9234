/* job.h - one training from data to model: builds the graph, measures, trains, judges.
 *
 * What stands in a job says all that the result depends on: the same job, data set and build give
 * the same model, bit by bit. */
#ifndef TRAIN_JOB_H
#define TRAIN_JOB_H

#include "stream/model_info.h"
#include "train/arch.h"
#include "train/judge.h"
#include "train/trainer.h"

typedef struct {
    const hear_arch *arch;
    const hear_model *base; /* where it begins, see transfer.h; NULL: arch's own network. With
                               hear_arch_further it is trained itself from cut on (NULL: all of it),
                               with others up to cut it stays as it is, and arch's head learns */
    const char *cut;
    const char *apart;     /* of a head: the name of base, that the model stands on; NULL: base's
                              network is in it */
    size_t n_copies;       /* of a head: of each recording, augmented, besides as it is */
    const hear_rows *rows; /* of a head: hear_job_rows'; NULL makes them */
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

/* What can be told before recordings are loaded: whether the job's network can be made for these
 * labels, and whether its checkpoint, where there is one, is of such a training. *at_checkpoint:
 * the error is about that. Errors: those of hear_job_run that do not come from sounds or training.
 */
HEAR_MUST_CHECK hear_status hear_job_check(const hear_job *job, const hear_dataset *d,
                                           bool *at_checkpoint, hear_error *err);
/* Of all that stands in the job and tells its training apart, and of the labels: a checkpoint's
 * `asked`. */
uint64_t hear_job_print(const hear_job *job, const hear_dataset *d);
/* Whether only a head is trained, on rows. */
bool hear_job_is_head(const hear_job *job);
/* What the job's head learns from: for several trainings that differ in nothing which rows.h
 * depends on. Errors: as hear_rows_create's and hear_transfer_build's; HEAR_ERR_DATA for a label
 * that belongs to no group. */
HEAR_MUST_CHECK hear_status hear_job_rows(hear_rows **out, const hear_job *job,
                                          const hear_dataset *d, const hear_sounds *sounds,
                                          bool (*progress)(void *user, size_t done, size_t of),
                                          hear_error *err);
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
/* hear_judge of a model that hear_job_run has made of the job. Of job->rows, where there are any,
 * the same scores come without base's network being run again; the split's clips must have some. */
HEAR_MUST_CHECK hear_status hear_job_judge(hear_judgement *e, const hear_job *job,
                                           const hear_model *model, const hear_dataset *d,
                                           const hear_sounds *sounds, hear_split split,
                                           hear_error *err);
#endif
