/* product.h - the shapes of numpy.matmul: products of the last two dimensions, the others
 * broadcast; for MatMul and its kin of whole numbers. */
#ifndef NN_PRODUCT_H
#define NN_PRODUCT_H

#include "nn/broadcast.h"
#include "nn/op.h"

typedef struct {
    size_t m, n, k; /* of one product: [m][k] times [k][n] */
    size_t rows;    /* of one of the left matrices: m, or a part of it where there is but one matrix
                       on the right, and all rows go in one product */
    hear_broadcast batch; /* over matrices */
} hear_product;

/* Of inputs a and b; sets output 0 and macs. Errors: HEAR_ERR_MODEL with err set. */
HEAR_MUST_CHECK hear_status hear_product_read(hear_product *p, hear_call *c, size_t a, size_t b,
                                              hear_dtype out, hear_error *err);
#endif
