/* swap.h - rows become columns. */
#ifndef NN_SWAP_H
#define NN_SWAP_H

#include <stddef.h>

/* to[c * ld_to + r] = from[r * ld_from + c] for r < rows, c < cols; they do not overlap. Real-time.
 */
void hear_swap(float *to, size_t ld_to, const float *from, size_t ld_from, size_t rows,
               size_t cols);
#endif
