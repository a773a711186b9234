/* rng.c - see rng.h. */
#include "config.h"

#include "base/rng.h"

#include <math.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void hear_rng_seed(hear_rng *r, uint64_t seed)
{
    *r = (hear_rng){ 0 };
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed);
}

void hear_rng_seed_stream(hear_rng *r, uint64_t seed, uint64_t stream)
{
    uint64_t mixed = splitmix64(&stream);
    hear_rng_seed(r, seed ^ mixed);
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t hear_rng_next(hear_rng *r)
{
    uint64_t *s = r->s;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double hear_rng_uniform(hear_rng *r)
{
    return (double)(hear_rng_next(r) >> 11) * 0x1.0p-53;
}

uint64_t hear_rng_below(hear_rng *r, uint64_t n)
{
    const uint64_t limit = UINT64_MAX - UINT64_MAX % n; /* a whole number of n's */
    uint64_t x;
    do {
        x = hear_rng_next(r);
    } while (x >= limit);
    return x % n;
}

double hear_rng_normal(hear_rng *r)
{
    if (r->has_normal) {
        r->has_normal = false;
        return r->normal;
    }
    double a, b, square;
    do {
        a = 2.0 * hear_rng_uniform(r) - 1.0;
        b = 2.0 * hear_rng_uniform(r) - 1.0;
        square = a * a + b * b;
    } while (square >= 1.0 || square == 0.0);
    const double f = sqrt(-2.0 * log(square) / square);
    r->normal = f * a;
    r->has_normal = true;
    return f * b;
}

double hear_rng_beta(hear_rng *r, double a, double b)
{
    for (;;) {
        const double x = pow(hear_rng_uniform(r), 1.0 / a);
        const double y = pow(hear_rng_uniform(r), 1.0 / b);
        if (x + y <= 1.0 && x + y > 0.0)
            return x / (x + y);
    }
}

void hear_rng_shuffle(hear_rng *r, size_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = (size_t)hear_rng_below(r, i);
        const size_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

void hear_mt19937_seed(hear_mt19937 *m, uint32_t seed)
{
    for (uint32_t i = 0; i < 624; i++) {
        m->mt[i] = seed;
        seed = 1812433253u * (seed ^ (seed >> 30)) + i + 1;
    }
    m->pos = 624;
    m->has_normal = false;
}

static void refill(hear_mt19937 *m)
{
    uint32_t *mt = m->mt;
    for (size_t i = 0; i < 624; i++) {
        const uint32_t y = (mt[i] & 0x80000000u) | (mt[(i + 1) % 624] & 0x7fffffffu);
        mt[i] = mt[(i + 397) % 624] ^ (y >> 1) ^ ((y & 1u) ? 0x9908b0dfu : 0u);
    }
    m->pos = 0;
}

static uint32_t next32(hear_mt19937 *m)
{
    if (m->pos >= 624)
        refill(m);
    uint32_t y = m->mt[m->pos++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

double hear_mt19937_uniform(hear_mt19937 *m)
{
    const uint32_t a = next32(m) >> 5, b = next32(m) >> 6;
    return ((double)a * 67108864.0 + (double)b) / 9007199254740992.0;
}

double hear_mt19937_normal(hear_mt19937 *m)
{
    if (m->has_normal) {
        m->has_normal = false;
        return m->normal;
    }
    double x1, x2, square;
    do {
        x1 = 2.0 * hear_mt19937_uniform(m) - 1.0;
        x2 = 2.0 * hear_mt19937_uniform(m) - 1.0;
        square = x1 * x1 + x2 * x2;
    } while (square >= 1.0 || square == 0.0);
    const double f = sqrt(-2.0 * log(square) / square);
    m->normal = f * x1;
    m->has_normal = true;
    return f * x2;
}
