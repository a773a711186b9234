/* vec.h - loops over many numbers, compiled for several kinds of CPU, the best chosen at run time.
 *
 * All give the same bits: each result is
 * made by the same operations in the same order. Threads: any. Real-time: nothing here allocates,
 * locks, logs or fails. */
#ifndef DSP_VEC_H
#define DSP_VEC_H

#include <stdbool.h>
#include <stddef.h>

/* out[i] = x[i] · w[i] */
void hear_vec_multiply(double *out, const float *x, const double *w, size_t n);
/* out[i] = |z[i]|^2; z: [n][re, im] */
void hear_vec_power(float *out, const double *z, size_t n);
/* x[i] = sqrt(x[i]) */
void hear_vec_sqrt(float *x, size_t n);
/* out[i] = x[i] held within ±limit; what is not finite becomes 0 */
void hear_vec_clean(float *out, const float *x, size_t n, float limit);
/* x[i] = scale · ln(max(x[i] + add, floor)) where that is normal and > 0 (1.2e-38 .. 3.4e38); the
 * logarithm within two units in the last place */
void hear_vec_ln(float *x, size_t n, float add, float floor, float scale);
/* out[b] = sum over i < n[b] of w[i] · x[first[b] + i], w going on from band to band; n[b] is a
 * multiple of HEAR_VEC_LANES */
#define HEAR_VEC_LANES 4
void hear_vec_bands(float *out, size_t n_bands, const size_t *first, const size_t *n,
                    const float *w, const float *x);

/* The sum of a[i] · b[i]; n: a multiple of HEAR_VEC_DOT. */
#define HEAR_VEC_DOT 8
float hear_vec_dot(const float *a, const float *b, size_t n);

/* For tests: the version for that kind of CPU ("plain", "avx2", "avx512") from now on; false where
 * this CPU cannot run it. */
bool hear_vec_choose(const char *name);
#endif
