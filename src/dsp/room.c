/* room.c - see room.h. */
#include "config.h"

#include "dsp/room.h"

#include <math.h>

size_t hear_room_length(uint32_t rate_hz, double decay_s)
{
    return (size_t)ceil(decay_s * rate_hz) + 1;
}

void hear_room_response(hear_rng *r, uint32_t rate_hz, double decay_s, double direct_db, float *out)
{
    const size_t n = hear_room_length(rate_hz, decay_s);
    const size_t first = (size_t)((0.002 + 0.008 * hear_rng_uniform(r)) * rate_hz) + 1;
    const double rate = pow(10.0, -3.0 / (decay_s * rate_hz)); /* 60 dB of amplitude */
    const double pole = exp(-2.0 * M_PI * 4000.0 / rate_hz);   /* 4 kHz */
    double level = 1.0, dull = 0.0, energy = 0.0;
    for (size_t i = 0; i < n; i++) {
        out[i] = 0.0f;
        if (i < first)
            continue;
        dull = pole * dull + (1.0 - pole) * hear_rng_normal(r);
        out[i] = (float)(level * dull);
        energy += (double)out[i] * (double)out[i];
        level *= rate;
    }
    const double scale = energy > 0.0 ? sqrt(pow(10.0, -direct_db / 10.0) / energy) : 0.0;
    for (size_t i = first; i < n; i++)
        out[i] *= (float)scale;
    out[0] = 1.0f;
}
