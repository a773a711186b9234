/* test_npy.c - matrices as NumPy reads them. */
#include "test.h"

#include "io/npy.h"

#include <stdio.h>
#include <string.h>

/* Bytes as numpy.save writes numpy.array([[1, -2.5, 0]], dtype="<f4"). */
static void test_the_bytes_are_numpys(void **state)
{
    (void)state;
    static const float data[] = { 1.0f, -2.5f, 0.0f };
    char out[256];
    FILE *f = fmemopen(out, sizeof out, "w");
    assert_int_equal(hear_npy_write(f, data, 1, 3, NULL), HEAR_OK);
    assert_int_equal(ftell(f), 140);
    fclose(f);
    static const char head[] = "\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, "
                               "'shape': (1, 3), }";
    assert_memory_equal(out, head, sizeof head - 1);
    for (size_t i = sizeof head - 1; i < 127; i++)
        assert_int_equal(out[i], ' ');
    assert_int_equal(out[127], '\n');
    assert_memory_equal(out + 128, "\0\0\x80\x3f\0\0\x20\xc0\0\0\0\0", 12);
}

static void test_a_full_disk_is_an_error(void **state)
{
    (void)state;
    static const float data[10000];
    FILE *f = fopen("/dev/full", "w");
    if (!f)
        skip();
    hear_error err;
    assert_int_equal(hear_npy_write(f, data, 100, 100, &err), HEAR_ERR_IO);
    assert_string_equal(err.text, "cannot write: No space left on device");
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_are_numpys),
        cmocka_unit_test(test_a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests_name("npy", tests, NULL, NULL);
}
