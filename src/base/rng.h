/* rng.h - random numbers that are the same on every machine.
 *
 * hear_rng: xoshiro256** of D. Blackman and S. Vigna (2018), seeded by splitmix64; for everything.
 * hear_mt19937: NumPy's legacy generator (numpy.random.RandomState: MT19937 of M. Matsumoto and
 * T. Nishimura 1998, normals by Marsaglia's polar method), for results that must equal NumPy's.
 * Threads: one owner at a time. Real-time: nothing here allocates. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t s[4];
    bool has_normal;
    double normal;
} hear_rng;

void hear_rng_seed(hear_rng *r, uint64_t seed);
/* A stream of its own for (seed, stream): what one draws does not move another. */
void hear_rng_seed_stream(hear_rng *r, uint64_t seed, uint64_t stream);
uint64_t hear_rng_next(hear_rng *r);
double hear_rng_uniform(hear_rng *r);                        /* [0, 1), 53 bits */
uint64_t hear_rng_below(hear_rng *r, uint64_t n);            /* 0 .. n - 1 without bias, n >= 1 */
double hear_rng_normal(hear_rng *r);                         /* mean 0, variance 1 */
double hear_rng_beta(hear_rng *r, double a, double b);       /* Johnk's method; a, b in (0, 1] */
void hear_rng_shuffle(hear_rng *r, size_t *items, size_t n); /* Fisher-Yates */

typedef struct {
    uint32_t mt[624];
    size_t pos;
    bool has_normal;
    double normal;
} hear_mt19937;

void hear_mt19937_seed(hear_mt19937 *m, uint32_t seed); /* numpy.random.seed(seed) */
double hear_mt19937_uniform(hear_mt19937 *m);           /* numpy.random.rand() */
double hear_mt19937_normal(hear_mt19937 *m);            /* numpy.random.randn() */
#endif
