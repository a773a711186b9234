/* test_ring.c - what goes through a ring, what does not fit, and two threads at it. */
#include "test.h"

#include "base/rng.h"
#include "dsp/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static hear_ring *make(size_t n_items, size_t item_bytes, size_t n_gaps)
{
    hear_ring *r = NULL;
    const hear_ring_config config = { n_items, item_bytes, n_gaps };
    assert_int_equal(hear_ring_create(&r, &config), HEAR_OK);
    return r;
}

/* One view: `lost` missing, then the numbers from..to-1. */
static void expect(hear_ring *r, uint64_t lost, uint32_t from, uint32_t to)
{
    uint32_t items[64];
    uint64_t missing;
    const size_t n = hear_ring_read(r, items, 64, &missing);
    assert_int_equal(missing, lost);
    assert_int_equal(n, to - from);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(items[i], from + i);
}

/* Writes the numbers from..to-1; returns how many fitted. */
static size_t put(hear_ring *r, uint32_t from, uint32_t to)
{
    uint32_t items[64];
    for (uint32_t i = from; i < to; i++)
        items[i - from] = i;
    return hear_ring_write(r, items, to - from);
}

static void test_items_wrap_in_two_pieces(void **state)
{
    (void)state;
    hear_ring *r = make(5, sizeof(uint32_t), 4); /* 5 is rounded up to 8 */
    assert_int_equal(hear_ring_n_items(r), 8);
    test_forbid_heap();
    assert_int_equal(put(r, 0, 6), 6);
    expect(r, 0, 0, 6);
    assert_int_equal(put(r, 6, 14), 8); /* 6 7 | 8 … 13 */
    assert_int_equal(hear_ring_n_ready(r), 8);
    hear_ring_view view;
    assert_int_equal(hear_ring_read_begin(r, 100, &view), 8);
    assert_int_equal(view.n_first, 2);
    assert_int_equal(view.n_second, 6);
    assert_int_equal(((const uint32_t *)view.first)[1], 7);
    assert_int_equal(((const uint32_t *)view.second)[0], 8);
    hear_ring_read_end(r, 3);
    hear_ring_space space;
    assert_int_equal(hear_ring_write_begin(r, 100, &space), 3);
    assert_int_equal(space.n_first, 2); /* 14 15 | 16 */
    ((uint32_t *)space.first)[0] = 14;
    ((uint32_t *)space.first)[1] = 15;
    hear_ring_write_end(r, 2);
    test_allow_heap();
    expect(r, 0, 9, 16);
    expect(r, 0, 0, 0);
    assert_int_equal(hear_ring_lost(r), 0);
    hear_ring_destroy(r);
}

static void test_a_loss_keeps_its_place(void **state)
{
    (void)state;
    hear_ring *r = make(8, sizeof(uint32_t), 4);
    assert_int_equal(put(r, 0, 10), 8);  /* 8 and 9 are lost */
    assert_int_equal(put(r, 10, 12), 0); /* so are these: 4 */
    hear_ring_write_lost(r, 3);          /* 12 13 14: 7 */
    assert_int_equal(hear_ring_lost(r), 7);
    uint32_t items[3];
    uint64_t lost;
    assert_int_equal(hear_ring_read(r, items, 3, &lost), 3);
    assert_int_equal(lost, 0);
    assert_int_equal(put(r, 15, 18), 3);
    expect(r, 0, 3, 8);
    expect(r, 7, 15, 18);
    expect(r, 0, 0, 0);
    hear_ring_destroy(r);
}

static void test_a_loss_without_room_in_its_queue_takes_the_block_along(void **state)
{
    (void)state;
    hear_ring *r = make(16, sizeof(uint32_t), 2);
    for (uint32_t i = 0; i < 8; i += 2) { /* 0 _ 2 _ : two gaps, then all is lost */
        put(r, i, i + 1);
        hear_ring_write_lost(r, 1);
    }
    expect(r, 0, 0, 1);
    expect(r, 1, 2, 3);
    expect(r, 1, 4, 5);
    assert_int_equal(hear_ring_lost(r), 5); /* 1 3 5, and 6 with 7 */
    put(r, 8, 9);
    expect(r, 3, 8, 9);
    hear_ring_destroy(r);
}

