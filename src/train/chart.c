/* chart.c - see chart.h. */
#include "config.h"

#include "train/chart.h"

#include "base/text.h"
#include "train/media.h"

#include <math.h>

enum { LEFT = 52, RIGHT = 14, TOP = 30, BOTTOM = 44, N_TICKS = 5, MAX_LEGEND = 16 };

/* Apart in hue and in lightness, also for most who see colours otherwise: P. Tol's bright scheme.
 */
static const char *const colors[] = { "#4477aa", "#ee6677", "#228833", "#ccbb44",
                                      "#66ccee", "#aa3377", "#bbbbbb" };
enum { N_COLORS = sizeof colors / sizeof colors[0] };

const char *hear_series_color(size_t i)
{
    return colors[i % N_COLORS];
}

void hear_put_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void put(FILE *out, double value, int decimals)
{
    char text[40];
    hear_format_fixed(text, sizeof text, value, decimals);
    fputs(text, out);
}

static double at_x(const hear_chart *c, double x)
{
    return LEFT + (x - c->x_low) / (c->x_high - c->x_low) * (c->width - LEFT - RIGHT);
}

static double at_y(const hear_chart *c, double y)
{
    return c->height - BOTTOM -
           (y - c->y_low) / (c->y_high - c->y_low) * (c->height - TOP - BOTTOM);
}

#define GRID "class=\"grid\""

/* Decimals that tell one tick from the next. */
static int decimals_for(double step)
{
    const int d = (int)ceil(-log10(step) + 0.3);
    return d < 0 ? 0 : d > 6 ? 6 : d;
}

static void put_text(FILE *out, double x, double y, const char *anchor, const char *more,
                     const char *text)
{
    fputs("<text x=\"", out);
    put(out, x, 1);
    fputs("\" y=\"", out);
    put(out, y, 1);
    fprintf(out, "\" text-anchor=\"%s\"%s>", anchor, more);
    hear_put_escaped(out, text);
    fputs("</text>\n", out);
}

static void put_line(FILE *out, const char *look, double x1, double y1, double x2, double y2)
{
    const double v[4] = { x1, y1, x2, y2 };
    static const char *const names[4] = { "x1", "y1", "x2", "y2" };
    fprintf(out, "<line %s", look);
    for (int i = 0; i < 4; i++) {
        fprintf(out, " %s=\"", names[i]);
        put(out, v[i], 1);
        fputc('"', out);
    }
    fputs("/>\n", out);
}

/* 1, 2 or 5 times a power of ten: so that N_TICKS or a few more fit between low and high. */
static double round_step(double low, double high)
{
    const double rough = (high - low) / N_TICKS, ten = pow(10.0, floor(log10(rough)));
    return rough >= 5.0 * ten ? 5.0 * ten : rough >= 2.0 * ten ? 2.0 * ten : ten;
}

static void put_x_tick(FILE *out, const hear_chart *c, double x, double step)
{
    char text[40];
    put_line(out, GRID, at_x(c, x), at_y(c, c->y_low), at_x(c, x), at_y(c, c->y_high));
    hear_format_fixed(text, sizeof text, x, decimals_for(step));
    put_text(out, at_x(c, x), c->height - BOTTOM + 15, "middle", "", text);
}

static void put_y_tick(FILE *out, const hear_chart *c, double y, double value, double step)
{
    char text[40];
    put_line(out, GRID, at_x(c, c->x_low), at_y(c, y), at_x(c, c->x_high), at_y(c, y));
    hear_format_fixed(text, sizeof text, value, decimals_for(step));
    put_text(out, LEFT - 6, at_y(c, y) + 4, "end", "", text);
}

static void put_axes(FILE *out, const hear_chart *c)
{
    const double x_step = round_step(c->x_low, c->x_high), y_step = round_step(c->y_low, c->y_high);
    const double little = 1e-9; /* of a step, for rounding */
    for (size_t i = 0; i < c->n_x_names; i++)
        put_text(out, at_x(c, (double)i), c->height - BOTTOM + 15, "middle", "", c->x_name[i]);
    for (double k = ceil(c->x_low / x_step - little);
         c->n_x_names == 0 && k <= c->x_high / x_step + little; k++)
        put_x_tick(out, c, k * x_step, x_step);
    for (size_t i = 0; i < c->n_y_ticks; i++)
        put_y_tick(out, c, c->y_tick[i], c->y_tick_value[i], 100.0);
    for (double k = ceil(c->y_low / y_step - little);
         c->n_y_ticks == 0 && k <= c->y_high / y_step + little; k++)
        put_y_tick(out, c, k * y_step, k * y_step, y_step);
    put_text(out, c->width / 2.0, 17, "middle", " class=\"title\"", c->title);
    put_text(out, (LEFT + c->width - RIGHT) / 2.0, c->height - 9, "middle", "", c->x_label);
    const double middle = (TOP + c->height - BOTTOM) / 2.0;
    char turn[64];
    size_t used = 0;
    hear_append(turn, sizeof turn, &used, " transform=\"rotate(-90 13 ");
    used += hear_format_fixed(turn + used, sizeof turn - used, middle, 1);
    hear_append(turn, sizeof turn, &used, ")\"");
    put_text(out, 13, middle, "middle", turn, c->y_label);
}

