/* test.h - what every test shares: cmocka, float comparison, and the guard of the real-time
 * promise. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* From here on, on the calling thread, any call of malloc, calloc, realloc, free, aligned_alloc or
 * posix_memalign ends the program with a message, also inside libraries. Nothing under a sanitizer.
 */
void test_forbid_heap(void);
void test_allow_heap(void);
/* How often any thread but the caller's called the heap since the last call; 0 under a sanitizer.
 * The calling thread is not counted. Threads that may use the heap exempt themselves. */
unsigned long test_heap_calls_elsewhere(void);
void test_heap_exempt_thread(void);
/* The n-th allocation from here on, on the calling thread, gives NULL (1 is the next); 0 takes that
 * back. Nothing under a sanitizer. */
void test_fail_heap(unsigned long n);
/* Blocks that the calling thread has taken less those that it has freed; 0 under a sanitizer. */
long test_heap_balance(void);
bool test_heap_is_watched(void); /* false under a sanitizer */

/* The folder that holds tests/data, from the environment that make check sets; "." otherwise. */
const char *test_srcdir(void);
const char *test_builddir(void);

#define assert_close(a, b, tolerance)                                                              \
    do {                                                                                           \
        const double a_ = (a), b_ = (b), t_ = (tolerance);                                         \
        if (!(fabs(a_ - b_) <= t_)) {                                                              \
            print_error("%s = %.9g, expected %.9g within %g\n", #a, a_, b_, t_);                   \
            fail();                                                                                \
        }                                                                                          \
    } while (0)
#endif
