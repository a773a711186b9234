/* bench.c - see bench.h. */
#include "config.h"

#include "bench/bench.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define WARM_UP_NS 100000000u
#define WHOLE_NS 1000000000u
#define MAX_TIMES ((size_t)1 << 20)
#define MIN_TIMES 20 /* also of what takes long */

hear_bench hear_bench_begin(const char *name, double budget_s)
{
    hear_bench b = { .name = name, .budget_s = budget_s };
    b.times_ns = malloc(MAX_TIMES * sizeof *b.times_ns);
    if (!b.times_ns)
        abort();
    return b;
}

bool hear_bench_more(hear_bench *b)
{
    const uint64_t now = hear_now_ns();
    if (b->start_ns == 0)
        b->start_ns = now;
    else if (now - b->start_ns > WARM_UP_NS)
        b->times_ns[b->n++] = (uint32_t)(now - b->last_ns);
    if (b->n == MAX_TIMES || (now - b->start_ns > WHOLE_NS && b->n >= MIN_TIMES))
        return false;
    b->last_ns = hear_now_ns();
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void print_time(const char *what, double ns)
{
    if (ns < 1e6)
        printf("  %s %7.2f us", what, ns / 1e3);
    else
        printf("  %s %7.2f ms", what, ns / 1e6);
}

int hear_bench_end(hear_bench *b)
{
    qsort(b->times_ns, b->n, sizeof b->times_ns[0], by_size);
    const double p50 = b->times_ns[b->n / 2], p99 = b->times_ns[b->n - 1 - b->n / 100];
    printf("%-32s", b->name);
    print_time("p50", p50);
    print_time("p99", p99);
    print_time("worst", b->times_ns[b->n - 1]);
    print_time("budget", b->budget_s * 1e9);
    printf("  p50 takes %.4f %%\n", 100.0 * p50 / (b->budget_s * 1e9));
    fflush(stdout);
    free(b->times_ns);
    return p99 > b->budget_s * 1e9;
}
