/* resample.c - see resample.h.
 *
 * A bank of our own: liquid's goes through an output's taps one after the other, and its rresamp
 * wants blocks of rate_in / gcd samples (40 ms at 11025 Hz to 16 kHz, seconds at odd rates) and has
 * a gain and a delay that are not whole. */
#include "config.h"

#include "dsp/resample.h"

#include "base/mem.h"
#include "dsp/vec.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The prototype: sinc of cut-off CUTOFF N under a Kaiser window of HALF_LENGTH samples (of the
 * lower rate) to each side. Measured: -0.25 dB at 0.9 N, -90 dB from 1.05 N. */
#define HALF_LENGTH 32
#define CUTOFF 0.9565
#define BETA 9.0
#define MAX_TAPS ((size_t)1 << 20) /* of the whole bank: 4 MB */
#define MORE 1024                  /* input samples until the last ones are moved to the start */

struct hear_resample {
    uint32_t p, q; /* rate_out : rate_in in lowest terms */
    size_t m;      /* input samples on each side of an output sample */
    size_t n_taps; /* 2 m, rounded up */
    size_t n_phases;
    float *bank; /* [n_phases][n_taps], the oldest sample's first; NULL for equal rates */
    float *past; /* [n_taps + MORE]: input samples */
    size_t end;  /* of the last n_taps of them */

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
    double *one = hear_alloc(n, sizeof one[0]);
    r->bank = hear_alloc(r->n_phases * r->n_taps, sizeof r->bank[0]);
    r->past = hear_alloc(r->n_taps + MORE, sizeof r->past[0]);
    for (size_t i = 0; i < r->n_phases && one && r->bank; i++) {
        const double shift = ((double)i + (exact ? 0.0 : 0.5)) / (double)r->n_phases;
        double sum = 0.0;
        for (size_t k = 0; k < n; k++)
            sum += one[k] = prototype((shift + (double)k - (double)r->m) * lower_over_in);
        float *const last = r->bank + (i + 1) * r->n_taps - 1;
        for (size_t k = 0; k < n; k++)
            last[-(ptrdiff_t)k] = (float)(one[k] / sum);
    }
    hear_free(one);
    return one && r->bank && r->past;
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
    r->n_taps = (2 * r->m + HEAR_VEC_DOT - 1) / HEAR_VEC_DOT * HEAR_VEC_DOT;
    const bool exact = (size_t)r->p <= MAX_TAPS / r->n_taps;
    r->n_phases = exact ? r->p : MAX_TAPS / r->n_taps;
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
    hear_free(r->bank);
    hear_free(r->past);
    hear_free(r);
}

void hear_resample_reset(hear_resample *r)
{
    r->n_in = r->n_out = r->n_zeros = 0;
    r->wanted = r->m + 1;
    r->phase = 0;
    r->end = r->n_taps;
    if (r->bank)
        memset(r->past, 0, r->n_taps * sizeof r->past[0]);
}

/* in NULL: zeros. */
static void push(hear_resample *r, const float *in, size_t n)
{
    for (size_t k; n > 0; n -= k) {
        if (r->end == r->n_taps + MORE) {
            memmove(r->past, r->past + MORE, r->n_taps * sizeof r->past[0]);
            r->end = r->n_taps;
        }
        k = r->n_taps + MORE - r->end < n ? r->n_taps + MORE - r->end : n;
        if (in)
            memcpy(r->past + r->end, in, k * sizeof *in);
        else
            memset(r->past + r->end, 0, k * sizeof *in);
        r->end += k;
        in = in ? in + k : NULL;
    }
}

static float next_output(hear_resample *r)
{
    const size_t i = (size_t)((uint64_t)r->phase * r->n_phases / r->p);
    const float y = hear_vec_dot(r->bank + i * r->n_taps, r->past + r->end - r->n_taps, r->n_taps);
    const uint64_t phase = (uint64_t)r->phase + r->q;
    r->wanted += phase / r->p;
    r->phase = (uint32_t)(phase % r->p);
    r->n_out++;
    return y;
}

static size_t pass(const float *in, size_t n, size_t *n_taken, float *out, size_t max_out)
{
    const size_t k = n < max_out ? n : max_out;
    if (in)
        memcpy(out, in, k * sizeof *out);
    else
        memset(out, 0, k * sizeof *out);
    *n_taken = k;
    return k;
}

size_t hear_resample_process(hear_resample *r, const float *in, size_t n, size_t *n_taken,
                             float *out, size_t max_out)
{
    if (!r->bank)
        return pass(in, n, n_taken, out, max_out);
    size_t taken = 0, n_written = 0;
    while (n_written < max_out) {
        const uint64_t missing = r->wanted > r->n_in ? r->wanted - r->n_in : 0;
        const size_t k = missing < n - taken ? (size_t)missing : n - taken;
        push(r, in ? in + taken : NULL, k);
        taken += k;
        r->n_in += k;
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
            push(r, NULL, 1);
        out[n_written++] = next_output(r);
    }
    return n_written;
}

size_t hear_resample_latency(const hear_resample *r)
{
    return r->bank ? r->m : 0;
}
