/* descriptors.h - a frame of sound in single numbers: how loud, how noisy, how bright.
 *
 * As librosa 0.10 computes them (feature.rms, zero_crossing_rate, spectral_centroid, …_bandwidth,
 * …_rolloff of 85 %, …_flatness; center=False, defaults otherwise).
 * Threads: any. Real-time: nothing here allocates, locks, logs or fails. */
#ifndef DSP_DESCRIPTORS_H
#define DSP_DESCRIPTORS_H

#include <stddef.h>

typedef enum {
    HEAR_DESCRIPTOR_RMS,       /* of the samples, without a window */
    HEAR_DESCRIPTOR_ZCR,       /* zero crossings a sample; |x| <= 1e-10 counts as +0 */
    HEAR_DESCRIPTOR_CENTROID,  /* Hz: mean frequency, weighted by magnitude; 0 in silence */
    HEAR_DESCRIPTOR_BANDWIDTH, /* Hz: deviation from it, weighted likewise; 0 in silence */
    HEAR_DESCRIPTOR_ROLLOFF,   /* Hz: the first bin up to which lie 85 % of the magnitude */
    HEAR_DESCRIPTOR_FLATNESS,  /* geometric over arithmetic mean of power; 1 in silence */
    HEAR_N_DESCRIPTORS
} hear_descriptor;

typedef struct {
    const float *samples; /* [n_samples], finite */
    size_t n_samples;     /* >= 1 */
    const float *bins;    /* [n_bins]: magnitudes, finite and >= 0 */
    size_t n_bins;        /* >= 1 */
    double bin_hz;        /* from one bin to the next: rate / n_fft */
} hear_descriptor_frame;

const char *hear_descriptor_name(hear_descriptor d); /* "rms", "zcr", "centroid", … */
float hear_descriptor_of(hear_descriptor d, const hear_descriptor_frame *frame);

/* Mean and standard deviation (over n, as numpy.std) of x[0], x[stride], …: a descriptor over the
 * frames of a window. n >= 1. */
void hear_descriptor_spread(const float *x, size_t n, size_t stride, float *mean, float *deviation);
#endif
