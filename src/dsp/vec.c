/* vec.c - see vec.h.
 *
 * Written with the vector types of gcc and clang: what the CPU lacks in width, the compiler takes
 * in several steps. Left over elements go through the same operations in a padded block. */
#include "config.h"

#include "dsp/vec.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#define N 8 /* elements at a time */
typedef float f8 __attribute__((vector_size(32)));
typedef int32_t i8 __attribute__((vector_size(32)));
typedef uint32_t u8 __attribute__((vector_size(32)));
typedef double d8 __attribute__((vector_size(64)));
typedef float f4 __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))

/* memcpy: the arrays need not be aligned */
#define LOAD(v, from) memcpy(&(v), from, sizeof(v))
#define STORE(to, v) memcpy(to, &(v), sizeof(v))

INLINE void multiply(double *out, const float *x, const double *w, size_t n)
{
    size_t i = 0;
    for (; i + N <= n; i += N) {
        f8 a;
        d8 b;
        LOAD(a, x + i);
        LOAD(b, w + i);
        b *= __builtin_convertvector(a, d8);
        STORE(out + i, b);
    }
    for (; i < n; i++)
        out[i] = x[i] * w[i];
}

INLINE void power(float *out, const double *z, size_t n)
{
    size_t i = 0;
    for (; i + N <= n; i += N) {
        d8 low, high;
        LOAD(low, z + 2 * i);
        LOAD(high, z + 2 * i + N);
        low *= low;
        high *= high;
        const d8 re = { low[0], low[2], low[4], low[6], high[0], high[2], high[4], high[6] };
        const d8 im = { low[1], low[3], low[5], low[7], high[1], high[3], high[5], high[7] };
        const f8 sum = __builtin_convertvector(re + im, f8);
        STORE(out + i, sum);
    }
    for (; i < n; i++)
        out[i] = (float)(z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]);
}

INLINE void root(float *x, size_t n)
{
    size_t i = 0;
    for (; i + N <= n; i += N)
        for (size_t k = 0; k < N; k++)
            x[i + k] = sqrtf(x[i + k]);
    for (; i < n; i++)
        x[i] = sqrtf(x[i]);
}

/* Comparisons of vectors that the CPU has not are taken element by element by gcc, so what follows
 * compares the bits as integers: positive floats stand in the same order. All ones where a < b, for
 * 0 <= a, b < 2^31. */
INLINE u8 below8(u8 a, u8 b)
{
    return (u8)((i8)(a - b) >> 31);
}

INLINE u8 splat8(float x)
{
    const f8 v = (f8){ 0 } + x;
    return (u8)v;
}

INLINE f8 clean8(f8 x, float limit)
{
    const u8 size = (u8)x & 0x7fffffffu, most = splat8(limit);
    const u8 within = below8(size, most);
    const u8 held = (size & within) | (most & ~within);
    return (f8)((held | ((u8)x & 0x80000000u)) & below8(size, splat8(INFINITY)));
}

INLINE void clean(float *out, const float *x, size_t n, float limit)
{
    f8 v = { 0 };
    size_t i = 0;
    for (; i + N <= n; i += N) {
        LOAD(v, x + i);
        v = clean8(v, limit);
        STORE(out + i, v);
    }
    if (i < n) {
        memcpy(&v, x + i, (n - i) * sizeof *x);
        v = clean8(v, limit);
        memcpy(out + i, &v, (n - i) * sizeof *x);
    }
}

/* x = 2^e m with m in sqrt(1/2) .. sqrt(2), and with s = (m - 1) / (m + 1), |s| < 0.172:
 * ln m = 2 atanh s = 2 (s + s^3 / 3 + s^5 / 5 + …), of which s^11 / 11 is below 4e-10 s. */
INLINE f8 ln8(f8 x)
{
    const int32_t sqrt_half = 0x3f3504f3; /* the bits of sqrt(1/2) */
    const i8 above = (i8)x - sqrt_half;
    const f8 m = (f8)((above & 0x007fffff) + sqrt_half);
    const f8 e = __builtin_convertvector(above >> 23, f8);
    const f8 s = (m - 1.0f) / (m + 1.0f);
    const f8 z = s * s;
    const f8 rest = z * (2.0f / 3.0f + z * (2.0f / 5.0f + z * (2.0f / 7.0f + z * (2.0f / 9.0f))));
    /* ln 2 in two parts, the first with zeros behind, so that e times it is exact */
    return e * 0.693145751953125f + (2.0f * s + (s * rest + e * 1.42860682030941723e-6f));
}

INLINE f8 floored_ln8(f8 x, float add, float floor)
{
    const u8 v = (u8)(x + add), least = splat8(floor);
    const u8 under = (u8)((i8)v >> 31) | below8(v, least); /* negative, or below */
    return ln8((f8)((v & ~under) | (least & under)));
}

INLINE void ln(float *x, size_t n, float add, float floor, float scale)
{
    f8 v = { 0 };
    size_t i = 0;
    for (; i + N <= n; i += N) {
        LOAD(v, x + i);
        v = scale * floored_ln8(v, add, floor);
        STORE(x + i, v);
    }
    if (i < n) {
        memcpy(&v, x + i, (n - i) * sizeof *x);
        v = scale * floored_ln8(v, add, floor);
        memcpy(x + i, &v, (n - i) * sizeof *x);
    }
}

