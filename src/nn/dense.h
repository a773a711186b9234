/* dense.h - rows times constant weights that are packed once, for the operators that are one such
 * product in inference: y = x W + b. Threads: a call belongs to its plan. Real-time: forward. */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include "nn/op.h"

typedef struct {
    size_t m, n, k; /* x [m][k], y [m][n] */
    bool trans_b;   /* W, the call's input 1, is [n][k] instead of [k][n] */
} hear_dense;

/* For infer: whether it goes this way; then with the bytes that it wants. b is input 2, of n
 * numbers or one, where it is there. */
bool hear_dense_suits(hear_call *c, const hear_dense *d);
void hear_dense_prepare(hear_call *c, const hear_dense *d);
void hear_dense_forward(hear_call *c, const hear_dense *d);
#endif
