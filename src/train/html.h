/* html.h - what the pages share: head, style and end, numbers and cells. Errors are the stream's
 * own. */
#ifndef TRAIN_HTML_H
#define TRAIN_HTML_H

#include <stdio.h>

void hear_html_begin(FILE *out, const char *title); /* up to and with the heading */
void hear_html_end(FILE *out);

/* A table that can be scrolled where it is wider than the page. head: NAMES as "label|n|F1". */
void hear_html_table(FILE *out, const char *head);
void hear_html_table_end(FILE *out);
void hear_html_number(FILE *out, double value, int decimals); /* a dash for NaN */
void hear_html_cell(FILE *out, double value, int decimals);
void hear_html_text_cell(FILE *out, const char *text); /* escaped */
#endif
