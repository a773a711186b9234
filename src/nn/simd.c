/* simd.c - see simd.h. */
#include "config.h"

#include "nn/simd.h"

#include <stdatomic.h>
#include <string.h>

static const char *const names[HEAR_SIMD_KINDS] = { "plain", "avx2", "avx512" };

static bool can_run(hear_simd kind)
{
#if defined(__x86_64__) || defined(__i386__)
    if (kind == HEAR_SIMD_AVX512)
        return __builtin_cpu_supports("avx512f");
    if (kind == HEAR_SIMD_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kind == HEAR_SIMD_PLAIN;
}

static _Atomic int chosen; /* number + 1; 0: not yet */

hear_simd hear_simd_kind(void)
{
    /* relaxed: every thread would choose the same constant */
    int k = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (k > 0)
        return (hear_simd)(k - 1);
    k = HEAR_SIMD_KINDS - 1;
    while (!can_run((hear_simd)k))
        k--;
    atomic_store_explicit(&chosen, k + 1, memory_order_relaxed);
    return (hear_simd)k;
}

bool hear_simd_choose(const char *name)
{
    for (int k = 0; k < HEAR_SIMD_KINDS; k++)
        if (strcmp(names[k], name) == 0 && can_run((hear_simd)k)) {
            atomic_store_explicit(&chosen, k + 1, memory_order_relaxed);
            return true;
        }
    return false;
}
