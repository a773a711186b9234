/* test_pipeline.c - the threads of a stream: what goes in comes out, and who waits for whom. */
#include "test.h"

#include "base/clock.h"
#include "base/thread.h"
#include "hearsay/classifier.h"
#include "small_model.h"
#include "stream/pipeline.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_RESULTS = 1100, MAX_SAMPLES = 1000000 };

typedef struct {
    size_t n;
    hear_window_result results[MAX_RESULTS];
    float probs[MAX_RESULTS][3], own[MAX_RESULTS][3];
} got_results;

static void take(void *user, const hear_window_result *r)
{
    got_results *g = user;
    assert_true(g->n < MAX_RESULTS && r->n_labels == 3);
    g->results[g->n] = *r;
    memcpy(g->probs[g->n], r->probs, sizeof g->probs[0]);
    memcpy(g->own[g->n], r->own, sizeof g->own[0]);
    g->n++;
}

static hear_model *model, *slow_model;
static float sound[MAX_SAMPLES];
static got_results expected, got;

static hear_pipeline *make(const hear_pipeline_config *config)
{
    hear_pipeline *p = NULL;
    hear_error err = { 0 };
    if (hear_pipeline_create(&p, config, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    return p;
}

static void expect(uint32_t rate_hz, double hop_s, size_t n, size_t lost_at, size_t n_lost)
{
    const hear_classifier_config config = { .rate_hz = rate_hz, .hop_s = hop_s };
    hear_classifier *c;
    assert_int_equal(hear_classifier_create(&c, model, &config, NULL), HEAR_OK);
    expected.n = 0;
    hear_classifier_write(c, sound, lost_at, take, &expected);
    hear_classifier_write_lost(c, n_lost, take, &expected);
    hear_classifier_write(c, sound + lost_at + n_lost, n - lost_at - n_lost, take, &expected);
    hear_classifier_finish(c, take, &expected);
    hear_classifier_destroy(c);
}

static void assert_same_result(size_t i, size_t k)
{
    assert_true(got.results[i].index == expected.results[k].index);
    assert_true(got.results[i].start_s == expected.results[k].start_s);
    assert_true(got.results[i].end_s == expected.results[k].end_s);
    assert_true(got.results[i].lost_s == expected.results[k].lost_s);
    assert_memory_equal(got.probs[i], expected.probs[k], sizeof got.probs[0]);
    assert_true(got.results[i].own_weight == expected.results[k].own_weight);
    assert_memory_equal(got.own[i], expected.own[k], sizeof got.own[0]);
}

static void assert_as_expected(void)
{
    assert_int_equal(got.n, expected.n);
    for (size_t i = 0; i < got.n; i++)
        assert_same_result(i, i);
}

static void read_all(hear_pipeline *p)
{
    hear_window_result r;
    hear_read what;
    while ((what = hear_pipeline_read(p, &r, -1)) == HEAR_READ_RESULT)
        take(&got, &r);
    assert_int_equal(what, HEAR_READ_END);
    assert_int_equal(hear_pipeline_read(p, &r, -1), HEAR_READ_END);
}

typedef struct {
    hear_pipeline *pipeline;
    size_t n, block;
    pthread_t thread;
} feeder;

static void *feed(void *arg)
{
    feeder *f = arg;
    for (size_t at = 0; at < f->n; at += f->block)
        hear_pipeline_write(f->pipeline, sound + at, f->block < f->n - at ? f->block : f->n - at);
    hear_pipeline_end(f->pipeline);
    return NULL;
}

static void start_feeding(feeder *f, hear_pipeline *p, size_t n, size_t block)
{
    *f = (feeder){ .pipeline = p, .n = n, .block = block };
    assert_int_equal(hear_thread_start(&f->thread, feed, f), 0);
}

static void test_a_recording_gives_what_the_classifier_gives(void **state)
{
    (void)state;
    static const struct {
        uint32_t rate_hz;
        double hop_s, ring_s;
        size_t n, block;
    } cases[] = {
        { 16000, 0.0, 0.0, 160000, 1000 },   { 44100, 0.06, 0.1, 300000, 317 },
        { 48000, 0.3, 5.0, 300000, 100000 }, { 8000, 0.0, 0.0, 1234, 1 },
        { 16000, 0.0, 0.0, 1, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(cases[i].rate_hz, cases[i].hop_s, cases[i].n, 0, 0);
        hear_pipeline *p = make(&(hear_pipeline_config){ .model = model,
                                                         .rate_hz = cases[i].rate_hz,
                                                         .hop_s = cases[i].hop_s,
                                                         .ring_s = cases[i].ring_s });
        assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
        feeder f;
        got.n = 0;
        start_feeding(&f, p, cases[i].n, cases[i].block);
        read_all(p);
        pthread_join(f.thread, NULL);
        assert_as_expected();
        hear_pipeline_snapshot s;
        hear_pipeline_snapshot_get(p, &s);
        assert_int_equal(s.n_windows, expected.n);
        assert_true(s.n_skipped == 0 && s.n_dropped == 0 && s.lost_s == 0.0);
        assert_close(s.position_s, (double)cases[i].n / cases[i].rate_hz, 1e-9);
        hear_pipeline_destroy(p);
    }
}

static void test_a_stream_without_sound_has_no_results(void **state)
{
    (void)state;
    for (int live = 0; live < 2; live++) {
        hear_pipeline *p =
            make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000, .live = live });
        assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
        hear_window_result r;
        assert_int_equal(hear_pipeline_read(p, &r, 0), HEAR_READ_NOTHING);
        assert_int_equal(hear_pipeline_read(p, &r, 20), HEAR_READ_NOTHING);
        hear_pipeline_end(p);
        assert_int_equal(hear_pipeline_read(p, &r, -1), HEAR_READ_END);
        hear_pipeline_destroy(p);
    }
}

/* Nothing reads the ring before start: what does not fit is lost, the rest keeps its place. */
static void test_what_the_ring_could_not_take_is_zeros_in_its_place(void **state)
{
    (void)state;
    hear_pipeline *p = make(
        &(hear_pipeline_config){ .model = model, .rate_hz = 16000, .live = true, .ring_s = 0.5 });
    for (size_t at = 0; at < 24000; at += 1000) /* 8192 fit */
        hear_pipeline_write(p, sound + at, 1000);
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    hear_pipeline_snapshot s;
    do {
        usleep(1000);
        hear_pipeline_snapshot_get(p, &s);
    } while (s.position_s < 8192.0 / 16000.0);
    got.n = 0;
    for (size_t at = 24000; at < 40000; at += 800) { /* as slow as it is read */
        hear_pipeline_write(p, sound + at, 800);
        do {
            usleep(200);
            hear_pipeline_snapshot_get(p, &s);
        } while (s.position_s < (double)at / 16000.0 - 0.1);
    }
    hear_pipeline_end(p);
    read_all(p);
    hear_pipeline_snapshot_get(p, &s);
    hear_pipeline_destroy(p);
    assert_close(s.lost_s, 15808.0 / 16000.0, 1e-9);
    assert_close(s.position_s, 2.5, 1e-9);
    assert_int_equal(s.n_dropped, 0);

    expect(16000, 0.0, 40000, 8192, 15808);
    /* the loss came in one piece, so it may have cost windows, but never their places */
    assert_int_equal(got.n + s.n_skipped, expected.n);
    size_t n_marked = 0;
    for (size_t i = 0; i < got.n; i++) {
        assert_same_result(i, (size_t)got.results[i].index);
        n_marked += got.results[i].lost_s > 0.0;
    }
    assert_true(n_marked > 5);
    for (size_t k = 0; k < expected.n; k++) { /* lost are 0.512 .. 1.5 s */
        const double start = expected.results[k].start_s;
        const bool touched = start < 1.5 && start + 0.512 > 0.512 + 1e-9;
        assert_int_equal(expected.results[k].lost_s > 0.0, touched);
    }
}

static void test_samples_known_to_be_lost_are_marked_too(void **state)
{
    (void)state;
    expect(16000, 0.0, 40000, 10000, 3000);
    hear_pipeline *p = make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000 });
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    hear_pipeline_write(p, sound, 10000);
    hear_pipeline_write_lost(p, 3000);
    hear_pipeline_write(p, sound + 13000, 27000);
    hear_pipeline_end(p);
    got.n = 0;
    read_all(p);
    assert_as_expected();
    hear_pipeline_destroy(p);
}

