/* mfcc.h - mel bands in dB in, mel frequency cepstral coefficients out.
 *
 * The first n_mfcc numbers of the orthonormal DCT-II of a frame:
 *   c[k] = sqrt((k > 0 ? 2 : 1) / n_mels) · sum over b of x[b] cos(pi k (2 b + 1) / (2 n_mels)),
 * as librosa.feature.mfcc makes of its log-mel frames. These reach 80 dB below the maximum of the
 * whole recording there: hear_frontend_finish_window with top_db comes before.
 * Threads: apply may be called from any number of threads. Real-time: apply neither allocates,
 * locks, logs nor fails. */
#ifndef DSP_MFCC_H
#define DSP_MFCC_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct hear_mfcc hear_mfcc;

/* 1 <= n_mfcc <= n_mels <= 4096. On failure *out is NULL. Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_mfcc_create(hear_mfcc **out, size_t n_mels, size_t n_mfcc);
void hear_mfcc_destroy(hear_mfcc *m); /* NULL is allowed */

/* bands: [n_mels] -> coefficients: [n_mfcc]; not the same array. */
void hear_mfcc_apply(const hear_mfcc *m, const float *bands, float *coefficients);
#endif
