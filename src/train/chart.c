/* chart.c - see chart.h. */
#include "config.h"

#include "train/chart.h"

#include "base/text.h"

#include <assert.h>
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

/* A chart being drawn. */
typedef struct {
    const hear_chart *chart;
    const hear_pen_kind *kind;
    hear_pen pen;
} drawing;

static double at_x(const hear_chart *c, double x)
{
    return LEFT + (x - c->x_low) / (c->x_high - c->x_low) * (c->width - LEFT - RIGHT);
}

static double at_y(const hear_chart *c, double y)
{
    return c->height - BOTTOM -
           (y - c->y_low) / (c->y_high - c->y_low) * (c->height - TOP - BOTTOM);
}

/* Decimals that tell one tick from the next. */
static int decimals_for(double step)
{
    const int d = (int)ceil(-log10(step) + 0.3);
    return d < 0 ? 0 : d > 6 ? 6 : d;
}

/* 1, 2 or 5 times a power of ten: so that N_TICKS or a few more fit between low and high. */
static double round_step(double low, double high)
{
    const double rough = (high - low) / N_TICKS, ten = pow(10.0, floor(log10(rough)));
    return rough >= 5.0 * ten ? 5.0 * ten : rough >= 2.0 * ten ? 2.0 * ten : ten;
}

static void put_text(drawing *d, hear_anchor anchor, double x, double y, const char *text)
{
    d->kind->text(&d->pen, HEAR_TEXT_PLAIN, anchor, NULL, x, y, text);
}

static void put_grid(drawing *d, double x1, double y1, double x2, double y2)
{
    d->kind->line(&d->pen, HEAR_STROKE_GRID, NULL, x1, y1, x2, y2);
}

static void put_x_tick(drawing *d, double x, double step)
{
    const hear_chart *c = d->chart;
    char text[40];
    put_grid(d, at_x(c, x), at_y(c, c->y_low), at_x(c, x), at_y(c, c->y_high));
    hear_format_fixed(text, sizeof text, x, decimals_for(step));
    put_text(d, HEAR_ANCHOR_MIDDLE, at_x(c, x), c->height - BOTTOM + 15, text);
}

static void put_y_tick(drawing *d, double y, double value, double step)
{
    const hear_chart *c = d->chart;
    char text[40];
    put_grid(d, at_x(c, c->x_low), at_y(c, y), at_x(c, c->x_high), at_y(c, y));
    hear_format_fixed(text, sizeof text, value, decimals_for(step));
    put_text(d, HEAR_ANCHOR_END, LEFT - 6, at_y(c, y) + 4, text);
}

static void put_axes(drawing *d)
{
    const hear_chart *c = d->chart;
    const double x_step = round_step(c->x_low, c->x_high), y_step = round_step(c->y_low, c->y_high);
    const double little = 1e-9; /* of a step, for rounding */
    for (size_t i = 0; i < c->n_x_names; i++)
        put_text(d, HEAR_ANCHOR_MIDDLE, at_x(c, (double)i), c->height - BOTTOM + 15, c->x_name[i]);
    for (double k = ceil(c->x_low / x_step - little);
         c->n_x_names == 0 && k <= c->x_high / x_step + little; k++)
        put_x_tick(d, k * x_step, x_step);
    for (size_t i = 0; i < c->n_y_ticks; i++)
        put_y_tick(d, c->y_tick[i], c->y_tick_value[i], 100.0);
    for (double k = ceil(c->y_low / y_step - little);
         c->n_y_ticks == 0 && k <= c->y_high / y_step + little; k++)
        put_y_tick(d, k * y_step, k * y_step, y_step);
    d->kind->text(&d->pen, HEAR_TEXT_TITLE, HEAR_ANCHOR_MIDDLE, NULL, c->width / 2.0, 17, c->title);
    put_text(d, HEAR_ANCHOR_MIDDLE, (LEFT + c->width - RIGHT) / 2.0, c->height - 9, c->x_label);
    d->kind->text(&d->pen, HEAR_TEXT_TURNED, HEAR_ANCHOR_MIDDLE, NULL, 13,
                  (TOP + c->height - BOTTOM) / 2.0, c->y_label);
}