static void test_live_overload_skips_windows_and_never_audio(void **state)
{
    (void)state;
    enum { N = 480000 };
    hear_pipeline *p = make(&(hear_pipeline_config){
        .model = slow_model, .rate_hz = 16000, .hop_s = 0.06, .live = true, .ring_s = 60.0 });
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    feeder f;
    got.n = 0;
    start_feeding(&f, p, N, 480);
    read_all(p);
    pthread_join(f.thread, NULL);
    hear_pipeline_snapshot s;
    hear_pipeline_snapshot_get(p, &s);
    hear_pipeline_destroy(p);
    assert_true(s.lost_s == 0.0);
    assert_true(s.n_skipped > 0);
    const size_t n_windows = 1 + (N - 24 * 320 - 512) / 960; /* and less than half a hop */
    assert_int_equal(got.n + s.n_skipped + s.n_dropped, n_windows);
    for (size_t i = 0; i < got.n; i++) {
        assert_close(got.results[i].start_s, 0.06 * (double)got.results[i].index, 1e-9);
        assert_true(i == 0 || got.results[i].index > got.results[i - 1].index);
    }
}

static void test_a_reader_that_does_not_read_costs_results_only(void **state)
{
    (void)state;
    enum { N = 800000 };
    expect(16000, 0.06, N, 0, 0);
    hear_pipeline *p = make(&(hear_pipeline_config){
        .model = model, .rate_hz = 16000, .hop_s = 0.06, .live = true, .ring_s = 60.0 });
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    hear_pipeline_snapshot s;
    enum { PART = 8 * 960, SPAN = 24 * 320 + 512, LEFT = 640 }; /* LEFT may stay in the ring */
    for (size_t at = 0; at < N;) { /* as slow as it is heard: no window is skipped */
        const size_t part = PART < N - at ? PART : N - at;
        hear_pipeline_write(p, sound + at, part);
        at += part;
        do {
            usleep(200);
            hear_pipeline_snapshot_get(p, &s);
        } while (at > SPAN + LEFT && s.n_windows + s.n_skipped < 1 + (at - SPAN - LEFT) / 960);
    }
    hear_pipeline_end(p);
    do {
        usleep(1000);
        hear_pipeline_snapshot_get(p, &s);
    } while (s.n_windows + s.n_skipped < expected.n);
    got.n = 0;
    read_all(p);
    hear_pipeline_snapshot_get(p, &s);
    hear_pipeline_destroy(p);
    assert_true(s.lost_s == 0.0);
    assert_close(s.position_s, 50.0, 1e-9);
    assert_int_equal(s.n_skipped, 0);
    assert_true(s.n_dropped > 0);
    assert_int_equal(got.n + s.n_dropped, expected.n);
    for (size_t i = 0; i < got.n; i++) /* what came first waits for the reader */
        assert_same_result(i, i);
}

