/* onnx_tensor.c - see onnx_tensor.h. */
#include "config.h"

#include "nn/onnx_tensor.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "nn/onnx.h"
#include "nn/onnx_unpack.h"

#include <stdlib.h>
#include <string.h>

enum { F16 = 10, BF16 = 16 }; /* TensorProto.DataType */

hear_dtype hear_onnx_dtype(int32_t data_type)
{
    switch (data_type) {
    case HEAR_F32:
    case HEAR_U8:
    case HEAR_I8:
    case HEAR_I32:
    case HEAR_I64:
    case HEAR_STRING:
    case HEAR_BOOL:
    case HEAR_F64:
        return (hear_dtype)data_type;
    case F16:
    case BF16:
        return HEAR_F32;
    default:
        return (hear_dtype)0;
    }
}

char *hear_onnx_text(const ProtobufCBinaryData *bytes)
{
    char *text = malloc(bytes->len + 1);
    if (!text)
        return NULL;
    if (bytes->len > 0)
        memcpy(text, bytes->data, bytes->len);
    text[bytes->len] = '\0';
    return text;
}

void hear_onnx_swap(void *data, size_t n, size_t size)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    if (first == 1)
        return;
    uint8_t *b = data;
    for (size_t i = 0; i < n; i++, b += size)
        for (size_t k = 0; k < size / 2; k++) {
            const uint8_t kept = b[k];
            b[k] = b[size - 1 - k];
            b[size - 1 - k] = kept;
        }
}

static float from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static float from_half(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16;
    const uint32_t exponent = h >> 10 & 31, fraction = h & 0x3ff;
    if (exponent == 31)
        return from_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent > 0)
        return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float small = (float)fraction * 0x1p-24f; /* subnormal */
    return sign ? -small : small;
}

static float widened(int32_t data_type, uint16_t bits)
{
    return data_type == F16 ? from_half(bits) : from_bits((uint32_t)bits << 16);
}

static hear_status check_place(const HearOnnx__TensorProto *t, const char *what, hear_error *err)
{
    if (t->n_external_data > 0 || (t->has_data_location && t->data_location != 0))
        return hear_fail(err, HEAR_ERR_MODEL, "%s keeps its data in another file", what);
    if (t->has_segment)
        return hear_fail(err, HEAR_ERR_MODEL, "%s is cut into segments", what);
    return HEAR_OK;
}

static hear_status read_shape(hear_shape *shape, const HearOnnx__TensorProto *t, const char *what,
                              hear_error *err)
{
    if (t->n_dims > HEAR_MAX_RANK)
        return hear_fail(err, HEAR_ERR_MODEL, "%s has %zu dimensions; %d are the most", what,
                         t->n_dims, HEAR_MAX_RANK);
    *shape = (hear_shape){ .rank = t->n_dims };
    for (size_t i = 0; i < t->n_dims; i++) {
        if (t->dims[i] < 0)
            return hear_fail(err, HEAR_ERR_MODEL, "%s has a negative dimension", what);
        shape->dim[i] = t->dims[i];
    }
    size_t count, bytes;
    if (!hear_shape_count(shape, &count) || !hear_mul(count, sizeof(double), &bytes))
        return hear_fail(err, HEAR_ERR_MODEL, "%s is too large", what);
    return HEAR_OK;
}

static void fill_raw(hear_tensor *to, const HearOnnx__TensorProto *t)
{
    const size_t size = hear_dtype_size(to->dtype);
    if (t->data_type != F16 && t->data_type != BF16) {
        memcpy(to->data, t->raw_data.data, t->raw_data.len);
        hear_onnx_swap(to->data, to->count, size);
    } else {
        float *data = to->data;
        for (size_t i = 0; i < to->count; i++)
            data[i] = widened(t->data_type, (uint16_t)(t->raw_data.data[2 * i] |
                                                       t->raw_data.data[2 * i + 1] << 8));
    }
    if (to->dtype == HEAR_BOOL)
        for (size_t i = 0; i < to->count; i++)
            ((uint8_t *)to->data)[i] = ((uint8_t *)to->data)[i] != 0;
}

static hear_status fill_int32(hear_tensor *to, const HearOnnx__TensorProto *t, const char *what,
                              hear_error *err)
{
    for (size_t i = 0; i < to->count; i++) {
        const int32_t v = t->int32_data[i];
        bool fits = true;
        switch (to->dtype) {
        case HEAR_I32:
            ((int32_t *)to->data)[i] = v;
            break;
        case HEAR_BOOL:
            ((uint8_t *)to->data)[i] = v != 0;
            break;
        case HEAR_U8:
            fits = v >= 0 && v <= UINT8_MAX;
            ((uint8_t *)to->data)[i] = (uint8_t)v;
            break;
        case HEAR_I8:
            fits = v >= INT8_MIN && v <= INT8_MAX;
            ((int8_t *)to->data)[i] = (int8_t)v;
            break;
        default:
            fits = v >= 0 && v <= UINT16_MAX;
            ((float *)to->data)[i] = widened(t->data_type, (uint16_t)v);
        }
        if (!fits)
            return hear_fail(err, HEAR_ERR_MODEL, "%s holds a number outside of its type", what);
    }
    return HEAR_OK;
}

