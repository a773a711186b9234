/* sound.c - see sound.h. */
#include "sound.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

float *test_sound(size_t rate_hz)
{
    float *x = malloc(rate_hz * sizeof *x);
    uint32_t noise = 1;
    for (size_t i = 0; x && i < rate_hz; i++) {
        noise = noise * 1664525u + 1013904223u;
        const double t = (double)i / (double)rate_hz;
        x[i] = (float)(0.4 * sin(2 * M_PI * (150 + 1200 * t) * t) +
                       0.2 * sin(2 * M_PI * 440 * t) * exp(-3 * t) +
                       0.02 * ((noise >> 8) / 16777216.0 - 0.5));
    }
    return x;
}
