/* flat.c - see flat.h. All numbers are little endian. */
#include "config.h"

#include "nn/flat.h"

#include <string.h>

static bool inside(const hear_flat *f, size_t at, size_t n)
{
    return at <= f->n && n <= f->n - at;
}

static uint32_t u32(const hear_flat *f, size_t at)
{
    const uint8_t *const b = f->bytes + at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static size_t u16(const hear_flat *f, size_t at)
{
    return (size_t)(f->bytes[at] | f->bytes[at + 1] << 8);
}

/* Where the offset at `at` leads to; 0 where that is outside. */
static size_t follow(const hear_flat *f, size_t at)
{
    if (at == 0 || !inside(f, at, 4))
        return 0;
    const uint32_t offset = u32(f, at);
    return offset > 0 && offset < f->n - at && inside(f, at + offset, 4) ? at + offset : 0;
}

size_t hear_flat_root(const hear_flat *f)
{
    if (f->n < 8)
        return 0;
    const uint32_t offset = u32(f, 0);
    return offset > 0 && inside(f, offset, 4) ? offset : 0;
}

/* Where a field's n bytes are; 0 where it is not there. */
static size_t place(const hear_flat *f, size_t table, unsigned field, size_t n)
{
    if (table == 0 || !inside(f, table, 4))
        return 0;
    const int64_t vtable = (int64_t)table - (int32_t)u32(f, table);
    if (vtable < 4 || !inside(f, (size_t)vtable, 4))
        return 0;
    const size_t entry = 4 + 2 * (size_t)field;
    if (entry + 2 > u16(f, (size_t)vtable) || !inside(f, (size_t)vtable + entry, 2))
        return 0;
    const size_t offset = u16(f, (size_t)vtable + entry);
    return offset > 0 && inside(f, table + offset, n) ? table + offset : 0;
}

uint8_t hear_flat_u8(const hear_flat *f, size_t table, unsigned field, uint8_t missing)
{
    const size_t at = place(f, table, field, 1);
    return at ? f->bytes[at] : missing;
}

int32_t hear_flat_i32(const hear_flat *f, size_t table, unsigned field, int32_t missing)
{
    const size_t at = place(f, table, field, 4);
    return at ? (int32_t)u32(f, at) : missing;
}

size_t hear_flat_table(const hear_flat *f, size_t table, unsigned field)
{
    return follow(f, place(f, table, field, 4));
}

hear_flat_vector hear_flat_list(const hear_flat *f, size_t table, unsigned field, size_t item)
{
    const size_t at = follow(f, place(f, table, field, 4));
    if (at == 0)
        return (hear_flat_vector){ 0, 0 };
    const size_t n = u32(f, at);
    if (n > (f->n - at - 4) / item)
        return (hear_flat_vector){ 0, 0 };
    return (hear_flat_vector){ at + 4, n };
}

size_t hear_flat_item(const hear_flat *f, hear_flat_vector v, size_t i)
{
    return follow(f, v.at + 4 * i);
}

int32_t hear_flat_item_i32(const hear_flat *f, hear_flat_vector v, size_t i)
{
    return (int32_t)u32(f, v.at + 4 * i);
}

int64_t hear_flat_item_i64(const hear_flat *f, hear_flat_vector v, size_t i)
{
    return (int64_t)((uint64_t)u32(f, v.at + 8 * i) | (uint64_t)u32(f, v.at + 8 * i + 4) << 32);
}

float hear_flat_item_f32(const hear_flat *f, hear_flat_vector v, size_t i)
{
    const uint32_t bits = u32(f, v.at + 4 * i);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
