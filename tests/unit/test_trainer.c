/* test_trainer.c - gradient descent against NumPy's, and whole trainings on made data. */
#include "test.h"

#include "loud_bands.h"
#include "train/judge.h"
#include "train/split.h"
#include "train/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float *values(const hear_graph *g, const char *name)
{
    return g->values[hear_graph_find(g, name)].init->data;
}

/* tools/lab-reference has the same six examples, and makes these numbers. */
static void test_gradient_descent_is_that_of_numpy(void **state)
{
    (void)state;
    static const float x[6][2] = { { 1, 2 }, { 2, 1 }, { 3, 5 }, { 4, 3 }, { 5, 8 }, { 7, 6 } };
    static const double w1[8] = { -1.06440955, 1.05708125, -1.89785462, 1.87262555,
                                  -0.11065833, 0.0863702,  1.88821475,  -1.86321732 };
    static const double w2[4] = { -1.60575133, -3.24231709, -0.13928062, 3.22026652 };
    static const double b1[4] = { -0.00300922, -0.01160372, -0.00058789, 0.01146339 };
    test_clip clips[6];
    for (size_t i = 0; i < 6; i++)
        clips[i] = (test_clip){ i % 2 ? "first" : "even", i % 2 ? "a" : "b", HEAR_SPLIT_TRAIN, 1 };
    const hear_frontend_config c = plain(2);
    test_data d = test_make_data(&c, clips, 6);
    for (size_t i = 0; i < 6; i++)
        memcpy(d.sounds.sound[i].frames, x[i], sizeof x[i]);

    hear_job job = { .arch = hear_arch_find("mlp"),
                     .options = { .n_hidden = 1,
                                  .hidden = { 4 },
                                  .activation = "tanh",
                                  .input = "flat",
                                  .sigmoid = true },
                     .init = HEAR_INIT_NUMPY,
                     .optim = { .kind = HEAR_OPTIM_SGD },
                     .schedule = HEAR_SCHEDULE_CONSTANT,
                     .sampling = HEAR_SAMPLE_PLAIN,
                     .seed = 2 };
    job.settings = (hear_arch_settings){
        .frontend = c, .window_s = 0.01, .hop_s = 0.01, .epochs = 200, .lr = 1.2
    };
    assert_int_equal(hear_pool_create(&job.pool, 1), HEAR_OK);
    hear_model *model;
    hear_error err = { 0 };
    if (hear_job_run(&model, &job, d.data, &d.sounds, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < 8; i++)
        assert_close(values(model->graph, "hidden1.weight")[i], w1[i], 2e-4);
    for (size_t i = 0; i < 4; i++) {
        assert_close(values(model->graph, "logits.weight")[i], w2[i], 2e-4);
        assert_close(values(model->graph, "hidden1.bias")[i], b1[i], 2e-4);
    }
    assert_close(values(model->graph, "logits.bias")[0], 0.00427424, 2e-4);
    hear_model_close(model);
    hear_pool_destroy(job.pool);
    test_free_data(&d);
}

static hear_model *run(const hear_job *job, const test_data *d, hear_status expected)
{
    hear_model *model;
    hear_error err = { 0 };
    const hear_status s = hear_job_run(&model, job, d->data, &d->sounds, &err);
    if (s != expected)
        fail_msg("%s", hear_status_text(s));
    return model;
}

static void get_weights(const hear_model *m, float *out, size_t room)
{
    assert_in_range(hear_weights_count(m->graph), 1, room);
    hear_weights_get(m->graph, out);
}

static void test_made_data_are_learnt_and_judged(void **state)
{
    (void)state;
    test_data d = loud_bands();
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 2), HEAR_OK);
    assert_int_equal(hear_split_validation(d.data, 0.2, 1), HEAR_OK);
    const hear_job job = small_job(&d, pool);
    hear_model *model = run(&job, &d, HEAR_OK);
    assert_int_equal(model->info.n_labels, 3);
    assert_string_equal(model->info.labels[0], "high");
    assert_int_equal(model->info.window, 18);
    assert_int_equal(model->info.hop, 6);
    hear_judgement j;
    assert_int_equal(hear_judge(&j,
                                &(hear_judge_config){ .model = model,
                                                      .data = d.data,
                                                      .sounds = &d.sounds,
                                                      .split = HEAR_SPLIT_TEST,
                                                      .pool = pool },
                                NULL),
                     HEAR_OK);
    assert_int_equal(j.clips->n, 18);
    assert_true(hear_metrics_accuracy(j.clips) > 0.95);
    assert_true(j.windows->n > 18); /* 28 frames hold two windows of 18, 6 apart */
    /* a recording is the mean of its windows */
    double sum = 0.0;
    for (size_t l = 0; l < 3; l++)
        sum += j.probs[80 * 3 + l];
    assert_close(sum, 1.0, 1e-5);
    assert_true(j.probs[0] == 0.0f); /* of train */
    hear_judgement_clear(&j);
    hear_model_close(model);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

