/* bench_gemm.c - matrix products of the shapes that networks make. The budgets are 25 GFLOP/s. */
#include "config.h"

#include "base/mem.h"
#include "base/rng.h"
#include "bench/bench.h"
#include "nn/gemm.h"

#include <stdio.h>

typedef struct {
    const char *what;
    size_t m, n, k;
    bool trans_a, trans_b;
} shape;

static const shape shapes[] = {
    { "square", 768, 768, 768, false, false },
    { "conv-6-channels", 6, 4096, 54, false, false },
    { "conv-first-layer", 32, 16384, 9, false, false },
    { "conv-64-channels", 64, 4096, 288, false, false },
    { "conv-weight-gradient", 64, 288, 4096, false, true },
    { "conv-input-gradient", 288, 4096, 64, true, false },
    { "conv-point", 256, 24, 256, false, false },
    { "dense", 8, 64, 65536, false, false },
    { "dense-weight-gradient", 65536, 64, 8, true, false },
    { "one-row", 1, 521, 1024, false, false },
    { "one-row-transposed", 1, 521, 1024, false, true },
};

static int run(const shape *s, float *a, float *b, float *c)
{
    char name[96];
    snprintf(name, sizeof name, "gemm/%s/%zux%zux%zu", s->what, s->m, s->n, s->k);
    hear_bench bench = hear_bench_begin(name, 2.0 * (double)(s->m * s->n * s->k) / 25e9);
    while (hear_bench_more(&bench))
        hear_gemm(&(hear_gemm_args){ .m = s->m,
                                     .n = s->n,
                                     .k = s->k,
                                     .trans_a = s->trans_a,
                                     .trans_b = s->trans_b,
                                     .alpha = 1.0f,
                                     .a = a,
                                     .lda = s->trans_a ? s->m : s->k,
                                     .b = b,
                                     .ldb = s->trans_b ? s->k : s->n,
                                     .c = c,
                                     .ldc = s->n });
    return hear_bench_end(&bench);
}

int main(void)
{
    enum { ROOM = 64 * 65536 }; /* the largest matrix of them all */
    float *a = hear_alloc(ROOM, sizeof *a), *b = hear_alloc(ROOM, sizeof *b);
    float *c = hear_alloc(ROOM, sizeof *c);
    int status = !a || !b || !c;
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    for (size_t i = 0; i < ROOM && !status; i++) {
        a[i] = (float)hear_rng_normal(&rng);
        b[i] = (float)hear_rng_normal(&rng);
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes && a && b && c; i++)
        status |= run(&shapes[i], a, b, c);
    hear_free(a);
    hear_free(b);
    hear_free(c);
    return status;
}
