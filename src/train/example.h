/* example.h - one example to learn from: a recording drawn, cut to a window, augmented, finished as
 * the front end would, and its target.
 *
 *   sampler -> cut (shift, speed, pitch, mix) -> augment -> log -> finish_window -> network
 *
 * Example k of a seed is the same bits whoever makes it, so any number of threads may share the
 * work. */
#ifndef TRAIN_EXAMPLE_H
#define TRAIN_EXAMPLE_H

#include "train/augment.h"
#include "train/rows.h"
#include "train/sampler.h"
#include "train/sounds.h"

typedef struct {
    const hear_dataset *data;
    const hear_sounds *sounds;
    const hear_sampler *sampler;
    size_t window, hop; /* frames */
    unsigned augment;   /* set of bits, see augment.h */
    uint64_t seed;
    const hear_rows *rows; /* NULL: frames. Otherwise an example is one of these rows, of one own or
                              of a copy, and what the three above say was done to them before */
} hear_examples;

/* Numbers of an example: [window][width], or a row's. */
size_t hear_example_size(const hear_examples *e);
/* Windows, or rows, of the sampler's recording i. */
size_t hear_example_windows_of(const hear_examples *e, size_t i);

/* Of row `row` of that recording: how much it counts there; their mean is 1. */
double hear_example_row_share(const hear_examples *e, size_t i, size_t row);

/* Windows that classify would make of all recordings to learn from, in the sampler's order: what
 * there is to learn, without chance. index < hear_example_windows. */
size_t hear_example_windows(const hear_examples *e);
void hear_example_window(const hear_examples *e, size_t index, float *frames, float *target);

/* What the loss of an example of each label is to be multiplied by, so that all labels count alike
 * and the mean is 1: all / (labels that occur * those of the label), scikit-learn's "balanced"; 0
 * for one that does not occur. Of windows, or of recordings. weight: [n_labels] */
void hear_example_label_weights(const hear_examples *e, bool of_windows, double *weight);

/* Floats of scratch that make wants. */
size_t hear_example_scratch(const hear_examples *e);
/* frames: [hear_example_size]; target: [n_labels], sums to 1. Nothing allocates. */
void hear_example_make(const hear_examples *e, uint64_t number, float *scratch, float *frames,
                       float *target);
/* The same of a recording of the data set that is not drawn; never of rows. */
void hear_example_make_of(const hear_examples *e, size_t clip, uint64_t number, float *scratch,
                          float *frames, float *target);
#endif
