/* silence.c - see silence.h. */
#include "config.h"

#include "train/silence.h"

#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* One pole each for white, pink (three of them, P. Kellet's) and brown. */
static double colour(hear_rng *r, int kind, double pole[3])
{
    const double white = hear_rng_normal(r);
    if (kind == 0)
        return white;
    if (kind == 1) {
        pole[0] = 0.99765 * pole[0] + white * 0.0990460;
        pole[1] = 0.96300 * pole[1] + white * 0.2965164;
        pole[2] = 0.57000 * pole[2] + white * 1.0526913;
        return pole[0] + pole[1] + pole[2] + white * 0.1848;
    }
    pole[0] = 0.99 * pole[0] + white;
    return pole[0];
}

static void add_hum(hear_rng *r, double rate_hz, float *out, size_t n)
{
    const double mains = hear_rng_uniform(r) < 0.5 ? 50.0 : 60.0;
    for (int k = 1; k <= 5; k++) {
        const double level = pow(10.0, (-6.0 - 24.0 * hear_rng_uniform(r)) / 20.0);
        const double phase = 6.283185307179586 * hear_rng_uniform(r);
        const double step = 6.283185307179586 * mains * k / rate_hz;
        for (size_t i = 0; i < n; i++)
            out[i] += (float)(level * sin(phase + step * (double)i));
    }
}

void hear_silence_make(uint64_t seed, size_t index, double most_db, double rate_hz, float *out,
                       size_t n)
{
    memset(out, 0, n * sizeof *out);
    if (index % 8 == 0)
        return;
    hear_rng r;
    hear_rng_seed_stream(&r, seed ^ 0x73696c656e6365 /* "silence" */, index);
    const int kind = (int)hear_rng_below(&r, 3);
    double pole[3] = { 0.0 }, square = 0.0;
    for (size_t i = 0; i < n; i++)
        out[i] = (float)colour(&r, kind, pole);
    for (size_t i = 0; i < n; i++)
        square += (double)out[i] * out[i];
    const double rms = n ? sqrt(square / (double)n) : 0.0;
    for (size_t i = 0; i < n && rms > 0.0; i++)
        out[i] = (float)(out[i] / rms);
    if (hear_rng_below(&r, 3) == 0)
        add_hum(&r, rate_hz, out, n);
    const double range_db = most_db - HEAR_SILENCE_LEAST_DB;
    const double level =
        pow(10.0, (HEAR_SILENCE_LEAST_DB + range_db * hear_rng_uniform(&r)) / 20.0);
    const bool rounded = hear_rng_below(&r, 2) == 0;
    for (size_t i = 0; i < n; i++) {
        out[i] *= (float)level;
        if (rounded)
            out[i] = rintf(out[i] * 32768.0f) / 32768.0f;
    }
}