static void *stop_soon(void *arg)
{
    usleep(100000);
    hear_pipeline_stop(arg);
    return NULL;
}

static void test_stop_ends_all_that_waits_and_keeps_what_is_ready(void **state)
{
    (void)state;
    expect(16000, 0.06, MAX_SAMPLES, 0, 0);
    hear_pipeline *p =
        make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000, .hop_s = 0.06 });
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, stop_soon, p), 0);
    hear_pipeline_write(p, sound, MAX_SAMPLES); /* nobody reads: it blocks until the stop */
    pthread_join(thread, NULL);
    got.n = 0;
    read_all(p);
    assert_true(got.n >= 16 && got.n < expected.n);
    for (size_t i = 0; i < got.n; i++)
        assert_same_result(i, i);
    hear_pipeline_destroy(p);

    p = make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000 });
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    assert_int_equal(hear_thread_start(&thread, stop_soon, p), 0);
    hear_window_result r;
    assert_int_equal(hear_pipeline_read(p, &r, -1), HEAR_READ_END); /* it waited for sound */
    pthread_join(thread, NULL);
    hear_pipeline_destroy(p);
    hear_pipeline_destroy(make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000 }));
}

typedef struct {
    hear_pipeline *pipeline;
    size_t n, gap_at, n_lost;
    pthread_t thread;
} feeder_with_gap;

