/* text.h - numbers and strings that read and look the same in every locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text must be one finite decimal number ("0.5", "-3e-2"), in the C locale whatever the
 * program's is; false otherwise, with *value untouched. */
bool hear_parse_double(const char *text, double *value);
bool hear_parse_uint(const char *text, uint64_t *value); /* decimal digits only */

/* value with exactly `decimals` (0..9) behind a '.', in every locale; "nan" and "inf" as such, and
 * never
 * "-0.000". Returns the length without the NUL; room of 40 bytes always suffices for |value| <
 * 1e15. Real-time: no heap, no lock. */
size_t hear_format_fixed(char *out, size_t room, double value, int decimals);

/* Appends text at out[*used], NUL kept; false where room is too small (out stays a string). */
bool hear_append(char *out, size_t room, size_t *used, const char *text);

/* Appends text as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
bool hear_append_json(char *out, size_t room, size_t *used, const char *text);

/* Length of the UTF-8 sequence that s starts with, at most n bytes of it; 0 where there is none. */
size_t hear_utf8_length(const char *s, size_t n);
/* Characters, not bytes, of UTF-8. */
size_t hear_utf8_count(const char *text);
/* The field width with which printf's "%*s" fills `columns` characters by text: it counts bytes. */
int hear_field(const char *text, int columns);
/* All n bytes are UTF-8 and none is zero. */
bool hear_is_utf8(const char *s, size_t n);
/* Text that is not UTF-8 or holds control characters (C0, DEL, C1: what terminals act on) or what
 * turns the writing direction, breaks lines or is nothing to see. */
bool hear_has_control(const char *text);
/* Also a joiner or a variation selector where it changes nothing that can be seen: first, or behind
 * ASCII. Persian, Indic scripts and emoji need them elsewhere. */
bool hear_has_hidden(const char *text);

#define HEAR_MAX_LABEL 256 /* bytes of a label, the NUL included */

/* Why text is no label, as what follows "label 'x' "; NULL where it is one: 1 to HEAR_MAX_LABEL - 1
 * bytes of UTF-8, and nothing hidden. */
const char *hear_label_fault(const char *text);

/* Appends text with tab, line break and whatever else hear_has_control knows as '?', for tables and
 * terminals. */
bool hear_append_clean(char *out, size_t room, size_t *used, const char *text);
#endif
