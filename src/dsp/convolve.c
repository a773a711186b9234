/* convolve.c - see convolve.h. Overlap-add; the response is cut into parts of a block's length. */
#include "config.h"

#include "dsp/convolve.h"

#include "base/mem.h"
#include "dsp/fft.h"

#include <string.h>

typedef struct {
    size_t block, n_fft, n_bins, n_parts, n_blocks;
    hear_fft *fft;
    double *in;     /* the fft's */
    double *parts;  /* [n_parts][n_bins][2] spectra of the response */
    double *blocks; /* [n_blocks][n_bins][2] spectra of the sound */
    double *sum;    /* [n_bins][2] */
    double *tail;   /* [block] what the block before leaves to add */
} convolver;

static void release(convolver *c)
{
    hear_fft_destroy(c->fft);
    hear_free(c->parts);
    hear_free(c->blocks);
    hear_free(c->sum);
    hear_free(c->tail);
}

static hear_status prepare(convolver *c, size_t n, size_t n_h)
{
    enum { MAX_BLOCK = 16384 };
    c->block = 64;
    while (c->block < MAX_BLOCK && c->block < n_h)
        c->block *= 2;
    c->n_fft = 2 * c->block;
    c->n_bins = c->block + 1;
    c->n_parts = (n_h + c->block - 1) / c->block;
    c->n_blocks = (n + c->block - 1) / c->block;
    const hear_status s = hear_fft_create(&c->fft, c->n_fft);
    if (s != HEAR_OK)
        return s;
    c->in = hear_fft_input(c->fft);
    const size_t spectrum = 2 * c->n_bins * sizeof(double);
    c->parts = hear_alloc(c->n_parts, spectrum);
    c->blocks = hear_alloc(c->n_blocks, spectrum);
    c->sum = hear_alloc(1, spectrum);
    c->tail = hear_alloc(c->block, sizeof *c->tail);
    return c->parts && c->blocks && c->sum && c->tail ? HEAR_OK : HEAR_ERR_MEM;
}

/* Spectra of x cut into blocks, zeros behind each. */
static void transform(const convolver *c, const float *x, size_t n, size_t n_blocks, double *to)
{
    for (size_t b = 0; b < n_blocks; b++) {
        const size_t left = n - b * c->block, there = left < c->block ? left : c->block;
        for (size_t i = 0; i < c->n_fft; i++)
            c->in[i] = i < there ? (double)x[b * c->block + i] : 0.0;
        memcpy(to + 2 * b * c->n_bins, hear_fft_run(c->fft), 2 * c->n_bins * sizeof *to);
    }
}

static void add_product(double *sum, const double *a, const double *b, size_t n_bins)
{
    for (size_t k = 0; k < n_bins; k++) {
        sum[2 * k] += a[2 * k] * b[2 * k] - a[2 * k + 1] * b[2 * k + 1];
        sum[2 * k + 1] += a[2 * k] * b[2 * k + 1] + a[2 * k + 1] * b[2 * k];
    }
}

/* x[i] of a spectrum, through the forward transform: see istft.c. */
static const double *invert(const convolver *c, const double *x)
{
    c->in[0] = x[0];
    c->in[c->block] = x[2 * c->block];
    for (size_t k = 1; k < c->block; k++) {
        c->in[k] = x[2 * k] - x[2 * k + 1];
        c->in[c->n_fft - k] = x[2 * k] + x[2 * k + 1];
    }
    return hear_fft_run(c->fft);
}

static void put_block(const convolver *c, float *out, size_t n)
{
    const double scale = 1.0 / (double)c->n_fft;
    const double *z = invert(c, c->sum);
    for (size_t i = 0; i < c->block; i++) {
        if (i < n)
            out[i] = (float)(c->tail[i] + scale * (z[2 * i] - z[2 * i + 1]));
        /* sample block + i stands for bin block - i, conjugated */
        const size_t k = c->block - i;
        c->tail[i] = scale * (i == 0 ? z[2 * k] - z[2 * k + 1] : z[2 * k] + z[2 * k + 1]);
    }
}

hear_status hear_convolve(float *out, const float *x, size_t n, const float *h, size_t n_h)
{
    convolver c = { .block = 0 };
    const hear_status s = prepare(&c, n, n_h);
    if (s == HEAR_OK) {
        transform(&c, h, n_h, c.n_parts, c.parts);
        transform(&c, x, n, c.n_blocks, c.blocks);
        for (size_t b = 0; b < c.n_blocks; b++) {
            memset(c.sum, 0, 2 * c.n_bins * sizeof *c.sum);
            for (size_t p = 0; p < c.n_parts && p <= b; p++)
                add_product(c.sum, c.parts + 2 * p * c.n_bins, c.blocks + 2 * (b - p) * c.n_bins,
                            c.n_bins);
            const size_t left = n - b * c.block;
            put_block(&c, out + b * c.block, left < c.block ? left : c.block);
        }
    }
    release(&c);
    return s;
}
