/* simd.h - which vector instructions the kernels of networks use: the best that the CPU has.
 *
 * A file that gives functions for each set writes them in the macros of simd.inc and puts them into
 * an array by this number. Threads: any. */
#ifndef NN_SIMD_H
#define NN_SIMD_H

#include <stdbool.h>

typedef enum { HEAR_SIMD_PLAIN, HEAR_SIMD_AVX2, HEAR_SIMD_AVX512, HEAR_SIMD_KINDS } hear_simd;

/* Real-time. */
hear_simd hear_simd_kind(void);

/* For tests: that set ("plain", "avx2", "avx512") from now on; false where this CPU cannot run it.
 */
bool hear_simd_choose(const char *name);
#endif
