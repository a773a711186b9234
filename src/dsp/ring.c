/* ring.c - see ring.h.
 *
 * Both indices count items since the start and never wrap. Each is stored by one side only and
 * stands on a cache line of its own; next to it is what that side alone uses. A second ring of the
 * same kind holds the losses ("gaps"): at which index, and how many. */
#include "config.h"

#include "dsp/ring.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "the audio callback must not lock");

typedef struct {
    uint64_t at; /* index of the item that follows the loss */
    uint64_t n;
} gap;

struct hear_ring {
    size_t n_items, n_gaps; /* powers of two */
    size_t item_bytes;
    unsigned char *items; /* [n_items][item_bytes] */
    gap *gaps;            /* [n_gaps] */

    alignas(HEAR_ALIGN) _Atomic uint64_t written; /* stored by the writer */
    alignas(HEAR_ALIGN) _Atomic uint64_t read;    /* stored by the reader */
    alignas(HEAR_ALIGN) _Atomic uint64_t gaps_written;
    alignas(HEAR_ALIGN) _Atomic uint64_t gaps_read;

    alignas(HEAR_ALIGN) _Atomic uint64_t lost; /* seldom stored, by the writer */
    _Atomic bool ended;
    uint64_t tail; /* lost behind the last item; set before ended */

    alignas(HEAR_ALIGN) uint64_t pending; /* the writer's own: lost, and not yet a gap */
    uint64_t read_was;                    /* `read` as seen last: saves fetching the line */

    alignas(HEAR_ALIGN) uint64_t written_was; /* the reader's own: `written` as seen last */
    bool offered_gap, offered_tail;           /* by the last read_begin */
    bool took_tail;
};

static size_t round_up(size_t n)
{
    size_t power = 1;
    while (power < n)
        power *= 2;
    return power;
}

hear_status hear_ring_create(hear_ring **out, const hear_ring_config *config)
{
    *out = NULL;
    if (config->n_items < 2 || config->n_items > (size_t)1 << 31 || config->item_bytes < 1 ||
        config->n_gaps < 1 || config->n_gaps > (size_t)1 << 20)
        return HEAR_ERR_ARG;
    hear_ring *r = hear_alloc(1, sizeof *r);
    if (!r)
        return HEAR_ERR_MEM;
    r->n_items = round_up(config->n_items);
    r->n_gaps = round_up(config->n_gaps);
    r->item_bytes = config->item_bytes;
    r->items = hear_alloc(r->n_items, r->item_bytes);
    r->gaps = hear_alloc(r->n_gaps, sizeof r->gaps[0]);
    if (!r->items || !r->gaps) {
        hear_ring_destroy(r);
        return HEAR_ERR_MEM;
    }
    *out = r;
    return HEAR_OK;
}

void hear_ring_destroy(hear_ring *r)
{
    if (!r)
        return;
    hear_free(r->items);
    hear_free(r->gaps);
    hear_free(r);
}

/* n items from index on, as one or two pieces. */
static hear_ring_space pieces(const hear_ring *r, uint64_t index, size_t n)
{
    const size_t at = (size_t)(index & (r->n_items - 1));
    const size_t n_first = n < r->n_items - at ? n : r->n_items - at;
    return (hear_ring_space){ .first = r->items + at * r->item_bytes,
                              .n_first = n_first,
                              .second = r->items,
                              .n_second = n - n_first };
}

/* ---- the writer */

void hear_ring_write_lost(hear_ring *r, uint64_t n)
{
    r->pending += n;
    /* a plain add: only the writer stores it */
    const uint64_t lost = atomic_load_explicit(&r->lost, memory_order_relaxed);
    atomic_store_explicit(&r->lost, lost + n, memory_order_relaxed);
}

/* Hands what is pending to the reader, in front of index; false while its queue is full. */
static bool put_gap(hear_ring *r, uint64_t index)
{
    const uint64_t n = atomic_load_explicit(&r->gaps_written, memory_order_relaxed);
    /* acquire: pairs with the release of gaps_read in read_end, so that a slot is not filled anew
     * while the reader still looks at it */
    if (n - atomic_load_explicit(&r->gaps_read, memory_order_acquire) == r->n_gaps)
        return false;
    r->gaps[n & (r->n_gaps - 1)] = (gap){ .at = index, .n = r->pending };
    /* release: pairs with the acquire of gaps_written in read_begin. It comes before the release of
     * `written` for the items behind the gap, so whoever sees these sees the gap too. */
    atomic_store_explicit(&r->gaps_written, n + 1, memory_order_release);
    r->pending = 0;
    return true;
}

size_t hear_ring_write_begin(hear_ring *r, size_t n, hear_ring_space *space)
{
    const uint64_t written = atomic_load_explicit(&r->written, memory_order_relaxed);
    if (r->n_items - (written - r->read_was) < n)
        /* acquire: pairs with the release of `read` in read_end: its items may be overwritten */
        r->read_was = atomic_load_explicit(&r->read, memory_order_acquire);
    const size_t room = (size_t)(r->n_items - (written - r->read_was));
    n = n < room ? n : room;
    if (n > 0 && r->pending > 0 && !put_gap(r, written))
        n = 0;
    *space = pieces(r, written, n);
    return n;
}

