/* spelling.h - how far one word is from another, to tell a user what may have been meant. */
#ifndef APP_SPELLING_H
#define APP_SPELLING_H

#include <stddef.h>

/* V. Levenshtein's distance: as few bytes to change, leave out or put in as make b [m] of a [n],
 * upper and lower case of ASCII being the same. Of b, 256 bytes count. */
size_t hear_spelling_distance(const char *a, size_t n, const char *b, size_t m);
#endif
