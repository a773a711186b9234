/* augment.h - what may happen to a sound between its source and another microphone: done to bands
 * before the logarithm, where a filter is a factor and noise a sum, or to the samples of a wave
 * (augment_wave.h). To descriptors only a shift can be done.
 *
 * Each is a line in a table and has a name. All random numbers come from the generator given:
 * the same generator, frames and settings give the same bits. Threads: everything here may be
 * called from any thread. Nothing allocates. */
#ifndef TRAIN_AUGMENT_H
#define TRAIN_AUGMENT_H

#include "base/rng.h"
#include "stream/frontend.h"

typedef struct {
    hear_features features;
    size_t n_frames, n_bands; /* the latter: the width of a frame */
    double frame_s;           /* seconds between frames */
    double rate_hz;           /* of the samples */
    double level_db;          /* of the recording: mean square, re full scale */
    double power;             /* mean of the recording's bands; > 0 */
    const float *centre_hz;   /* [n_bands]; of bands only */
    float *spare;             /* [n_bands], to work in; of bands only */
} hear_augment_shape;

typedef struct {
    const char *name;
    unsigned features; /* set of hear_features that it can be done to */
    bool by_name;      /* not of "all" */
    /* power: [n_frames][n_bands]; samples: [n]; changed in place. Both NULL where the example's
     * maker does it while it cuts the window out of the recording. */
    void (*bands)(hear_rng *r, const hear_augment_shape *shape, float *power);
    void (*wave)(hear_rng *r, double rate_hz, float *samples, size_t n);
} hear_augmentation;

/* Those without a function first; others follow, which need no name here. */
enum {
    HEAR_AUGMENT_SHIFT,      /* any position in the window, short ones also repeated */
    HEAR_AUGMENT_SPEED,      /* faster and slower; of a wave higher and lower too */
    HEAR_AUGMENT_PITCH,      /* up and down: mel bands by whole ones, bins by a factor */
    HEAR_AUGMENT_MIX,        /* with another recording, labels mixed alike */
    HEAR_AUGMENT_BACKGROUND, /* another recording far below, the label stays */
};
size_t hear_augment_count(void);
unsigned hear_augment_possible(hear_features features); /* a set */

/* "none", or names with commas between them, "all" among them: all that is possible but what comes
 * by its name. Errors: HEAR_ERR_ARG, err names the word that is none, or that these features do not
 * allow. */
HEAR_MUST_CHECK hear_status hear_augment_parse(unsigned *set, const char *text,
                                               hear_features features, hear_error *err);
/* Every one of the set that has a function for these features, in the table's order. x:
 * [n_frames][n_bands], power of bands, samples of a wave. */
void hear_augment_apply(unsigned set, hear_rng *r, const hear_augment_shape *shape, float *x);

/* Of mel bands and bins. centre_hz: [width] */
void hear_augment_centres(const hear_frontend_config *config, float *centre_hz);
#endif
