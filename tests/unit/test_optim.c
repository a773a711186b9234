/* test_optim.c - steps, clipping and schedules; numbers by tools/optim-reference (PyTorch). */
#include "one_node.h"

#include "nn/optim.h"

#include <string.h>

static const float target[4] = { 1.0f, -2.0f, 0.5f, 3.0f };

/* Five steps on sum (p - target)^2 / 2 from (0.1, 0.2, -0.3, 0.4). */
static void five_steps(const hear_optim_config *config, bool frozen, float *out)
{
    one_node node = one_node_make("Identity", "x=2x2{0.1,0.2,-0.3,0.4}", true);
    hear_plan *plan = NULL;
    const hear_plan_config training = { .batch = 1, .training = true };
    assert_int_equal(hear_plan_create(&plan, node.graph, &training, NULL), HEAR_OK);
    hear_optim *o = NULL;
    assert_int_equal(hear_optim_create(&o, config, plan), HEAR_OK);
    hear_plan_weight *w = hear_plan_weight_at(plan, 0);
    w->frozen = frozen;
    float *p = w->value->data;
    test_forbid_heap();
    for (int step = 0; step < 5; step++) {
        for (int i = 0; i < 4; i++)
            w->grad[i] = p[i] - target[i];
        hear_optim_step(o, plan, 0.1);
    }
    test_allow_heap();
    assert_int_equal(hear_optim_steps(o), 5);
    memcpy(out, p, 4 * sizeof *p);
    hear_optim_destroy(o);
    hear_plan_destroy(plan);
    one_node_free(&node);
}

static const struct {
    hear_optim_config config;
    double after[4];
} cases[] = {
    { { .kind = HEAR_OPTIM_SGD },
      { 0.46855899691581726, -0.7009220123291016, 0.027607988566160202, 1.4647259712219238 } },
    { { .kind = HEAR_OPTIM_SGD, .momentum = 0.9 },
      { 1.026244044303894, -2.0641520023345947, 0.5233279466629028, 3.0758159160614014 } },
    { { .kind = HEAR_OPTIM_SGD, .momentum = 0.9, .weight_decay = 0.01 },
      { 1.0228679180145264, -2.06046199798584, 0.5243192911148071, 3.064922332763672 } },
    { { .kind = HEAR_OPTIM_ADAM },
      { 0.5905603766441345, -0.2973862886428833, 0.1884957253932953, 0.897881031036377 } },
    { { .kind = HEAR_OPTIM_ADAM, .weight_decay = 0.01 },
      { 0.5903868079185486, -0.29735586047172546, 0.18837234377861023, 0.8978506326675415 } },
    { { .kind = HEAR_OPTIM_ADAMW, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1 },
      { 0.5726286172866821, -0.29596006870269775, 0.18872712552547455, 0.8674907088279724 } },
};

static void test_five_steps_equal_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float p[4];
        five_steps(&cases[i].config, false, p);
        for (size_t k = 0; k < 4; k++)
            assert_close((double)p[k], cases[i].after[k], 5e-7);
    }
}

static void test_frozen_weights_stay(void **state)
{
    (void)state;
    float p[4];
    five_steps(&cases[5].config, true, p);
    const float was[4] = { 0.1f, 0.2f, -0.3f, 0.4f };
    assert_memory_equal(p, was, sizeof was);
}

static void test_biases_do_not_decay(void **state)
{
    (void)state;
    one_node node = one_node_make("Identity", "x=2{1,2}", true);
    hear_plan *plan = NULL;
    const hear_plan_config training = { .batch = 1, .training = true };
    assert_int_equal(hear_plan_create(&plan, node.graph, &training, NULL), HEAR_OK);
    hear_optim *o = NULL;
    const hear_optim_config config = { .kind = HEAR_OPTIM_ADAMW, .weight_decay = 0.5 };
    assert_int_equal(hear_optim_create(&o, &config, plan), HEAR_OK);
    hear_optim_step(o, plan, 0.1); /* gradients are zero */
    const float *p = hear_plan_weight_at(plan, 0)->value->data;
    assert_true(p[0] == 1.0f && p[1] == 2.0f);
    hear_optim_destroy(o);
    hear_plan_destroy(plan);
    one_node_free(&node);
}

