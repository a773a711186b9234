/* whole.h - int8 and uint8 numbers with scale and zero point, for the operators that multiply them:
 * x stands for scale (x - zero). Real-time: all but what infer calls. */
#ifndef NN_WHOLE_H
#define NN_WHOLE_H

#include "nn/op.h"

#define HEAR_WHOLE (1u << HEAR_U8 | 1u << HEAR_I8)

/* For infer: input j, where it is there, has one number, or `each` of them; and, of a zero point,
 * the type of what it is of. Errors: HEAR_ERR_MODEL with err set. */
HEAR_MUST_CHECK hear_status hear_whole_check_zero(const hear_call *c, size_t j, size_t of,
                                                  size_t each, hear_error *err);
HEAR_MUST_CHECK hear_status hear_whole_check_scale(const hear_call *c, size_t j, size_t each,
                                                   hear_error *err);

int32_t hear_whole_at(const hear_tensor *t, size_t i);
/* Number i of input j, the only one where there is one, 0 where the input is left out. */
int32_t hear_whole_zero(const hear_call *c, size_t j, size_t i);
float hear_whole_scale(const hear_call *c, size_t j, size_t i);
/* out[i] = t[first + i] - zero, which has 9 bits */
void hear_whole_less(int16_t *out, const hear_tensor *t, size_t first, size_t n, int32_t zero);
/* The sums are of 32 bits and go round. out[i] += w x[i step] */
void hear_whole_add(int32_t *out, const int16_t *x, size_t step, size_t n, int32_t w);
/* round(sum scale) + zero, halves to the even number, held within the type's range. */
uint8_t hear_whole_round(int32_t sum, double scale, int32_t zero, hear_dtype dtype);
#endif
