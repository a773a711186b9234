/* hand_data.h - data sets whose frames are written by hand, without files. */
#ifndef TESTS_HAND_DATA_H
#define TESTS_HAND_DATA_H

#include "train/dataset.h"
#include "train/sounds.h"

typedef struct {
    const char *label, *group;
    hear_split split;
    size_t n_frames;
} test_clip;

typedef struct {
    hear_dataset *data;
    hear_sounds sounds; /* frames are zeros at first */
} test_data;

/* config is the front end's; frames are taken as it would make them. */
test_data test_make_data(const hear_frontend_config *config, const test_clip *clips, size_t n);
void test_free_data(test_data *d);
#endif
