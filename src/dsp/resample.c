/* resample.c - see resample.h.
 *
 * liquid's rresamp is the same bank, but wants blocks of rate_in / gcd samples (40 ms at 11025 Hz
 * to 16 kHz, seconds at odd rates) and has a gain and a delay that are not whole. */
#include "config.h"

#include "dsp/resample.h"

#include "base/mem.h"

#include <complex.h>
#include <liquid/liquid.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The prototype: sinc of cut-off CUTOFF N under a Kaiser window of HALF_LENGTH samples (of the
 * lower rate) to each side. Measured: -0.25 dB at 0.9 N, -90 dB from 1.05 N. */
#define HALF_LENGTH 32
#define CUTOFF 0.9565
#define BETA 9.0
#define MAX_TAPS ((size_t)1 << 20) /* of the whole bank: 4 MB */

struct hear_resample {
    uint32_t p, q; /* rate_out : rate_in in lowest terms */
    size_t m;      /* input samples on each side of an output sample */
    size_t n_phases;
    firpfb_rrrf bank; /* NULL for equal rates */

    uint64_t n_in, n_out;
    uint64_t n_zeros; /* pushed by flush */
    uint64_t wanted;  /* the next output sample needs this many input samples */
    uint32_t phase;   /* it is of time (wanted - m - 1) + phase / p */
};

