/* gauge.c - see gauge.h. */
#include "config.h"

#include "stream/gauge.h"

#include <math.h>
#include <string.h>

static double double_of(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

void hear_gauge_level(hear_gauge *m, const float *samples, size_t n)
{
    float peak = 0.0f;
    double energy = double_of(atomic_load_explicit(&m->energy_bits, memory_order_relaxed));
    for (size_t i = 0; i < n; i++) {
        const float x = fabsf(samples[i]);
        const float y = x <= 1.0f ? x : x > 1.0f ? 1.0f : 0.0f; /* NaN is silence */
        peak = y > peak ? y : peak;
        energy += (double)y * (double)y;
    }
    uint64_t bits;
    memcpy(&bits, &energy, sizeof bits);
    atomic_store_explicit(&m->energy_bits, bits, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->n_samples, n, memory_order_relaxed);
    /* floats >= 0 are ordered as their bits are */
    uint32_t peak_bits, seen = atomic_load_explicit(&m->peak_bits, memory_order_relaxed);
    memcpy(&peak_bits, &peak, sizeof peak_bits);
    while (peak_bits > seen &&
           !atomic_compare_exchange_weak_explicit(&m->peak_bits, &seen, peak_bits,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

static size_t bin_of(uint64_t ns)
{
    if (ns < 8)
        return 0;
    const unsigned octave = 63u - (unsigned)__builtin_clzll(ns);
    return octave * 8u + (unsigned)(ns >> (octave - 3u) & 7u);
}

static double middle_of(size_t bin)
{
    return ldexp(1.0 + ((double)(bin % 8) + 0.5) / 8.0, (int)(bin / 8));
}

void hear_gauge_inference(hear_gauge *m, uint64_t run_ns, uint64_t latency_ns)
{
    atomic_fetch_add_explicit(&m->bins[bin_of(run_ns)], 1, memory_order_relaxed);
    if (run_ns > atomic_load_explicit(&m->worst_ns, memory_order_relaxed))
        atomic_store_explicit(&m->worst_ns, run_ns, memory_order_relaxed);
    atomic_store_explicit(&m->latency_ns, latency_ns, memory_order_relaxed);
}

/* The time that per_cent of the windows did not take longer than. */
static double quantile_ns(const hear_gauge *m, uint64_t per_cent)
{
    uint64_t n = 0, below = 0;
    for (size_t i = 0; i < HEAR_GAUGE_BINS; i++)
        n += atomic_load_explicit(&m->bins[i], memory_order_relaxed);
    for (size_t i = 0; n > 0 && i < HEAR_GAUGE_BINS; i++) {
        below += atomic_load_explicit(&m->bins[i], memory_order_relaxed);
        if (100 * below >= per_cent * n)
            return middle_of(i);
    }
    return 0.0;
}

hear_gauge_reading hear_gauge_read(hear_gauge *m)
{
    hear_gauge_reading r = { 0 };
    const uint32_t peak_bits = atomic_exchange_explicit(&m->peak_bits, 0, memory_order_relaxed);
    memcpy(&r.peak, &peak_bits, sizeof r.peak);
    const double energy = double_of(atomic_load_explicit(&m->energy_bits, memory_order_relaxed));
    const uint64_t n = atomic_load_explicit(&m->n_samples, memory_order_relaxed);
    if (n > m->n_samples_was && energy > m->energy_was)
        r.rms = (float)fmin(sqrt((energy - m->energy_was) / (double)(n - m->n_samples_was)), 1.0);
    m->energy_was = energy;
    m->n_samples_was = n;
    r.worst_ms = 1e-6 * (double)atomic_load_explicit(&m->worst_ns, memory_order_relaxed);
    r.p50_ms = fmin(1e-6 * quantile_ns(m, 50), r.worst_ms);
    r.p99_ms = fmin(1e-6 * quantile_ns(m, 99), r.worst_ms);
    r.latency_ms = 1e-6 * (double)atomic_load_explicit(&m->latency_ns, memory_order_relaxed);
    return r;
}
