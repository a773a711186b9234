/* optim.h - moves a training plan's weights against their gradients.
 *
 * Order of a step: forward, loss, hear_plan_zero_grad, backward, hear_optim_clip, hear_optim_step.
 * Frozen weights stay. Weight decay touches weights of two or more dimensions only: biases and the
 * scales of batch normalisation are spared. Threads: one owner at a time. */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H

#include "nn/plan.h"

typedef enum {
    HEAR_OPTIM_SGD,  /* v = momentum v + g + decay w, w -= lr v */
    HEAR_OPTIM_ADAM, /* D. Kingma and J. Ba 2015; decay is added to the gradient */
    HEAR_OPTIM_ADAMW /* I. Loshchilov and F. Hutter 2019: w -= lr decay w, apart */
} hear_optim_kind;

typedef struct {
    hear_optim_kind kind;
    double momentum;     /* SGD: 0 <= momentum < 1 */
    double beta1, beta2; /* Adam: 0 takes 0.9 and 0.999 */
    double epsilon;      /* Adam: 0 takes 1e-8 */
    double weight_decay; /* >= 0 */
} hear_optim_config;

typedef struct hear_optim hear_optim;

/* For the weights that plan has; it and other plans of the same graph may then be stepped. Errors:
 * HEAR_ERR_ARG (a field out of its range), HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_optim_create(hear_optim **out, const hear_optim_config *config,
                                              hear_plan *plan);
void hear_optim_destroy(hear_optim *o); /* NULL is allowed */
void hear_optim_step(hear_optim *o, hear_plan *plan, double lr);

/* Scales all gradients together so that their norm is at most max_norm > 0; returns the norm that
 * they had. */
double hear_optim_clip(hear_plan *plan, double max_norm);

/* What a checkpoint must hold: steps done, and moments as float [count], i < hear_optim_n_moments.
 */
size_t hear_optim_n_moments(const hear_optim *o);
float *hear_optim_moment(hear_optim *o, size_t i, size_t *count);
uint64_t hear_optim_steps(const hear_optim *o);
void hear_optim_set_steps(hear_optim *o, uint64_t steps);

typedef enum {
    HEAR_SCHEDULE_CONSTANT,
    HEAR_SCHEDULE_STEP,  /* times gamma after every `every` steps */
    HEAR_SCHEDULE_COSINE /* half a cosine from lr to last_lr at `total` */
} hear_schedule_kind;

typedef struct {
    hear_schedule_kind kind;
    double lr;
    uint64_t warm_up; /* steps: rises linearly, (step + 1) / warm_up of lr; the rest comes after */
    uint64_t every;
    double gamma;
    uint64_t total; /* steps, warm-up included */
    double last_lr;
} hear_schedule;
double hear_schedule_lr(const hear_schedule *s, uint64_t step); /* step counts from 0 */
#endif
