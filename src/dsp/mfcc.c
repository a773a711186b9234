/* mfcc.c - see mfcc.h. */
#include "config.h"

#include "dsp/mfcc.h"

#include "base/mem.h"

#include <math.h>

struct hear_mfcc {
    size_t n_mels, n_mfcc;
    double *cosines; /* [n_mfcc][n_mels], scaled */
};

hear_status hear_mfcc_create(hear_mfcc **out, size_t n_mels, size_t n_mfcc)
{
    *out = NULL;
    if (n_mels > 4096 || n_mfcc < 1 || n_mfcc > n_mels)
        return HEAR_ERR_ARG;
    hear_mfcc *m = hear_alloc(1, sizeof *m);
    if (!m)
        return HEAR_ERR_MEM;
    m->n_mels = n_mels;
    m->n_mfcc = n_mfcc;
    m->cosines = hear_alloc(n_mfcc * n_mels, sizeof m->cosines[0]);
    if (!m->cosines) {
        hear_mfcc_destroy(m);
        return HEAR_ERR_MEM;
    }
    for (size_t k = 0; k < n_mfcc; k++)
        for (size_t b = 0; b < n_mels; b++)
            m->cosines[k * n_mels + b] =
                sqrt((k > 0 ? 2.0 : 1.0) / (double)n_mels) *
                cos(M_PI * (double)(k * (2 * b + 1) % (4 * n_mels)) / (double)(2 * n_mels));
    *out = m;
    return HEAR_OK;
}

void hear_mfcc_destroy(hear_mfcc *m)
{
    if (!m)
        return;
    hear_free(m->cosines);
    hear_free(m);
}

void hear_mfcc_apply(const hear_mfcc *m, const float *bands, float *coefficients)
{
    const double *row = m->cosines;
    for (size_t k = 0; k < m->n_mfcc; k++, row += m->n_mels) {
        double sum = 0.0;
        for (size_t b = 0; b < m->n_mels; b++)
            sum += row[b] * bands[b];
        coefficients[k] = (float)sum;
    }
}