static void test_the_end_comes_after_the_last_loss(void **state)
{
    (void)state;
    hear_ring *r = make(4, sizeof(uint32_t), 1);
    put(r, 0, 1);
    hear_ring_write_lost(r, 1);
    put(r, 2, 3); /* the one gap is taken */
    hear_ring_write_lost(r, 5);
    put(r, 8, 9); /* lost for want of a gap: 6 */
    hear_ring_end(r);
    hear_ring_view view;
    assert_int_equal(hear_ring_read_begin(r, 0, &view), 0); /* a look that takes nothing */
    assert_int_equal(view.lost, 0);
    hear_ring_read_end(r, 0);
    expect(r, 0, 0, 1);
    assert_int_equal(hear_ring_read_begin(r, 9, &view), 1);
    assert_int_equal(view.lost, 1);
    assert_int_equal(hear_ring_read_begin(r, 9, &view), 1); /* still there until read_end */
    assert_int_equal(view.lost, 1);
    hear_ring_read_end(r, 1);
    assert_false(hear_ring_at_end(r));
    expect(r, 6, 0, 0);
    assert_true(hear_ring_at_end(r));
    expect(r, 0, 0, 0);
    hear_ring_destroy(r);

    r = make(4, sizeof(uint32_t), 1);
    put(r, 0, 1);
    hear_ring_write_lost(r, 5);
    hear_ring_end(r);
    assert_int_equal(hear_ring_read_begin(r, 0, &view), 0); /* the loss is behind the item */
    assert_int_equal(view.lost, 0);
    expect(r, 0, 0, 1);
    expect(r, 5, 0, 0);
    hear_ring_destroy(r);

    r = make(4, 1, 1);
    assert_false(hear_ring_at_end(r));
    hear_ring_end(r);
    assert_true(hear_ring_at_end(r));
    hear_ring_destroy(r);
}

static void test_items_of_any_size(void **state)
{
    (void)state;
    hear_ring *r = make(2, 3 * sizeof(float), 1);
    const float in[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
    float out[2][3];
    uint64_t lost;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(hear_ring_write(r, in, 1), 1);
        assert_int_equal(hear_ring_write(r, in[1], 1), 1);
        assert_int_equal(hear_ring_read(r, out, 2, &lost), 2);
        assert_memory_equal(in, out, sizeof in);
        assert_int_equal(hear_ring_write(r, NULL, 0), 0);
    }
    hear_ring_destroy(r);
}

static void test_senseless_sizes_are_refused(void **state)
{
    (void)state;
    const hear_ring_config bad[] = { { 1, 4, 1 },
                                     { 8, 0, 1 },
                                     { 8, 4, 0 },
                                     { ((size_t)1 << 31) + 1, 1, 1 },
                                     { 8, 4, ((size_t)1 << 20) + 1 } };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hear_ring *r = (hear_ring *)&r;
        assert_int_equal(hear_ring_create(&r, &bad[i]), HEAR_ERR_ARG);
        assert_null(r);
    }
    hear_ring *r;
    assert_int_equal(hear_ring_create(&r, &(hear_ring_config){ (size_t)1 << 31, SIZE_MAX / 2, 1 }),
                     HEAR_ERR_MEM);
}

static void test_memory_that_runs_out_leaves_nothing_behind(void **state)
{
    (void)state;
    if (!test_heap_is_watched())
        skip();
    const hear_ring_config config = { 8, 4, 2 };
    const long before = test_heap_balance();
    for (unsigned long n = 1; n <= 3; n++) { /* the ring, its items, its gaps */
        hear_ring *r;
        test_fail_heap(n);
        const hear_status status = hear_ring_create(&r, &config);
        test_fail_heap(0);
        assert_int_equal(status, HEAR_ERR_MEM);
        assert_null(r);
        assert_int_equal(test_heap_balance(), before);
    }
}

/* ---- two threads: item i is the number i, so that both content and places of losses show */

#ifdef HEAR_SANITIZED
#define N_ITEMS ((uint64_t)4000000)
#else
#define N_ITEMS ((uint64_t)130000000)
#endif
#define MAX_BLOCK 3000

typedef struct {
    hear_ring *ring;
    uint64_t n_items;
    size_t max_block;
    uint64_t n_known_lost; /* by write_lost */
} writer;

