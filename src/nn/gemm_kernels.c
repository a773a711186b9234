/* gemm_kernels.c - the sets of gemm_kernels.h, and the choice among them. */
#include "config.h"

#include "nn/gemm_kernels.h"

#include "nn/gemm.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#define X86 1
#include <immintrin.h>
#endif

/* ---- portable: vectors of four, of which every CPU has sixteen; no fused operation */

typedef float f4 __attribute__((vector_size(16)));
#define INLINE static inline __attribute__((always_inline))

INLINE f4 load4(const float *p)
{
    f4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE f4 load4_part(const float *p, size_t n)
{
    f4 v = { 0 };
    memcpy(&v, p, n * sizeof *p);
    return v;
}

INLINE f4 larger4(f4 a, f4 b)
{
    for (int i = 0; i < 4; i++)
        b[i] = b[i] < a[i] ? a[i] : b[i];
    return b;
}

INLINE f4 smaller4(f4 a, f4 b)
{
    for (int i = 0; i < 4; i++)
        b[i] = b[i] > a[i] ? a[i] : b[i];
    return b;
}

#define SET plain
#define TARGET
#define V f4
#define W 4
#define ROWS 4
#define ZERO() ((f4){ 0 })
#define SPLAT(x) ((f4){ 0 } + (x))
#define LOAD(p) load4(p)
#define STORE(p, v)                                                                                \
    do {                                                                                           \
        const f4 stored = (v);                                                                     \
        memcpy(p, &stored, sizeof stored);                                                         \
    } while (0)
#define MUL(a, b) ((a) * (b))
#define ADD(a, b) ((a) + (b))
#define FMA(a, b, c) ((a) * (b) + (c))
#define MAX(a, b) larger4(a, b)
#define MIN(a, b) smaller4(a, b)
#define MASK size_t
#define MASK_OF(n) (n)
#define LOAD_MASKED(p, m) load4_part(p, m)
#define STORE_MASKED(p, m, v)                                                                      \
    do {                                                                                           \
        const f4 stored = (v);                                                                     \
        memcpy(p, &stored, (m) * sizeof(float));                                                   \
    } while (0)
#define LOAD_LANES(row, i, l) load4((row)[i] + (l))
#define LOW2(a, b) ((f4){ (a)[0], (b)[0], (a)[1], (b)[1] })
#define HIGH2(a, b) ((f4){ (a)[2], (b)[2], (a)[3], (b)[3] })
#define LOW4(a, b) ((f4){ (a)[0], (a)[1], (b)[0], (b)[1] })
#define HIGH4(a, b) ((f4){ (a)[2], (a)[3], (b)[2], (b)[3] })
#include "nn/gemm_tile.inc"

#ifdef X86
/* ---- AVX2 with FMA: sixteen vectors of eight */

#define SET avx2
#define TARGET __attribute__((target("avx2,fma")))
#define V __m256
#define W 8
#define ROWS 6
#define ZERO() _mm256_setzero_ps()
#define SPLAT(x) _mm256_set1_ps(x)
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define MUL(a, b) _mm256_mul_ps(a, b)
#define ADD(a, b) _mm256_add_ps(a, b)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define MAX(a, b) _mm256_max_ps(a, b)
#define MIN(a, b) _mm256_min_ps(a, b)
#define MASK __m256i
#define MASK_OF(n)                                                                                 \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define LOAD_MASKED(p, m) _mm256_maskload_ps(p, m)
#define STORE_MASKED(p, m, v) _mm256_maskstore_ps(p, m, v)
#define LOAD_LANES(row, i, l)                                                                      \
    _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps((row)[i] + (l))),                     \
                         _mm_loadu_ps((row)[4 + i] + (l)), 1)
#define PAIRS(a, b, how)                                                                           \
    _mm256_castpd_ps(_mm256_unpack##how##_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)))
#define LOW2(a, b) _mm256_unpacklo_ps(a, b)
#define HIGH2(a, b) _mm256_unpackhi_ps(a, b)
#define LOW4(a, b) PAIRS(a, b, lo)
#define HIGH4(a, b) PAIRS(a, b, hi)
#include "nn/gemm_tile.inc"
#undef PAIRS

/* ---- AVX-512: thirty-two vectors of sixteen */

#define SET avx512
#define TARGET __attribute__((target("avx512f")))
#define V __m512
#define W 16
#define ROWS 12
#define ZERO() _mm512_setzero_ps()
#define SPLAT(x) _mm512_set1_ps(x)
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define ADD(a, b) _mm512_add_ps(a, b)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define MAX(a, b) _mm512_max_ps(a, b)
#define MIN(a, b) _mm512_min_ps(a, b)
#define MASK __mmask16
#define MASK_OF(n) ((__mmask16)((1u << (n)) - 1u))
#define LOAD_MASKED(p, m) _mm512_maskz_loadu_ps(m, p)
#define STORE_MASKED(p, m, v) _mm512_mask_storeu_ps(p, m, v)
#define LOAD_LANES(row, i, l)                                                                      \
    _mm512_insertf32x4(_mm512_insertf32x4(_mm512_insertf32x4(_mm512_castps128_ps512(               \
                                                                 _mm_loadu_ps((row)[i] + (l))),    \
                                                             _mm_loadu_ps((row)[4 + i] + (l)), 1), \
                                          _mm_loadu_ps((row)[8 + i] + (l)), 2),                    \
                       _mm_loadu_ps((row)[12 + i] + (l)), 3)
#define PAIRS(a, b, how)                                                                           \
    _mm512_castpd_ps(_mm512_unpack##how##_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)))
#define LOW2(a, b) _mm512_unpacklo_ps(a, b)
#define HIGH2(a, b) _mm512_unpackhi_ps(a, b)
#define LOW4(a, b) PAIRS(a, b, lo)
#define HIGH4(a, b) PAIRS(a, b, hi)
#include "nn/gemm_tile.inc"
#undef PAIRS
#endif

/* ---- the choice */

/* NULL where there is no such set, or the CPU cannot run it. */
static const hear_gemm_kernels *set(const char *name)
{
#ifdef X86
    if (strcmp(name, avx512.name) == 0)
        return __builtin_cpu_supports("avx512f") ? &avx512 : NULL;
    if (strcmp(name, avx2.name) == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &avx2 : NULL;
#endif
    return strcmp(name, plain.name) == 0 ? &plain : NULL;
}

static _Atomic(const hear_gemm_kernels *) chosen;

const hear_gemm_kernels *hear_gemm_kernels_best(void)
{
    /* relaxed: every thread would choose the same constant */
    const hear_gemm_kernels *k = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (k)
        return k;
    static const char *const names[] = { "avx512", "avx2", "plain" };
    for (size_t i = 0; !k; i++)
        k = set(names[i]);
    atomic_store_explicit(&chosen, k, memory_order_relaxed);
    return k;
}

bool hear_gemm_choose(const char *name)
{
    const hear_gemm_kernels *k = set(name);
    if (k)
        atomic_store_explicit(&chosen, k, memory_order_relaxed);
    return k != NULL;
}
