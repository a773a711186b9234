/* gemm_kernels.c - the sets of gemm_kernels.h, and the choice among them. */
#include "config.h"

#include "nn/gemm_kernels.h"

#include "nn/gemm.h"
#include "nn/simd.h"

#define KERNELS "nn/gemm_tile.inc"
#include "nn/simd.inc"

const hear_gemm_kernels *hear_gemm_kernels_best(void)
{
    static const hear_gemm_kernels *const sets[HEAR_SIMD_KINDS] = { &plain,
#ifdef X86
                                                                    &avx2, &avx512
#endif
    };
    return sets[hear_simd_kind()];
}