static void test_same_seed_same_bits_with_any_number_of_threads(void **state)
{
    (void)state;
    enum { ROOM = 4096 };
    static float weights[4][ROOM];
    test_data d = loud_bands();
    assert_int_equal(hear_split_validation(d.data, 0.2, 1), HEAR_OK);
    static const size_t threads[4] = { 1, 1, 3, 2 };
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        hear_pool *pool;
        assert_int_equal(hear_pool_create(&pool, threads[i]), HEAR_OK);
        hear_job job = small_job(&d, pool);
        job.settings.epochs = 3;
        job.seed += i == 3; /* the last has another seed */
        hear_model *model = run(&job, &d, HEAR_OK);
        get_weights(model, weights[i], ROOM);
        n = hear_weights_count(model->graph);
        hear_model_close(model);
        hear_pool_destroy(pool);
    }
    assert_memory_equal(weights[0], weights[1], n * sizeof(float));
    assert_memory_equal(weights[0], weights[2], n * sizeof(float));
    assert_true(memcmp(weights[0], weights[3], n * sizeof(float)) != 0);
    test_free_data(&d);
}

/* Its running statistics are what a shard moves while others learn: for the thread sanitizer. */
static void test_batch_normalisation_comes_out_the_same_with_threads(void **state)
{
    (void)state;
    test_data d = loud_bands();
    float *weights[2];
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        hear_pool *pool;
        assert_int_equal(hear_pool_create(&pool, 1 + 2 * i), HEAR_OK);
        hear_job job = small_job(&d, pool);
        job.arch = hear_arch_find("cnn5");
        job.options.n_hidden = 0;
        job.settings.epochs = 1;
        hear_model *model = run(&job, &d, HEAR_OK);
        n = hear_weights_count(model->graph);
        weights[i] = calloc(n, sizeof(float));
        assert_non_null(weights[i]);
        hear_weights_get(model->graph, weights[i]);
        hear_model_close(model);
        hear_pool_destroy(pool);
    }
    assert_memory_equal(weights[0], weights[1], n * sizeof(float));
    free(weights[0]);
    free(weights[1]);
    test_free_data(&d);
}

typedef struct {
    size_t stop_after_epoch, n_epochs;
    double best, last;
    bool told_best;
} watch;

static void on_epoch(void *user, const hear_progress *p)
{
    watch *const w = user;
    w->n_epochs++;
    w->last = p->valid_loss;
    assert_true(p->has_valid && p->step == p->n_steps && p->lr >= 0.0);
    assert_int_equal(p->best, w->n_epochs == 1 || p->valid_loss < w->best);
    if (p->best)
        w->best = p->valid_loss;
}

static bool on_step(void *user, const hear_progress *p)
{
    const watch *const w = user;
    return !w->stop_after_epoch || p->epoch <= w->stop_after_epoch;
}

static bool stop_at_once(void *user, const hear_progress *p)
{
    (void)user;
    return p->step < p->n_steps; /* with the first epoch all but over */
}

static double valid_loss(const hear_model *m, const test_data *d, hear_pool *pool)
{
    hear_judgement j;
    assert_int_equal(hear_judge(&j,
                                &(hear_judge_config){ .model = m,
                                                      .data = d->data,
                                                      .sounds = &d->sounds,
                                                      .split = HEAR_SPLIT_VALID,
                                                      .pool = pool },
                                NULL),
                     HEAR_OK);
    const double loss = j.loss;
    hear_judgement_clear(&j);
    return loss;
}

