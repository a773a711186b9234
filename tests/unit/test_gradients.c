/* test_gradients.c - every operator that can be trained, against central differences.
 *
 * An operator brings its cases (one_node.h says how they read). The loss is a fixed weighted sum of
 * all outputs; each number of each weight is moved by 0.002 up and down. */
#include "one_node.h"

#include "base/rng.h"
#include "nn/op.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 2e-3
#define TOLERANCE 3e-3

static double weight_of(size_t output, size_t i)
{
    hear_rng r;
    hear_rng_seed_stream(&r, 7 + output, i);
    return (double)(float)(hear_rng_uniform(&r) * 2.0 - 1.0);
}

static double loss(hear_plan *p, bool learning)
{
    double sum = 0.0;
    hear_plan_set_training(p, learning, 5); /* the same draws each time */
    hear_plan_run(p);
    for (size_t o = 0; o < hear_plan_n_outputs(p); o++) {
        const hear_tensor *y = hear_plan_output(p, o);
        for (size_t i = 0; i < y->count && y->dtype == HEAR_F32; i++)
            sum += weight_of(o, i) * (double)((const float *)y->data)[i];
    }
    return sum;
}

static void backward(hear_plan *p)
{
    for (size_t o = 0; o < hear_plan_n_outputs(p); o++) {
        const hear_tensor *y = hear_plan_output(p, o);
        for (size_t i = 0; i < y->count && y->dtype == HEAR_F32; i++)
            hear_plan_output_grad(p, o)[i] = (float)weight_of(o, i);
    }
    hear_plan_backward(p);
}

static size_t check(const hear_op *op, const char *text)
{
    one_node node = one_node_make(op->name, text, true);
    hear_plan *p = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = 1, .training = true };
    if (hear_plan_create(&p, node.graph, &config, &err))
        fail_msg("%s \"%s\": %s", op->name, text, err.text);
    size_t n_checked = 0;
    assert_true(hear_plan_n_weights(p) > 0);
    loss(p, node.learning);
    hear_plan_zero_grad(p);
    backward(p);
    backward(p); /* gradients add up: each is twice its value now */
    for (size_t w = 0; w < hear_plan_n_weights(p); w++) {
        const hear_plan_weight *weight = hear_plan_weight_at(p, w);
        float *x = weight->value->data;
        for (size_t i = 0; i < weight->value->count; i++, n_checked++) {
            const float was = x[i];
            x[i] = (float)((double)was + STEP);
            const double up = (double)x[i], high = loss(p, node.learning);
            x[i] = (float)((double)was - STEP);
            const double down = (double)x[i], low = loss(p, node.learning);
            x[i] = was;
            const double numeric = (high - low) / (up - down);
            const double analytic = 0.5 * (double)weight->grad[i];
            if (!(fabs(numeric - analytic) <= TOLERANCE * (1.0 + fabs(numeric))))
                fail_msg("%s \"%s\": d/d%s[%zu] = %g, by differences %g", op->name, text,
                         weight->name, i, analytic, numeric);
        }
    }
    hear_plan_destroy(p);
    one_node_free(&node);
    return n_checked;
}

static void test_every_gradient_equals_the_difference_quotient(void **state)
{
    (void)state;
    size_t n_ops = 0, n_cases = 0, n_numbers = 0;
    for (size_t i = 0; i < hear_op_count(); i++) {
        const hear_op *op = hear_op_at(i);
        if (!op->backward && !op->diff) /* Cast has none, but is a view */
            continue;
        if (!op->cases || !op->cases[0])
            fail_msg("%s has a backward and no case", op->name);
        n_ops++;
        for (size_t k = 0; op->cases[k]; k++, n_cases++)
            n_numbers += check(op, op->cases[k]);
    }
    print_message("%zu operators, %zu cases, %zu derivatives\n", n_ops, n_cases, n_numbers);
    assert_true(n_ops > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_gradient_equals_the_difference_quotient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
