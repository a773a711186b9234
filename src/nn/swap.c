/* swap.c - see swap.h: by the vectors of gemm_kernels.h. */
#include "config.h"

#include "nn/swap.h"

#include "nn/gemm_kernels.h"

void hear_swap(float *to, size_t ld_to, const float *from, size_t ld_from, size_t rows, size_t cols)
{
    const hear_gemm_kernels *const kernels = hear_gemm_kernels_best();
    const size_t width = kernels->cols / 2; /* of a vector */
    size_t r = 0;
    for (; r + width <= rows; r += width) /* whole vectors write nothing beyond */
        kernels->pack_rows(to + r, ld_to, from + r * ld_from, ld_from, width, cols);
    for (size_t c = 0; c < cols; c++)
        for (size_t i = r; i < rows; i++)
            to[c * ld_to + i] = from[i * ld_from + c];
}