static void *feed_with_gap(void *arg)
{
    feeder_with_gap *f = arg;
    const size_t after = f->gap_at + f->n_lost;
    hear_pipeline_write(f->pipeline, sound, f->gap_at);
    hear_pipeline_write_lost(f->pipeline, f->n_lost);
    hear_pipeline_write(f->pipeline, sound + after, f->n - after);
    hear_pipeline_end(f->pipeline);
    return NULL;
}

/* A model of samples: a display sees mel bands all the same, and what was lost as silence. At 1000
 * Hz a chunk of samples gives more frames than are made at once. */
static void test_the_display_of_a_wave_sees_mel_bands(void **state)
{
    (void)state;
    enum { N = 40000, LOST = 3000, MAX_FRAMES = 1300 };
    static const uint32_t rates[] = { 16000, 1000 };
    static float heard[N], frames[MAX_FRAMES][128], peeked[MAX_FRAMES][128];
    memcpy(heard, sound, sizeof heard);
    memset(heard + 20000, 0, LOST * sizeof heard[0]);
    hear_model *m = small_wave_model();
    for (size_t i = 0; i < 2; i++) {
        const hear_frontend_config shown = hear_frontend_default();
        hear_frontend *f;
        assert_int_equal(hear_frontend_create(&f, &shown, rates[i], NULL), HEAR_OK);
        size_t n_taken;
        const size_t n = hear_frontend_process(f, heard, N, &n_taken, frames[0], MAX_FRAMES);
        hear_frontend_destroy(f);
        assert_true(rates[i] == 16000 ? n == 77 : n > 1200); /* (40000 - 1024) / 512 + 1 */

        hear_pipeline *p = make(&(hear_pipeline_config){ .model = m, .rate_hz = rates[i] });
        assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
        feeder_with_gap fed = { p, N, 20000, LOST, 0 };
        assert_int_equal(hear_thread_start(&fed.thread, feed_with_gap, &fed), 0);
        got.n = 0;
        read_all(p);
        pthread_join(fed.thread, NULL);
        assert_true(got.n > 10);
        const size_t newest = n < 200 ? n : 200; /* of them the display keeps some 8 s */
        assert_int_equal(hear_pipeline_peek_frames(p, peeked[0], newest), newest);
        assert_memory_equal(peeked, frames[n - newest], newest * sizeof frames[0]);
        hear_pipeline_destroy(p);
    }
    hear_model_close(m);
}

static void test_the_display_sees_the_newest_frames_and_all_results(void **state)
{
    (void)state;
    enum { N = 8192 + 34 * 1600 }; /* 35 windows and no rest */
    expect(16000, 0.0, N, 0, 0);
    hear_pipeline *p = make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000 });
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    hear_pipeline_write(p, sound, N);
    hear_pipeline_end(p);
    got.n = 0;
    read_all(p);

    hear_frontend *f;
    assert_int_equal(hear_frontend_create(&f, &model->info.frontend, 16000, NULL), HEAR_OK);
    static float frames[300][8], peeked[300][8];
    size_t n_taken;
    const size_t n = hear_frontend_process(f, sound, N, &n_taken, frames[0], 300);
    hear_frontend_destroy(f);
    assert_int_equal(hear_pipeline_peek_frames(p, peeked[0], 50), 50);
    assert_memory_equal(peeked, frames[n - 50], sizeof frames[0] * 50);
    assert_int_equal(hear_pipeline_peek_frames(p, peeked[0], 50), 0);

    hear_window_result r;
    float probs[3];
    got.n = 0;
    while (hear_pipeline_peek_result(p, &r, probs)) {
        assert_ptr_equal(r.probs, probs);
        take(&got, &r);
    }
    assert_as_expected();

    float peak = 0.0f;
    double energy = 0.0;
    for (size_t i = 0; i < N; i++) {
        peak = fmaxf(peak, fabsf(sound[i]));
        energy += (double)sound[i] * (double)sound[i];
    }
    hear_pipeline_snapshot s;
    hear_pipeline_snapshot_get(p, &s);
    assert_true(s.peak == peak);
    assert_close(s.rms, sqrt(energy / N), 1e-6);
    assert_true(s.infer_p50_ms > 0.0 && s.infer_p50_ms <= s.infer_p99_ms &&
                s.infer_p99_ms <= s.infer_worst_ms);
    assert_true(s.latency_ms > 0.0);
    hear_pipeline_snapshot_get(p, &s);
    assert_true(s.peak == 0.0f && s.rms == 0.0f);
    hear_pipeline_destroy(p);
}