static uint32_t gcd(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

/* Modified Bessel function of the first kind, order 0, of 2 sqrt(z): sum over k of z^k / k!^2.
 * z <= (BETA / 2)^2, where the last term counts below 1e-16. */
static double bessel_i0(double z)
{
    static const double inverse_square[] = { 1.0 / 1,   1.0 / 4,   1.0 / 9,   1.0 / 16,  1.0 / 25,
                                             1.0 / 36,  1.0 / 49,  1.0 / 64,  1.0 / 81,  1.0 / 100,
                                             1.0 / 121, 1.0 / 144, 1.0 / 169, 1.0 / 196, 1.0 / 225,
                                             1.0 / 256, 1.0 / 289, 1.0 / 324, 1.0 / 361, 1.0 / 400,
                                             1.0 / 441, 1.0 / 484, 1.0 / 529, 1.0 / 576, 1.0 / 625,
                                             1.0 / 676 };
    double sum = 1.0;
    for (size_t k = sizeof inverse_square / sizeof inverse_square[0]; k-- > 0;)
        sum = 1.0 + sum * z * inverse_square[k];
    return sum;
}

/* t: samples of the lower rate. */
static double prototype(double t)
{
    const double edge = 1.0 - (t / HALF_LENGTH) * (t / HALF_LENGTH);
    if (edge <= 0.0)
        return 0.0;
    const double x = M_PI * CUTOFF * t;
    return (fabs(x) < 1e-9 ? 1.0 : sin(x) / x) * bessel_i0(edge * BETA * BETA / 4);
}

/* Phase i holds the taps for time i / n_phases behind an input sample. Each phase is scaled to
 * gain 1 at 0 Hz, so that a constant leaves no ripple. */
static bool make_bank(hear_resample *r, double lower_over_in, bool exact)
{
    const size_t n = 2 * r->m;
    float *taps = hear_alloc(r->n_phases * n, sizeof taps[0]);
    double *one = hear_alloc(n, sizeof one[0]);
    if (taps && one) {
        for (size_t i = 0; i < r->n_phases; i++) {
            const double shift = ((double)i + (exact ? 0.0 : 0.5)) / (double)r->n_phases;
            double sum = 0.0;
            for (size_t k = 0; k < n; k++)
                sum += one[k] = prototype((shift + (double)k - (double)r->m) * lower_over_in);
            for (size_t k = 0; k < n; k++)
                taps[i + k * r->n_phases] = (float)(one[k] / sum);
        }
        r->bank = firpfb_rrrf_create((unsigned)r->n_phases, taps, (unsigned)(r->n_phases * n));
    }
    hear_free(taps);
    hear_free(one);
    return r->bank != NULL;
}

hear_status hear_resample_create(hear_resample **out, uint32_t rate_in, uint32_t rate_out)
{
    *out = NULL;
    if (rate_in < 1000 || rate_in > 768000 || rate_out < 1000 || rate_out > 768000)
        return HEAR_ERR_ARG;
    hear_resample *r = hear_alloc(1, sizeof *r);
    if (!r)
        return HEAR_ERR_MEM;
    const uint32_t divisor = gcd(rate_in, rate_out);
    r->p = rate_out / divisor;
    r->q = rate_in / divisor;
    const double lower_over_in = rate_out < rate_in ? (double)rate_out / rate_in : 1.0;
    r->m = (size_t)ceil(HALF_LENGTH / lower_over_in);
    const bool exact = (size_t)r->p <= MAX_TAPS / (2 * r->m);
    r->n_phases = exact ? r->p : MAX_TAPS / (2 * r->m);
    if (rate_in != rate_out && !make_bank(r, lower_over_in, exact)) {
        hear_resample_destroy(r);
        return HEAR_ERR_MEM;
    }
    hear_resample_reset(r);
    *out = r;
    return HEAR_OK;
}

void hear_resample_destroy(hear_resample *r)
{
    if (!r)
        return;
    if (r->bank)
        firpfb_rrrf_destroy(r->bank);
    hear_free(r);
}

void hear_resample_reset(hear_resample *r)
{
    r->n_in = r->n_out = r->n_zeros = 0;
    r->wanted = r->m + 1;
    r->phase = 0;
    if (r->bank)
        firpfb_rrrf_reset(r->bank);
}

static float next_output(hear_resample *r)
{
    float y;
    firpfb_rrrf_execute(r->bank, (unsigned)((uint64_t)r->phase * r->n_phases / r->p), &y);
    const uint64_t phase = (uint64_t)r->phase + r->q;
    r->wanted += phase / r->p;
    r->phase = (uint32_t)(phase % r->p);
    r->n_out++;
    return y;
}

static size_t pass(hear_resample *r, const float *in, size_t n, size_t *n_taken, float *out,
                   size_t max_out)
{
    const size_t k = n < max_out ? n : max_out;
    if (in)
        memcpy(out, in, k * sizeof *out);
    else
        memset(out, 0, k * sizeof *out);
    r->n_in += k;
    r->n_out += k;
    *n_taken = k;
    return k;
}

size_t hear_resample_process(hear_resample *r, const float *in, size_t n, size_t *n_taken,
                             float *out, size_t max_out)
{
    if (!r->bank)
        return pass(r, in, n, n_taken, out, max_out);
    size_t taken = 0, n_written = 0;
    while (n_written < max_out) {
        for (; taken < n && r->n_in < r->wanted; taken++, r->n_in++)
            firpfb_rrrf_push(r->bank, in ? in[taken] : 0.0f);
        if (r->n_in < r->wanted)
            break;
        out[n_written++] = next_output(r);
    }
    *n_taken = taken;
    return n_written;
}

size_t hear_resample_flush(hear_resample *r, float *out, size_t max_out)
{
    if (!r->bank)
        return 0;
    /* round(n_in p / q) without overflow, halves up */
    const uint64_t total =
        r->n_in / r->q * r->p + (r->n_in % r->q * r->p * 2 + r->q) / (2 * (uint64_t)r->q);
    size_t n_written = 0;
    while (n_written < max_out && r->n_out < total) {
        for (; r->wanted > r->n_in + r->n_zeros; r->n_zeros++)
            firpfb_rrrf_push(r->bank, 0.0f);
        out[n_written++] = next_output(r);
    }
    return n_written;
}

size_t hear_resample_latency(const hear_resample *r)
{
    return r->bank ? r->m : 0;
}
