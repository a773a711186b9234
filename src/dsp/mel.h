/* mel.h - a spectrum in, mel bands out.
 *
 * Band b is a triangle from edge b over edge b + 1 to edge b + 2, the n_mels + 2 edges equally
 * spaced in mel. SLANEY (Auditory Toolbox): linear below 1 kHz, logarithmic above. HTK:
 * 2595 log10(1 + f / 700). Shape HZ: the sides are straight over Hz, as in librosa.filters.mel;
 * shape MEL: straight over mel, as in HTK and tf.signal.linear_to_mel_weight_matrix.
 * Threads: apply may be called from any number of threads. Real-time: apply neither allocates,
 * locks, logs nor fails. */
#ifndef DSP_MEL_H
#define DSP_MEL_H

#include "hearsay/status.h"

#include <stddef.h>

typedef enum { HEAR_MEL_SLANEY, HEAR_MEL_HTK } hear_mel_scale;
typedef enum { HEAR_MEL_SHAPE_HZ, HEAR_MEL_SHAPE_MEL } hear_mel_shape;
typedef enum {
    HEAR_MEL_NORM_AREA, /* each triangle times 2 / (its width in Hz): librosa's "slaney" */
    HEAR_MEL_NORM_NONE  /* peaks of 1 */
} hear_mel_norm;

typedef struct {
    double rate_hz; /* > 0 */
    size_t n_fft;   /* even, >= 4 */
    size_t n_mels;  /* >= 1 */
    double fmin_hz; /* 0 <= fmin < fmax */
    double fmax_hz; /* <= rate / 2 */
    hear_mel_scale scale;
    hear_mel_shape shape;
    hear_mel_norm norm;
} hear_mel_config;

typedef struct hear_mel hear_mel;

/* On failure *out is NULL. Errors: HEAR_ERR_ARG (a field out of its range), HEAR_ERR_MEM. A band
 * too narrow to hold a bin is always 0. */
HEAR_MUST_CHECK hear_status hear_mel_create(hear_mel **out, const hear_mel_config *config);
void hear_mel_destroy(hear_mel *m); /* NULL is allowed */

/* spectrum: [n_fft / 2 + 1], and three finite numbers behind that are read but do not count ->
 * bands: [n_mels] */
void hear_mel_apply(const hear_mel *m, const float *spectrum, float *bands);
/* Row b of the matrix: [n_fft / 2 + 1] */
void hear_mel_weights(const hear_mel *m, size_t b, float *row);

double hear_mel_from_hz(hear_mel_scale scale, double hz);
double hear_mel_to_hz(hear_mel_scale scale, double mel);
#endif
