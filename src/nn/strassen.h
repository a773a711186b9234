/* strassen.h - rows times a matrix with seven products of a quarter of its size instead of eight.
 *
 * S. Winograd's form of V. Strassen's algorithm, "Gaussian elimination is not optimal" (1969),
 * once: row r of a picture's upper half and row r of its lower half go together, so that a result
 * depends on its own picture alone, to the bit. Rounding differs from the plain sums by a few units
 * in the last place of the largest number. Threads: any; what is packed may be shared. Real-time:
 * run. */
#ifndef NN_STRASSEN_H
#define NN_STRASSEN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is the faster way for y [size][out] = x [size][in] times a matrix, plus a bias. */
bool hear_strassen_fits(size_t size, size_t in, size_t out);

/* Bytes; SIZE_MAX where that does not fit. */
size_t hear_strassen_pack_bytes(size_t in, size_t out);
size_t hear_strassen_scratch(size_t in, size_t out);

/* weights [out][in], bias [out] or NULL; packed: aligned to 64. */
void hear_strassen_pack(void *packed, size_t in, size_t out, const float *weights,
                        const float *bias);

typedef struct {
    const void *packed;
    size_t n, size, in, out; /* n pictures */
    const float *x;          /* [n][size][in] */
    float *y;                /* [n][size][out], held within low .. high (NaN stays NaN) */
    float low, high;
    void *scratch;
} hear_strassen_args;
void hear_strassen_run(const hear_strassen_args *a);
#endif
