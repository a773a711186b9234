/* loss.h - what training makes small, and its gradient by the network's output.
 *
 * Real-time: no heap, no failure. Sums are in double. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stddef.h>

typedef enum {
    HEAR_LOSS_SOFTMAX, /* cross-entropy of softmax(logits): one class of n, or shares that sum to 1
                        */
    HEAR_LOSS_SIGMOID, /* cross-entropy of sigmoid(logits): each of n on its own, targets 0 .. 1 */
    HEAR_LOSS_MSE,     /* mean squared error of the outputs as they are */
    HEAR_LOSS_LOG_MSE  /* mean over the batch of ln(HEAR_LOSS_FLOOR + mean squared error): in dB, so
                          that easy examples still count; no smoothing, no class weights */
} hear_loss_kind;
#define HEAR_LOSS_FLOOR 1e-3

typedef struct {
    hear_loss_kind kind;
    /* e in [0, 1): a target t counts as (1 - e) t + e / n (softmax), (1 - e) t + e / 2 (sigmoid) */
    float smoothing;
    const float *class_weights; /* [n], >= 0; NULL weighs all alike */
} hear_loss_config;

/* logits, targets, grad: [batch][n]. Returns the mean loss and writes its gradient by the logits
 * (grad NULL: not wanted). Softmax: the sum over classes of w t (-log p), divided by the sum of w t
 * over the batch, t unsmoothed (for whole classes this is PyTorch's weighted mean). Sigmoid and
 * squares: the mean of w times the term over batch and n. A batch of weight 0 has loss 0. */
double hear_loss(const hear_loss_config *config, const float *logits, const float *targets,
                 size_t batch, size_t n, float *grad);

/* -t log a - (1 - t) log(1 - a) for a = sigmoid(logit), without overflow for any logit. */
double hear_loss_sigmoid_term(double logit, double target);
#endif