static void put_png(FILE *out, const hear_chart *c)
{
    fprintf(out,
            "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
            "preserveAspectRatio=\"none\" href=\"data:image/png;base64,",
            LEFT, TOP, c->width - LEFT - RIGHT, c->height - TOP - BOTTOM);
    hear_put_base64(out, c->png, c->n_png);
    fputs("\"/>\n", out);
}

static void put_bars(FILE *out, const hear_chart *c, const hear_series *s, const char *color)
{
    char look[64];
    snprintf(look, sizeof look, "stroke=\"%s\" stroke-opacity=\"0.5\"", color);
    for (size_t i = 0; s->low && i < s->n; i++)
        put_line(out, look, at_x(c, s->x[i]), at_y(c, s->low[i]), at_x(c, s->x[i]),
                 at_y(c, s->high[i]));
}

/* Beyond the colours there are, lines are dashed. */
static void put_series(FILE *out, const hear_chart *c, const hear_series *s, size_t number)
{
    const char *color = hear_series_color(number);
    put_bars(out, c, s, color);
    fprintf(out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" d=\"",
            s->faint ? "#999" : color,
            s->faint             ? "1\" stroke-dasharray=\"4 4"
            : number >= N_COLORS ? "2\" stroke-dasharray=\"7 3"
                                 : "2");
    bool pen_up = true;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->x[i]) || !isfinite(s->y[i])) {
            pen_up = true;
            continue;
        }
        fputc(pen_up ? 'M' : 'L', out);
        put(out, at_x(c, s->x[i]), 1);
        fputc(' ', out);
        put(out, at_y(c, s->y[i]), 1);
        pen_up = false;
    }
    fputs("\"/>\n", out);
    for (size_t i = 0; s->dots && i < s->n; i++) {
        if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
            continue;
        fputs("<circle r=\"3\" cx=\"", out);
        put(out, at_x(c, s->x[i]), 1);
        fputs("\" cy=\"", out);
        put(out, at_y(c, s->y[i]), 1);
        fprintf(out, "\" fill=\"%s\"/>\n", color);
    }
}

/* The first MAX_LEGEND names, and how many more there are. */
static void put_legend(FILE *out, const hear_chart *c, const hear_series *series, size_t n_series)
{
    int n = 0;
    for (size_t i = 0; i < n_series; i++)
        n += series[i].name != NULL;
    const int shown = n > MAX_LEGEND ? MAX_LEGEND + 1 : n;
    double y = c->legend_above ? TOP + 18 : c->height - BOTTOM - 8 - 15.0 * (shown - 1);
    int told = 0;
    for (size_t i = 0; i < n_series && told < MAX_LEGEND; i++) {
        if (!series[i].name)
            continue;
        char color[40];
        snprintf(color, sizeof color, " fill=\"%s\"",
                 series[i].faint ? "#999" : hear_series_color(i));
        put_text(out, c->width - RIGHT - 6, y, "end", color, series[i].name);
        y += 15;
        told++;
    }
    if (n > told) {
        char more[40];
        snprintf(more, sizeof more, "and %d more", n - told);
        put_text(out, c->width - RIGHT - 6, y, "end", " fill=\"#999\"", more);
    }
}

void hear_chart_write(FILE *out, const hear_chart *chart, const hear_series *series,
                      size_t n_series)
{
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"sans-serif\" font-size=\"11\" fill=\"currentColor\">\n"
            "<style>.grid{stroke:#8884;stroke-width:1}.title{font-weight:bold;font-size:13px}"
            "</style>\n",
            chart->width, chart->height, chart->width, chart->height);
    if (chart->png)
        put_png(out, chart);
    put_axes(out, chart);
    for (size_t i = 0; i < n_series; i++)
        put_series(out, chart, &series[i], i);
    put_legend(out, chart, series, n_series);
    fputs("</svg>\n", out);
}
