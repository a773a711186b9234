/* test_handover.c - tap and wake between two threads. */
#include "test.h"

#include "base/clock.h"
#include "base/thread.h"
#include "dsp/ring.h"
#include "stream/tap.h"
#include "stream/wake.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 301, MANY = 200000 };

static void test_a_tap_keeps_the_newest(void **state)
{
    (void)state;
    hear_tap *t = hear_tap_create(1, 4);
    uint32_t out[8];
    assert_int_equal(hear_tap_read(t, out, 8), 0);
    test_forbid_heap();
    for (uint32_t i = 0; i < 3; i++)
        hear_tap_write(t, &i);
    assert_int_equal(hear_tap_read(t, out, 2), 2);
    assert_true(out[0] == 0 && out[1] == 1);
    for (uint32_t i = 3; i < 9; i++)
        hear_tap_write(t, &i);
    assert_int_equal(hear_tap_read_newest(t, out, 3), 3);
    assert_true(out[0] == 6 && out[1] == 7 && out[2] == 8);
    assert_int_equal(hear_tap_read(t, out, 8), 0);
    for (uint32_t i = 9; i < 20; i++)
        hear_tap_write(t, &i);
    assert_int_equal(hear_tap_read(t, out, 8), 4);
    assert_true(out[0] == 16 && out[3] == 19);
    test_allow_heap();
    hear_tap_destroy(t);
}

enum { KEPT = 5, READS = 3000 };

typedef struct {
    hear_tap *tap;
    atomic_bool enough;
} tap_writer;

static void *fill_tap(void *arg)
{
    tap_writer *w = arg;
    uint32_t record[WORDS];
    for (uint32_t i = 0; !atomic_load(&w->enough); i++) {
        for (uint32_t k = 0; k < WORDS; k++)
            record[k] = i + k;
        hear_tap_write(w->tap, record);
    }
    return NULL;
}

/* The writer laps the reader, which finds the oldest record half overwritten nearly each time. */
static void test_a_tap_never_shows_half_a_record(void **state)
{
    (void)state;
    tap_writer w = { .tap = hear_tap_create(WORDS, KEPT) };
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, fill_tap, &w), 0);
    static uint32_t out[KEPT + 1][WORDS];
    uint32_t next = 0;
    size_t n_seen = 0;
    for (int r = 0; r < READS; r++) {
        usleep(1);
        memset(out, 0xff, sizeof out);
        const size_t max = r % 3 == 0 ? 3 : KEPT;
        const size_t n =
            r % 2 ? hear_tap_read(w.tap, out, max) : hear_tap_read_newest(w.tap, out, max);
        assert_true(n <= max);
        for (size_t i = 0; i < n; i++) {
            if (out[i][0] < next || (i > 0 && out[i][0] != next))
                fail_msg("record %u after %u", out[i][0], next - 1);
            next = out[i][0] + 1;
            for (uint32_t k = 1; k < WORDS; k++)
                if (out[i][k] != out[i][0] + k)
                    fail_msg("record torn at word %u", k);
        }
        for (uint32_t k = 0; k < WORDS; k++)
            assert_true(out[max][k] == UINT32_MAX);
        n_seen += n;
    }
    atomic_store(&w.enough, true);
    pthread_join(thread, NULL);
    assert_true(n_seen > 0);
    hear_tap_destroy(w.tap);
}

typedef struct {
    hear_ring *ring;
    hear_wake reader, writer;
} channel;

static bool has_room(void *arg)
{
    const channel *c = arg;
    return hear_ring_n_ready(c->ring) < hear_ring_n_items(c->ring);
}

static bool has_item(void *arg)
{
    return hear_ring_n_ready(((channel *)arg)->ring) > 0;
}

static void *fill_ring(void *arg)
{
    channel *c = arg;
    for (uint32_t i = 0; i < MANY; i++) {
        if (!hear_wake_wait(&c->writer, has_room, c, 20000))
            return arg; /* a wake-up was missed */
        hear_ring_write(c->ring, &i, 1);
        hear_wake_post(&c->reader);
    }
    return NULL;
}

static void test_no_wake_up_is_missed(void **state)
{
    (void)state;
    channel c = { 0 };
    const hear_ring_config config = { .n_items = 2, .item_bytes = 4, .n_gaps = 1 };
    assert_int_equal(hear_ring_create(&c.ring, &config), HEAR_OK);
    hear_wake_init(&c.reader);
    hear_wake_init(&c.writer);
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, fill_ring, &c), 0);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(hear_wake_wait(&c.reader, has_item, &c, 20000));
        uint32_t item = 0;
        uint64_t lost;
        assert_int_equal(hear_ring_read(c.ring, &item, 1, &lost), 1);
        assert_int_equal(item, i);
        hear_wake_post(&c.writer);
    }
    void *missed;
    pthread_join(thread, &missed);
    assert_null(missed);
    hear_wake_clear(&c.reader);
    hear_wake_clear(&c.writer);
    hear_ring_destroy(c.ring);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void test_a_wait_ends_in_time(void **state)
{
    (void)state;
    hear_wake w;
    hear_wake_init(&w);
    const uint64_t start = hear_now_ns();
    assert_false(hear_wake_wait(&w, never, NULL, 0));
    assert_false(hear_wake_wait(&w, never, NULL, 30));
    assert_true(hear_now_ns() - start >= 30000000u);
    hear_wake_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tap_keeps_the_newest),
        cmocka_unit_test(test_a_tap_never_shows_half_a_record),
        cmocka_unit_test(test_no_wake_up_is_missed),
        cmocka_unit_test(test_a_wait_ends_in_time),
    };
    return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
