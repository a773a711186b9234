/* spelling.c - see spelling.h. */
#include "config.h"

#include "app/spelling.h"

enum { MOST = 256 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t hear_spelling_distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[MOST + 1]; /* row[j]: from what there is of a until now to j bytes of b */
    m = m < MOST ? m : MOST;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 0; i < n; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < m; j++) {
            const size_t above = row[j + 1];
            row[j + 1] = smallest(corner + (lower(a[i]) != lower(b[j])), above + 1, row[j] + 1);
            corner = above;
        }
    }
    return row[m];
}