static hear_status fill_strings(hear_tensor *to, const HearOnnx__TensorProto *t, const char *what,
                                hear_error *err)
{
    for (size_t i = 0; i < to->count; i++) {
        const ProtobufCBinaryData *s = &t->string_data[i];
        if (s->len > 0 && memchr(s->data, 0, s->len))
            return hear_fail(err, HEAR_ERR_MODEL, "%s holds a zero byte", what);
        if (!(((char **)to->data)[i] = hear_onnx_text(s)))
            return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    return HEAR_OK;
}

/* Where a type's elements stand when they are not in raw_data. */
typedef struct {
    size_t n;
    const void *data;
} list;

static list typed_list(const HearOnnx__TensorProto *t)
{
    switch (t->data_type) {
    case HEAR_F32:
        return (list){ t->n_float_data, t->float_data };
    case HEAR_F64:
        return (list){ t->n_double_data, t->double_data };
    case HEAR_I64:
        return (list){ t->n_int64_data, t->int64_data };
    case HEAR_STRING:
        return (list){ t->n_string_data, t->string_data };
    default:
        return (list){ t->n_int32_data, t->int32_data };
    }
}

static hear_status fill(hear_tensor *to, const HearOnnx__TensorProto *t, const char *what,
                        hear_error *err)
{
    if (t->n_string_data > 0)
        return fill_strings(to, t, what, err);
    if (t->n_int32_data > 0)
        return fill_int32(to, t, what, err);
    if (t->raw_data.len > 0)
        fill_raw(to, t);
    else if (to->count > 0)
        memcpy(to->data, typed_list(t).data, to->count * hear_dtype_size(to->dtype));
    return HEAR_OK;
}

/* The number of elements that the data given amounts to must be the shape's. */
static hear_status check_amount(const HearOnnx__TensorProto *t, hear_dtype dtype, size_t count,
                                const char *what, hear_error *err)
{
    const size_t n_lists = (t->raw_data.len > 0) + (t->n_float_data > 0) + (t->n_double_data > 0) +
                           (t->n_int32_data > 0) + (t->n_int64_data > 0) + (t->n_string_data > 0);
    if (n_lists > 1)
        return hear_fail(err, HEAR_ERR_MODEL, "%s holds two kinds of data", what);
    const bool half = t->data_type == F16 || t->data_type == BF16;
    const size_t size = half ? 2 : hear_dtype_size(dtype);
    const bool raw = t->raw_data.len > 0;
    if (raw && size == 0)
        return hear_fail(err, HEAR_ERR_MODEL, "%s has raw strings", what);
    if (raw ? t->raw_data.len != count * size : typed_list(t).n != count)
        return hear_fail(err, HEAR_ERR_MODEL, "%s has other than its %zu elements' data", what,
                         count);
    return HEAR_OK;
}

hear_status hear_onnx_tensor(hear_tensor **out, const HearOnnx__TensorProto *t, const char *what,
                             hear_error *err)
{
    *out = NULL;
    hear_shape shape;
    hear_status status = check_place(t, what, err);
    if (status == HEAR_OK)
        status = read_shape(&shape, t, what, err);
    if (status != HEAR_OK)
        return status;
    const hear_dtype dtype = hear_onnx_dtype(t->data_type);
    if (!dtype)
        return hear_fail(err, HEAR_ERR_MODEL, "%s has data type %d, which is not supported", what,
                         (int)t->data_type);
    size_t count = 0;
    (void)hear_shape_count(&shape, &count); /* read_shape has tried it */
    status = check_amount(t, dtype, count, what, err);
    if (status != HEAR_OK)
        return status;
    hear_tensor *to;
    status = hear_tensor_create(&to, dtype, &shape);
    if (status != HEAR_OK)
        return hear_fail(err, status, NULL);
    status = fill(to, t, what, err);
    if (status != HEAR_OK)
        hear_tensor_destroy(to);
    else
        *out = to;
    return status;
}

hear_status hear_onnx_parse_tensor(hear_tensor **out, const void *bytes, size_t n_bytes,
                                   hear_error *err)
{
    *out = NULL;
    hear_onnx_memory memory;
    ProtobufCMessage *message;
    hear_status status = hear_onnx_unpack(&message, &memory, &hear_onnx__tensor_proto__descriptor,
                                          bytes, n_bytes, err);
    if (status != HEAR_OK)
        return status;
    status = hear_onnx_tensor(out, (const HearOnnx__TensorProto *)message, "the tensor", err);
    hear_onnx_release(message, &memory);
    return status;
}