static void test_an_interrupted_training_keeps_the_best(void **state)
{
    (void)state;
    test_data d = loud_bands();
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    assert_int_equal(hear_split_validation(d.data, 0.2, 1), HEAR_OK);
    hear_job job = small_job(&d, pool);
    watch w = { .stop_after_epoch = 4 };
    job.on_epoch = on_epoch;
    job.on_step = on_step;
    job.user = &w;
    job.settings.averaging = 0.0;
    job.settings.lr = 0.3; /* wild enough that the last epoch is hardly the best */
    job.schedule = HEAR_SCHEDULE_CONSTANT;
    hear_model *model = run(&job, &d, HEAR_ERR_INTERRUPTED);
    assert_int_equal(w.n_epochs, 4);
    assert_non_null(model);
    assert_close(valid_loss(model, &d, pool), w.best, 1e-9);
    hear_model_close(model);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

static void test_interrupted_before_an_epoch_is_whole_there_is_no_model(void **state)
{
    (void)state;
    test_data d = loud_bands();
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    hear_job job = small_job(&d, pool);
    job.on_step = stop_at_once;
    assert_null(run(&job, &d, HEAR_ERR_INTERRUPTED));
    hear_pool_destroy(pool);
    test_free_data(&d);
}

static void test_patience_ends_what_gets_no_better(void **state)
{
    (void)state;
    test_data d = loud_bands();
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    assert_int_equal(hear_split_validation(d.data, 0.2, 1), HEAR_OK);
    hear_job job = small_job(&d, pool);
    watch w = { 0 };
    job.on_epoch = on_epoch;
    job.user = &w;
    job.settings.epochs = 400;
    job.settings.patience = 3;
    job.settings.lr = 0.5;
    job.schedule = HEAR_SCHEDULE_CONSTANT;
    hear_model *model = run(&job, &d, HEAR_OK);
    assert_in_range(w.n_epochs, 4, 399);
    assert_close(valid_loss(model, &d, pool), w.best, 1e-9);
    hear_model_close(model);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

static void test_a_loss_that_is_no_number_is_told(void **state)
{
    (void)state;
    test_data d = loud_bands();
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    hear_job job = small_job(&d, pool);
    job.settings.lr = 1e30;
    job.optim.kind = HEAR_OPTIM_SGD;
    hear_model *model;
    hear_error err = { 0 };
    assert_int_equal(hear_job_run(&model, &job, d.data, &d.sounds, &err), HEAR_ERR_DATA);
    assert_null(model);
    assert_non_null(strstr(err.text, "try a smaller learning rate"));
    job.settings.lr = 0.0;
    assert_int_equal(hear_job_run(&model, &job, d.data, &d.sounds, &err), HEAR_ERR_ARG);
    hear_pool_destroy(pool);
    test_free_data(&d);
}

/* Six recordings of a frame: four of "many", two of "rare". With copies, each rare one stands there
 * twice, which is what its weight comes to: 6 / (2 * 2) against 6 / (2 * 4). Each number has mean 1
 * and deviation 1 in both labels, so that standardising does the same with and without copies. */
static test_data unbalanced(bool copies)
{
    static const float x[6][2] = { { 0, 0 }, { 2, 2 }, { 0, 0 }, { 2, 2 }, { 0, 2 }, { 2, 0 } };
    const hear_frontend_config c = plain(2);
    test_clip clips[8];
    const size_t n = copies ? 8 : 6;
    for (size_t i = 0; i < n; i++)
        clips[i] = (test_clip){ i < 4 ? "many" : "rare", "a", HEAR_SPLIT_TRAIN, 1 };
    test_data d = test_make_data(&c, clips, n);
    for (size_t i = 0; i < n; i++)
        memcpy(d.sounds.sound[i].frames, x[i < 6 ? i : i - 2], sizeof x[0]);
    return d;
}

static hear_job flat_job(const test_data *d, hear_pool *pool)
{
    hear_job job = {
        .arch = hear_arch_find("mlp"),
        .options = { .n_hidden = 1, .hidden = { 4 }, .activation = "tanh", .input = "flat" },
        .init = HEAR_INIT_XAVIER,
        .optim = { .kind = HEAR_OPTIM_SGD },
        .schedule = HEAR_SCHEDULE_CONSTANT,
        .sampling = HEAR_SAMPLE_PLAIN,
        .seed = 2,
        .pool = pool
    };
    job.settings = (hear_arch_settings){
        .frontend = d->sounds.config, .window_s = 0.01, .hop_s = 0.01, .epochs = 20, .lr = 0.5
    };
    return job;
}

static size_t train_flat(const hear_job *job, const test_data *d, float *weights, size_t room)
{
    hear_model *model = run(job, d, HEAR_OK);
    get_weights(model, weights, room);
    const size_t n = hear_weights_count(model->graph);
    hear_model_close(model);
    return n;
}

static void test_weighted_labels_count_as_if_all_were_as_many(void **state)
{
    (void)state;
    enum { ROOM = 64 };
    float few[ROOM], copied[ROOM], alike[ROOM];
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    test_data six = unbalanced(false), eight = unbalanced(true);
    for (int sigmoid = 0; sigmoid < 2; sigmoid++) {
        hear_job job = flat_job(&eight, pool);
        job.options.sigmoid = sigmoid;
        const size_t n = train_flat(&job, &eight, copied, ROOM);
        train_flat(&job, &six, alike, ROOM);
        job.sampling = HEAR_SAMPLE_WEIGHTED;
        train_flat(&job, &six, few, ROOM);
        double apart = 0.0;
        for (size_t i = 0; i < n; i++) {
            assert_close(few[i], copied[i], 1e-4);
            apart = fmax(apart, fabs((double)few[i] - (double)alike[i]));
        }
        assert_true(apart > 0.01);
    }
    test_free_data(&six);
    test_free_data(&eight);
    hear_pool_destroy(pool);
}

static void test_a_gradient_is_clipped_to_the_norm(void **state)
{
    (void)state;
    enum { ROOM = 64 };
    float first[ROOM], free_step[ROOM], short_step[ROOM];
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    test_data d = unbalanced(false);
    hear_job job = flat_job(&d, pool);
    job.settings.epochs = 1;
    job.settings.lr = 1e-30;
    const size_t n = train_flat(&job, &d, first, ROOM);
    job.settings.lr = 1.0;
    train_flat(&job, &d, free_step, ROOM);
    job.clip = 0.125;
    train_flat(&job, &d, short_step, ROOM);
    double whole = 0.0, clipped = 0.0;
    for (size_t i = 0; i < n; i++) {
        whole += pow((double)free_step[i] - (double)first[i], 2.0);
        clipped += pow((double)short_step[i] - (double)first[i], 2.0);
    }
    assert_true(sqrt(whole) > 0.25);
    assert_close(sqrt(clipped), 0.125, 1e-5);
    for (size_t i = 0; i < n; i++) /* the same way, shorter */
        assert_close((short_step[i] - first[i]) / 0.125, (free_step[i] - first[i]) / sqrt(whole),
                     1e-4);
    job.clip = -1.0;
    hear_error err = { 0 };
    hear_model *model;
    assert_int_equal(hear_job_run(&model, &job, d.data, &d.sounds, &err), HEAR_ERR_ARG);
    test_free_data(&d);
    hear_pool_destroy(pool);
}

static void keep_rate(void *user, const hear_progress *p)
{
    double *const rates = user;
    rates[p->epoch - 1] = p->lr;
}

static void test_the_rate_falls_in_steps(void **state)
{
    (void)state;
    hear_pool *pool;
    assert_int_equal(hear_pool_create(&pool, 1), HEAR_OK);
    test_data d = unbalanced(false);
    hear_job job = flat_job(&d, pool);
    static const double expected[5] = { 0.5, 0.5, 0.125, 0.125, 0.03125 };
    for (size_t batch = 0; batch <= 2; batch += 2) { /* one step an epoch, and three */
        double rates[5] = { 0 };
        job.settings.batch = batch;
        job.settings.epochs = 5;
        job.schedule = HEAR_SCHEDULE_STEP;
        job.step_epochs = 2;
        job.step_factor = 0.25;
        job.on_epoch = keep_rate;
        job.user = rates;
        hear_model_close(run(&job, &d, HEAR_OK));
        for (size_t i = 0; i < 5; i++)
            assert_close(rates[i], expected[i], 1e-12);
    }
    hear_error err = { 0 };
    hear_model *model;
    job.step_epochs = 0;
    assert_int_equal(hear_job_run(&model, &job, d.data, &d.sounds, &err), HEAR_ERR_ARG);
    test_free_data(&d);
    hear_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient_descent_is_that_of_numpy),
        cmocka_unit_test(test_made_data_are_learnt_and_judged),
        cmocka_unit_test(test_same_seed_same_bits_with_any_number_of_threads),
        cmocka_unit_test(test_batch_normalisation_comes_out_the_same_with_threads),
        cmocka_unit_test(test_an_interrupted_training_keeps_the_best),
        cmocka_unit_test(test_interrupted_before_an_epoch_is_whole_there_is_no_model),
        cmocka_unit_test(test_patience_ends_what_gets_no_better),
        cmocka_unit_test(test_a_loss_that_is_no_number_is_told),
        cmocka_unit_test(test_weighted_labels_count_as_if_all_were_as_many),
        cmocka_unit_test(test_a_gradient_is_clipped_to_the_norm),
        cmocka_unit_test(test_the_rate_falls_in_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