void hear_ring_write_end(hear_ring *r, size_t n)
{
    const uint64_t written = atomic_load_explicit(&r->written, memory_order_relaxed);
    /* release: pairs with the acquire of `written` in read_begin: the items are there */
    atomic_store_explicit(&r->written, written + n, memory_order_release);
}

size_t hear_ring_write(hear_ring *r, const void *items, size_t n)
{
    hear_ring_space to;
    const size_t n_written = hear_ring_write_begin(r, n, &to);
    if (n_written > 0) { /* items may be NULL where n is 0 */
        const unsigned char *from = items;
        memcpy(to.first, from, to.n_first * r->item_bytes);
        memcpy(to.second, from + to.n_first * r->item_bytes, to.n_second * r->item_bytes);
        hear_ring_write_end(r, n_written);
    }
    if (n_written < n)
        hear_ring_write_lost(r, n - n_written);
    return n_written;
}

void hear_ring_end(hear_ring *r)
{
    r->tail = r->pending;
    /* release: pairs with the acquires of `ended` in read_begin and at_end: the tail, all items and
     * all gaps are there */
    atomic_store_explicit(&r->ended, true, memory_order_release);
}

/* ---- the reader */

static const gap *next_gap(const hear_ring *r, uint64_t i, uint64_t n)
{
    return i < n ? &r->gaps[i & (r->n_gaps - 1)] : NULL;
}

size_t hear_ring_read_begin(hear_ring *r, size_t max, hear_ring_view *view)
{
    /* In this order: ended, written, gaps_written. What is seen of one is then complete in those
     * behind it. */
    /* acquire: pairs with the release in hear_ring_end */
    const bool ended = atomic_load_explicit(&r->ended, memory_order_acquire);
    const uint64_t read = atomic_load_explicit(&r->read, memory_order_relaxed);
    if (r->written_was - read < max || r->written_was == read)
        /* acquire: pairs with the release in write_end */
        r->written_was = atomic_load_explicit(&r->written, memory_order_acquire);
    const uint64_t gaps_read = atomic_load_explicit(&r->gaps_read, memory_order_relaxed);
    /* acquire: pairs with the release in put_gap */
    const uint64_t n_gaps = atomic_load_explicit(&r->gaps_written, memory_order_acquire);

    uint64_t lost = 0, until = r->written_was;
    const gap *g = next_gap(r, gaps_read, n_gaps);
    r->offered_gap = g && g->at == read;
    if (r->offered_gap) {
        lost = g->n;
        g = next_gap(r, gaps_read + 1, n_gaps);
    }
    if (g && g->at < until)
        until = g->at;
    r->offered_tail = ended && !r->took_tail && !g && r->written_was == read;
    if (r->offered_tail)
        lost += r->tail;
    const size_t n = until - read < max ? (size_t)(until - read) : max;
    const hear_ring_space from = pieces(r, read, n);
    *view = (hear_ring_view){ .lost = lost,
                              .first = from.first,
                              .n_first = from.n_first,
                              .second = from.second,
                              .n_second = from.n_second };
    return n;
}

void hear_ring_read_end(hear_ring *r, size_t n)
{
    if (r->offered_gap) {
        const uint64_t gaps_read = atomic_load_explicit(&r->gaps_read, memory_order_relaxed);
        /* release: pairs with the acquire in put_gap */
        atomic_store_explicit(&r->gaps_read, gaps_read + 1, memory_order_release);
        r->offered_gap = false;
    }
    r->took_tail = r->took_tail || r->offered_tail;
    const uint64_t read = atomic_load_explicit(&r->read, memory_order_relaxed);
    /* release: pairs with the acquire in write_begin */
    atomic_store_explicit(&r->read, read + n, memory_order_release);
}

size_t hear_ring_read(hear_ring *r, void *items, size_t max, uint64_t *lost)
{
    hear_ring_view from;
    const size_t n = hear_ring_read_begin(r, max, &from);
    if (n > 0) {
        unsigned char *to = items;
        memcpy(to, from.first, from.n_first * r->item_bytes);
        memcpy(to + from.n_first * r->item_bytes, from.second, from.n_second * r->item_bytes);
    }
    hear_ring_read_end(r, n);
    *lost = from.lost;
    return n;
}

bool hear_ring_at_end(const hear_ring *r)
{
    /* acquire: pairs with the release in hear_ring_end */
    return atomic_load_explicit(&r->ended, memory_order_acquire) &&
           (r->took_tail || r->tail == 0) &&
           atomic_load_explicit(&r->read, memory_order_relaxed) ==
               atomic_load_explicit(&r->written, memory_order_relaxed) &&
           atomic_load_explicit(&r->gaps_read, memory_order_relaxed) ==
               atomic_load_explicit(&r->gaps_written, memory_order_relaxed);
}

/* ---- anyone */

size_t hear_ring_n_ready(const hear_ring *r)
{
    /* `read` first: it is never ahead of a `written` that is loaded after it. acquire: keeps the
     * order, and pairs with the release in read_end. */
    const uint64_t read = atomic_load_explicit(&r->read, memory_order_acquire);
    const uint64_t written = atomic_load_explicit(&r->written, memory_order_acquire);
    const uint64_t n = written - read;
    return n < r->n_items ? (size_t)n : r->n_items;
}

size_t hear_ring_n_items(const hear_ring *r)
{
    return r->n_items;
}

uint64_t hear_ring_lost(const hear_ring *r)
{
    return atomic_load_explicit(&r->lost, memory_order_relaxed);
}