static size_t write_in_place(hear_ring *r, uint64_t next, size_t n)
{
    hear_ring_space space;
    n = hear_ring_write_begin(r, n, &space);
    for (size_t i = 0; i < space.n_first; i++)
        ((uint32_t *)space.first)[i] = (uint32_t)(next + i);
    for (size_t i = 0; i < space.n_second; i++)
        ((uint32_t *)space.second)[i] = (uint32_t)(next + space.n_first + i);
    hear_ring_write_end(r, n);
    return n;
}

static void *write_all(void *user)
{
    writer *w = user;
    static uint32_t block[MAX_BLOCK];
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    for (uint64_t next = 0; next < w->n_items;) {
        size_t n = 1 + hear_rng_below(&rng, w->max_block);
        n = n < w->n_items - next ? n : (size_t)(w->n_items - next);
        const uint64_t kind = hear_rng_below(&rng, 64);
        if (kind == 0) {
            hear_ring_write_lost(w->ring, n);
            w->n_known_lost += n;
            next += n;
        } else if (kind < 4) { /* as a callback does: whether it fits or not */
            for (size_t i = 0; i < n; i++)
                block[i] = (uint32_t)(next + i);
            hear_ring_write(w->ring, block, n);
            next += n;
        } else { /* as a recording does: waits for room */
            while (n > 0) {
                const size_t n_put = write_in_place(w->ring, next, n);
                if (n_put == 0)
                    sched_yield();
                next += n_put;
                n -= n_put;
            }
        }
    }
    hear_ring_end(w->ring);
    return NULL;
}

static void test_two_threads_and_random_blocks(void **state)
{
    (void)state;
    static const struct {
        size_t n_ring, n_gaps, max_block;
        uint64_t n_items;
    } runs[] = { { 4096, 64, MAX_BLOCK, N_ITEMS }, { 64, 2, 50, N_ITEMS / 20 } };
    for (size_t s = 0; s < 2; s++) {
        writer w = { .ring = make(runs[s].n_ring, sizeof(uint32_t), runs[s].n_gaps),
                     .n_items = runs[s].n_items,
                     .max_block = runs[s].max_block };
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, write_all, &w), 0);
        hear_rng rng;
        hear_rng_seed(&rng, 2);
        uint64_t next = 0, n_read = 0, n_lost = 0, n_wrong = 0;
        while (!hear_ring_at_end(w.ring)) {
            hear_ring_view view;
            const size_t n = hear_ring_read_begin(w.ring, hear_rng_below(&rng, w.max_block), &view);
            next += view.lost;
            n_lost += view.lost;
            for (size_t i = 0; i < view.n_first; i++)
                n_wrong += ((const uint32_t *)view.first)[i] != (uint32_t)(next + i);
            for (size_t i = 0; i < view.n_second; i++)
                n_wrong +=
                    ((const uint32_t *)view.second)[i] != (uint32_t)(next + view.n_first + i);
            hear_ring_read_end(w.ring, n);
            if (n == 0)
                sched_yield();
            next += n;
            n_read += n;
        }
        pthread_join(thread, NULL);
        assert_int_equal(n_wrong, 0);
        assert_int_equal(next, w.n_items);
        assert_int_equal(n_read + n_lost, w.n_items);
        assert_int_equal(n_lost, hear_ring_lost(w.ring));
        assert_true(w.n_known_lost > 0 && n_lost > w.n_known_lost && n_read > w.n_items / 4 * 3);
        print_message("ring of %zu: %llu read, %llu lost\n", runs[s].n_ring,
                      (unsigned long long)n_read, (unsigned long long)n_lost);
        hear_ring_destroy(w.ring);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_wrap_in_two_pieces),
        cmocka_unit_test(test_a_loss_keeps_its_place),
        cmocka_unit_test(test_a_loss_without_room_in_its_queue_takes_the_block_along),
        cmocka_unit_test(test_the_end_comes_after_the_last_loss),
        cmocka_unit_test(test_items_of_any_size),
        cmocka_unit_test(test_senseless_sizes_are_refused),
        cmocka_unit_test(test_memory_that_runs_out_leaves_nothing_behind),
        cmocka_unit_test(test_two_threads_and_random_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
