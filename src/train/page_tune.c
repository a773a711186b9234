/* page_tune.c - see page_tune.h. */
#include "config.h"

#include "train/page_tune.h"

#include "base/mem.h"
#include "base/text.h"
#include "train/chart.h"
#include "train/html.h"
#include "train/scores.h"

#include <math.h>
#include <string.h>

enum { MAX_LINES = 7 /* of a chart: as many as there are colours */, NAME = 96 };

static size_t value_of(const hear_page_tune *p, size_t point, size_t option)
{
    for (size_t k = p->n_options; k-- > option + 1;)
        point /= p->n_values[k];
    return point % p->n_values[option];
}

static void put_table(FILE *out, const hear_page_tune *p)
{
    fputs("<div class=\"table\"><table><tr>", out);
    for (size_t i = 0; i < p->n_options; i++) {
        fputs("<th>", out);
        hear_put_escaped(out, p->option[i]);
        fputs("</th>", out);
    }
    fputs("<th>right %</th><th>95 % interval</th><th>balanced %</th><th>log loss</th>"
          "<th>recordings</th></tr>\n",
          out);
    for (size_t i = 0; i < p->n_points; i++) {
        const hear_metrics *m = p->points[i];
        char interval[HEAR_INTERVAL_TEXT];
        hear_interval_text(interval, hear_wilson(hear_metrics_right(m), m->n));
        fputs("<tr>", out);
        for (size_t k = 0; k < p->n_options; k++)
            hear_html_text_cell(out, p->value[k][value_of(p, i, k)]);
        hear_html_cell(out, 100.0 * hear_metrics_accuracy(m), 1);
        hear_html_text_cell(out, interval);
        hear_html_cell(out, 100.0 * hear_metrics_balanced(m), 1);
        hear_html_cell(out, hear_metrics_log_loss(m), 3);
        fprintf(out, "<td>%zu</td></tr>\n", m->n);
    }
    hear_html_table_end(out);
}

/* Point with value v of the option, the other options being as in combination b. */
static size_t point_of(const hear_page_tune *p, size_t option, size_t b, size_t v)
{
    size_t stride = 1;
    for (size_t k = option + 1; k < p->n_options; k++)
        stride *= p->n_values[k];
    return (b / stride * p->n_values[option] + v) * stride + b % stride;
}

/* "lr 0.01, penalty l1": the other options. */
static void name_line(char *name, const hear_page_tune *p, size_t option, size_t b)
{
    size_t used = 0;
    const size_t point = point_of(p, option, b, 0);
    for (size_t k = 0; k < p->n_options; k++) {
        if (k == option)
            continue;
        const char *const words[] = { used ? ", " : "", p->option[k], " ",
                                      p->value[k][value_of(p, point, k)] };
        for (size_t w = 0; w < 4; w++)
            hear_append(name, NAME, &used, words[w]);
    }
}

/* One line of a chart: [n_values] of each. */
typedef struct {
    double *x, *y, *low, *high;
} line;

static void set_point(const hear_page_tune *p, line *l, size_t v, size_t point, double beside)
{
    const hear_metrics *m = p->points[point];
    const hear_interval wilson = hear_wilson(hear_metrics_right(m), m->n);
    l->x[v] = (double)v + beside;
    l->y[v] = 100.0 * hear_metrics_accuracy(m);
    l->low[v] = 100.0 * wilson.low;
    l->high[v] = 100.0 * wilson.high;
}

/* With few combinations of the other options a line for each; otherwise one of the best of them. */
static hear_status put_chart(FILE *out, const hear_page_tune *p, size_t option)
{
    const size_t n = p->n_values[option], n_others = p->n_points / n;
    const size_t n_lines = n_others > MAX_LINES ? 1 : n_others;
    hear_series series[MAX_LINES] = { 0 };
    char names[MAX_LINES][NAME] = { "" };
    double *room = hear_alloc(4 * n_lines * n, sizeof *room), lowest = 100.0;
    if (!room)
        return HEAR_ERR_MEM;
    for (size_t b = 0; b < n_lines; b++) {
        double *at = room + 4 * b * n;
        line l = { at, at + n, at + 2 * n, at + 3 * n };
        for (size_t v = 0; v < n; v++) {
            size_t best = point_of(p, option, b, v);
            for (size_t o = 0; n_lines < n_others && o < n_others; o++) {
                const size_t other = point_of(p, option, o, v);
                if (hear_metrics_accuracy(p->points[other]) >
                    hear_metrics_accuracy(p->points[best]))
                    best = other;
            }
            set_point(p, &l, v, best, 0.05 * ((double)b - 0.5 * (double)(n_lines - 1)));
            lowest = fmin(lowest, l.low[v]);
        }
        if (n_lines == n_others)
            name_line(names[b], p, option, b);
        series[b] = (hear_series){ .name = names[b][0] ? names[b] : NULL,
                                   .n = n,
                                   .x = l.x,
                                   .y = l.y,
                                   .low = l.low,
                                   .high = l.high,
                                   .dots = true };
    }
    char title[NAME];
    snprintf(title, sizeof title, "Right against %.40s%s", p->option[option],
             n_lines < n_others ? ", the best of the others" : "");
    const hear_chart chart = { .title = title,
                               .x_label = p->option[option],
                               .y_label = "right (%), bars: 95 % intervals",
                               .x_low = -0.5,
                               /* room for the legend */
                               .x_high = (double)n * (n_lines > 1 ? 1.3 : 1.0) - 0.5,
                               .y_low = fmax(0.0, 10.0 * floor(lowest / 10.0)),
                               .y_high = 100.0,
                               .width = 450,
                               .height = 360,
                               .n_x_names = n,
                               .x_name = (const char *const *)p->value[option] };
    hear_chart_write(out, &chart, series, n_lines);
    hear_free(room);
    return HEAR_OK;
}

hear_status hear_page_tune_write(FILE *out, const hear_page_tune *page)
{
    char title[1024];
    snprintf(title, sizeof title, "%s on %s, %zu folds", page->arch, page->data, page->n_folds);
    hear_html_begin(out, title);
    fputs("<div class=\"charts\">\n", out);
    for (size_t i = 0; i < page->n_options; i++)
        if (page->n_values[i] > 1 && put_chart(out, page, i) != HEAR_OK)
            return HEAR_ERR_MEM;
    fputs("</div>\n", out);
    put_table(out, page);
    hear_html_end(out);
    return HEAR_OK;
}
