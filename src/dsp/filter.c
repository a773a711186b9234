/* filter.c - see filter.h. */
#include "config.h"

#include "dsp/filter.h"

#include <math.h>

enum { ORDER = 8 };

static void run(float *x, size_t n, double rate_hz, double cut_hz, bool high)
{
    const double k = tan(M_PI * cut_hz / rate_hz);
    for (int section = 0; section < ORDER / 2; section++) {
        /* s^2 + s / q + 1 for each pair of poles on the unit circle */
        const double q = 0.5 / cos(M_PI * (2.0 * section + 1.0) / (2.0 * ORDER));
        const double norm = 1.0 / (1.0 + k / q + k * k);
        const double b0 = high ? norm : k * k * norm, b1 = high ? -2.0 * b0 : 2.0 * b0;
        const double a1 = 2.0 * (k * k - 1.0) * norm, a2 = (1.0 - k / q + k * k) * norm;
        double z1 = 0.0, z2 = 0.0;
        for (size_t i = 0; i < n; i++) { /* direct form II, transposed */
            const double in = (double)x[i], out = b0 * in + z1;
            z1 = b1 * in - a1 * out + z2;
            z2 = b0 * in - a2 * out;
            x[i] = (float)out;
        }
    }
}

void hear_filter_low_pass(float *x, size_t n, double rate_hz, double cut_hz)
{
    run(x, n, rate_hz, cut_hz, false);
}

void hear_filter_high_pass(float *x, size_t n, double rate_hz, double cut_hz)
{
    run(x, n, rate_hz, cut_hz, true);
}
