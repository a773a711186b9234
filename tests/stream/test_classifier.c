/* test_classifier.c - the public classifier: samples in, a result for each window out. */
#include "test.h"

#include "base/rng.h"
#include "hearsay/classifier.h"
#include "small_model.h"
#include "stream/infer.h"

#include <string.h>

enum { MAX = 200, N = 50001 };

typedef struct {
    size_t n;
    hear_window_result results[MAX];
    float probs[MAX][3], own[MAX][3];
} got_results;

static void take(void *user, const hear_window_result *r)
{
    got_results *g = user;
    assert_true(g->n < MAX);
    g->results[g->n] = *r;
    memcpy(g->probs[g->n], r->probs, sizeof g->probs[0]);
    memcpy(g->own[g->n], r->own, sizeof g->own[0]);
    g->n++;
}

static hear_model *model;
static float sound[N];
static got_results a, b;

static hear_classifier *make(double rate_hz, double hop_s)
{
    hear_classifier *c;
    const hear_classifier_config config = { .rate_hz = rate_hz, .hop_s = hop_s };
    assert_int_equal(hear_classifier_create(&c, model, &config, NULL), HEAR_OK);
    return c;
}

static void assert_same(void)
{
    assert_int_equal(a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_memory_equal(a.probs[i], b.probs[i], sizeof a.probs[0]);
        assert_true(a.results[i].index == b.results[i].index &&
                    a.results[i].start_s == b.results[i].start_s &&
                    a.results[i].end_s == b.results[i].end_s);
    }
}

static void test_results_do_not_depend_on_the_blocks(void **state)
{
    (void)state;
    hear_classifier *c = make(22050, 0.1);
    for (size_t block = 1; block < 60000; block = block * 5 + 2) {
        b.n = 0;
        hear_classifier_reset(c);
        test_forbid_heap();
        for (size_t at = 0; at < N; at += block)
            hear_classifier_write(c, sound + at, block < N - at ? block : N - at, take, &b);
        hear_classifier_finish(c, take, &b);
        test_allow_heap();
        if (block == 1)
            a = b;
        assert_same();
    }
    /* 2.268 s: windows of 0.512 s from 0, 0.1 … 1.7; 0.056 s of 2.212 … 2.268 are left: one more */
    assert_int_equal(a.n, 19);
    assert_close(a.results[17].end_s, 1.7 + 0.512, 1e-9);
    assert_close(a.results[18].start_s, 1.8, 1e-9);
    assert_close(a.results[18].end_s, N / 22050.0, 1e-9);
    assert_close(hear_classifier_hop_s(c), 0.1, 1e-12);
    hear_classifier_destroy(c);
}

static void test_a_result_is_of_its_windows_frames_alone(void **state)
{
    (void)state;
    hear_classifier *c = make(16000, 0.0);
    a.n = 0;
    hear_classifier_write(c, sound, N, take, &a);
    hear_classifier_destroy(c);
    hear_frontend *f;
    assert_int_equal(hear_frontend_create(&f, &model->info.frontend, 16000, NULL), HEAR_OK);
    static float frames[300][8];
    size_t taken;
    hear_frontend_process(f, sound, N, &taken, frames[0], 300);
    hear_frontend_destroy(f);
    hear_infer *x;
    assert_int_equal(hear_infer_create(&x, model, NULL), HEAR_OK);
    for (size_t k = 0; k < a.n; k++) {
        float probs[3];
        hear_infer_run(x, frames[5 * k], probs);
        assert_memory_equal(probs, a.probs[k], sizeof probs);
        assert_close(probs[0] + probs[1] + probs[2], 1.0, 1e-6);
    }
    hear_infer_destroy(x);
}

static void test_a_short_recording_is_one_padded_window(void **state)
{
    (void)state;
    hear_classifier *c = make(16000, 0.0);
    a.n = b.n = 0;
    hear_classifier_write(c, sound, 3000, take, &a);
    assert_int_equal(a.n, 0);
    hear_classifier_finish(c, take, &a);
    assert_int_equal(a.n, 1);
    assert_close(a.results[0].end_s, 3000.0 / 16000.0, 1e-12);
    static float padded[8192];
    memcpy(padded, sound, 3000 * sizeof padded[0]);
    hear_classifier_reset(c);
    hear_classifier_write(c, padded, 8192, take, &b);
    assert_memory_equal(a.probs[0], b.probs[0], sizeof a.probs[0]);
    hear_classifier_reset(c);
    a.n = 0;
    hear_classifier_finish(c, take, &a);
    assert_int_equal(a.n, 0); /* no sound, no window */
    hear_classifier_destroy(c);
}

