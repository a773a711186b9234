/* test_network_gradients.c - whole networks, small ones: how the loss changes with each weight's
 * tensor against central differences.
 *
 * Each tensor is moved up and down along directions drawn at random, and along the gradient itself,
 * in which an error cannot hide behind others of the other sign. Rectifiers and largest values have
 * kinks, and float32 is coarse: of the quotients over five lengths the middle one counts. Hidden
 * layers are smooth here (tanh); rectifiers are test_gradients' matter. */
#include "test.h"

#include "base/rng.h"
#include "nn/loss.h"
#include "nn/plan.h"
#include "train/arch.h"
#include "train/denoiser.h"
#include "train/net.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 3, N_LABELS = 3, DIRECTIONS = 3 };
#define STEP 5e-4 /* against the tensor's norm, or 8 where that is less */

typedef struct {
    hear_plan *plan;
    bool clean;            /* the output is what the denoiser's input should have been, no logits */
    float *targets, *grad; /* [count of the output] */
} network;

/* Dropout drops the same units each time. */
static double loss_of(network *n, float *grad)
{
    const hear_loss_config config = { .kind = n->clean ? HEAR_LOSS_LOG_MSE : HEAR_LOSS_SOFTMAX };
    hear_plan_set_training(n->plan, true, 5);
    hear_plan_run(n->plan);
    const hear_tensor *y = hear_plan_output(n->plan, 0);
    return hear_loss(&config, y->data, n->targets, BATCH, y->count / BATCH, grad);
}

static double moved(network *n, float *x, const float *was, const double *direction, size_t count,
                    double by)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)((double)was[i] + by * direction[i]);
    return loss_of(n, NULL);
}

/* (L(w + h d) - L(w - h d)) / 2 h, d of length 1 */
static double quotient(network *n, float *x, const float *was, const double *d, size_t count,
                       double h)
{
    return (moved(n, x, was, d, count, h) - moved(n, x, was, d, count, -h)) / (2.0 * h);
}

