/* gemm.c - OpenBLAS behind gemm.h. */
#include "config.h"

#include "nn/gemm.h"

#include <cblas.h>
#include <pthread.h>
#include <string.h>

static void scale(const hear_gemm_args *g)
{
    for (size_t i = 0; i < g->m; i++) {
        float *row = g->c + i * g->ldc;
        if (g->beta == 0.0f)
            memset(row, 0, g->n * sizeof *row);
        else
            for (size_t j = 0; j < g->n; j++)
                row[j] *= g->beta;
    }
}

void hear_gemm(const hear_gemm_args *g)
{
    if (g->m == 0 || g->n == 0)
        return;
    if (g->k == 0) {
        scale(g);
        return;
    }
    if (g->m == 1) { /* one row reads the matrix once, where it lies */
        cblas_sgemv(CblasRowMajor, g->trans_b ? CblasNoTrans : CblasTrans,
                    (int)(g->trans_b ? g->n : g->k), (int)(g->trans_b ? g->k : g->n), g->alpha,
                    g->b, (int)g->ldb, g->a, g->trans_a ? (int)g->lda : 1, g->beta, g->c, 1);
        return;
    }
    cblas_sgemm(CblasRowMajor, g->trans_a ? CblasTrans : CblasNoTrans,
                g->trans_b ? CblasTrans : CblasNoTrans, (int)g->m, (int)g->n, (int)g->k, g->alpha,
                g->a, (int)g->lda, g->b, (int)g->ldb, g->beta, g->c, (int)g->ldc);
}

void hear_gemm_set_threads(size_t n)
{
    openblas_set_num_threads((int)n);
}

static void init(void)
{
    hear_gemm_set_threads(1);
    static float a[64 * 64], b[64 * 64], c[64 * 64];
    hear_gemm(&(hear_gemm_args){ .m = 64,
                                 .n = 64,
                                 .k = 64,
                                 .alpha = 1.0f,
                                 .a = a,
                                 .b = b,
                                 .c = c,
                                 .lda = 64,
                                 .ldb = 64,
                                 .ldc = 64 });
}

void hear_gemm_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init);
}
