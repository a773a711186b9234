/* cells.c - see cells.h. */
#include "config.h"

#include "tui/cells.h"

#include <stdint.h>

enum { MAX_MARKS = 2 }; /* on one letter, as HEAR_CELLS_ROOM counts */

/* The next code point, U+FFFD for a byte that begins none; *text moves behind it. */
static uint32_t decode(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    static const struct {
        unsigned char mask, lead;
        uint32_t least; /* what needs fewer bytes must not take as many */
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };
    for (size_t n = 0; n < sizeof forms / sizeof forms[0]; n++) {
        if ((s[0] & forms[n].mask) != forms[n].lead)
            continue;
        uint32_t point = s[0] & (unsigned char)~forms[n].mask;
        for (size_t i = 1; i <= n; i++) {
            if ((s[i] & 0xc0) != 0x80) /* the ending NUL stops here too */
                goto bad;
            point = point << 6 | (s[i] & 0x3f);
        }
        if (point < forms[n].least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            goto bad;
        *text += n + 1;
        return point;
    }
bad:
    *text += 1;
    return 0xfffd;
}

/* What turns the direction of writing, joins, or does not show. */
static bool is_hidden(uint32_t p)
{
    return p == 0xad || p == 0x61c || (p >= 0x200b && p <= 0x200f) ||
           (p >= 0x2028 && p <= 0x202e) || (p >= 0x2060 && p <= 0x206f) || p == 0xfeff;
}

/* The character to show for a code point, and its columns 0..2. */
static wchar_t shown(uint32_t point, bool utf8, size_t *width)
{
    *width = 1;
    if (point < 0x7f)
        return point < 0x20 ? L'?' : (wchar_t)point;
    if (!utf8 || point < 0xa0 || is_hidden(point))
        return L'?';
    const int w = wcwidth((wchar_t)point);
    if (w < 0)
        return L'?';
    *width = (size_t)w;
    return (wchar_t)point;
}

size_t hear_cells_clip(wchar_t *out, const char *text, size_t columns, bool utf8)
{
    size_t used = 0, n = 0, n_marks = MAX_MARKS; /* a mark needs a letter before it */
    size_t keep_used = 0, keep_n = 0;            /* what stays where "…" must follow */
    while (*text) {
        size_t width;
        const wchar_t c = shown(decode(&text), utf8, &width);
        if (width == 0) {
            if (n_marks >= MAX_MARKS)
                continue;
            n_marks++;
        } else if (used + width > columns) {
            if (columns == 0)
                break;
            out[keep_n] = utf8 ? L'\u2026' : L'~';
            out[keep_n + 1] = L'\0';
            return keep_used + 1;
        } else {
            n_marks = 0;
        }
        out[n++] = c;
        used += width;
        if (used < columns) {
            keep_used = used;
            keep_n = n;
        }
    }
    out[n] = L'\0';
    return used;
}

size_t hear_cells_width(const char *text, bool utf8)
{
    size_t used = 0;
    while (*text) {
        size_t width;
        shown(decode(&text), utf8, &width);
        used += width;
    }
    return used;
}
