/* train_options.h - the options of hearsay train, and the job that they come to. */
#ifndef APP_TRAIN_OPTIONS_H
#define APP_TRAIN_OPTIONS_H

#include "app/options.h"
#include "train/dataset.h"
#include "train/job.h"

typedef struct {
    const char *arch, *data, *root, *out, *log, *resume, *from, *freeze, *groups;
    const char *hidden, *activation, *input, *init, *batch, *optimizer, *schedule, *augment,
        *balance, *silence, *cross, *penalty;
    double c, lr, step_factor, clip, weight_decay, momentum, smoothing, averaging, dropout,
        window_s, hop_s, valid;
    uint64_t trees, depth, epochs, step_epochs, patience, copies, seed, threads;
    bool sigmoid, apart, quiet;
} hear_train_args;

extern const hear_option hear_train_options[];
extern const char hear_train_notes[];
extern const hear_train_args hear_train_defaults; /* NAN and UINT64_MAX: the architecture's own */

/* What --from and --groups name, which must outlive the job; each NULL without. */
typedef struct {
    hear_model *model;
    hear_groups *groups;
    char name[64]; /* of the model's file, without folder and ".onnx" */
} hear_train_base;
/* False: told, with *exit_code. */
bool hear_train_base_open(hear_train_base *base, const hear_train_args *args, int *exit_code);
void hear_train_base_close(hear_train_base *base); /* one of zeros is allowed */

/* All of a job but its pool and callbacks. Errors: HEAR_ERR_ARG, err says which option. */
HEAR_MUST_CHECK hear_status hear_train_job(hear_job *job, const hear_train_args *args,
                                           const hear_train_base *base, hear_error *err);
/* How the labels are held in balance, a sentence. */
const char *hear_train_balance(const hear_job *job);
/* The command line that gives the same model again: what differs from the defaults, the data's
 * folder as $DATA, the output's last name. Freed with free(); NULL where memory runs out. */
char *hear_train_command(const hear_train_args *args);
#endif
