/* op_list.h - every operator by its name, for op.c and for the files that define them. */
#ifndef NN_OP_LIST_H
#define NN_OP_LIST_H

#include "nn/op.h"

extern const hear_op hear_op_add;
extern const hear_op hear_op_arg_max;
extern const hear_op hear_op_array_feature_extractor;
extern const hear_op hear_op_average_pool;
extern const hear_op hear_op_batch_normalization;
extern const hear_op hear_op_cast;
extern const hear_op hear_op_clip;
extern const hear_op hear_op_concat;
extern const hear_op hear_op_constant;
extern const hear_op hear_op_conv;
extern const hear_op hear_op_conv_transpose;
extern const hear_op hear_op_div;
extern const hear_op hear_op_dropout;
extern const hear_op hear_op_exp;
extern const hear_op hear_op_flatten;
extern const hear_op hear_op_gather;
extern const hear_op hear_op_gemm;
extern const hear_op hear_op_global_average_pool;
extern const hear_op hear_op_global_max_pool;
extern const hear_op hear_op_gru;
extern const hear_op hear_op_identity;
extern const hear_op hear_op_leaky_relu;
extern const hear_op hear_op_linear_classifier;
extern const hear_op hear_op_log;
extern const hear_op hear_op_log_softmax;
extern const hear_op hear_op_lstm;
extern const hear_op hear_op_matmul;
extern const hear_op hear_op_max;
extern const hear_op hear_op_max_pool;
extern const hear_op hear_op_min;
extern const hear_op hear_op_mul;
extern const hear_op hear_op_normalizer;
extern const hear_op hear_op_pad;
extern const hear_op hear_op_pow;
extern const hear_op hear_op_reduce_max;
extern const hear_op hear_op_reduce_mean;
extern const hear_op hear_op_reduce_min;
extern const hear_op hear_op_reduce_sum;
extern const hear_op hear_op_relu;
extern const hear_op hear_op_reshape;
extern const hear_op hear_op_resize;
extern const hear_op hear_op_scaler;
extern const hear_op hear_op_shape;
extern const hear_op hear_op_sigmoid;
extern const hear_op hear_op_slice;
extern const hear_op hear_op_softmax;
extern const hear_op hear_op_sqrt;
extern const hear_op hear_op_squeeze;
extern const hear_op hear_op_sub;
extern const hear_op hear_op_tanh;
extern const hear_op hear_op_transpose;
extern const hear_op hear_op_tree_ensemble_classifier;
extern const hear_op hear_op_unsqueeze;
extern const hear_op hear_op_zip_map;
#endif
