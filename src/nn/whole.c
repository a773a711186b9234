/* whole.c - see whole.h. */
#include "config.h"

#include "nn/whole.h"

#include "base/error.h"

#include <math.h>

static hear_status check_number(const hear_call *c, size_t j, size_t each, const char *what,
                                hear_error *err)
{
    const hear_tensor *const t = c->in[j];
    if (t->count == 1 || (t->shape.rank == 1 && t->count == each))
        return HEAR_OK;
    return hear_call_fail(c, err, "a %s of %zu numbers: 1 or %zu are supported", what, t->count,
                          each);
}

hear_status hear_whole_check_zero(const hear_call *c, size_t j, size_t of, size_t each,
                                  hear_error *err)
{
    if (!hear_call_has_in(c, j))
        return HEAR_OK;
    if (c->in[j]->dtype != c->in[of]->dtype)
        return hear_call_fail(c, err, "the zero point is %s, not %s",
                              hear_dtype_name(c->in[j]->dtype), hear_dtype_name(c->in[of]->dtype));
    return check_number(c, j, each, "zero point", err);
}

hear_status hear_whole_check_scale(const hear_call *c, size_t j, size_t each, hear_error *err)
{
    const hear_status s = hear_call_want_f32(c, j, err);
    return s ? s : check_number(c, j, each, "scale", err);
}

int32_t hear_whole_at(const hear_tensor *t, size_t i)
{
    return t->dtype == HEAR_U8 ? ((const uint8_t *)t->data)[i] : ((const int8_t *)t->data)[i];
}

int32_t hear_whole_zero(const hear_call *c, size_t j, size_t i)
{
    if (!hear_call_has_in(c, j))
        return 0;
    return hear_whole_at(c->in[j], c->in[j]->count == 1 ? 0 : i);
}

float hear_whole_scale(const hear_call *c, size_t j, size_t i)
{
    return ((const float *)c->in[j]->data)[c->in[j]->count == 1 ? 0 : i];
}

void hear_whole_less(int16_t *out, const hear_tensor *t, size_t first, size_t n, int32_t zero)
{
    const uint8_t *const u = (const uint8_t *)t->data + first;
    const int8_t *const s = (const int8_t *)t->data + first;
    if (t->dtype == HEAR_U8)
        for (size_t i = 0; i < n; i++)
            out[i] = (int16_t)(u[i] - zero);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = (int16_t)(s[i] - zero);
}

void hear_whole_add(int32_t *out, const int16_t *x, size_t step, size_t n, int32_t w)
{
    if (step == 1)
        for (size_t i = 0; i < n; i++)
            out[i] = (int32_t)((uint32_t)out[i] + (uint32_t)(w * x[i]));
    else
        for (size_t i = 0; i < n; i++)
            out[i] = (int32_t)((uint32_t)out[i] + (uint32_t)(w * x[i * step]));
}

uint8_t hear_whole_round(int32_t sum, double scale, int32_t zero, hear_dtype dtype)
{
    const double low = dtype == HEAR_I8 ? -128.0 : 0.0, high = low + 255.0;
    const double q = rint(sum * scale) + zero;
    return (uint8_t)(int32_t)(q >= low ? q <= high ? q : high : q < low ? low : (double)zero);
}
