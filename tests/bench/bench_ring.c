/* bench_ring.c - what the audio callback pays: blocks of samples into the ring, and out again. */
#include "config.h"

#include "bench/bench.h"
#include "dsp/ring.h"

#include <stdio.h>

static int one(const char *name, size_t n_block, bool lossy)
{
    static float block[4096];
    hear_ring *r;
    if (hear_ring_create(&r, &(hear_ring_config){ 96000, sizeof(float), 64 }) != HEAR_OK)
        return 1;
    hear_bench b = hear_bench_begin(name, (double)n_block / 48000.0);
    while (hear_bench_more(&b)) {
        uint64_t lost;
        if (lossy)
            hear_ring_write_lost(r, 1);
        hear_ring_write(r, block, n_block);
        while (hear_ring_read(r, block, n_block, &lost) > 0)
            ;
    }
    hear_ring_destroy(r);
    return hear_bench_end(&b);
}

int main(void)
{
    int status = one("ring/64", 64, false);
    status |= one("ring/480", 480, false);
    status |= one("ring/4096", 4096, false);
    status |= one("ring/480 with a loss", 480, true);
    return status;
}
