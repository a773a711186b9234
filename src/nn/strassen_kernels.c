/* strassen_kernels.c - the sets of strassen_kernels.h. */
#include "config.h"

#include "nn/strassen_kernels.h"

#include "nn/simd.h"

#define KERNELS "nn/strassen_tile.inc"
#include "nn/simd.inc"

const hear_strassen_kernels *hear_strassen_kernels_best(void)
{
    static const hear_strassen_kernels *const sets[HEAR_SIMD_KINDS] = { &plain,
#ifdef X86
                                                                        &avx2, &avx512
#endif
    };
    return sets[hear_simd_kind()];
}
