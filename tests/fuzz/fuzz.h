/* fuzz.h - what a fuzz target, its mutator and its seeds say to each other.
 *
 * With clang, `make fuzz` links each target with libFuzzer and runs it for FUZZ_SECONDS;
 * fuzz_main.c stands in for libFuzzer where any compiler builds it, and `make check` runs it. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The target: must return 0, crash on nothing and leak nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Changes data in place, to at most max_size bytes; the new size. The same seed does the same. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
/* libFuzzer's, or fuzz_main.c's: changes some bytes. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Writes seed number i into a file; false where there is none. */
int fuzz_write_seed(size_t i, const char *path);
#endif
