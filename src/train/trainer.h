/* trainer.h - makes a graph's loss small, on examples made while it goes.
 *
 * Each batch is cut into at most four shards of fixed sizes, each with a plan of its own, and their
 * gradients are added in order: the weights come out the same bits however many threads there are.
 * With batch 0 every step sees all windows of all recordings, made once and without augmentation:
 * gradient descent as in the textbook. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "nn/optim.h"
#include "train/example.h"
#include "train/pool.h"

typedef struct {
    size_t epoch, n_epochs; /* 1 .. */
    size_t step, n_steps;   /* of this epoch; done */
    double loss, accuracy;  /* on the examples learnt from, mean over this epoch so far; accuracy is
                               NaN of what names nothing */
    double lr;
    bool has_valid; /* epochs only */
    bool best;      /* so far */
    double valid_loss, valid_accuracy, valid_balanced;
} hear_progress;

typedef struct {
    const hear_examples *examples;
    bool sigmoid;  /* logits are [N, 1]: target 1 of 2 */
    bool mel_time; /* the input's last two dimensions are [width, window] */
    hear_optim_config optim;
    hear_schedule_kind schedule;
    size_t step_epochs; /* STEP: after so many epochs, 1 .., the rate is multiplied */
    double step_factor; /* by this, > 0 .. 1 */
    double lr;
    double clip;       /* the gradient's norm is at most this; 0 leaves it as it is */
    bool weigh_labels; /* see hear_example_label_weights */
    size_t epochs, batch;
    double averaging; /* 0 .. < 1: weights judged and kept are a running mean; 0 takes them as
                         they are */
    double smoothing; /* 0 .. < 1, see loss.h */
    size_t patience;  /* epochs without a better validation before it ends; 0 never ends early */
    uint64_t seed;
    hear_pool *pool;
    const char *checkpoint; /* written after each epoch, and gone on from where it is there: the
                               weights come out the same bits; NULL for none */
    uint64_t asked;         /* hear_checkpoint's */
    /* Judges the graph after each epoch and sets the fields has_valid and valid_*; NULL keeps the
     * last weights. */
    hear_status (*validate)(void *user, hear_graph *graph, hear_progress *p, hear_error *err);
    bool (*on_step)(void *user, const hear_progress *p);  /* false stops; may be NULL */
    void (*on_epoch)(void *user, const hear_progress *p); /* may be NULL */
    void *user;
    bool *has_best; /* set to whether graph holds what a whole epoch came to; may be NULL */
} hear_trainer_config;

/* Trains graph in place: afterwards it holds the weights with the lowest valid_loss, or the last.
 * HEAR_ERR_INTERRUPTED: stopped by on_step or validate, and graph holds the best so far, where
 * there is one (has_best). Errors: HEAR_ERR_ARG (err says what), HEAR_ERR_MODEL (cannot be
 * trained), HEAR_ERR_DATA (the loss is no number any more), HEAR_ERR_MEM, validate's, and the
 * checkpoint's (checkpoint.h). */
HEAR_MUST_CHECK hear_status hear_train(hear_graph *graph, const hear_trainer_config *config,
                                       hear_error *err);

/* Sets fixed.mean and fixed.scale (arch.h) from what "features" come to on examples to learn from.
 * Does nothing where the graph has none. Errors: HEAR_ERR_MODEL, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_train_standardise(hear_graph *graph,
                                                   const hear_trainer_config *config,
                                                   hear_error *err);
#endif
