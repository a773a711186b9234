/* flat.h - FlatBuffers, read as from an enemy: every offset is held against the file's end.
 *
 * What lies outside counts as not there, so that a broken file reads as one with gaps; nothing
 * fails, and nothing outside of the bytes is touched. Threads: none of its own. */
#ifndef NN_FLAT_H
#define NN_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *bytes;
    size_t n; /* < 2 GiB */
} hear_flat;

/* A table is the place where it starts; 0 is none. */
typedef struct {
    size_t at; /* of the first item, 0 where there is none */
    size_t n;  /* items */
} hear_flat_vector;

size_t hear_flat_root(const hear_flat *f);
/* Field number `field` of a table as a number of 1, 4 bytes; `missing` where it is not there. */
uint8_t hear_flat_u8(const hear_flat *f, size_t table, unsigned field, uint8_t missing);
int32_t hear_flat_i32(const hear_flat *f, size_t table, unsigned field, int32_t missing);
size_t hear_flat_table(const hear_flat *f, size_t table, unsigned field);
/* A vector of items of that many bytes, all of which are in the file. */
hear_flat_vector hear_flat_list(const hear_flat *f, size_t table, unsigned field, size_t item);
/* Table i of a vector of offsets; i < v.n. */
size_t hear_flat_item(const hear_flat *f, hear_flat_vector v, size_t i);
int32_t hear_flat_item_i32(const hear_flat *f, hear_flat_vector v, size_t i);
int64_t hear_flat_item_i64(const hear_flat *f, hear_flat_vector v, size_t i);
float hear_flat_item_f32(const hear_flat *f, hear_flat_vector v, size_t i);
#endif
