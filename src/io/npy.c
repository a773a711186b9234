/* npy.c - see npy.h. Format: numpy.lib.format, version 1.0. */
#include "config.h"

#include "io/npy.h"

#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { HEADER = 128 }; /* a multiple of 64, and room for two numbers of 20 digits */

static bool write_header(FILE *out, size_t n_rows, size_t n_columns)
{
    char text[HEADER + 1] = "\x93NUMPY\x01";
    text[7] = 0; /* minor version */
    text[8] = HEADER - 10;
    text[9] = 0;
    int n = snprintf(text + 10, HEADER - 10,
                     "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", n_rows,
                     n_columns);
    memset(text + 10 + n, ' ', (size_t)(HEADER - 11 - n));
    text[HEADER - 1] = '\n';
    return fwrite(text, 1, HEADER, out) == HEADER;
}

hear_status hear_npy_write(FILE *out, const float *data, size_t n_rows, size_t n_columns,
                           hear_error *err)
{
    bool ok = write_header(out, n_rows, n_columns);
    for (size_t i = 0; ok && i < n_rows * n_columns; i++) {
        uint32_t u;
        memcpy(&u, data + i, sizeof u);
        const unsigned char b[4] = { (unsigned char)u, (unsigned char)(u >> 8),
                                     (unsigned char)(u >> 16), (unsigned char)(u >> 24) };
        ok = fwrite(b, 1, 4, out) == 4;
    }
    return ok ? HEAR_OK : hear_fail(err, HEAR_ERR_IO, "cannot write: %s", strerror(errno));
}
