/* error.h - fills a hear_error and hands its status on: return hear_fail(err, HEAR_ERR_DATA, …). */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "hearsay/status.h"

/* err: may be NULL. format: as printf's, cut to fit, control characters become '?'. NULL leaves
 * the text empty, so that hear_status_text speaks. Returns status. */
hear_status hear_fail(hear_error *err, hear_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The text of err where it has one, otherwise that of its status. */
const char *hear_error_text(const hear_error *err);
#endif
