/* heap.c - watches the heap: the test program's own malloc and friends, in front of the C
 * library's. */
#include "test.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *test_srcdir(void)
{
    const char *dir = getenv("srcdir");
    return dir ? dir : ".";
}

const char *test_builddir(void)
{
    const char *dir = getenv("builddir");
    return dir ? dir : ".";
}

#if defined(__GLIBC__) && !defined(HEAR_SANITIZED)

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static _Thread_local bool forbidden;
static _Thread_local bool exempt;
static _Thread_local unsigned long fail_in; /* the one that fails, counted down; 0: none */
static _Thread_local long balance;
static _Atomic unsigned long calls;

static void note(const char *what)
{
    if (forbidden) {
        forbidden = false;
        const char text[] = "heap used where it is forbidden: ";
        if (write(2, text, sizeof text - 1) < 0 || write(2, what, strlen(what)) < 0 ||
            write(2, "\n", 1) < 0)
            _exit(99);
        abort();
    }
    if (!exempt)
        atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

static bool fails(void)
{
    if (fail_in == 0 || --fail_in > 0)
        return false;
    errno = ENOMEM;
    return true;
}

static void *counted(void *p)
{
    balance += p != NULL;
    return p;
}

__attribute__((visibility("default"))) void *malloc(size_t n)
{
    note("malloc");
    return fails() ? NULL : counted(__libc_malloc(n));
}
__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
    note("calloc");
    return fails() ? NULL : counted(__libc_calloc(n, size));
}
__attribute__((visibility("default"))) void *realloc(void *p, size_t n)
{
    note("realloc");
    if (fails())
        return NULL;
    void *grown = __libc_realloc(p, n);
    return p ? grown : counted(grown);
}
__attribute__((visibility("default"))) void free(void *p)
{
    if (p) {
        note("free");
        balance--;
    }
    __libc_free(p);
}
__attribute__((visibility("default"))) void *aligned_alloc(size_t align, size_t n)
{
    note("aligned_alloc");
    return fails() ? NULL : counted(__libc_memalign(align, n));
}
__attribute__((visibility("default"))) void *memalign(size_t align, size_t n);
void *memalign(size_t align, size_t n)
{
    note("memalign");
    return fails() ? NULL : counted(__libc_memalign(align, n));
}
__attribute__((visibility("default"))) int posix_memalign(void **out, size_t align, size_t n)
{
    note("posix_memalign");
    void *p = fails() ? NULL : counted(__libc_memalign(align, n));
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

void test_forbid_heap(void)
{
    forbidden = true;
}
void test_allow_heap(void)
{
    forbidden = false;
}
void test_heap_exempt_thread(void)
{
    exempt = true;
}
unsigned long test_heap_calls_elsewhere(void)
{
    exempt = true;
    return atomic_exchange(&calls, 0);
}
void test_fail_heap(unsigned long n)
{
    fail_in = n;
}
long test_heap_balance(void)
{
    return balance;
}
bool test_heap_is_watched(void)
{
    return true;
}

#else

void test_forbid_heap(void) {}
void test_allow_heap(void) {}
void test_heap_exempt_thread(void) {}
unsigned long test_heap_calls_elsewhere(void)
{
    return 0;
}
void test_fail_heap(unsigned long n)
{
    (void)n;
}
long test_heap_balance(void)
{
    return 0;
}
bool test_heap_is_watched(void)
{
    return false;
}
#endif
