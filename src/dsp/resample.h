/* resample.h - one sample rate in, another out, aligned in time.
 *
 * A windowed sinc in a polyphase bank, walked in exact rational steps: output sample n
 * is of time n / rate_out, the filter's delay is taken out, and the gain is 1. With N the lower of
 * the two Nyquist frequencies: within 0.5 dB to 0.9 N, 80 dB down from 1.05 N. Equal rates pass
 * every bit. The output does not depend on how the input was cut into blocks. Threads: one owner at
 * a time. Real-time: process and flush neither allocate, lock, log nor fail. */
#ifndef DSP_RESAMPLE_H
#define DSP_RESAMPLE_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hear_resample hear_resample;

/* Rates: 1000 .. 768000 Hz. On failure *out is NULL. Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. Any pair
 * keeps exact time; where the bank of a pair with few common factors would not fit into 4 MB, the
 * nearest of its (then over 10000) phases is taken. */
HEAR_MUST_CHECK hear_status hear_resample_create(hear_resample **out, uint32_t rate_in,
                                                 uint32_t rate_out);
void hear_resample_destroy(hear_resample *r); /* NULL is allowed */
void hear_resample_reset(hear_resample *r);   /* as if new */

/* Takes samples until all n are taken or max_out are out; *n_taken says how many, the return value
 * how many came out. Call again with the rest. in NULL stands for zeros. */
size_t hear_resample_process(hear_resample *r, const float *in, size_t n, size_t *n_taken,
                             float *out, size_t max_out);
/* The end: what the filter still holds, so that all in all round(n_in * rate_out / rate_in) samples
 * came out. Call until it returns fewer than max_out; then only reset and destroy. */
size_t hear_resample_flush(hear_resample *r, float *out, size_t max_out);
/* Input samples that must follow a sample before it can come out. */
size_t hear_resample_latency(const hear_resample *r);
#endif
