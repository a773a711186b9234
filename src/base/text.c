/* text.c - see text.h. The C library's strtod and printf follow LC_NUMERIC, so neither is used on
 * what leaves or enters the program without a fixed locale. */
#include "config.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

bool hear_parse_double(const char *text, double *value)
{
    if (!text || !(isdigit((unsigned char)*text) || *text == '-' || *text == '+' || *text == '.'))
        return false; /* no leading space, no "nan", no "inf" */
    if (strpbrk(text, "xXnN"))
        return false; /* no hexadecimal, no "-inf" */
    pthread_once(&c_locale_once, make_c_locale);
    char *end;
    const double v = c_locale ? strtod_l(text, &end, c_locale) : strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(v))
        return false;
    *value = v;
    return true;
}

bool hear_parse_uint(const char *text, uint64_t *value)
{
    if (!text || !*text)
        return false;
    uint64_t v = 0;
    for (const char *c = text; *c; c++) {
        if (!isdigit((unsigned char)*c))
            return false;
        const uint64_t digit = (uint64_t)(*c - '0');
        if (v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

static size_t put(char *out, size_t room, const char *text)
{
    const size_t n = strlen(text);
    if (room > 0) {
        const size_t keep = n < room ? n : room - 1;
        memcpy(out, text, keep);
        out[keep] = '\0';
    }
    return n;
}

size_t hear_format_fixed(char *out, size_t room, double value, int decimals)
{
    static const uint64_t powers[] = { 1,      10,      100,      1000,      10000,
                                       100000, 1000000, 10000000, 100000000, 1000000000 };
    if (isnan(value))
        return put(out, room, "nan");
    if (isinf(value))
        return put(out, room, value < 0 ? "-inf" : "inf");
    decimals = decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
    const uint64_t scale = powers[decimals];
    const double magnitude = fabs(value);
    if (magnitude >= 1e15)
        return put(out, room, value < 0 ? "-1e15" : "1e15"); /* beyond every quantity here */
    uint64_t whole = (uint64_t)magnitude;
    uint64_t part = (uint64_t)llrint((magnitude - (double)whole) * (double)scale);
    if (part >= scale) {
        whole++;
        part = 0;
    }
    char digits[40];
    size_t n = sizeof digits;
    digits[--n] = '\0';
    for (int i = 0; i < decimals; i++, part /= 10)
        digits[--n] = (char)('0' + part % 10);
    if (decimals > 0)
        digits[--n] = '.';
    const size_t before_whole = n;
    do {
        digits[--n] = (char)('0' + whole % 10);
    } while (whole /= 10);
    if (value < 0) {
        bool zero = true;
        for (size_t i = n; digits[i]; i++)
            zero = zero && (digits[i] == '0' || i == before_whole);
        if (!zero)
            digits[--n] = '-';
    }
    return put(out, room, digits + n);
}

bool hear_append(char *out, size_t room, size_t *used, const char *text)
{
    const size_t n = strlen(text);
    if (*used >= room || n >= room - *used)
        return false;
    memcpy(out + *used, text, n + 1);
    *used += n;
    return true;
}

size_t hear_utf8_length(const char *text, size_t room)
{
    const unsigned char *s = (const unsigned char *)text;
    if (room == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    const size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n > room)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0; /* overlong, surrogate, or beyond U+10FFFF */
    return n;
}

size_t hear_utf8_count(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

int hear_field(const char *text, int columns)
{
    return columns + (int)(strlen(text) - hear_utf8_count(text));
}

bool hear_is_utf8(const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        const size_t length = s[i] ? hear_utf8_length(s + i, n - i) : 0;
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

/* Of a sequence of n bytes that is UTF-8. */
static uint32_t code_point(const char *s, size_t n)
{
    uint32_t c = (unsigned char)s[0];
    if (n > 1)
        c &= 0xffu >> (n + 1);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    return c;
}

typedef struct {
    uint32_t first, last;
} span;

static bool is_in(const span *spans, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= spans[i].first && c <= spans[i].last)
            return true;
    return false;
}

/* Controls; soft hyphen, Mongolian vowel separator and fillers; what turns the direction; line and
 * paragraph separator; invisible operators; annotations, musical and shorthand marks, tags (Unicode
 * 15, categories Cc, Cf, Zl, Zp, and the fillers of Lo). */
static const span controls[] = {
    { 0x00, 0x1f },       { 0x7f, 0x9f },     { 0xad, 0xad },       { 0x61c, 0x61c },
    { 0x115f, 0x1160 },   { 0x180e, 0x180e }, { 0x200b, 0x200b },   { 0x200e, 0x200f },
    { 0x2028, 0x202e },   { 0x2060, 0x206f }, { 0x3164, 0x3164 },   { 0xfeff, 0xfeff },
    { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
    { 0xe0000, 0xe00ff },
};
static const span joiners[] = { { 0x34f, 0x34f },
                                { 0x180b, 0x180d },
                                { 0x200c, 0x200d },
                                { 0xfe00, 0xfe0f },
                                { 0xe0100, 0xe01ef } };

static bool holds(const char *text, bool joiners_too)
{
    const size_t n = strlen(text);
    if (!hear_is_utf8(text, n))
        return true;
    uint32_t before = 0;
    for (size_t i = 0, length; i < n; i += length) {
        length = hear_utf8_length(text + i, n - i);
        const uint32_t c = code_point(text + i, length);
        if (is_in(controls, sizeof controls / sizeof controls[0], c) ||
            (joiners_too && before < 0x80 && is_in(joiners, sizeof joiners / sizeof joiners[0], c)))
            return true;
        before = c;
    }
    return false;
}

bool hear_has_control(const char *text)
{
    return holds(text, false);
}

bool hear_has_hidden(const char *text)
{
    return holds(text, true);
}

bool hear_append_json(char *out, size_t room, size_t *used, const char *text)
{
    if (!hear_append(out, room, used, "\""))
        return false;
    const char *const end = text + strlen(text);
    for (const char *s = text; *s;) {
        char piece[8];
        const size_t n = hear_utf8_length(s, (size_t)(end - s));
        if (n == 0)
            memcpy(piece, "\xef\xbf\xbd", 4);
        else if (*s == '"' || *s == '\\')
            snprintf(piece, sizeof piece, "\\%c", *s);
        else if ((unsigned char)*s < 0x20 || *s == 0x7f)
            snprintf(piece, sizeof piece, "\\u%04x", (unsigned)*s);
        else {
            memcpy(piece, s, n);
            piece[n] = '\0';
        }
        if (!hear_append(out, room, used, piece))
            return false;
        s += n ? n : 1;
    }
    return hear_append(out, room, used, "\"");
}

const char *hear_label_fault(const char *text)
{
    const size_t n = strlen(text);
    if (n == 0)
        return "is empty";
    if (n >= HEAR_MAX_LABEL)
        return "is too long";
    if (!hear_is_utf8(text, n))
        return "is not UTF-8";
    return hear_has_hidden(text) ? "holds a control character, or one that cannot be seen" : NULL;
}

bool hear_append_clean(char *out, size_t room, size_t *used, const char *text)
{
    const char *const end = text + strlen(text);
    while (text < end) {
        char piece[5] = "";
        const size_t length = hear_utf8_length(text, (size_t)(end - text));
        memcpy(piece, text, length ? length : 1); /* what is not UTF-8 stays as it is */
        if (!hear_append(out, room, used, length && hear_has_control(piece) ? "?" : piece))
            return false;
        text += length ? length : 1;
    }
    return true;
}