INLINE void bands(float *out, size_t n_bands, const size_t *first, const size_t *n, const float *w,
                  const float *x)
{
    for (size_t b = 0; b < n_bands; b++) {
        const float *from = x + first[b];
        f4 sum = { 0 };
        for (const float *end = w + n[b]; w < end; w += HEAR_VEC_LANES, from += HEAR_VEC_LANES) {
            f4 weights, values;
            LOAD(weights, w);
            LOAD(values, from);
            sum += weights * values;
        }
        out[b] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
}

/* Four sums side by side: none waits for its own last addition. */
INLINE float dot(const float *a, const float *b, size_t n)
{
    f8 s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };
    size_t i = 0;
#define ADD(sum, k)                                                                                \
    {                                                                                              \
        f8 x, y;                                                                                   \
        LOAD(x, a + i + (k)*N);                                                                    \
        LOAD(y, b + i + (k)*N);                                                                    \
        sum += x * y;                                                                              \
    }
    for (; i + 4 * N <= n; i += 4 * N) {
        ADD(s0, 0)
        ADD(s1, 1)
        ADD(s2, 2)
        ADD(s3, 3)
    }
    for (; i < n; i += N)
        ADD(s0, 0)
#undef ADD
    const f8 s = (s0 + s1) + (s2 + s3);
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

/* ---- the versions, and the choice */

typedef struct {
    const char *name;
    void (*multiply)(double *out, const float *x, const double *w, size_t n);
    void (*power)(float *out, const double *z, size_t n);
    void (*root)(float *x, size_t n);
    void (*clean)(float *out, const float *x, size_t n, float limit);
    void (*ln)(float *x, size_t n, float add, float floor, float scale);
    void (*bands)(float *out, size_t n_bands, const size_t *first, const size_t *n, const float *w,
                  const float *x);
    float (*dot)(const float *a, const float *b, size_t n);
} loops;

#define FOR_CPU(name, target)                                                                      \
    target static void name##_multiply(double *out, const float *x, const double *w, size_t n)     \
    {                                                                                              \
        multiply(out, x, w, n);                                                                    \
    }                                                                                              \
    target static void name##_power(float *out, const double *z, size_t n)                         \
    {                                                                                              \
        power(out, z, n);                                                                          \
    }                                                                                              \
    target static void name##_root(float *x, size_t n)                                             \
    {                                                                                              \
        root(x, n);                                                                                \
    }                                                                                              \
    target static void name##_clean(float *out, const float *x, size_t n, float limit)             \
    {                                                                                              \
        clean(out, x, n, limit);                                                                   \
    }                                                                                              \
    target static void name##_ln(float *x, size_t n, float add, float floor, float scale)          \
    {                                                                                              \
        ln(x, n, add, floor, scale);                                                               \
    }                                                                                              \
    target static void name##_bands(float *out, size_t n_bands, const size_t *first,               \
                                    const size_t *n, const float *w, const float *x)               \
    {                                                                                              \
        bands(out, n_bands, first, n, w, x);                                                       \
    }                                                                                              \
    target static float name##_dot(const float *a, const float *b, size_t n)                       \
    {                                                                                              \
        return dot(a, b, n);                                                                       \
    }                                                                                              \
    static const loops name = { #name,        name##_multiply, name##_power, name##_root,          \
                                name##_clean, name##_ln,       name##_bands, name##_dot };

FOR_CPU(plain, )
#if defined(__x86_64__) || defined(__i386__)
FOR_CPU(avx2, __attribute__((target("avx2"))))
FOR_CPU(avx512, __attribute__((target("avx512f"))))
#endif

/* NULL where there is no such version, or the CPU cannot run it. */
static const loops *version(const char *name)
{
#if defined(__x86_64__) || defined(__i386__)
    if (strcmp(name, avx512.name) == 0)
        return __builtin_cpu_supports("avx512f") ? &avx512 : NULL;
    if (strcmp(name, avx2.name) == 0)
        return __builtin_cpu_supports("avx2") ? &avx2 : NULL;
#endif
    return strcmp(name, plain.name) == 0 ? &plain : NULL;
}

static _Atomic(const loops *) chosen;

static const loops *best(void)
{
    /* relaxed: every thread would choose the same constant */
    const loops *l = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (l)
        return l;
    static const char *const names[] = { "avx512", "avx2", "plain" };
    for (size_t i = 0; !l; i++)
        l = version(names[i]);
    atomic_store_explicit(&chosen, l, memory_order_relaxed);
    return l;
}

bool hear_vec_choose(const char *name)
{
    const loops *l = version(name);
    if (l)
        atomic_store_explicit(&chosen, l, memory_order_relaxed);
    return l != NULL;
}

void hear_vec_multiply(double *out, const float *x, const double *w, size_t n)
{
    best()->multiply(out, x, w, n);
}

void hear_vec_power(float *out, const double *z, size_t n)
{
    best()->power(out, z, n);
}

void hear_vec_sqrt(float *x, size_t n)
{
    best()->root(x, n);
}

void hear_vec_clean(float *out, const float *x, size_t n, float limit)
{
    best()->clean(out, x, n, limit);
}

void hear_vec_ln(float *x, size_t n, float add, float floor, float scale)
{
    best()->ln(x, n, add, floor, scale);
}

void hear_vec_bands(float *out, size_t n_bands, const size_t *first, const size_t *n,
                    const float *w, const float *x)
{
    best()->bands(out, n_bands, first, n, w, x);
}

float hear_vec_dot(const float *a, const float *b, size_t n)
{
    return best()->dot(a, b, n);
}
