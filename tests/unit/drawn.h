/* drawn.h - generated data as tools/sklearn-reference draws it, and as a matrix to learn from. */
#ifndef TESTS_DRAWN_H
#define TESTS_DRAWN_H

#include "test.h"

#include "train/matrix.h"

/* -1 .. 1 in steps of 2^-12 */
static inline void drawn(float *x, size_t n, uint32_t state)
{
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 19) / 4096.0f - 1.0f;
    }
}

typedef struct {
    hear_matrix m;
    float x[2000 * 12];
    size_t label[2000], group[2000];
    double weight[2000];
} drawn_matrix;

/* Labels by two of the features and a product; the last feature is left out where it is noise. */
static inline void drawn_data(drawn_matrix *d, size_t n, size_t n_features, size_t n_labels,
                              uint32_t seed, bool last_is_noise)
{
    assert_true(n <= 2000 && n_features <= 12);
    const size_t kept = n_features - last_is_noise;
    d->m = (hear_matrix){ n, kept, n_labels, n, d->x, d->label, d->group, d->weight };
    drawn(d->x, n * n_features, seed);
    for (size_t i = 0; i < n; i++) {
        const float *x = d->x + i * n_features;
        const float score = x[0] + x[1] * x[2] + 0.5f * x[n_features - 1];
        const size_t label = (size_t)(score > 0.0f) + (size_t)(score > 0.4f);
        d->label[i] = label < n_labels ? label : n_labels - 1;
        d->group[i] = i;
        d->weight[i] = 1.0;
        for (size_t k = 0; k < kept; k++)
            d->x[i * kept + k] = x[k];
    }
}
#endif
