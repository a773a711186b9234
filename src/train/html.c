/* html.c - see html.h. */
#include "config.h"

#include "train/html.h"

#include "base/text.h"
#include "train/chart.h"

#include <math.h>

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--line:#8884;--hit:68,119,170;--miss:238,102,119}\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em}\n"
    "h1{font-size:1.5em;overflow-wrap:anywhere}h2{margin-top:2em;overflow-wrap:anywhere}\n"
    "h2{border-bottom:1px solid var(--line)}.table{overflow-x:auto}\n"
    "table{border-collapse:collapse;margin:1em 0;font-variant-numeric:tabular-nums}\n"
    "td{white-space:nowrap}caption{white-space:nowrap;text-align:left;font-size:.85em}\n"
    "th,td{padding:.25em .6em;text-align:right;border-bottom:1px solid var(--line)}\n"
    "th:first-child,td:first-child{text-align:left}\n"
    ".note{font-size:.85em;margin-top:-.6em}pre{overflow-x:auto;font-size:.85em}\n"
    ".charts{display:flex;flex-wrap:wrap;gap:1em}.charts svg{max-width:100%;height:auto}\n"
    ".mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(17em,1fr));gap:1.2em}\n"
    ".mistakes figure{margin:0}.mistakes img{width:100%;height:8em;image-rendering:auto}\n"
    ".mistakes audio{width:100%;height:2em}figcaption{font-size:.85em;overflow-wrap:anywhere}\n"
    "</style>\n";

void hear_html_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>hearsay: ",
          out);
    hear_put_escaped(out, title);
    fprintf(out, "</title>\n%s</head><body>\n<h1>", style);
    hear_put_escaped(out, title);
    fputs("</h1>\n", out);
}

void hear_html_end(FILE *out)
{
    fputs("<p>Made by hearsay " PACKAGE_VERSION ".</p>\n</body></html>\n", out);
}

void hear_html_table(FILE *out, const char *head)
{
    fputs("<div class=\"table\"><table><tr><th>", out);
    for (; *head; head++)
        if (*head == '|')
            fputs("</th><th>", out);
        else
            fputc(*head, out);
    fputs("</th></tr>\n", out);
}

void hear_html_table_end(FILE *out)
{
    fputs("</table></div>\n", out);
}

void hear_html_number(FILE *out, double value, int decimals)
{
    char text[40];
    hear_format_fixed(text, sizeof text, value, decimals);
    fputs(isnan(value) ? "–" : text, out);
}

void hear_html_cell(FILE *out, double value, int decimals)
{
    fputs("<td>", out);
    hear_html_number(out, value, decimals);
    fputs("</td>", out);
}

void hear_html_text_cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    hear_put_escaped(out, text);
    fputs("</td>", out);
}