static void test_clipping_scales_to_the_norm(void **state)
{
    (void)state;
    one_node node = one_node_make("Identity", "x=4", true);
    hear_plan *plan = NULL;
    const hear_plan_config training = { .batch = 1, .training = true };
    assert_int_equal(hear_plan_create(&plan, node.graph, &training, NULL), HEAR_OK);
    float *g = hear_plan_weight_at(plan, 0)->grad;
    const float grad[4] = { 1.0f, -2.0f, 2.0f, 4.0f };
    memcpy(g, grad, sizeof grad);
    assert_close(hear_optim_clip(plan, 6.0), 5.0, 1e-12); /* within: untouched */
    assert_memory_equal(g, grad, sizeof grad);
    assert_close(hear_optim_clip(plan, 2.0), 5.0, 1e-12);
    const double want[4] = { 0.4, -0.8, 0.8, 1.6 };
    for (size_t i = 0; i < 4; i++)
        assert_close((double)g[i], want[i], 1e-6);
    hear_plan_destroy(plan);
    one_node_free(&node);
}

static void test_schedules(void **state)
{
    (void)state;
    const double cosine[8] = {
        1.0,  0.9779754323328191,  0.9140576474687263, 0.8145033635316129, 0.6890576474687263,
        0.55, 0.41094235253127376, 0.2854966364683872
    };
    const double halves[8] = { 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25 };
    const hear_schedule a = {
        .kind = HEAR_SCHEDULE_COSINE, .lr = 1.0, .total = 10, .last_lr = 0.1
    };
    const hear_schedule b = { .kind = HEAR_SCHEDULE_STEP, .lr = 1.0, .every = 3, .gamma = 0.5 };
    for (uint64_t i = 0; i < 8; i++) {
        assert_close(hear_schedule_lr(&a, i), cosine[i], 1e-12);
        assert_close(hear_schedule_lr(&b, i), halves[i], 1e-12);
    }
    assert_close(hear_schedule_lr(&a, 10), 0.1, 0.0);
    assert_close(hear_schedule_lr(&a, 1000), 0.1, 0.0);
    const hear_schedule c = {
        .kind = HEAR_SCHEDULE_COSINE, .lr = 1.0, .warm_up = 4, .total = 14, .last_lr = 0.1
    };
    const double rise[4] = { 0.25, 0.5, 0.75, 1.0 };
    for (uint64_t i = 0; i < 4; i++)
        assert_close(hear_schedule_lr(&c, i), rise[i], 1e-12);
    for (uint64_t i = 0; i < 8; i++)
        assert_close(hear_schedule_lr(&c, i + 4), cosine[i], 1e-12);
}

static void test_settings_out_of_range_are_refused(void **state)
{
    (void)state;
    one_node node = one_node_make("Identity", "x=4", true);
    hear_plan *plan = NULL;
    const hear_plan_config training = { .batch = 1, .training = true };
    assert_int_equal(hear_plan_create(&plan, node.graph, &training, NULL), HEAR_OK);
    const hear_optim_config bad[] = {
        { .kind = HEAR_OPTIM_SGD, .momentum = 1.0 },
        { .kind = HEAR_OPTIM_SGD, .momentum = (double)NAN },
        { .kind = HEAR_OPTIM_ADAM, .beta1 = 1.0 },
        { .kind = HEAR_OPTIM_ADAM, .beta2 = -0.5 },
        { .kind = HEAR_OPTIM_ADAM, .epsilon = -1e-8 },
        { .kind = HEAR_OPTIM_ADAMW, .weight_decay = -1.0 },
        { .kind = HEAR_OPTIM_ADAMW, .weight_decay = (double)INFINITY },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_optim *o = NULL;
        assert_int_equal(hear_optim_create(&o, &bad[i], plan), HEAR_ERR_ARG);
        assert_null(o);
    }
    hear_plan_destroy(plan);
    one_node_free(&node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_five_steps_equal_pytorch),
        cmocka_unit_test(test_frozen_weights_stay),
        cmocka_unit_test(test_biases_do_not_decay),
        cmocka_unit_test(test_clipping_scales_to_the_norm),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_settings_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
