/* folder.h - a folder of files for one test program, gone when it ends. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* Group set-up and tear-down for cmocka_run_group_tests. */
int test_make_folder(void **state);
int test_remove_folder(void **state);

const char *test_in_folder(const char *name); /* lasts for the next three calls */
/* Writes a file, and the folders that name needs. */
void test_put_file(const char *name, const void *bytes, size_t n);
/* A mono 16-bit WAV file; samples are clipped to ±1. */
void test_put_wav(const char *name, uint32_t rate_hz, const float *samples, size_t n);
#endif
