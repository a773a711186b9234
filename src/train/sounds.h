/* sounds.h - a data set's recordings in memory, as the model's frames before their logarithm.
 *
 *   dataset -> decode -> resample -> frames (linear) -> [sounds] -> augment -> log -> network
 *
 * Bands before the logarithm can be filtered, mixed and drowned in noise without another FFT. The
 * frames of a wave, one behind the other, are its samples, with zeros to a whole frame.
 */
#ifndef TRAIN_SOUNDS_H
#define TRAIN_SOUNDS_H

#include "stream/frontend.h"
#include "train/dataset.h"

#include <stdint.h>

typedef struct {
    size_t n_frames;    /* that a sample touches: all that would follow are zeros */
    uint64_t n_samples; /* at the model's rate */
    double level_db;    /* mean square, re full scale; at least -100 */
    double power;       /* mean of the frames' squares (features "wave", power 1) or values */
    float *frames;      /* [n_frames][width], linear; NULL where it could not be read */
    char *why;          /* then: what was wrong */
} hear_sound;

typedef struct {
    hear_frontend_config config; /* the model's */
    size_t n;                    /* of the data set's clips */
    size_t n_unreadable;
    hear_sound *sound; /* [n] */
} hear_sounds;

typedef struct {
    const hear_frontend_config *frontend;
    uint64_t seed;    /* of made recordings */
    double made_s;    /* their length */
    double made_db;   /* of the loudest, -95 .. 0 dBFS; 0 takes HEAR_SILENCE_MOST_DB */
    size_t n_threads; /* >= 1; the frames do not depend on it */
    /* Called by the calling thread now and then; false stops. May be NULL. */
    bool (*progress)(void *user, size_t done, size_t of);
    void *user;
} hear_sounds_config;

/* What cannot be read keeps its place, with why. Errors: HEAR_ERR_MEM, HEAR_ERR_ARG (frontend),
 * HEAR_ERR_INTERRUPTED (progress said so). On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_sounds_load(hear_sounds **out, const hear_dataset *d,
                                             const hear_sounds_config *config, hear_error *err);
void hear_sounds_destroy(hear_sounds *s); /* NULL is allowed */

/* Windows that classify makes of n_samples: whole ones every `hop` frames, and one padded with
 * zeros where more than half a hop was not heard, or nothing. At least 1. */
size_t hear_windows_of(const hear_frontend_config *config, uint64_t n_samples, size_t window,
                       size_t hop);
/* Frames first .. first + n - 1 of a sound that could be read, zeros where it has none, with the
 * front end's logarithm: raw, as a classifier gets them. out: [n][width]. */
void hear_sound_raw(const hear_sounds *s, size_t clip, size_t first, size_t n, float *out);
#endif