static double ms_since(uint64_t then_ns)
{
    return (double)(hear_now_ns() - then_ns) * 1e-6;
}

/* Written before the start: one window of 512 ms, and 43.75 ms of sound behind it. Live its last
 * sample is then older by as much as stands behind it; a recording's comes when it is taken up. */
static void test_latency_is_from_a_windows_last_sample_on(void **state)
{
    (void)state;
    for (int live = 0; live < 2; live++) {
        hear_pipeline *p =
            make(&(hear_pipeline_config){ .model = model, .rate_hz = 16000, .live = live });
        const uint64_t before_ns = hear_now_ns();
        hear_pipeline_write(p, sound, 8192 + 700);
        const uint64_t written_ns = hear_now_ns();
        usleep(60000);
        const uint64_t start_ns = hear_now_ns();
        assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
        hear_pipeline_end(p);
        got.n = 0;
        const double waited_ms = (double)(start_ns - written_ns) * 1e-6;
        read_all(p);
        assert_int_equal(got.n, 1);
        hear_pipeline_snapshot s;
        hear_pipeline_snapshot_get(p, &s);
        if (live) {
            assert_true(s.latency_ms >= 43.75 + waited_ms);
            assert_true(s.latency_ms <= 43.75 + ms_since(before_ns));
        } else {
            assert_true(s.latency_ms <= ms_since(start_ns));
        }
        hear_pipeline_destroy(p);
    }
}

static void test_no_thread_of_a_stream_uses_the_heap(void **state)
{
    (void)state;
    for (int live = 0; live < 2; live++) {
        hear_pipeline *p =
            make(&(hear_pipeline_config){ .model = model, .rate_hz = 44100, .live = live });
        assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
        test_heap_calls_elsewhere();
        test_forbid_heap();
        hear_pipeline_write(p, sound, 20000);
        hear_pipeline_write_lost(p, 1000);
        hear_pipeline_write(p, sound + 21000, 60000);
        hear_pipeline_end(p);
        got.n = 0;
        read_all(p);
        test_allow_heap();
        assert_int_equal(test_heap_calls_elsewhere(), 0);
        assert_true(got.n > 0); /* live, some may have been skipped */
        hear_pipeline_destroy(p);
    }
}

static void test_what_does_not_fit_is_refused(void **state)
{
    (void)state;
    hear_pipeline *p;
    hear_error err;
    const hear_pipeline_config bad[] = {
        { .model = model, .rate_hz = 999 },
        { .model = model, .rate_hz = 16000, .hop_s = 9.0 },
        { .model = model, .rate_hz = 16000, .ring_s = -1.0 },
        { .model = model, .rate_hz = 16000, .ring_s = 1e9 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(hear_pipeline_create(&p, &bad[i], &err), HEAR_ERR_ARG);
        assert_null(p);
    }
}

static int make_models(void **state)
{
    (void)state;
    model = small_model(0, HEAR_LAYOUT_TIME_MEL);
    slow_model = small_model(4, HEAR_LAYOUT_TIME_MEL);
    small_sound(sound, MAX_SAMPLES);
    return 0;
}

static int close_models(void **state)
{
    (void)state;
    hear_model_close(model);
    hear_model_close(slow_model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_recording_gives_what_the_classifier_gives),
        cmocka_unit_test(test_a_stream_without_sound_has_no_results),
        cmocka_unit_test(test_what_the_ring_could_not_take_is_zeros_in_its_place),
        cmocka_unit_test(test_samples_known_to_be_lost_are_marked_too),
        cmocka_unit_test(test_live_overload_skips_windows_and_never_audio),
        cmocka_unit_test(test_a_reader_that_does_not_read_costs_results_only),
        cmocka_unit_test(test_stop_ends_all_that_waits_and_keeps_what_is_ready),
        cmocka_unit_test(test_the_display_of_a_wave_sees_mel_bands),
        cmocka_unit_test(test_the_display_sees_the_newest_frames_and_all_results),
        cmocka_unit_test(test_latency_is_from_a_windows_last_sample_on),
        cmocka_unit_test(test_no_thread_of_a_stream_uses_the_heap),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("pipeline", tests, make_models, close_models);
}
