/* linear_kernels.c - the sets of linear_kernels.h. */
#include "config.h"

#include "nn/linear_kernels.h"

#include "nn/simd.h"

#define KERNELS "nn/linear_tile.inc"
#include "nn/simd.inc"

const hear_linear_kernels *hear_linear_kernels_best(void)
{
    static const hear_linear_kernels *const sets[HEAR_SIMD_KINDS] = { &plain,
#ifdef X86
                                                                      &avx2, &avx512
#endif
    };
    return sets[hear_simd_kind()];
}
