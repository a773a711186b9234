/* loss.c - see loss.h. */
#include "config.h"

#include "nn/loss.h"

#include <math.h>

static double weight_of(const hear_loss_config *config, size_t k)
{
    return config->class_weights ? (double)config->class_weights[k] : 1.0;
}

double hear_loss_sigmoid_term(double logit, double target)
{
    const double positive = logit > 0.0 ? logit : 0.0;
    return positive - logit * target + log1p(exp(-fabs(logit)));
}

/* d/dx_k of sum_c u_c (log sum_j exp x_j - x_c) is p_k sum_c u_c - u_k, with u = w t. */
static double softmax(const hear_loss_config *config, const float *x, const float *t, size_t n,
                      double total, float *grad)
{
    const double keep = 1.0 - (double)config->smoothing,
                 spread = (double)config->smoothing / (double)n;
    double most = (double)x[0], sum = 0.0, all = 0.0, loss = 0.0;
    for (size_t k = 1; k < n; k++)
        most = (double)x[k] > most ? (double)x[k] : most;
    for (size_t k = 0; k < n; k++)
        sum += exp((double)x[k] - most);
    const double log_sum = most + log(sum);
    for (size_t k = 0; k < n; k++) {
        const double u = weight_of(config, k) * (keep * (double)t[k] + spread);
        all += u;
        loss += u * (log_sum - (double)x[k]);
    }
    for (size_t k = 0; k < n && grad; k++) {
        const double u = weight_of(config, k) * (keep * (double)t[k] + spread);
        grad[k] = (float)((exp((double)x[k] - log_sum) * all - u) / total);
    }
    return loss;
}

static double one_by_one(const hear_loss_config *config, const float *x, const float *t, size_t n,
                         double total, float *grad)
{
    double loss = 0.0;
    for (size_t k = 0; k < n; k++) {
        const double w = weight_of(config, k), v = (double)x[k];
        double target = (double)t[k], slope;
        if (config->kind == HEAR_LOSS_SIGMOID) {
            target = (1.0 - (double)config->smoothing) * target + 0.5 * (double)config->smoothing;
            loss += w * hear_loss_sigmoid_term(v, target);
            slope = 1.0 / (1.0 + exp(-v)) - target;
        } else {
            loss += w * (v - target) * (v - target);
            slope = 2.0 * (v - target);
        }
        if (grad)
            grad[k] = (float)(w * slope / total);
    }
    return loss;
}

static double log_squares(const float *x, const float *t, size_t batch, size_t n, float *grad)
{
    double loss = 0.0;
    for (size_t b = 0; b < batch; b++, x += n, t += n) {
        double mean = 0.0;
        for (size_t k = 0; k < n; k++)
            mean += ((double)x[k] - (double)t[k]) * ((double)x[k] - (double)t[k]);
        mean = HEAR_LOSS_FLOOR + mean / (double)n;
        loss += log(mean);
        const float slope = (float)(2.0 / (mean * (double)n * (double)batch));
        for (size_t k = 0; k < n && grad; k++)
            grad[b * n + k] = slope * (x[k] - t[k]);
    }
    return batch ? loss / (double)batch : 0.0;
}

double hear_loss(const hear_loss_config *config, const float *logits, const float *targets,
                 size_t batch, size_t n, float *grad)
{
    double total = 0.0, loss = 0.0;
    if (config->kind == HEAR_LOSS_LOG_MSE)
        return log_squares(logits, targets, batch, n, grad);
    for (size_t i = 0; i < batch * n; i++)
        total +=
            config->kind == HEAR_LOSS_SOFTMAX ? weight_of(config, i % n) * (double)targets[i] : 1.0;
    if (!(total > 0.0)) {
        for (size_t i = 0; i < batch * n && grad; i++)
            grad[i] = 0.0f;
        return 0.0;
    }
    for (size_t b = 0; b < batch; b++) {
        const float *x = logits + b * n, *t = targets + b * n;
        float *g = grad ? grad + b * n : NULL;
        loss += config->kind == HEAR_LOSS_SOFTMAX ? softmax(config, x, t, n, total, g)
                                                  : one_by_one(config, x, t, n, total, g);
    }
    return loss / total;
}
