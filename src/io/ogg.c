/* ogg.c - see ogg.h. */
#include "config.h"

#include "io/ogg.h"

#include "base/mem.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    HEAD = 27,                             /* bytes, and a length for each segment */
    LONGEST_PAGE = HEAD + 255 + 255 * 255, /* bytes */
    AT_VERSION = 4,
    AT_TYPE = 5,
    AT_SEGMENTS = 26, /* where they stand */
    LAST_PAGE = 4     /* of AT_TYPE */
};

/* The bytes from `at` to the page's end, which may lie beyond n; 0 where no page begins there. */
static size_t page_at(const unsigned char *bytes, size_t at, size_t n)
{
    if (n - at < 4 || memcmp(bytes + at, "OggS", 4) != 0)
        return 0;
    if (n - at < HEAD || n - at < HEAD + (size_t)bytes[at + AT_SEGMENTS])
        return LONGEST_PAGE;
    size_t length = HEAD + (size_t)bytes[at + AT_SEGMENTS];
    for (size_t i = 0; i < bytes[at + AT_SEGMENTS]; i++)
        length += bytes[at + HEAD + i];
    return bytes[at + AT_VERSION] == 0 ? length : 0;
}

bool hear_ogg_is_cut(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size <= 0)
        return false;
    const off_t from = st.st_size > LONGEST_PAGE ? st.st_size - LONGEST_PAGE : 0;
    const size_t n = (size_t)(st.st_size - from);
    unsigned char *const bytes = hear_alloc(n, 1);
    bool cut = false;
    if (bytes && pread(fd, bytes, n, from) == (ssize_t)n)
        for (size_t at = n; at-- > 0;) {
            const size_t length = page_at(bytes, at, n);
            if (length > 0) {
                cut = length > n - at || !(bytes[at + AT_TYPE] & LAST_PAGE);
                break;
            }
        }
    hear_free(bytes);
    return cut;
}
