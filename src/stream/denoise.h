/* denoise.h - a network that takes noise out of speech, over a stream at 16 kHz.
 *
 *   samples -> STFT (1024, every 512) -> magnitudes -> network -> magnitudes, the noisy phase
 *           -> overlap-add -> samples
 *
 * The network hears WINDOW frames at a time; windows overlap by half, and the frames of the middle
 * half are kept. A model is an ONNX file with hearsay.kind "denoiser", one input [N, 1, WINDOW,
 * BINS] of magnitudes and one output of the same shape: those of the speech alone.
 * Threads: one owner at a time. */
#ifndef STREAM_DENOISE_H
#define STREAM_DENOISE_H

#include "nn/graph.h"

#include <stdbool.h>

enum {
    HEAR_DENOISE_HZ = 16000,
    HEAR_DENOISE_FFT = 1024,
    HEAR_DENOISE_HOP = 512,
    HEAR_DENOISE_WINDOW = 64, /* frames: 2 s */
    HEAR_DENOISE_BINS = 512   /* from 0 Hz up; the last one, 8 kHz, is left out of the sound too */
};
#define HEAR_DENOISE_KIND "denoiser" /* of hearsay.kind in the metadata */

typedef struct hear_denoise hear_denoise;

/* Whether the metadata say that it is one. */
bool hear_is_denoiser(const hear_graph *graph);
/* graph must outlive it. Errors: HEAR_ERR_MODEL (no denoiser, or not of that shape; err says
 * which), HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_denoise_create(hear_denoise **out, hear_graph *graph,
                                                hear_error *err);
void hear_denoise_destroy(hear_denoise *d); /* NULL is allowed */
void hear_denoise_reset(hear_denoise *d);   /* as if new */

/* Takes samples until all n are taken or max_out are out; *n_taken says how many, the return value
 * how many came out: the same sound, some 1.5 s behind. Call again with the rest. What comes out
 * does not depend on how the sound was cut. Neither allocates nor fails. */
size_t hear_denoise_process(hear_denoise *d, const float *in, size_t n, size_t *n_taken, float *out,
                            size_t max_out);
/* The end: what is still inside, so that as many samples came out as went in. Call until it
 * returns 0. */
size_t hear_denoise_flush(hear_denoise *d, float *out, size_t max_out);
#endif
