/* augment_wave.c - see augment_wave.h. Levels in dB of power. */
#include "config.h"

#include "train/augment_wave.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define PI 3.14159265358979323846

static double between(hear_rng *r, double low, double high)
{
    return low + (high - low) * hear_rng_uniform(r);
}

static bool chance(hear_rng *r, double p)
{
    return hear_rng_uniform(r) < p;
}

static double mean_square(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return n ? sum / (double)n : 0.0;
}

/* ---- filters of second order, from R. Bristow-Johnson's Audio EQ Cookbook */

typedef struct {
    double b[3], a[3];
} biquad;

static void filter(const biquad *q, float *x, size_t n)
{
    const double b0 = q->b[0] / q->a[0], b1 = q->b[1] / q->a[0], b2 = q->b[2] / q->a[0];
    const double a1 = q->a[1] / q->a[0], a2 = q->a[2] / q->a[0];
    double s1 = 0.0, s2 = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double in = x[i], out = b0 * in + s1;
        s1 = b1 * in - a1 * out + s2;
        s2 = b2 * in - a2 * out;
        x[i] = (float)out;
    }
}

static biquad peak(double w, double q, double db)
{
    const double alpha = sin(w) / (2.0 * q), a = pow(10.0, db / 40.0), c = -2.0 * cos(w);
    return (biquad){ { 1.0 + alpha * a, c, 1.0 - alpha * a },
                     { 1.0 + alpha / a, c, 1.0 - alpha / a } };
}

/* Low-pass, or high-pass where high, of a Q. */
static biquad pass(double w, double q, bool high)
{
    const double alpha = sin(w) / (2.0 * q), c = cos(w), k = high ? 1.0 + c : 1.0 - c;
    return (biquad){ { 0.5 * k, high ? -k : k, 0.5 * k }, { 1.0 + alpha, -2.0 * c, 1.0 - alpha } };
}

/* Butterworth of order 4. */
static void pass_steeply(double hz, double rate_hz, bool high, float *x, size_t n)
{
    const double w = 2.0 * PI * hz / rate_hz;
    const biquad first = pass(w, 0.54119610, high), second = pass(w, 1.30656296, high);
    filter(&first, x, n);
    filter(&second, x, n);
}

/* ---- the augmentations */

void hear_wave_equalise(hear_rng *r, double rate_hz, float *x, size_t n)
{
    const double tilt_db = between(r, -8.0, 8.0);
    double db[3], hz[3];
    for (int k = 0; k < 3; k++) {
        db[k] = between(r, -4.0, 4.0);
        hz[k] = 150.0 * pow(0.45 * rate_hz / 150.0, hear_rng_uniform(r));
    }
    /* a wide peak at the upper end is a shelf, half of it in each direction a tilt */
    const double gain = pow(10.0, -tilt_db / 40.0);
    for (size_t i = 0; i < n; i++)
        x[i] *= (float)gain;
    const biquad top = peak(2.0 * PI * 0.4, 0.5, tilt_db);
    filter(&top, x, n);
    for (int k = 0; k < 3; k++) {
        const biquad q = peak(2.0 * PI * hz[k] / rate_hz, 1.0, db[k]);
        filter(&q, x, n);
    }
}

/* Velvet noise: echoes of +1 or -1 times the decay, one somewhere in each grid cell (M. Karjalainen
 * and H. Järveläinen 2007). Every echo is of samples before it, so from the end on it can be done
 * in place. */
void hear_wave_reverberate(hear_rng *r, double rate_hz, float *x, size_t n)
{
    enum { ECHOES = 96 };
    const double rt60_s = between(r, 0.1, 1.0), share = between(r, 0.1, 0.7);
    if (!chance(r, 0.3))
        return;
    size_t delay[ECHOES];
    double gain[ECHOES], energy = 0.0;
    const double cell = 0.6 * rt60_s * rate_hz / ECHOES; /* to where it is 36 dB down */
    for (size_t k = 0; k < ECHOES; k++) {
        delay[k] = 1 + (size_t)(cell * ((double)k + hear_rng_uniform(r)));
        gain[k] = pow(10.0, -3.0 * (double)delay[k] / (rt60_s * rate_hz));
        gain[k] = chance(r, 0.5) ? gain[k] : -gain[k];
        energy += gain[k] * gain[k];
    }
    const float direct = (float)sqrt(1.0 - share);
    float echo[ECHOES];
    for (size_t k = 0; k < ECHOES; k++)
        echo[k] = (float)(gain[k] * sqrt(share / energy));
    for (size_t i = n; i-- > 0;) {
        float sum = direct * x[i];
        for (size_t k = 0; k < ECHOES && delay[k] <= i; k++) /* delays grow with k */
            sum += echo[k] * x[i - delay[k]];
        x[i] = sum;
    }
}

/* White noise through one pole, at either end of the spectrum. */
void hear_wave_add_noise(hear_rng *r, double rate_hz, float *x, size_t n)
{
    (void)rate_hz;
    const double snr_db = between(r, 3.0, 40.0), pole = between(r, -0.5, 0.97);
    if (!chance(r, 0.4))
        return;
    /* uniform in -1 .. 1 has variance 1/3, and the pole makes it 1 / (1 - pole^2) times that */
    const double level =
        sqrt(mean_square(x, n) * pow(10.0, -snr_db / 10.0) * 3.0 * (1.0 - pole * pole));
    double y = 0.0;
    for (size_t i = 0; i < n; i++) {
        y = pole * y + 2.0 * hear_rng_uniform(r) - 1.0;
        x[i] += (float)(level * y);
    }
}

void hear_wave_limit_band(hear_rng *r, double rate_hz, float *x, size_t n)
{
    const bool low = chance(r, 0.35), high = chance(r, 0.25);
    const double low_hz = 2800.0 * pow(7500.0 / 2800.0, hear_rng_uniform(r));
    const double high_hz = 100.0 * pow(4.5, hear_rng_uniform(r));
    if (low && low_hz < 0.48 * rate_hz)
        pass_steeply(low_hz, rate_hz, false, x, n);
    if (high)
        pass_steeply(high_hz, rate_hz, true, x, n);
}

static double level_db_of(const float *x, size_t n)
{
    double square = 0.0;
    for (size_t i = 0; i < n; i++)
        square += (double)x[i] * x[i];
    return 10.0 * log10(fmax(square / (double)(n ? n : 1), 1e-10));
}

static void scale(float *x, size_t n, double db)
{
    const float gain = (float)pow(10.0, db / 20.0);
    for (size_t i = 0; i < n; i++)
        x[i] *= gain;
}

void hear_wave_change_gain(hear_rng *r, double rate_hz, float *x, size_t n)
{
    (void)rate_hz;
    scale(x, n, fmin(between(r, -58.0, -8.0) - level_db_of(x, n), 40.0));
}

void hear_wave_quieten(hear_rng *r, double rate_hz, float *x, size_t n)
{
    (void)rate_hz;
    const bool wanted = hear_rng_uniform(r) < 0.5;
    const double to = between(r, -66.0, -50.0);
    if (wanted)
        scale(x, n, fmin(to - level_db_of(x, n), 0.0));
}

void hear_wave_mask(hear_rng *r, double rate_hz, float *x, size_t n)
{
    const size_t longest = (size_t)(0.3 * rate_hz), most = longest < n / 2 ? longest : n / 2;
    const size_t length = (size_t)hear_rng_below(r, most + 1);
    const size_t start = (size_t)hear_rng_below(r, n - length + 1);
    if (!chance(r, 0.5))
        return;
    for (size_t i = start; i < start + length; i++)
        x[i] *= 0.0316f;
}
