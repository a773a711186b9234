/* silence.h - made silence: digital zero, and the noise floors of quiet rooms and idle inputs.
 *
 * No recording of silence is like another's microphone, so it is made: white, pink and brown noise
 * from -95 dBFS (RMS) up, with and without mains hum, rounded to 16 bits or not. */
#ifndef TRAIN_SILENCE_H
#define TRAIN_SILENCE_H

#include <stddef.h>
#include <stdint.h>

#define HEAR_SILENCE_LEAST_DB (-95.0)
#define HEAR_SILENCE_MOST_DB (-60.0) /* unless told otherwise */

/* Number `index` of those of seed: every eighth is digital zero. most_db: of the loudest noise.
 * out: [n], rate_hz > 0. */
void hear_silence_make(uint64_t seed, size_t index, double most_db, double rate_hz, float *out,
                       size_t n);
#endif
