/* test_writer.c - the thread that writes: in order, to the end, and on its own time. */
#include "test.h"

#include "base/clock.h"
#include "base/error.h"
#include "hearsay/classifier.h"
#include "io/writer.h"
#include "small_model.h"

#include <stdatomic.h>
#include <string.h>

enum { N = 160000, MAX = 200 }; /* ten seconds: 96 windows every tenth of a second, from 0.5 */

static hear_model *model;
static float sound[N];

typedef struct {
    bool begun;
    size_t n, fail_at; /* windows so far; the one that cannot be written, SIZE_MAX for none */
    float probs[MAX][3];
    atomic_bool open; /* windows are let through */
} written;

static atomic_int n_done;

static void count_done(void)
{
    n_done++;
}

static hear_status begin(void *user, hear_error *err)
{
    (void)err;
    ((written *)user)->begun = true;
    return HEAR_OK;
}

static hear_status cannot_begin(void *user, hear_error *err)
{
    (void)user;
    return hear_fail(err, HEAR_ERR_IO, "closed");
}

static hear_status window(void *user, const hear_window_result *r, hear_error *err)
{
    written *const w = user;
    while (!w->open)
        hear_sleep_ns(1000000);
    if (w->n == w->fail_at)
        return hear_fail(err, HEAR_ERR_IO, "full");
    assert_true(w->begun && w->n < MAX);
    memcpy(w->probs[w->n++], r->probs, sizeof w->probs[0]);
    return HEAR_OK;
}

static void take(void *user, const hear_window_result *r)
{
    written *const w = user;
    memcpy(w->probs[w->n++], r->probs, sizeof w->probs[0]);
}

static hear_pipeline *start_pipeline(bool live)
{
    hear_pipeline *p;
    const hear_pipeline_config config = { .model = model, .rate_hz = 16000, .live = live };
    assert_int_equal(hear_pipeline_create(&p, &config, NULL), HEAR_OK);
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    n_done = 0;
    return p;
}

static hear_writer *start_writer(hear_pipeline *p, written *w)
{
    hear_writer *writer;
    const hear_writer_config config = {
        .pipeline = p, .begin = begin, .window = window, .done = count_done, .user = w
    };
    assert_int_equal(hear_writer_start(&writer, &config, NULL), HEAR_OK);
    return writer;
}

static void wait_for(const hear_writer *w)
{
    while (!hear_writer_done(w))
        hear_sleep_ns(1000000);
}

static void test_every_window_is_written_in_order(void **state)
{
    (void)state;
    static written expected, w;
    w.fail_at = SIZE_MAX;
    w.open = true;
    hear_classifier *c;
    const hear_classifier_config config = { .rate_hz = 16000 };
    assert_int_equal(hear_classifier_create(&c, model, &config, NULL), HEAR_OK);
    hear_classifier_write(c, sound, N, take, &expected);
    hear_classifier_finish(c, take, &expected);
    hear_classifier_destroy(c);

    hear_pipeline *p = start_pipeline(false);
    hear_writer *writer = start_writer(p, &w);
    assert_false(hear_writer_done(writer));
    hear_pipeline_write(p, sound, N);
    hear_pipeline_end(p);
    wait_for(writer);
    hear_error err = { .status = HEAR_OK };
    assert_int_equal(hear_writer_status(writer, &err), HEAR_OK);
    hear_writer_destroy(writer);
    hear_pipeline_destroy(p);
    assert_int_equal(n_done, 1);
    assert_true(expected.n > 90);
    assert_int_equal(w.n, expected.n);
    assert_memory_equal(w.probs, expected.probs, sizeof w.probs);
}

static void test_what_cannot_be_written_ends_it_with_its_error(void **state)
{
    (void)state;
    static written w = { .fail_at = 3 };
    w.open = true;
    hear_pipeline *p = start_pipeline(true);
    hear_writer *writer = start_writer(p, &w);
    for (size_t at = 0; at < N && !hear_writer_done(writer); at += 1600) {
        hear_pipeline_write(p, sound + at, 1600);
        hear_sleep_ns(1000000);
    }
    hear_pipeline_end(p);
    wait_for(writer);
    hear_error err = { .status = HEAR_OK };
    assert_int_equal(hear_writer_status(writer, &err), HEAR_ERR_IO);
    assert_string_equal(err.text, "full");
    assert_int_equal(w.n, 3);
    assert_int_equal(n_done, 1);
    hear_writer_destroy(writer);
    hear_pipeline_destroy(p);
}

static void test_nothing_is_written_behind_a_begin_that_failed(void **state)
{
    (void)state;
    static written w;
    hear_pipeline *p = start_pipeline(false);
    hear_writer *writer;
    const hear_writer_config config = {
        .pipeline = p, .begin = cannot_begin, .window = window, .user = &w
    };
    assert_int_equal(hear_writer_start(&writer, &config, NULL), HEAR_OK);
    wait_for(writer);
    hear_error err = { .status = HEAR_OK };
    assert_int_equal(hear_writer_status(writer, &err), HEAR_ERR_IO);
    assert_int_equal(w.n, 0);
    hear_writer_destroy(writer);
    hear_pipeline_destroy(p);
}

/* Ten seconds of sound go in live while not one window gets out: the source never waits. */
static void test_a_writer_that_waits_holds_up_nobody(void **state)
{
    (void)state;
    static written w = { .fail_at = SIZE_MAX };
    hear_pipeline *p = start_pipeline(true);
    hear_writer *writer = start_writer(p, &w);
    hear_pipeline_snapshot snapshot;
    for (size_t at = 0; at < N; at += 1600) {
        hear_pipeline_write(p, sound + at, 1600);
        do { /* heard by the dsp thread, though nothing is written */
            hear_sleep_ns(100000);
            hear_pipeline_snapshot_get(p, &snapshot);
        } while (snapshot.position_s < (double)(at + 1600) / 16000 - 0.1);
    }
    assert_false(hear_writer_done(writer));
    assert_int_equal(w.n, 0);
    assert_true(snapshot.lost_s == 0.0);
    w.open = true;
    hear_pipeline_end(p);
    wait_for(writer);
    assert_int_equal(hear_writer_status(writer, NULL), HEAR_OK);
    assert_true(w.n > 0);
    hear_writer_destroy(writer);
    hear_pipeline_destroy(p);
}

int main(void)
{
    model = small_model(0, HEAR_LAYOUT_TIME_MEL);
    small_sound(sound, N);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_window_is_written_in_order),
        cmocka_unit_test(test_what_cannot_be_written_ends_it_with_its_error),
        cmocka_unit_test(test_nothing_is_written_behind_a_begin_that_failed),
        cmocka_unit_test(test_a_writer_that_waits_holds_up_nobody),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    hear_model_close(model);
    return failed;
}
