/* tflite_file.h - a small TensorFlow Lite file made by hand: a picture of 6 x 4, a convolution with
 * int8 weights by channel, a depthwise one, the mean, a dense layer and a logistic function.
 *
 * Every field of a table takes four bytes, so that field i stands at table + 4 + 4 i. */
#ifndef TESTS_TFLITE_FILE_H
#define TESTS_TFLITE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t bytes[8192];
    size_t n;
} tfl;

enum { TFL_MAX_FIELDS = 8 };

static inline void tfl_put(tfl *f, size_t at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        f->bytes[at + (size_t)i] = (uint8_t)(v >> 8 * i);
}

static inline size_t tfl_table(tfl *f)
{
    const size_t vtable = f->n, size = 4 + 2 * TFL_MAX_FIELDS;
    f->bytes[vtable] = (uint8_t)size; /* fields that are not set stay out of it */
    f->n += size;
    const size_t table = f->n;
    tfl_put(f, table, (uint32_t)(table - vtable));
    f->n += 4 + 4 * TFL_MAX_FIELDS;
    return table;
}

static inline size_t tfl_field(tfl *f, size_t table, size_t field)
{
    f->bytes[table - 2 * TFL_MAX_FIELDS + 2 * field] = (uint8_t)(4 + 4 * field);
    return table + 4 + 4 * field;
}

static inline void tfl_set(tfl *f, size_t table, size_t field, uint32_t v)
{
    tfl_put(f, tfl_field(f, table, field), v);
}

/* What stands at the file's end from now on is what the field refers to. */
static inline void tfl_refer(tfl *f, size_t table, size_t field)
{
    const size_t at = tfl_field(f, table, field);
    tfl_put(f, at, (uint32_t)(f->n - at));
}

