/* gauge.h - what a stream's threads tell of themselves, for whoever looks.
 *
 * Each number stands for itself: two of them may be of different moments.
 * Threads: level by the dsp thread, inference by the inference thread, read by one other thread.
 * Real-time: nothing here allocates, locks, logs, waits or fails. */
#ifndef STREAM_GAUGE_H
#define STREAM_GAUGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define HEAR_GAUGE_BINS 512 /* of time, eight an octave */

typedef struct {
    /* level: by the dsp thread */
    _Atomic uint32_t peak_bits;   /* of a float >= 0; taken by the reader */
    _Atomic uint64_t energy_bits; /* of a double: sum of squares since the start */
    _Atomic uint64_t n_samples;   /* that it is of */
    /* inference: by the inference thread */
    _Atomic uint32_t bins[HEAR_GAUGE_BINS];
    _Atomic uint64_t worst_ns;
    _Atomic uint64_t latency_ns;
    /* the reader's */
    double energy_was;
    uint64_t n_samples_was;
} hear_gauge;

/* All zero is a new one. */
void hear_gauge_level(hear_gauge *m, const float *samples, size_t n);
void hear_gauge_inference(hear_gauge *m, uint64_t run_ns, uint64_t latency_ns);

typedef struct {
    float peak, rms; /* since the last read, 0 .. 1 */
    double p50_ms, p99_ms, worst_ms, latency_ms;
} hear_gauge_reading;
hear_gauge_reading hear_gauge_read(hear_gauge *m);
#endif
