/* cells.h - UTF-8 from model files and devices as terminal cells: clipped by columns, harmless.
 *
 * Control characters, bytes that are not UTF-8, and characters that would turn the direction of
 * writing or hide, become '?'; marks that combine stay on their letter, two at most. */
#ifndef TUI_CELLS_H
#define TUI_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Room in out that always suffices for that many columns, with the ending 0. */
#define HEAR_CELLS_ROOM(columns) (3 * (size_t)(columns) + 1)

/* Writes what of text fits into that many columns, ending in "…" ("~" without utf8) where it does
 * not all fit, and returns the columns used. utf8: whether the terminal shows more than ASCII; all
 * else is '?' then. Widths are wcwidth's, so with utf8 LC_CTYPE must be a UTF-8 locale. */
size_t hear_cells_clip(wchar_t *out, const char *text, size_t columns, bool utf8);

/* Columns of the whole text. */
size_t hear_cells_width(const char *text, bool utf8);
#endif
