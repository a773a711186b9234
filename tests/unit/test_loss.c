/* test_loss.c - losses and their gradients; numbers by tools/optim-reference (PyTorch). */
#include "test.h"

#include "nn/loss.h"

static const float logits[6] = { 0.5f, -1.2f, 2.0f, 1.5f, 0.3f, -0.7f };
static const float hard[6] = { 0, 0, 1, 1, 0, 0 };
static const float soft[6] = { 0.2f, 0.3f, 0.5f, 0.9f, 0.1f, 0.0f };
static const float many[6] = { 1, 0, 1, 0, 1, 0 };
static const float weights[3] = { 0.5f, 2.0f, 1.5f };

static const struct {
    hear_loss_config config;
    const float *targets;
    double loss, grad[6];
} cases[] = {
    { { .kind = HEAR_LOSS_SOFTMAX },
      hard,
      0.2896007001399994,
      { 0.0882710218, 0.0161256604, -0.1043967009, -0.1458916664, 0.1066553667, 0.0392363183 } },
    { { .kind = HEAR_LOSS_SOFTMAX, .class_weights = weights },
      hard,
      0.2618984282016754,
      { 0.1324065328, 0.0241884906, -0.1565950513, -0.0729458332, 0.0533276834, 0.0196181592 } },
    { { .kind = HEAR_LOSS_SOFTMAX, .class_weights = weights, .smoothing = 0.1f },
      hard,
      0.48848867416381836,
      { 0.1226020083, -0.0094136074, -0.1131884083, -0.0267701261, 0.0288823005, -0.0021121483 } },
    { { .kind = HEAR_LOSS_SOFTMAX },
      soft,
      0.979600727558136,
      { -0.0117289796, -0.1338743418, 0.1456032991, -0.0958916545, 0.0566553660, 0.0392363183 } },
    { { .kind = HEAR_LOSS_SIGMOID },
      many,
      0.587207019329071,
      { -0.0629234388, 0.0385792032, -0.0198671613, 0.1362624019, -0.0709262490, 0.0553020388 } },
    { { .kind = HEAR_LOSS_SIGMOID, .class_weights = weights },
      many,
      0.5863652229309082,
      { -0.0314617194, 0.0771584064, -0.0298007429, 0.0681312010, -0.1418524981, 0.0829530582 } },
    { { .kind = HEAR_LOSS_MSE },
      many,
      0.9866666793823242,
      { -0.1666666716, -0.4000000358, 0.3333333433, 0.5, -0.2333333343, -0.2333333343 } },
};

static void test_losses_and_gradients_equal_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float grad[6];
        assert_close(hear_loss(&cases[i].config, logits, cases[i].targets, 2, 3, grad),
                     cases[i].loss, 3e-7);
        for (size_t k = 0; k < 6; k++)
            assert_close((double)grad[k], cases[i].grad[k], 1e-7);
        assert_close(hear_loss(&cases[i].config, logits, cases[i].targets, 2, 3, NULL),
                     cases[i].loss, 3e-7);
    }
}

static void test_the_labs_cost_to_the_last_digit(void **state)
{
    (void)state;
    const double a[3] = { 0.5002307, 0.49985831, 0.50023963 }, y[3] = { 1, 0, 0 };
    double cost = 0.0;
    for (int i = 0; i < 3; i++)
        cost += hear_loss_sigmoid_term(log(a[i] / (1.0 - a[i])), y[i]);
    assert_close(cost / 3.0, 0.6930587610394646, 2e-16);
}

static void test_huge_logits_stay_finite(void **state)
{
    (void)state;
    const float x[3] = { 1e4f, -1e4f, 0.0f }, t[3] = { 0, 1, 0 };
    float grad[3];
    const hear_loss_config softmax = { .kind = HEAR_LOSS_SOFTMAX };
    assert_close(hear_loss(&softmax, x, t, 1, 3, grad), 2e4, 1e-9);
    assert_true(grad[0] == 1.0f && grad[1] == -1.0f && grad[2] == 0.0f);
    const hear_loss_config sigmoid = { .kind = HEAR_LOSS_SIGMOID };
    assert_close(hear_loss(&sigmoid, x, t, 1, 3, grad), (2e4 + log(2.0)) / 3.0, 1e-9);
}

static void test_a_batch_of_no_weight_costs_nothing(void **state)
{
    (void)state;
    const float none[3] = { 0.0f, 0.0f, 0.0f };
    float grad[6] = { 1, 1, 1, 1, 1, 1 };
    const hear_loss_config c = { .kind = HEAR_LOSS_SOFTMAX, .class_weights = none };
    assert_true(hear_loss(&c, logits, hard, 2, 3, grad) == 0.0);
    for (size_t i = 0; i < 6; i++)
        assert_true(grad[i] == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_losses_and_gradients_equal_pytorch),
        cmocka_unit_test(test_the_labs_cost_to_the_last_digit),
        cmocka_unit_test(test_huge_logits_stay_finite),
        cmocka_unit_test(test_a_batch_of_no_weight_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
