/* error.c - see error.h. */
#include "config.h"

#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[HEAR_N_STATUS] = {
    [HEAR_OK] = "no error",
    [HEAR_ERR_ARG] = "argument out of range",
    [HEAR_ERR_DATA] = "unusable data",
    [HEAR_ERR_NO_INPUT] = "no such file",
    [HEAR_ERR_DEVICE] = "no usable audio device",
    [HEAR_ERR_INTERNAL] = "internal error",
    [HEAR_ERR_MEM] = "out of memory",
    [HEAR_ERR_IO] = "input/output error",
    [HEAR_ERR_MODEL] = "malformed model",
    [HEAR_ERR_INTERRUPTED] = "interrupted",
};

const char *hear_status_text(hear_status status)
{
    if ((unsigned)status >= HEAR_N_STATUS)
        return "unknown status";
    return texts[status];
}

hear_status hear_fail(hear_error *err, hear_status status, const char *format, ...)
{
    if (!err)
        return status;
    err->status = status;
    err->text[0] = '\0';
    if (format) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    /* Names come from files: no escape sequence may reach a terminal, nor half a character, also
     * where the format or the room has cut a name. */
    const size_t end = strlen(err->text);
    for (size_t i = 0; i < end;) {
        char c[5] = "";
        const size_t n = hear_utf8_length(err->text + i, end - i);
        memcpy(c, err->text + i, n);
        if (n == 0 || hear_has_control(c))
            err->text[i++] = '?';
        else
            i += n;
    }
    return status;
}

const char *hear_error_text(const hear_error *err)
{
    return err->text[0] ? err->text : hear_status_text(err->status);
}
