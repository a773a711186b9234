/* bench.h - how long one piece of work takes, again and again, against the time that it has.
 *
 *   hear_bench b = hear_bench_begin("ring/480", 0.01);
 *   while (hear_bench_more(&b))
 *       work();
 *   return hear_bench_end(&b);
 *
 * The first tenth of a second warms up and is not counted. One line is printed:
 *   ring/480   p50 0.21 us   p99 0.30 us   worst 4.10 us   budget 10.0 ms   p50 takes 0.0021 % */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    double budget_s;
    uint64_t start_ns, last_ns;
    size_t n;
    uint32_t *times_ns; /* [n] */
} hear_bench;

/* budget_s: the time that one piece of work may take, > 0. */
hear_bench hear_bench_begin(const char *name, double budget_s);
/* The time from one call to the next is one measurement; false after about one second. */
bool hear_bench_more(hear_bench *b);
/* 1 where the 99th percentile misses the budget, otherwise 0: an exit code. */
int hear_bench_end(hear_bench *b);
#endif
