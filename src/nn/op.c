/* op.c - the table of operators: one line for each. */
#include "config.h"

#include "nn/op_list.h"

#include <string.h>

static const hear_op *const table[] = {
    &hear_op_abs,
    &hear_op_add,
    &hear_op_and,
    &hear_op_arg_max,
    &hear_op_arg_min,
    &hear_op_array_feature_extractor,
    &hear_op_average_pool,
    &hear_op_batch_normalization,
    &hear_op_cast,
    &hear_op_cast_like,
    &hear_op_ceil,
    &hear_op_celu,
    &hear_op_clip,
    &hear_op_concat,
    &hear_op_constant,
    &hear_op_constant_of_shape,
    &hear_op_conv,
    &hear_op_conv_transpose,
    &hear_op_cos,
    &hear_op_dequantize_linear,
    &hear_op_div,
    &hear_op_dropout,
    &hear_op_dynamic_quantize_linear,
    &hear_op_elu,
    &hear_op_equal,
    &hear_op_erf,
    &hear_op_exp,
    &hear_op_expand,
    &hear_op_flatten,
    &hear_op_floor,
    &hear_op_gru,
    &hear_op_gather,
    &hear_op_gelu,
    &hear_op_gemm,
    &hear_op_global_average_pool,
    &hear_op_global_max_pool,
    &hear_op_greater,
    &hear_op_greater_or_equal,
    &hear_op_group_normalization,
    &hear_op_hard_sigmoid,
    &hear_op_hard_swish,
    &hear_op_identity,
    &hear_op_instance_normalization,
    &hear_op_lstm,
    &hear_op_layer_normalization,
    &hear_op_leaky_relu,
    &hear_op_less,
    &hear_op_less_or_equal,
    &hear_op_linear_classifier,
    &hear_op_log,
    &hear_op_log_softmax,
    &hear_op_matmul,
    &hear_op_max,
    &hear_op_max_pool,
    &hear_op_min,
    &hear_op_mish,
    &hear_op_mod,
    &hear_op_mul,
    &hear_op_neg,
    &hear_op_normalizer,
    &hear_op_not,
    &hear_op_or,
    &hear_op_prelu,
    &hear_op_pad,
    &hear_op_pow,
    &hear_op_quantize_linear,
    &hear_op_rms_normalization,
    &hear_op_range,
    &hear_op_reciprocal,
    &hear_op_reduce_l1,
    &hear_op_reduce_l2,
    &hear_op_reduce_log_sum,
    &hear_op_reduce_log_sum_exp,
    &hear_op_reduce_max,
    &hear_op_reduce_mean,
    &hear_op_reduce_min,
    &hear_op_reduce_prod,
    &hear_op_reduce_sum,
    &hear_op_reduce_sum_square,
    &hear_op_relu,
    &hear_op_reshape,
    &hear_op_resize,
    &hear_op_round,
    &hear_op_scaler,
    &hear_op_selu,
    &hear_op_shape,
    &hear_op_sigmoid,
    &hear_op_sign,
    &hear_op_sin,
    &hear_op_size,
    &hear_op_slice,
    &hear_op_softmax,
    &hear_op_softplus,
    &hear_op_softsign,
    &hear_op_split,
    &hear_op_sqrt,
    &hear_op_squeeze,
    &hear_op_sub,
    &hear_op_sum,
    &hear_op_swish,
    &hear_op_tanh,
    &hear_op_thresholded_relu,
    &hear_op_tile,
    &hear_op_transpose,
    &hear_op_tree_ensemble_classifier,
    &hear_op_unsqueeze,
    &hear_op_where,
    &hear_op_xor,
    &hear_op_zip_map,
};

const hear_op *hear_op_find(const char *domain, const char *name)
{
    for (size_t i = 0; i < hear_op_count(); i++)
        if (strcmp(table[i]->name, name) == 0 && strcmp(table[i]->domain, domain) == 0)
            return table[i];
    return NULL;
}

size_t hear_op_count(void)
{
    return sizeof table / sizeof table[0];
}

const hear_op *hear_op_at(size_t i)
{
    return table[i];
}
