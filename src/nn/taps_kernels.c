/* taps_kernels.c - the sets of taps_kernels.h. */
#include "config.h"

#include "nn/taps_kernels.h"

#include "nn/simd.h"

#include <math.h>

#define KERNELS "nn/taps_tile.inc"
#include "nn/simd.inc"

const hear_taps_kernels *hear_taps_kernels_best(void)
{
    static const hear_taps_kernels *const sets[HEAR_SIMD_KINDS] = { &plain,
#ifdef X86
                                                                    &avx2, &avx512
#endif
    };
    return sets[hear_simd_kind()];
}