static void draw(hear_rng *r, const hear_plan_weight *w, bool along, double *d)
{
    double square = 0.0;
    for (size_t i = 0; i < w->value->count; i++) {
        d[i] = along ? (double)w->grad[i] : hear_rng_normal(r);
        square += d[i] * d[i];
    }
    for (size_t i = 0; i < w->value->count && square > 0.0; i++)
        d[i] /= sqrt(square);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle one of five lengths. */
static double slope(network *n, float *x, const float *was, const double *d, size_t count)
{
    double of[5], square = 0.0;
    for (size_t i = 0; i < count; i++)
        square += (double)was[i] * (double)was[i];
    const double step = STEP * fmax(1.0, sqrt(square) / 8.0);
    for (int i = 0; i < 5; i++)
        of[i] = quotient(n, x, was, d, count, ldexp(step, i - 2));
    qsort(of, 5, sizeof of[0], rising);
    return of[2];
}

/* Whether the gradient is large enough for the comparison to mean something. */
static bool check_weight(network *n, const char *name, const hear_plan_weight *w, hear_rng *r)
{
    const size_t count = w->value->count;
    float *x = w->value->data, *was = malloc(count * sizeof *was);
    double *d = malloc(count * sizeof *d);
    bool tells = false;
    assert_true(was && d);
    memcpy(was, x, count * sizeof *was);
    for (size_t k = 0; k < DIRECTIONS; k++) {
        double analytic = 0.0;
        draw(r, w, k == 0, d);
        for (size_t i = 0; i < count; i++)
            analytic += (double)w->grad[i] * d[i];
        const double numeric = slope(n, x, was, d, count);
        const double tolerance = 2e-3 + 0.02 * fabs(numeric);
        tells = tells || fabs(analytic) > 5.0 * tolerance;
        if (!(fabs(numeric - analytic) <= tolerance))
            fail_msg("%s: %s, direction %zu: %g by the gradient, %g by differences", name, w->name,
                     k, analytic, numeric);
    }
    memcpy(x, was, count * sizeof *was);
    free(was);
    free(d);
    return tells;
}

/* spread: of the input, which is drawn around 0; a denoiser's is above. */
static void check(const char *name, hear_graph *g, const char *output, double spread)
{
    hear_error err = { 0 };
    hear_rng r;
    hear_rng_seed(&r, 9);
    network n = { .clean = output == NULL };
    if (hear_init_weights(g, HEAR_INIT_HE, 3) != HEAR_OK ||
        hear_plan_create(&n.plan, g,
                         &(hear_plan_config){ .batch = BATCH, .training = true, .output = output },
                         &err) != HEAR_OK)
        fail_msg("%s: %s", name, err.text);
    hear_tensor *in = hear_plan_input(n.plan, 0);
    for (size_t i = 0; i < in->count; i++)
        ((float *)in->data)[i] =
            (float)(spread * (n.clean ? fabs(hear_rng_normal(&r)) : hear_rng_normal(&r)));
    const size_t count = hear_plan_output(n.plan, 0)->count;
    n.targets = calloc(count, sizeof *n.targets);
    assert_non_null(n.targets);
    for (size_t i = 0; i < count; i++)
        n.targets[i] = n.clean ? 0.5f * ((float *)in->data)[i] * (float)hear_rng_uniform(&r)
                               : (float)(i % N_LABELS == i / N_LABELS % N_LABELS);
    size_t n_weights = 0, n_telling = 0, n_numbers = 0;
    /* biases begin at 0, where nothing tells them apart: a little of everything */
    for (size_t w = 0; w < hear_plan_n_weights(n.plan); w++) {
        hear_plan_weight *weight = hear_plan_weight_at(n.plan, w);
        weight->frozen = strncmp(weight->name, HEAR_NET_FIXED, strlen(HEAR_NET_FIXED)) == 0;
        float *x = weight->value->data;
        for (size_t i = 0; i < weight->value->count && !weight->frozen; i++)
            x[i] += 0.05f * (float)hear_rng_normal(&r);
    }
    loss_of(&n, hear_plan_output_grad(n.plan, 0));
    hear_plan_zero_grad(n.plan);
    hear_plan_backward(n.plan);
    for (size_t w = 0; w < hear_plan_n_weights(n.plan); w++) {
        const hear_plan_weight *weight = hear_plan_weight_at(n.plan, w);
        if (weight->frozen)
            continue;
        n_weights++;
        n_numbers += weight->value->count;
        n_telling += check_weight(&n, name, weight, &r);
    }
    print_message("%s: %zu tensors of %zu numbers, %zu with gradients that tell\n", name, n_weights,
                  n_numbers, n_telling);
    assert_true(n_telling * 4 > n_weights * 3);
    free(n.targets);
    hear_plan_destroy(n.plan);
}

static void check_arch(const char *name, size_t window, size_t width, double spread)
{
    const hear_arch_options o = { .n_labels = N_LABELS, .activation = "tanh", .dropout = 0.25 };
    hear_graph *g;
    hear_error err = { 0 };
    if (hear_arch_build(&g, hear_arch_find(name), &o, window, width, &err) != HEAR_OK)
        fail_msg("%s: %s", name, err.text);
    check(name, g, "logits", spread);
    hear_graph_destroy(g);
}

static void test_cnn(void **state)
{
    (void)state;
    check_arch("cnn", 8, 8, 1.0);
}

static void test_cnn3(void **state)
{
    (void)state;
    check_arch("cnn3", 24, 24, 1.0);
}

static void test_cnn5(void **state)
{
    (void)state;
    check_arch("cnn5", 24, 32, 20.0); /* decibels */
}

static void test_rnn(void **state)
{
    (void)state;
    check_arch("rnn", 12, 16, 1.0);
}

static void test_wavenet(void **state)
{
    (void)state;
    check_arch("wavenet", 8, 160, 1.0);
}

/* No size is written into it but the input's: a picture of 8 by 64 bins. */
static void test_denoiser(void **state)
{
    (void)state;
    hear_graph *g;
    assert_int_equal(hear_denoiser_build(&g), HEAR_OK);
    hear_shape *shape = &g->values[g->in[0]].shape;
    shape->dim[2] = 8;
    shape->dim[3] = 64;
    check("denoiser", g, NULL, 1.0);
    hear_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cnn), cmocka_unit_test(test_cnn3),    cmocka_unit_test(test_cnn5),
        cmocka_unit_test(test_rnn), cmocka_unit_test(test_wavenet), cmocka_unit_test(test_denoiser),
    };
    return cmocka_run_group_tests_name("network_gradients", tests, NULL, NULL);
}
