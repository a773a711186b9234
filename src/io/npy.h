/* npy.h - a matrix as a NumPy file (format 1.0, little-endian float32, C order). */
#ifndef IO_NPY_H
#define IO_NPY_H

#include "hearsay/status.h"

#include <stddef.h>
#include <stdio.h>

/* data: [n_rows][n_columns]. Errors: HEAR_ERR_IO. */
HEAR_MUST_CHECK hear_status hear_npy_write(FILE *out, const float *data, size_t n_rows,
                                           size_t n_columns, hear_error *err);
#endif
