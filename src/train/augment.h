/* augment.h - what may happen to a sound between its source and another microphone, done to its mel
 * bands before the logarithm, where a filter is a factor and noise a sum.
 *
 * Each is a function in a table and has a name. All random numbers come from the generator given:
 * the same generator, frames and settings give the same bits. Threads: everything here may be
 * called from any thread. Nothing allocates. */
#ifndef TRAIN_AUGMENT_H
#define TRAIN_AUGMENT_H

#include "base/rng.h"
#include "stream/frontend.h"

typedef struct {
    size_t n_frames, n_mels;
    double frame_s;         /* seconds between frames */
    const float *centre_hz; /* [n_mels] */
} hear_augment_shape;

typedef struct {
    const char *name, *summary;
    /* power: [n_frames][n_mels], changed in place. NULL where the example's maker does it while it
     * cuts the window out of the recording. */
    void (*apply)(hear_rng *r, const hear_augment_shape *shape, float *power);
} hear_augmentation;

/* Those without a function first. */
enum {
    HEAR_AUGMENT_SHIFT, /* any position in the window, short ones also repeated */
    HEAR_AUGMENT_SPEED, /* faster and slower */
    HEAR_AUGMENT_PITCH, /* up and down by bands */
    HEAR_AUGMENT_MIX,   /* with another recording, labels mixed alike */
};
size_t hear_augment_count(void);
const hear_augmentation *hear_augment_at(size_t i); /* i < count; bit i of a set */

/* "all", "none", or names with commas between them. Errors: HEAR_ERR_ARG, err names the word. */
HEAR_MUST_CHECK hear_status hear_augment_parse(unsigned *set, const char *text, hear_error *err);
/* Every one of the set that has a function, in the table's order. */
void hear_augment_apply(unsigned set, hear_rng *r, const hear_augment_shape *shape, float *power);

/* centre_hz: [config->n_mels] */
void hear_augment_centres(const hear_frontend_config *config, float *centre_hz);
#endif