static bool is_point(const hear_series *s, size_t i)
{
    return isfinite(s->x[i]) && isfinite(s->y[i]);
}

/* Beyond the colours there are, lines are dashed. */
static void put_series(drawing *d, const hear_series *s, size_t number)
{
    const hear_chart *c = d->chart;
    const char *color = hear_series_color(number);
    for (size_t i = 0; s->low && i < s->n; i++)
        d->kind->line(&d->pen, HEAR_STROKE_BAR, color, at_x(c, s->x[i]), at_y(c, s->low[i]),
                      at_x(c, s->x[i]), at_y(c, s->high[i]));
    d->kind->path_begin(&d->pen,
                        s->faint             ? HEAR_STROKE_FAINT
                        : number >= N_COLORS ? HEAR_STROKE_DASHED
                                             : HEAR_STROKE_LINE,
                        color);
    bool lifted = true;
    for (size_t i = 0; i < s->n; i++) {
        if (is_point(s, i))
            d->kind->path_to(&d->pen, lifted, at_x(c, s->x[i]), at_y(c, s->y[i]));
        lifted = !is_point(s, i);
    }
    d->kind->path_end(&d->pen);
    for (size_t i = 0; s->dots && i < s->n; i++)
        if (is_point(s, i))
            d->kind->dot(&d->pen, color, at_x(c, s->x[i]), at_y(c, s->y[i]));
}

#define GREY "#999"

/* The first MAX_LEGEND names, and how many more there are. */
static void put_legend(drawing *d, const hear_series *series, size_t n_series)
{
    const hear_chart *c = d->chart;
    int n = 0;
    for (size_t i = 0; i < n_series; i++)
        n += series[i].name != NULL;
    const int shown = n > MAX_LEGEND ? MAX_LEGEND + 1 : n;
    const double x = c->width - RIGHT - 6;
    double y = c->legend_above ? TOP + 18 : c->height - BOTTOM - 8 - 15.0 * (shown - 1);
    int told = 0;
    for (size_t i = 0; i < n_series && told < MAX_LEGEND; i++) {
        if (!series[i].name)
            continue;
        d->kind->text(&d->pen, HEAR_TEXT_PLAIN, HEAR_ANCHOR_END,
                      series[i].faint ? GREY : hear_series_color(i), x, y, series[i].name);
        y += 15;
        told++;
    }
    if (n > told) {
        char more[40];
        snprintf(more, sizeof more, "and %d more", n - told);
        d->kind->text(&d->pen, HEAR_TEXT_PLAIN, HEAR_ANCHOR_END, GREY, x, y, more);
    }
}

hear_status hear_chart_draw(FILE *out, const hear_pen_kind *kind, const hear_chart *chart,
                            const hear_series *series, size_t n_series)
{
    drawing d = { .chart = chart, .kind = kind, .pen = { .file = out } };
    const hear_status s = kind->begin(&d.pen, chart->width, chart->height);
    if (s != HEAR_OK)
        return s;
    if (chart->png)
        kind->image(&d.pen, LEFT, TOP, chart->width - LEFT - RIGHT, chart->height - TOP - BOTTOM,
                    chart->png, chart->n_png);
    put_axes(&d);
    for (size_t i = 0; i < n_series; i++)
        put_series(&d, &series[i], i);
    put_legend(&d, series, n_series);
    return kind->end(&d.pen);
}

void hear_chart_write(FILE *out, const hear_chart *chart, const hear_series *series,
                      size_t n_series)
{
    const hear_status s = hear_chart_draw(out, &hear_pen_svg, chart, series, n_series);
    assert(s == HEAR_OK); /* text needs no memory */
    (void)s;
}