static inline void tfl_list(tfl *f, size_t table, size_t field, size_t n, const uint32_t *items)
{
    tfl_refer(f, table, field);
    tfl_put(f, f->n, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        tfl_put(f, f->n + 4 + 4 * i, items[i]);
    f->n += 4 + 4 * n;
}

static inline void tfl_bytes(tfl *f, size_t table, size_t field, size_t n, const void *bytes)
{
    tfl_refer(f, table, field);
    tfl_put(f, f->n, (uint32_t)n);
    memcpy(f->bytes + f->n + 4, bytes, n);
    f->n += (4 + n + 3) / 4 * 4;
}

/* A vector of n references; the first item's place. */
static inline size_t tfl_room(tfl *f, size_t table, size_t field, size_t n)
{
    tfl_refer(f, table, field);
    tfl_put(f, f->n, (uint32_t)n);
    const size_t items = f->n + 4;
    f->n += 4 + 4 * n;
    return items;
}

static inline size_t tfl_item(tfl *f, size_t items, size_t i)
{
    const size_t table = tfl_table(f);
    tfl_put(f, items + 4 * i, (uint32_t)(table - items - 4 * i));
    return table;
}

typedef struct {
    size_t rank;
    uint32_t dim[4];
    uint32_t type, buffer;
    size_t n_scales;
    float scale[2];
    uint32_t quantised; /* dimension */
} tfl_tensor;

static inline void tfl_add_tensor(tfl *f, size_t items, size_t i, const tfl_tensor *t)
{
    const size_t table = tfl_item(f, items, i);
    tfl_set(f, table, 1, t->type);
    tfl_set(f, table, 2, t->buffer);
    tfl_list(f, table, 0, t->rank, t->dim);
    if (t->n_scales == 0)
        return;
    tfl_refer(f, table, 4);
    const size_t at = tfl_field(f, table, 4), q = tfl_table(f);
    tfl_put(f, at, (uint32_t)(q - at));
    tfl_set(f, q, 6, t->quantised);
    tfl_bytes(f, q, 2, 0, "");
    f->n -= 4;
    tfl_put(f, f->n, (uint32_t)t->n_scales);
    memcpy(f->bytes + f->n + 4, t->scale, 4 * t->n_scales);
    f->n += 4 + 4 * t->n_scales;
}

static inline void tfl_add_op(tfl *f, size_t items, size_t i, uint32_t code, size_t n_in,
                              const uint32_t *in, uint32_t out, const uint32_t *options)
{
    const size_t table = tfl_item(f, items, i);
    tfl_set(f, table, 0, code);
    tfl_list(f, table, 1, n_in, in);
    tfl_list(f, table, 2, 1, &out);
    if (!options)
        return;
    const size_t at = tfl_field(f, table, 4), o = tfl_table(f);
    tfl_put(f, at, (uint32_t)(o - at));
    for (size_t k = 0; k < 7; k++)
        tfl_set(f, o, k, options[k]);
}

/* All biases are 0. Convolution: 2 channels of 3 x 3, stride 2, SAME, ReLU6, all weights 10 by the
 * scales 0.1 and 0.2. Depthwise: 1 x 1 in the middle of 3 x 3, weights 3 by 0.5. Dense: 3 of 2. */
static inline void tfl_make(tfl *f)
{
    static const uint8_t tens[18] = { 10, 10, 10, 10, 10, 10, 10, 10, 10,
                                      10, 10, 10, 10, 10, 10, 10, 10, 10 };
    static const uint8_t middle[18] = { [8] = 3, [9] = 0xfd }; /* 3 and -3 */
    static const int8_t dense[6] = { 1, 0, 0, 1, 1, 1 };
    static const int32_t zeros[3] = { 0 };
    static const uint32_t codes[5] = { 3, 4, 40, 9, 14 };
    static const tfl_tensor tensors[] = {
        { 4, { 1, 6, 4, 1 }, 0, 0, 0, { 0 }, 0 },
        { 4, { 2, 3, 3, 1 }, 9, 1, 2, { 0.1f, 0.2f }, 0 },
        { 1, { 2 }, 2, 4, 1, { 1.0f }, 0 },
        { 4, { 1, 3, 2, 2 }, 0, 0, 0, { 0 }, 0 },
        { 4, { 1, 3, 3, 2 }, 9, 2, 1, { 0.5f }, 3 },
        { 4, { 1, 3, 2, 2 }, 0, 0, 0, { 0 }, 0 },
        { 2, { 1, 2 }, 0, 0, 0, { 0 }, 0 },
        { 2, { 3, 2 }, 9, 3, 1, { 0.25f }, 0 },
        { 1, { 3 }, 2, 5, 1, { 1.0f }, 0 },
        { 2, { 1, 3 }, 0, 0, 0, { 0 }, 0 },
        { 2, { 1, 3 }, 0, 0, 0, { 0 }, 0 },
    };
    memset(f, 0, sizeof *f);
    memcpy(f->bytes + 4, "TFL3", 4);
    f->n = 8;
    const size_t model = tfl_table(f);
    tfl_put(f, 0, (uint32_t)model);
    size_t items = tfl_room(f, model, 1, 5);
    for (size_t i = 0; i < 5; i++)
        tfl_set(f, tfl_item(f, items, i), 3, codes[i]);
    items = tfl_room(f, model, 4, 6);
    tfl_item(f, items, 0);
    tfl_bytes(f, tfl_item(f, items, 1), 0, 18, tens);
    tfl_bytes(f, tfl_item(f, items, 2), 0, 18, middle);
    tfl_bytes(f, tfl_item(f, items, 3), 0, 6, dense);
    tfl_bytes(f, tfl_item(f, items, 4), 0, 8, zeros);
    tfl_bytes(f, tfl_item(f, items, 5), 0, 12, zeros);
    items = tfl_room(f, model, 2, 1);
    const size_t sub = tfl_item(f, items, 0);
    const size_t n_tensors = sizeof tensors / sizeof tensors[0];
    items = tfl_room(f, sub, 0, n_tensors);
    for (size_t i = 0; i < n_tensors; i++)
        tfl_add_tensor(f, items, i, &tensors[i]);
    tfl_list(f, sub, 2, 1, (uint32_t[]){ 10 });
    items = tfl_room(f, sub, 3, 5);
    tfl_add_op(f, items, 0, 0, 3, (uint32_t[]){ 0, 1, 2 }, 3, (uint32_t[]){ 0, 2, 2, 3, 1, 1, 0 });
    tfl_add_op(f, items, 1, 1, 3, (uint32_t[]){ 3, 4, 2 }, 5, (uint32_t[]){ 0, 1, 1, 1, 1, 1, 1 });
    tfl_add_op(f, items, 2, 2, 1, (uint32_t[]){ 5 }, 6, NULL);
    tfl_add_op(f, items, 3, 3, 3, (uint32_t[]){ 6, 7, 8 }, 9, NULL);
    tfl_add_op(f, items, 4, 4, 1, (uint32_t[]){ 9 }, 10, NULL);
}
#endif
