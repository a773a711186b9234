/* taps_kernels.h - the inner loops of taps.c, one set for each kind of CPU. Real-time. */
#ifndef NN_TAPS_KERNELS_H
#define NN_TAPS_KERNELS_H

#include "nn/window.h"

/* One row of outputs, all channels. */
typedef struct {
    const hear_window *w;
    size_t channels, h;   /* channels >= width of the set */
    const float *x;       /* [height][width][channels] */
    float *y;             /* [width][channels]: row h */
    const float *weights; /* of each vector of channels: bias, then each tap; the last vector ends
                             at the last channel, and may share channels with the one before */
    float low, high;
    const float *share; /* [width]: what the sum of a mean is multiplied by */
} hear_taps_row;

typedef struct {
    size_t width; /* channels in a vector */
    void (*depthwise)(const hear_taps_row *r);
    void (*depthwise_3x3)(const hear_taps_row *r); /* what is_3x3 of taps.c says yes to */
    void (*pair_3x3)(const hear_taps_row *r);      /* of stride 1, and row h + 1; may be NULL */
    void (*max)(const hear_taps_row *r);
    void (*mean)(const hear_taps_row *r);
} hear_taps_kernels;

const hear_taps_kernels *hear_taps_kernels_best(void);
#endif
