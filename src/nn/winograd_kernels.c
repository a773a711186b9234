/* winograd_kernels.c - the sets of winograd_kernels.h. */
#include "config.h"

#include "nn/winograd_kernels.h"

#include "nn/simd.h"

#define KERNELS "nn/winograd_tile.inc"
#include "nn/simd.inc"

const hear_winograd_kernels *hear_winograd_kernels_best(void)
{
    static const hear_winograd_kernels *const sets[HEAR_SIMD_KINDS] = { &plain,
#ifdef X86
                                                                        &avx2, &avx512
#endif
    };
    return sets[hear_simd_kind()];
}