/* Windows share patches, which are heard once; another recording's are its own. */
static void test_a_reset_forgets_the_patches_of_another_recording(void **state)
{
    (void)state;
    hear_model *m = small_patch_model(HEAR_LAYOUT_TIME_MEL);
    const hear_classifier_config config = { .rate_hz = 16000 };
    hear_classifier *c;
    assert_int_equal(hear_classifier_create(&c, m, &config, NULL), HEAR_OK);
    a.n = b.n = 0;
    hear_classifier_write(c, sound + 22000, 20000, take, &a); /* as it is at first */
    hear_classifier_finish(c, take, &a);
    assert_true(a.n > 2);
    hear_classifier_reset(c);
    hear_classifier_write(c, sound, 15000, take, &b); /* other sound */
    hear_classifier_reset(c);
    b.n = 0;
    hear_classifier_write(c, sound + 22000, 20000, take, &b);
    hear_classifier_finish(c, take, &b);
    hear_classifier_destroy(c);
    assert_int_equal(a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_memory_equal(a.probs[i], b.probs[i], m->info.n_labels * sizeof(float));
        assert_memory_equal(a.own[i], b.own[i], m->info.n_labels * sizeof(float));
        assert_true(a.results[i].own_weight == b.results[i].own_weight);
        assert_true(a.results[i].own_weight > 0.0);
    }
    hear_model_close(m);
}

static void test_lost_samples_are_zeros_and_say_so(void **state)
{
    (void)state;
    hear_classifier *c = make(16000, 0.0);
    a.n = b.n = 0;
    hear_classifier_write(c, sound, 10000, take, &a);
    hear_classifier_write_lost(c, 800, take, &a);
    hear_classifier_write(c, sound + 10800, 9200, take, &a);
    hear_classifier_reset(c);
    static float zeros[20000];
    memcpy(zeros, sound, sizeof zeros);
    memset(zeros + 10000, 0, 800 * sizeof zeros[0]);
    zeros[50] = NAN; /* counts as 0, as does what is infinite */
    zeros[51] = -INFINITY;
    hear_classifier_write(c, zeros, 20000, take, &b);
    hear_classifier_destroy(c);
    assert_int_equal(a.n, b.n);
    for (size_t i = 1; i < a.n; i++) {
        assert_memory_equal(a.probs[i], b.probs[i], sizeof a.probs[0]);
        const double start = 0.1 * (double)i, end = start + 0.512; /* lost: 0.625 .. 0.675 */
        const double lost = fmax(0.0, fmin(end, 0.675) - fmax(start, 0.625));
        assert_close(a.results[i].lost_s, lost, 1e-9);
        assert_true(b.results[i].lost_s == 0.0);
    }
    for (size_t k = 0; k < 3; k++)
        assert_true(isfinite(b.probs[0][k]));
}

static void test_what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    hear_classifier *c;
    hear_error err;
    const hear_classifier_config bad[] = {
        { .rate_hz = 0 },
        { .rate_hz = 44100.5 },
        { .rate_hz = NAN },
        { .rate_hz = 16000, .hop_s = 0.01 },
        { .rate_hz = 16000, .hop_s = 1.0 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(hear_classifier_create(&c, model, &bad[i], &err), HEAR_ERR_ARG);
        assert_null(c);
        assert_true(err.text[0]);
    }
    hear_classifier_destroy(NULL);
}

static int prepare(void **state)
{
    (void)state;
    model = small_model(1, HEAR_LAYOUT_TIME_MEL);
    small_sound(sound, N);
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    hear_model_close(model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_do_not_depend_on_the_blocks),
        cmocka_unit_test(test_a_result_is_of_its_windows_frames_alone),
        cmocka_unit_test(test_a_short_recording_is_one_padded_window),
        cmocka_unit_test(test_a_reset_forgets_the_patches_of_another_recording),
        cmocka_unit_test(test_lost_samples_are_zeros_and_say_so),
        cmocka_unit_test(test_what_is_out_of_range_is_refused),
    };
    return cmocka_run_group_tests_name("classifier", tests, prepare, tidy);
}
